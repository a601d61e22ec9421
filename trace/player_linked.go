package trace

import (
	"bytes"
	"fmt"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/model"
)

// branch makes a subgroup (RFC 9420 §11.3).
func (p *player) branch(s *seat, st *Statement) error {
	if p.room(st.Group) != nil {
		return p.impossible("the group %s exists already, expected another name", st.Group)
	}
	for _, name := range st.Names {
		if _, in := leafOf(s.group.Tree(), name); !in || name == s.client.name {
			return p.impossible("%s is no other member of %s in %s", name, s.room.name, s.state)
		}
	}
	kps, err := p.freshPackages(st.Names, s.suite())
	if err != nil {
		return err
	}
	r := &room{name: st.Group, parent: s.room}
	p.rooms = append(p.rooms, r)
	p.begin(s.client)
	pending, err := s.group.Branch(p.rng, []byte(st.Group), kps, group.CommitOptions{Format: p.format})
	if err != nil {
		return err
	}
	return p.linked(s, r, pending)
}

// reopen makes the group that a ReInit announced (RFC 9420 §11.2), with all members
// of the old one.
func (p *player) reopen(st *Statement) error {
	c := p.byName[st.Actor]
	if c == nil {
		return p.impossible("%s is in no group that a ReInit ended", st.Actor)
	}
	if c.offline {
		return p.impossible("%s is offline and cannot act, expected %s comes online first", c.name, c.name)
	}
	var s *seat
	for _, candidate := range c.seats {
		if r := candidate.group.ReInit(); r != nil && string(r.GroupID) == st.Group {
			s = candidate
		}
	}
	switch {
	case s == nil:
		return p.impossible("%s is in no group that goes on as %s, expected somebody reinits %s first", c.name, st.Group, st.Group)
	case p.room(st.Group) != nil:
		return p.impossible("the group %s exists already", st.Group)
	}
	next, err := suite.ByID(s.group.ReInit().CipherSuite)
	if err != nil {
		return err
	}
	if next.ID() == p.suite.ID() {
		next = p.suite
	} else {
		next = next.Memoised().Observed(p.rec.In(next.ID()))
	}
	var names []string
	for _, leaf := range s.group.Tree().All() {
		if name := string(leaf.Credential.Identity); name != c.name {
			names = append(names, name)
		}
	}
	kps, err := p.freshPackages(names, next)
	if err != nil {
		return err
	}
	p.begin(c)
	as, err := p.as(c, next)
	if err != nil {
		return err
	}
	r := &room{name: st.Group, parent: s.room}
	p.rooms = append(p.rooms, r)
	pending, err := s.group.Reinitialise(p.rng, as, kps, group.CommitOptions{Format: p.format})
	if err != nil {
		return err
	}
	return p.linked(s, r, pending)
}

// as is a client in a cipher suite; it makes the identity if there is none.
func (p *player) as(c *client, s suite.Suite) (group.Client, error) {
	if have := c.in(s.ID()); have.Suite.ID() == s.ID() {
		return have, nil
	}
	made, err := p.identity(c, s, model.NewKey)
	c.others = append(c.others, made)
	return made, err
}

// freshPackages are KeyPackages of clients in a cipher suite.
func (p *player) freshPackages(names []string, s suite.Suite) ([]wire.KeyPackage, error) {
	for _, name := range names {
		if c := p.byName[name]; c == nil || c.offline && c.pack(s.ID()) == nil {
			return nil, p.impossible("%s is offline and left no unused key package, expected %s comes online first", name, name)
		}
	}
	return p.givePackages(names, s)
}

// linked records the first two epochs of a group that follows another: its creator
// was alone in epoch 0, and its first Commit, which goes to nobody, adds the others
// and takes in the old group's resumption_psk.
func (p *player) linked(old *seat, r *room, pending *group.Pending) error {
	next, welcome := pending.Accept()
	s := p.seatIn(old.client, r, next, p.newState(r, 0))
	first := s.state
	p.rec.StepFirst(model.Event{Kind: model.Create, Actor: old.client.name, Group: r.name, State: first})
	p.rec.State(first, r.name, 0, 1, false)
	alone := pending.Reject().Tree()
	p.arrived(first, alone)
	p.newLeaves(model.Goal{Group: r.name, State: first}, treesync.Tree{}, alone)
	d := &letter{kind: "commit", from: old.client, room: r, state: first, bytes: pending.Commit, welcome: welcome, next: p.newState(r, 1), adds: len(next.Tree().Members()) > 1}
	e := p.covered(alone, pending.Proposals)
	e.Kind, e.From, e.State, e.Epoch, e.Path, e.Encrypted = model.Commit, first, d.next, 1, true, p.format == group.Private
	e.PSKs = []model.PSKRef{{State: old.state}}
	d.event = e
	p.step(s, e)
	p.rec.State(d.next, r.name, 1, 0, d.adds)
	p.arrived(d.next, next.Tree())
	p.commitGoals(r, d, alone, next)
	if err := p.rec.Err(); err != nil {
		return err
	}
	if welcome != nil {
		p.wire("welcome", welcome)
	}
	s.state, s.branch.head = d.next, d.next
	p.step(s, model.Event{Kind: model.Process, From: first})
	if err := p.welcome(s, d); err != nil {
		return err
	}
	return p.settled(s)
}

