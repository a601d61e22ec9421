package trace

import (
	"fmt"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/model"
)

func (p *player) propose(s *seat, st *Statement) error {
	if r := s.group.ReInit(); r != nil {
		return p.impossible("a ReInit has ended %s, which goes on as %s", s.room.name, r.GroupID)
	}
	switch st.Verb {
	case VerbUpdates:
		return p.proposeUpdate(s)
	case VerbProposesAdd:
		kps, err := p.packagesOf(s, st.Names)
		for i := 0; err == nil && i < len(kps); i++ {
			err = p.proposeOne(s, "add", func() (*group.Group, []byte, error) { return s.group.ProposeAdd(p.rng, kps[i], p.format) })
		}
		return err
	case VerbProposesRemove:
		for _, name := range st.Names {
			if _, in := leafOf(s.group.Tree(), name); !in {
				return p.notMember(name, s.room.name)
			}
		}
		for _, name := range st.Names {
			leaf, _ := leafOf(s.group.Tree(), name)
			if err := p.proposeOne(s, "remove", func() (*group.Group, []byte, error) { return s.group.ProposeRemove(p.rng, leaf, p.format) }); err != nil {
				return err
			}
		}
		return nil
	case VerbProposesPSK:
		ids, err := p.pskIDs(s, st.PSKs)
		if err != nil {
			return err
		}
		return p.proposeOne(s, "psk", func() (*group.Group, []byte, error) { return s.group.ProposePSK(p.rng, ids[0], p.format) })
	case VerbProposesReInit:
		r, err := p.reInit(st)
		if err != nil {
			return err
		}
		return p.proposeOne(s, "reinit", func() (*group.Group, []byte, error) { return s.group.ProposeReInit(p.rng, *r, p.format) })
	default:
		list := *replaced(s.group.Context().Extensions, wire.Extension{Type: label, Data: []byte(st.Text)})
		return p.proposeOne(s, "extensions", func() (*group.Group, []byte, error) { return s.group.ProposeExtensions(p.rng, list, p.format) })
	}
}

func (p *player) proposeOne(s *seat, what string, propose func() (*group.Group, []byte, error)) error {
	p.begin(s.client)
	sender := p.sender(s)
	next, msg, err := propose()
	if err != nil {
		return fmt.Errorf("%s's proposal: %w", s.client.name, err)
	}
	p.made++
	return p.proposed(s, sender, next, msg, model.Event{Proposes: what, Proposal: fmt.Sprintf("proposal_%d", p.made)})
}

func (p *player) proposeUpdate(s *seat) error {
	p.begin(s.client)
	sender := p.sender(s)
	next, msg, err := s.group.ProposeUpdate(p.rng, group.LeafChange{}, p.format)
	if err != nil {
		return fmt.Errorf("%s's Update: %w", s.client.name, err)
	}
	return p.proposed(s, sender, next, msg, model.Event{Proposes: "update", Proposal: p.updateID(next)})
}

// updateID names the Update that was just proposed.
func (p *player) updateID(next *group.Group) string {
	list := next.Proposals()
	p.made++
	id := fmt.Sprintf("update_%d", p.made)
	p.ids[string(list[len(list)-1].Proposal.Update.LeafNode.EncryptionKey)] = id
	return id
}

func (p *player) proposed(s *seat, sender, next *group.Group, msg []byte, e model.Event) error {
	s.group = next
	return p.deliver(p.others(s), p.sentProposal(s, sender, msg, e))
}

// sentProposal records a proposal on its way. sender is as it was before.
func (p *player) sentProposal(s *seat, sender *group.Group, msg []byte, e model.Event) *letter {
	l := &letter{kind: "proposal", from: s.client, room: s.room, state: s.state, bytes: msg, sender: sender}
	if p.format == group.Private {
		e.Encrypted, l.id = true, e.Proposal
		l.generation, e.Generation = generation(&s.handshakes, e.By)
	}
	e.Kind = model.Propose
	p.rec.Spent()
	p.step(s, e)
	p.wire("proposal", msg)
	s.room.log = append(s.room.log, l)
	return l
}

