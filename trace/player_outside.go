package trace

import (
	"bytes"
	"fmt"

	"mlsref/impl/group"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/model"
)

// fromOutside is for who comes to a group, or asks to.
func (p *player) fromOutside(st *Statement) error {
	r, err := p.roomNamed(st.Group)
	if err != nil {
		return err
	}
	c, err := p.client(st.Actor)
	if err != nil {
		return err
	}
	if c.offline {
		return p.impossible("%s is offline and cannot act, expected %s comes online first", c.name, c.name)
	}
	s := c.seat(r)
	switch {
	case s != nil && st.Verb != VerbRejoins:
		return p.impossible("%s is in %s already", c.name, r.name)
	case st.Verb == VerbAsks:
		return p.ask(c, r)
	}
	through, err := p.through(c, r, st.Through)
	if err != nil {
		return err
	}
	if _, in := leafOf(through.group.Tree(), c.name); in != (st.Verb == VerbRejoins) {
		if in {
			return p.impossible("%s is a member of %s in %s, expected %s rejoins %s", c.name, r.name, through.state, c.name, r.name)
		}
		return p.impossible("%s is no member of %s in %s, expected %s joins %s", c.name, r.name, through.state, c.name, r.name)
	}
	opt := group.ExternalOptions{Resync: st.Verb == VerbRejoins}
	if opt.PSKs, err = p.pskIDs(&seat{client: c, room: r, group: through.group}, st.PSKs); err != nil {
		return err
	}
	info, err := p.groupInfo(through)
	if err != nil {
		return err
	}
	if s != nil {
		p.begin(c)
		p.step(s, model.Event{Kind: model.Leave})
		c.leave(s)
	}
	p.begin(c)
	as, err := p.as(c, through.suite())
	if err != nil {
		return err
	}
	joined, d, err := p.joinExternally(c, as, through, info, opt, "")
	if err != nil {
		return err
	}
	c.seats = append(c.seats, joined)
	return p.publishExternal(joined, d)
}

// through is the seat whose GroupInfo somebody outside uses: the named one's, or the
// first that is online.
func (p *player) through(c *client, r *room, name string) (*seat, error) {
	for _, other := range p.clients {
		s := other.seat(r)
		if s == nil || other == c || other.offline || name != "" && other.name != name || s.group.ReInit() != nil {
			continue
		}
		if s.state == s.branch.head {
			return s, nil
		}
	}
	if name != "" {
		return nil, p.impossible("%s can give no GroupInfo of %s", name, r.name)
	}
	return nil, p.impossible("nobody in %s is online to give a GroupInfo", r.name)
}

func (p *player) groupInfo(s *seat) ([]byte, error) {
	p.begin(s.client)
	info, err := s.group.GroupInfo(p.rng, group.GroupInfoOptions{Tree: true, ExternalPub: true})
	if err != nil {
		return nil, err
	}
	p.wire("group_info", info)
	return info, nil
}

// joinExternally makes an external Commit as c and records it; the new seat is not
// yet c's. by is model.Attacker if a thief of c's signature key does it.
func (p *player) joinExternally(c *client, as group.Client, through *seat, info []byte, opt group.ExternalOptions, by string) (*seat, *letter, error) {
	pending, err := withPSKs(p, c, opt.PSKs, func() (*group.Pending, error) { return as.JoinExternally(p.rng, info, opt) })
	if err != nil {
		return nil, nil, fmt.Errorf("%s's external Commit: %w", c.name, err)
	}
	next, _ := pending.Accept()
	r := through.room
	s := &seat{client: c, room: r, branch: through.branch, group: next}
	d := &letter{kind: "commit", from: c, room: r, state: through.state, bytes: pending.Commit, next: p.newState(r, next.Epoch()), psks: opt.PSKs, info: info}
	s.state = d.next
	e := model.Event{Kind: model.Commit, From: through.state, State: d.next, Epoch: next.Epoch(), Path: true, External: true, By: by}
	if opt.Resync {
		e.Removes = []string{c.name}
	}
	e.PSKs = p.pskRefs(through, opt.PSKs)
	d.event = e
	p.step(s, e)
	p.rec.State(d.next, r.name, next.Epoch(), 0, false)
	p.arrived(d.next, next.Tree())
	p.commitGoals(r, d, through.group.Tree(), next)
	p.wire("commit", d.bytes)
	return s, d, p.rec.Err()
}