// deal gives an external PSK to some clients; nobody made it.
func (p *player) deal(st *Statement) error {
	if p.psks[st.PSK] != nil {
		return p.impossible("the PSK %s was dealt already", st.PSK)
	}
	var to []*client
	for _, name := range st.Names {
		c, err := p.client(name)
		if err != nil {
			return err
		}
		to = append(to, c)
	}
	p.rec.As("", p.line)
	secret, err := p.suite.Random(p.rng, 32)
	if err != nil {
		return err
	}
	p.psks[st.PSK] = secret
	for _, c := range to {
		c.client.Config.PSKs.Put(group.ExternalPSK([]byte(st.PSK)), bytes.Clone(secret))
	}
	p.rec.Step(model.Event{Kind: model.Deal, PSK: st.PSK, Names: st.Names})
	p.rec.PSKGoal(secret, model.Goal{Kind: model.PSK, Label: st.PSK})
	return nil
}

// pskIDs are the PSKs that a statement names, if whoever acts holds them.
func (p *player) pskIDs(s *seat, words []PSKWord) ([]wire.PreSharedKeyID, error) {
	var ids []wire.PreSharedKeyID
	for _, w := range words {
		if w.Epoch == nil {
			id := group.ExternalPSK([]byte(w.Name))
			if !s.client.client.Config.PSKs.Has(id) {
				return nil, p.impossible("%s does not hold the PSK %s, expected deal %s to %s first", s.client.name, w.Name, w.Name, s.client.name)
			}
			ids = append(ids, id)
			continue
		}
		of := s.room.name
		if w.Of != "" {
			of = w.Of
		}
		ids = append(ids, group.ResumptionPSK([]byte(of), *w.Epoch))
		if _, secret := p.resumption(s.client, of, *w.Epoch); secret == nil {
			return nil, p.impossible("%s does not hold the resumption_psk of epoch %d of %s", s.client.name, *w.Epoch, of)
		}
	}
	return ids, nil
}

// holds says whether a client has a PSK, or a group of its own that gives it.
func (p *player) holds(c *client, id wire.PreSharedKeyID) bool {
	if id.PSKType == wire.PSKExternal {
		return c.client.Config.PSKs.Has(id)
	}
	_, secret := p.resumption(c, string(id.PSKGroupID), id.PSKEpoch)
	return secret != nil
}

// resumption is a resumption_psk that a client's live state holds, and of which state.
func (p *player) resumption(c *client, room string, epoch uint64) (string, []byte) {
	r := p.room(room)
	if r == nil || c.seat(r) == nil {
		return "", nil
	}
	s := c.seat(r)
	return p.stateAt(s, epoch), s.group.ResumptionPSK(epoch)
}

// stateAt is the state that a member was in at an epoch that it remembers.
func (p *player) stateAt(s *seat, epoch uint64) string {
	state := s.state
	for at := s.group.Epoch(); at > epoch; at-- {
		state = p.before(s.room, state)
	}
	return state
}

// before is the state whose end made another.
func (p *player) before(r *room, state string) string {
	for _, l := range r.log {
		if l.kind == "commit" && l.next == state {
			return l.state
		}
	}
	return ""
}

// withPSKs lets a client use resumption_psks of its other groups for one step: its
// store holds them for no longer, so that a theft finds what the groups hold.
func withPSKs[T any](p *player, c *client, ids []wire.PreSharedKeyID, f func() (T, error)) (T, error) {
	store := c.client.Config.PSKs
	for _, id := range ids {
		if id.PSKType != wire.PSKResumption {
			continue
		}
		if _, secret := p.resumption(c, string(id.PSKGroupID), id.PSKEpoch); secret != nil && !store.Has(id) {
			store.Put(id, secret)
			defer store.Delete(id)
		}
	}
	return f()
}

func (p *player) withPSKs(s *seat, ids []wire.PreSharedKeyID, f func() (*group.Pending, error)) (*group.Pending, error) {
	for _, seen := range s.group.Proposals() {
		if psk := seen.Proposal.PreSharedKey; psk != nil {
			ids = append(ids[:len(ids):len(ids)], psk.PSK)
		}
	}
	return withPSKs(p, s.client, ids, f)
}

// committedPSKs are the PSKs of a Commit, in its order.
func (p *player) committedPSKs(s *seat, pending *group.Pending) (ids []wire.PreSharedKeyID, refs []model.PSKRef) {
	for _, covered := range pending.Proposals {
		if psk := covered.Proposal.PreSharedKey; psk != nil {
			ids = append(ids, psk.PSK)
		}
	}
	return ids, p.pskRefs(s, ids)
}

func (p *player) pskRefs(s *seat, ids []wire.PreSharedKeyID) []model.PSKRef {
	var refs []model.PSKRef
	for _, id := range ids {
		if id.PSKType == wire.PSKExternal {
			refs = append(refs, model.PSKRef{External: string(id.PSKID)})
			continue
		}
		state, _ := p.resumption(s.client, string(id.PSKGroupID), id.PSKEpoch)
		refs = append(refs, model.PSKRef{State: state})
	}
	return refs
}

// stateSuffix is what a state's keys are named by: its epoch and branch.
func stateSuffix(state string) string {
	for i := range len(state) {
		if state[i] == '/' {
			return state[i+1:]
		}
	}
	return fmt.Sprint(state)
}