func (p *player) send(s *seat, st *Statement) error {
	if r := s.group.ReInit(); r != nil {
		return p.impossible("a ReInit has ended %s, which goes on as %s", s.room.name, r.GroupID)
	}
	if n := len(s.group.Proposals()); n > 0 {
		return p.impossible("what was proposed in %s (%d so far) must be committed before %s sends (RFC 9420 §12.4), expected somebody to commit first", s.state, n, st.Actor)
	}
	to := p.others(s)
	if st.To != nil {
		var err error
		if to, err = p.onlyTo(s, st.To); err != nil {
			return err
		}
	}
	p.begin(s.client)
	l := &letter{kind: "application", from: s.client, room: s.room, state: s.state, number: len(p.letters) + 1, text: []byte(st.Text), sender: p.sender(s)}
	p.rec.Message(l.number, l.text)
	msg, err := s.group.Send(p.rng, l.text, nil)
	if err != nil {
		return fmt.Errorf("%s's message: %w", st.Actor, err)
	}
	l.bytes = msg
	p.letters, s.room.log = append(p.letters, l), append(s.room.log, l)
	l.generation, _ = generation(&s.messages, "")
	p.rec.Spent()
	p.step(s, model.Event{Kind: model.Send, Message: l.number})
	p.rec.MessageGoal(model.Goal{Kind: model.Message, Group: s.room.name, Epoch: s.group.Epoch(), State: s.state, Message: l.number})
	p.wire("application", msg)
	return p.deliver(to, l)
}

func (p *player) export(s *seat, st *Statement) error {
	p.begin(s.client)
	s.group.Export(st.Text, nil, s.suite().Nh())
	p.step(s, model.Event{Kind: model.Export, What: st.Text})
	p.rec.ExportGoal(model.Goal{Kind: model.ExportedValue, Group: s.room.name, Epoch: s.group.Epoch(), State: s.state, Label: st.Text})
	return nil
}

// packagesOf are the KeyPackages of those who are to be added to a group.
func (p *player) packagesOf(s *seat, names []string) ([]wire.KeyPackage, error) {
	for _, name := range names {
		if _, in := leafOf(s.group.Tree(), name); in {
			return nil, p.impossible("%s is already a member of %s in %s, expected someone who is not", name, s.room.name, s.state)
		}
		for _, seen := range s.group.Proposals() {
			if a := seen.Proposal.Add; a != nil && string(a.KeyPackage.LeafNode.Credential.Identity) == name {
				return nil, p.impossible("adding %s is proposed already in %s, expected somebody to commit first", name, s.state)
			}
		}
		if c := p.byName[name]; c != nil && c.seat(s.room) != nil {
			return nil, p.impossible("%s has not heard yet that it was removed from %s, expected %s comes online first", name, s.room.name, name)
		} else if c != nil && c.offline && c.pack(s.suite().ID()) == nil {
			return nil, p.impossible("%s is offline and left no unused key package, expected %s comes online first", name, name)
		}
	}
	return p.givePackages(names, s.suite())
}

// givePackages are KeyPackages of clients, made where there is no unused one; a client
// that did not exist does then.
func (p *player) givePackages(names []string, s suite.Suite) ([]wire.KeyPackage, error) {
	var kps []wire.KeyPackage
	for _, name := range names {
		c, err := p.client(name)
		if err != nil {
			return nil, err
		}
		p.begin(c)
		as, err := p.as(c, s)
		if err != nil {
			return nil, err
		}
		k, err := p.publishPackage(c, as)
		if err != nil {
			return nil, err
		}
		k.given = true
		kps = append(kps, k.secrets.KeyPackage)
	}
	return kps, nil
}

// suite is the group's, which need not be the scenario's.
func (s *seat) suite() suite.Suite { return s.group.Client().Suite }

// in is the client in a cipher suite; in its first, if it has none there yet.
func (c *client) in(id wire.CipherSuite) group.Client {
	for _, o := range c.others {
		if o.Suite.ID() == id {
			return o
		}
	}
	return c.client
}

// pack is a KeyPackage of the client that was given to nobody yet.
func (c *client) pack(id wire.CipherSuite) *pack {
	for _, k := range c.packages {
		if !k.given && k.secrets.KeyPackage.CipherSuite == id {
			return k
		}
	}
	return nil
}

// publishPackage gives the delivery service a KeyPackage, unless an unused one lies
// there.
func (p *player) publishPackage(c *client, as group.Client) (*pack, error) {
	if k := c.pack(as.Suite.ID()); k != nil {
		return k, nil
	}
	p.begin(c)
	kp, secrets, err := as.NewKeyPackage(p.rng)
	if err != nil {
		return nil, fmt.Errorf("making %s's key package: %w", c.name, err)
	}
	b, err := wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp})
	if err != nil {
		return nil, err
	}
	p.made++
	k := &pack{id: fmt.Sprintf("%s_package_%d", c.name, p.made), secrets: secrets}
	c.packages = append(c.packages, k)
	p.ids[string(kp.LeafNode.EncryptionKey)] = k.id
	p.rec.NameKey(kp.InitKey, c.name+"_init_key")
	p.rec.Step(model.Event{Kind: model.KeyPackage, Actor: c.name, Package: k.id})
	p.rec.NodeGoal(kp.InitKey, model.Goal{Kind: model.InitKey, Label: k.id})
	p.wire("key_package", b)
	return k, nil
}