// publishExternal has the delivery service accept an external Commit.
func (p *player) publishExternal(s *seat, d *letter) error {
	p.step(s, model.Event{Kind: model.Process, From: d.state})
	s.branch.head = d.next
	s.room.log = append(s.room.log, d)
	if err := p.deliver(p.others(s), d); err != nil {
		return err
	}
	return p.settled(s)
}

// ask proposes from outside that c be added (RFC 9420 §12.1.8).
func (p *player) ask(c *client, r *room) error {
	through, err := p.through(c, r, "")
	if err != nil {
		return err
	}
	kps, err := p.packagesOf(through, []string{c.name})
	if err != nil {
		return err
	}
	p.begin(c)
	as := c.in(through.suite().ID())
	msg, err := as.ProposeJoin(through.group.GroupID(), through.group.Epoch(), kps[0])
	if err != nil {
		return err
	}
	return p.outsideProposal(c, through, msg)
}

// outsider is who a statement lets propose from outside, if it does: the group lists
// them among its external_senders.
func (p *player) outsider(st *Statement) (*client, *seat) {
	c := p.byName[st.Actor]
	if c == nil || c.offline || st.Verb != VerbProposesAdd && st.Verb != VerbProposesRemove && st.Verb != VerbProposesLabel {
		return nil, nil
	}
	for _, r := range p.rooms {
		if st.In != "" && st.In != r.name {
			continue
		}
		if s, err := p.through(c, r, ""); err == nil && senderIndex(s, c) >= 0 {
			return c, s
		}
	}
	return nil, nil
}

func senderIndex(s *seat, c *client) int {
	senders, err := treesync.ExternalSenders(s.group.Context())
	if err != nil {
		return -1
	}
	for i, x := range senders {
		if bytes.Equal(x.SignatureKey, c.in(s.suite().ID()).Identity.SignaturePub) {
			return i
		}
	}
	return -1
}

func (p *player) proposeFromOutside(c *client, s *seat, st *Statement) error {
	var proposals []wire.Proposal
	switch st.Verb {
	case VerbProposesAdd:
		kps, err := p.packagesOf(s, st.Names)
		if err != nil {
			return err
		}
		for _, kp := range kps {
			proposals = append(proposals, wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}})
		}
	case VerbProposesRemove:
		for _, name := range st.Names {
			leaf, in := leafOf(s.group.Tree(), name)
			if !in {
				return p.notMember(name, s.room.name)
			}
			proposals = append(proposals, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: leaf}})
		}
	default:
		list := *replaced(s.group.Context().Extensions, wire.Extension{Type: label, Data: []byte(st.Text)})
		proposals = append(proposals, wire.Proposal{Type: wire.ProposalGroupContextExtensions,
			GroupContextExtensions: &wire.GroupContextExtensions{Extensions: list}})
	}
	for _, proposal := range proposals {
		p.begin(c)
		msg, err := c.in(s.suite().ID()).ProposeExternally(uint32(senderIndex(s, c)), s.group.GroupID(), s.group.Epoch(), proposal)
		if err != nil {
			return err
		}
		if err := p.outsideProposal(c, s, msg); err != nil {
			return err
		}
	}
	return nil
}

// outsideProposal gives a proposal from outside to the members of a branch. It holds
// no secret, so it is no step of the model.
func (p *player) outsideProposal(c *client, s *seat, msg []byte) error {
	p.wire("proposal", msg)
	l := &letter{kind: "proposal", from: c, room: s.room, state: s.state, bytes: msg}
	s.room.log = append(s.room.log, l)
	return p.deliver(append(p.others(s), s.client), l)
}
