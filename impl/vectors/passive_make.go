package vectors

import (
	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// generatePassiveWelcome: with and without PSK, tree beside the Welcome, path.
func generatePassiveWelcome(g *generator) []passive {
	var list []passive
	for i := range 8 {
		psk, beside, noPath := i&1 != 0, i&2 != 0, i&4 != 0
		if g.small && i != int(g.suite.ID()) {
			continue
		}
		p := newCrowd(g, pick(g, 4, 2))
		opt := group.CommitOptions{TreeBeside: beside, NoPath: noPath}
		if psk {
			p.addPSK()
			opt.PSKs = []wire.PreSharedKeyID{p.externalPSK()}
		}
		p.welcomePassive(opt)
		list = append(list, p.v)
	}
	return list
}

// scene is one Commit, with what led to it.
type scene func(p *crowd, f group.Format)

// scenes are the Commits that a passive client must be able to follow: each
// proposal by value and by reference, and those from outside the group.
var scenes = []scene{
	func(p *crowd, f group.Format) { // an empty Commit
		p.commit(1, group.CommitOptions{Format: f})
	},
	func(p *crowd, f group.Format) { // Add by value, without path
		p.commit(0, group.CommitOptions{Format: f, NoPath: true, Add: []wire.KeyPackage{p.keyPackage()}})
	},
	func(p *crowd, f group.Format) { // Remove by value
		p.commit(0, group.CommitOptions{Format: f, Remove: []tree.LeafIndex{p.members[1].Leaf()}})
	},
	func(p *crowd, f group.Format) { // two PSKs by value, one of them of this group's past
		p.commit(0, group.CommitOptions{Format: f, PSKs: []wire.PreSharedKeyID{p.externalPSK(), p.resumptionPSK()}})
	},
	func(p *crowd, f group.Format) { // GroupContextExtensions by value
		extensions := p.extensions()
		p.commit(1, group.CommitOptions{Format: f, Extensions: &extensions})
	},
	func(p *crowd, f group.Format) { // Add by reference
		kp := p.keyPackage()
		p.propose(1, func(m *group.Group) (*group.Group, []byte, error) { return m.ProposeAdd(p.g.rng, kp, f) })
		p.commit(0, group.CommitOptions{Format: f})
	},
	func(p *crowd, f group.Format) { // Update by reference
		p.proposeUpdate(1, f)
		p.commit(0, group.CommitOptions{Format: f})
	},
	func(p *crowd, f group.Format) { // Remove by reference
		p.proposeRemove(1, 2, f)
		p.commit(0, group.CommitOptions{Format: f})
	},
	func(p *crowd, f group.Format) { // PSK by reference
		p.proposePSK(1, f)
		p.commit(0, group.CommitOptions{Format: f, NoPath: true})
	},
	func(p *crowd, f group.Format) { // GroupContextExtensions by reference
		p.propose(1, func(m *group.Group) (*group.Group, []byte, error) {
			return m.ProposeExtensions(p.g.rng, p.extensions(), f)
		})
		p.commit(0, group.CommitOptions{Format: f})
	},
	func(p *crowd, f group.Format) { // several by reference, one by value
		kp := p.keyPackage()
		p.propose(0, func(m *group.Group) (*group.Group, []byte, error) { return m.ProposeAdd(p.g.rng, kp, f) })
		p.proposeUpdate(1, f)
		if len(p.members) > 2 {
			p.proposeRemove(0, 2, f)
		}
		p.proposePSK(1, f)
		p.commit(0, group.CommitOptions{Format: f, Add: []wire.KeyPackage{p.keyPackage()}})
	},
	func(p *crowd, f group.Format) { // an external Commit
		p.joinExternally(p.client(), group.ExternalOptions{})
	},
	func(p *crowd, f group.Format) { // a client asks to be added
		c, m := p.client(), p.members[0]
		kp, _, err := c.NewKeyPackage(p.g.rng)
		ok(err)
		p.proposed(-1, must(c.ProposeJoin(m.GroupID(), m.Epoch(), kp)))
		p.commit(0, group.CommitOptions{Format: f})
	},
	func(p *crowd, f group.Format) { // an external sender proposes a Remove
		m := p.members[0]
		p.proposed(-1, must(p.outsider().ProposeExternally(0, m.GroupID(), m.Epoch(),
			wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: p.members[1].Leaf()}})))
		p.commit(0, group.CommitOptions{Format: f})
	},
}

// smallScenes has the scene for each suite where there is only one.
var smallScenes = map[wire.CipherSuite]int{0x0001: 3, 0x0002: 10, 0x0003: 4, 0x0004: 6, 0x0005: 11, 0x0006: 12, 0x0007: 13}

// generatePassiveCommit plays each scene, in public and in private messages, and
// an empty Commit after it.
func generatePassiveCommit(g *generator) []passive {
	var list []passive
	for i, play := range scenes {
		formats := []group.Format{group.Public, group.Private}
		if g.small { // one for each suite
			if i != smallScenes[g.suite.ID()] {
				continue
			}
			formats = formats[i%2 : i%2+1]
		}
		for _, f := range formats {
			p := newStage(g)
			play(p, f)
			p.committed()
			if !g.small {
				p.commit(0, group.CommitOptions{Format: f})
				p.committed()
			}
			list = append(list, p.v)
		}
	}
	return list
}

// newStage is a group of three, or two, that an external sender may propose to, and the
// passive client.
func newStage(g *generator) *crowd {
	outsider := must(group.NewIdentity(g.suite, g.rng, "external sender"))
	p := newCrowd(g, pick(g, 3, 2), wire.Extension{Type: wire.ExtensionExternalSenders, Data: marshal(&wire.ExternalSenders{
		Senders: []wire.ExternalSender{{SignatureKey: outsider.SignaturePub, Credential: outsider.Credential}}})})
	p.sender = group.Client{Suite: g.suite, Identity: outsider}
	p.addPSK()
	p.welcomePassive(group.CommitOptions{})
	return p
}

func (p *crowd) outsider() group.Client { return p.sender }

// resumptionPSK names this epoch's own.
func (p *crowd) resumptionPSK() wire.PreSharedKeyID {
	return group.ResumptionPSK(p.members[0].GroupID(), p.members[0].Epoch())
}

// extensions are the group's, without external senders, and with required
// capabilities.
func (p *crowd) extensions() []wire.Extension {
	return []wire.Extension{{Type: wire.ExtensionRequiredCapabilities, Data: marshal(&wire.RequiredCapabilities{
		CredentialTypes: []wire.CredentialType{wire.CredentialBasic}})}}
}

func (p *crowd) proposeUpdate(by int, f group.Format) {
	p.propose(by, func(m *group.Group) (*group.Group, []byte, error) {
		return m.ProposeUpdate(p.g.rng, group.LeafChange{}, f)
	})
}

func (p *crowd) proposeRemove(by, who int, f group.Format) {
	leaf := p.members[who].Leaf()
	p.propose(by, func(m *group.Group) (*group.Group, []byte, error) { return m.ProposeRemove(p.g.rng, leaf, f) })
}

func (p *crowd) proposePSK(by int, f group.Format) {
	p.propose(by, func(m *group.Group) (*group.Group, []byte, error) {
		return m.ProposePSK(p.g.rng, p.externalPSK(), f)
	})
}
