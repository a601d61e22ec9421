package vectors

import (
	"fmt"

	"mlsref/impl/group"
	"mlsref/impl/wire"
)

// crowd is a group's members, less the passive client, which only listens: what
// it gets to hear is written down.
type crowd struct {
	g       *generator
	clients int
	members []*group.Group
	joining []newcomer // added by proposals or the next Commit
	v       passive
	epoch   passiveEpoch // being written
	sender  group.Client // an external sender
}

type newcomer struct {
	client  group.Client
	secrets group.KeyPackageSecrets
}

// newCrowd is a group of n members, and a PSK that everybody holds.
func newCrowd(g *generator, n int, extensions ...wire.Extension) *crowd {
	p := &crowd{g: g, v: passive{CipherSuite: g.suite.ID(), ExternalPSKs: []externalPSK{}, Epochs: []passiveEpoch{}}}
	p.members = []*group.Group{must(p.client().Create(g.rng, g.bytes(16), extensions...))}
	if n > 1 {
		var opt group.CommitOptions
		for range n - 1 {
			opt.Add = append(opt.Add, p.keyPackage())
		}
		p.commit(0, opt)
	}
	p.begin()
	return p
}

// client is a new one that holds the PSKs of the vector.
func (p *crowd) client() group.Client {
	p.clients++
	c := must(group.NewClient(p.g.suite, p.g.rng, fmt.Sprintf("client %d", p.clients)))
	c.Config.PSKs, c.Config.PastResumption = new(group.PSKStore), 2
	for _, psk := range p.v.ExternalPSKs {
		c.Config.PSKs.Put(group.ExternalPSK(psk.ID), psk.PSK)
	}
	return c
}

// addPSK makes an external PSK that all have from now on.
func (p *crowd) addPSK() {
	psk := externalPSK{ID: p.g.bytes(8), PSK: p.g.secret()}
	p.v.ExternalPSKs = append(p.v.ExternalPSKs, psk)
	for _, m := range p.members {
		m.Client().Config.PSKs.Put(group.ExternalPSK(psk.ID), psk.PSK)
	}
}

func (p *crowd) externalPSK() wire.PreSharedKeyID { return group.ExternalPSK(p.v.ExternalPSKs[0].ID) }

// keyPackage is of a new client, which joins with the next Commit.
func (p *crowd) keyPackage() wire.KeyPackage {
	n := newcomer{client: p.client()}
	kp, secrets, err := n.client.NewKeyPackage(p.g.rng)
	ok(err)
	n.secrets = secrets
	p.joining = append(p.joining, n)
	return kp
}

// begin starts the record of an epoch.
func (p *crowd) begin() { p.epoch = passiveEpoch{Proposals: []Hex{}} }

// propose sends a proposal of a member.
func (p *crowd) propose(by int, make func(*group.Group) (*group.Group, []byte, error)) {
	next, msg, err := make(p.members[by])
	ok(err)
	p.members[by] = next
	p.proposed(by, msg)
}

// proposed delivers a proposal to all members but one (-1: to all).
func (p *crowd) proposed(by int, msg []byte) {
	p.epoch.Proposals = append(p.epoch.Proposals, msg)
	for i, m := range p.members {
		if i != by {
			p.members[i] = must(m.Receive(msg)).Next
		}
	}
}

// commit commits as a member, and everybody follows.
func (p *crowd) commit(by int, opt group.CommitOptions) (welcome []byte) {
	pending := must(p.members[by].Commit(p.g.rng, opt))
	next, welcome := pending.Accept()
	p.deliver(by, pending.Commit)
	p.members[by] = next
	p.settle(next, welcome, opt.TreeBeside)
	return welcome
}

// joinExternally lets a client in from outside.
func (p *crowd) joinExternally(c group.Client, opt group.ExternalOptions) {
	info := must(p.members[0].GroupInfo(p.g.rng, group.GroupInfoOptions{Tree: true, ExternalPub: true}))
	pending := must(c.JoinExternally(p.g.rng, info, opt))
	next, _ := pending.Accept()
	p.deliver(-1, pending.Commit)
	p.members = append(p.members, next)
	p.settle(next, nil, false)
}

func (p *crowd) deliver(by int, commit []byte) {
	p.epoch.Commit = commit
	var left []*group.Group
	for i, m := range p.members {
		if i == by {
			left = append(left, m)
		} else if r := must(m.Receive(commit)); !r.Removed {
			left = append(left, r.Next)
		} else {
			left = append(left, nil)
		}
	}
	p.members = left
}

// settle ends an epoch: who was removed is gone, newcomers are in.
func (p *crowd) settle(next *group.Group, welcome []byte, treeBeside bool) {
	var left []*group.Group
	for _, m := range p.members {
		if m != nil {
			left = append(left, m)
		}
	}
	p.members = left
	var opt group.JoinOptions
	if treeBeside {
		opt.Tree = must(next.RatchetTree())
	}
	if welcome != nil {
		for _, n := range p.joining {
			p.members = append(p.members, must(n.client.Join(n.secrets, welcome, opt)))
		}
	}
	p.joining = nil
	p.epoch.Authenticator = next.EpochAuthenticator()
}

// welcomePassive adds the passive client, with a Commit that does what opt says.
func (p *crowd) welcomePassive(opt group.CommitOptions) {
	c := p.client()
	kp, secrets, err := c.NewKeyPackage(p.g.rng)
	ok(err)
	opt.Add = append(opt.Add, kp)
	p.v.Welcome = p.commit(0, opt)
	p.v.KeyPackage, p.v.SignaturePriv = keyPackageMessage(kp), c.Identity.SignatureKey
	p.v.EncryptionPriv, p.v.InitPriv = secrets.EncryptionKey, secrets.InitKey
	if opt.TreeBeside {
		h := Hex(must(p.members[0].RatchetTree()))
		p.v.RatchetTree = &h
	}
	p.v.Authenticator = p.epoch.Authenticator
	p.begin()
}

// committed writes the epoch down for the passive client.
func (p *crowd) committed() {
	p.v.Epochs = append(p.v.Epochs, p.epoch)
	p.begin()
}
