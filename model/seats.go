package model

import (
	"errors"
	"fmt"
	"slices"
)

var errNotMember = errors.New("the actor has no state in the group")

// stateOf is the state that an event names, with the group and epoch that it says.
func (w *world) stateOf(e Event) (*state, error) {
	s := w.states[e.State]
	if s == nil {
		return nil, fmt.Errorf("no state %q", e.State)
	}
	if s.group != e.Group || s.epoch != e.Epoch {
		return nil, fmt.Errorf("state %q is %s epoch %d, not %s epoch %d", s.id, s.group, s.epoch, e.Group, e.Epoch)
	}
	return s, nil
}

// seated is the actor's seat, which has to be in the state that the event names.
func (w *world) seated(e Event) (*seat, *state, error) {
	seat := w.client(e.Actor).seats[e.Group]
	if seat == nil || seat.state == nil {
		return nil, nil, errNotMember
	}
	s, err := w.stateOf(e)
	if err != nil {
		return nil, nil, err
	}
	if seat.state != s {
		return nil, nil, fmt.Errorf("the actor is in %s, not in %s", seat.state.name(), s.name())
	}
	return seat, s, nil
}

// impersonated is the state in which the attacker acts as the actor: any one in
// which the actor has a leaf.
func (w *world) impersonated(e Event) (*state, error) {
	s, err := w.stateOf(e)
	if err == nil && s.tree.leafOf(e.Actor) < 0 {
		err = fmt.Errorf("the attacker acts as %s, who has no leaf in %s", e.Actor, s.name())
	}
	return s, err
}

// acting is the state in which an event's actor acts, with its seat if it is a member.
func (w *world) acting(e Event) (*seat, *state, error) {
	if e.By != Attacker {
		return w.seated(e)
	}
	s, err := w.impersonated(e)
	return nil, s, err
}

var proposalKinds = []string{"update", "add", "remove", "psk", "reinit", "extensions", "external_init"}

func (w *world) propose(i int, e Event) error {
	if !slices.Contains(proposalKinds, e.Proposes) {
		return fmt.Errorf("no proposal of kind %q", e.Proposes)
	}
	if e.Proposal != "" && w.proposals[e.Proposal] != nil || e.Proposes == "update" && e.Proposal == "" {
		return fmt.Errorf("proposal %q is not a new one", e.Proposal)
	}
	seat, s, err := w.acting(e)
	if err != nil {
		return err
	}
	o := w.draws(i, e)
	p := &proposal{id: e.Proposal, owner: e.Actor, state: s, encrypted: e.Encrypted, verify: w.signs(e.Actor)}
	if e.Encrypted {
		p.handshake = sends(i, seat, e, true)
	}
	if e.Proposes == "update" {
		p.key = w.fresh(o)
		if seat != nil {
			seat.proposals = append(seat.proposals, p)
		}
	}
	if p.id != "" {
		w.proposals[p.id] = p
	}
	return nil
}

// sends is the key that the actor's next message takes; it is used up in its
// seat. The attacker, who has none, says which key it takes.
func sends(i int, s *seat, e Event, handshake bool) ratchetKey {
	k := ratchetKey{e.Actor, handshake, e.Generation}
	if s != nil {
		next := &s.view.sent[0]
		if k.handshake {
			next = &s.view.sent[1]
		}
		k.generation = *next
		*next++
		s.view.use(i, k)
	}
	return k
}

// process moves to the next state. Everything of the old one is dropped, but for
// what the client retains.
func (w *world) process(i int, e Event) error {
	c := w.client(e.Actor)
	at := c.seats[e.Group]
	if at == nil {
		return errNotMember
	}
	s, err := w.stateOf(e)
	if err != nil {
		return err
	}
	if e.From != "" && (s.from == nil || s.from.id != e.From) {
		return fmt.Errorf("the Commit to %s is not from %q", s.name(), e.From)
	}
	for _, own := range at.waiting {
		if own.state == s {
			c.enter(s, own.view, !s.external)
			return nil
		}
	}
	if err := w.follows(c, at, s); err != nil {
		return err
	}
	if s.encrypted {
		at.view.use(i, s.handshake)
	}
	s.received(i, e.Actor)
	c.enter(s, newRatchets(), true)
	return nil
}

// follows says why a member cannot process the Commit to s.
func (w *world) follows(c *client, at *seat, s *state) error {
	switch {
	case at.state == nil:
		return errNotMember
	case s.from != at.state:
		return fmt.Errorf("the actor is in %s, from which no Commit leads to %s", at.state.name(), s.name())
	case s.committer == c.name:
		return fmt.Errorf("%s is the actor's own, and it does not wait for it", s.commit())
	case !s.stays(c.name):
		return fmt.Errorf("%s removes the actor", s.commit())
	}
	if u := s.updates[c.name]; u != nil && !slices.Contains(at.proposals, u) {
		return fmt.Errorf("%s applies an Update whose key the actor does not hold", s.commit())
	}
	if s.encrypted && !at.view.held(s.handshake, never-1) {
		return fmt.Errorf("the actor has used up the key of %s", s.commit())
	}
	return c.holdsPSKs(s.psks)
}

// stays: the member keeps its seat in the Commit. Removed and added anew in one
// Commit, it has to join.
func (s *state) stays(member string) bool {
	anew := slices.ContainsFunc(s.joiners, func(j *joiner) bool { return j.name == member })
	return !anew && s.tree.leafOf(member) >= 0
}

func (s *state) received(i int, who string) {
	if s.first == nil {
		s.first = &use{who, i}
	}
}

// enter puts the client into s. What it retains of the past it keeps only if it
// comes from there: by a Welcome or from outside, it starts anew.
func (c *client) enter(s *state, view *ratchets, fromWithin bool) {
	next := &seat{state: s, view: view}
	if old := c.seats[s.group]; fromWithin && c.keepOld+c.keepPSKs > 0 {
		next.past = append([]held{{old.state, old.view}}, old.past...)
		next.pastPSKs = append([]*state{old.state}, old.pastPSKs...)
		c.trim(next)
	}
	c.seats[s.group] = next
}

// holdsPSKs: the client has every PSK that a Commit takes in.
func (c *client) holdsPSKs(psks []pskRef) error {
	for _, p := range psks {
		if p.external != nil && !slices.Contains(c.psks, p.external) || p.state != nil && !c.holdsResumption(p.state) {
			return fmt.Errorf("%s does not hold %s", c.name, p)
		}
	}
	return nil
}

func (c *client) holdsResumption(s *state) bool {
	at := c.seats[s.group]
	if at == nil {
		return false
	}
	return at.state == s || slices.Contains(at.pastPSKs, s) ||
		slices.ContainsFunc(at.waiting, func(h held) bool { return h.state == s })
}

func (w *world) discard(_ int, e Event) error {
	c := w.client(e.Actor)
	s, err := w.stateOf(e)
	if err != nil {
		return err
	}
	at := c.seats[e.Group]
	if at == nil || !slices.ContainsFunc(at.waiting, func(h held) bool { return h.state == s }) {
		return fmt.Errorf("the actor does not wait for %s", s.name())
	}
	at.waiting = slices.DeleteFunc(at.waiting, func(h held) bool { return h.state == s })
	return nil
}

// join drops the key package, unless it is one of last resort; its leaf key is in
// the tree by now.
func (w *world) join(_ int, e Event) error {
	s, err := w.stateOf(e)
	if err != nil {
		return err
	}
	c := w.client(e.Actor)
	at := slices.IndexFunc(s.joiners, func(j *joiner) bool {
		return j.name == e.Actor && (e.Package == "" || j.pack.id == e.Package)
	})
	if at < 0 || s.joiners[at].joined {
		return fmt.Errorf("no Welcome to %s is waiting for the actor", s.name())
	}
	pack := s.joiners[at].pack
	if !slices.Contains(c.packages, pack) {
		return fmt.Errorf("the actor does not hold package %s", pack.id)
	}
	if err := c.holdsPSKs(s.psks); err != nil {
		return err
	}
	s.joiners[at].joined = true
	if !pack.lastResort {
		c.packages = slices.DeleteFunc(c.packages, func(p *keyPackage) bool { return p == pack })
	}
	c.enter(s, newRatchets(), false)
	return nil
}

func (w *world) leave(_ int, e Event) error {
	c := w.client(e.Actor)
	if c.seats[e.Group] == nil {
		return errNotMember
	}
	delete(c.seats, e.Group)
	return nil
}

func (w *world) send(i int, e Event) error {
	if e.Message < 1 || w.messages[e.Message] != nil {
		return fmt.Errorf("message number %d is not a new one", e.Message)
	}
	seat, s, err := w.acting(e)
	if err != nil {
		return err
	}
	m := &message{number: e.Message, state: s, sender: e.Actor, origin: w.draws(i, e),
		key: sends(i, seat, e, false)}
	w.messages[m.number] = m
	w.history.messages = append(w.history.messages, m)
	return nil
}

// receive opens a message of the current state, or of one that is retained.
func (w *world) receive(i int, e Event) error {
	at := w.client(e.Actor).seats[e.Group]
	if at == nil || at.state == nil {
		return errNotMember
	}
	m := w.messages[e.Message]
	if m == nil {
		return fmt.Errorf("message %d was not sent", e.Message)
	}
	if m.sender == e.Actor {
		return fmt.Errorf("message %d is the actor's own", e.Message)
	}
	if s, err := w.stateOf(e); err != nil || s != m.state {
		return fmt.Errorf("message %d is of %s, not of state %q", e.Message, m.state.name(), e.State)
	}
	for _, h := range append([]held{{at.state, at.view}}, at.past...) {
		if h.state != m.state {
			continue
		}
		if !h.view.held(m.key, i) {
			return fmt.Errorf("the actor already had message %d, or another one under its key", e.Message)
		}
		h.view.use(i, m.key)
		if m.first == nil {
			m.first = &use{e.Actor, i}
		}
		return nil
	}
	return fmt.Errorf("message %d is of %s, the actor is in %s and retains nothing of it", e.Message, m.state.name(), at.state.name())
}

// handle opens an encrypted handshake message, and its key is used up.
func (w *world) handle(i int, e Event) error {
	at := w.client(e.Actor).seats[e.Group]
	if at == nil || at.state == nil {
		return errNotMember
	}
	s, err := w.stateOf(e)
	if err != nil {
		return err
	}
	k, sent, encrypted := s.handshake, s.from, s.encrypted
	if e.Proposal != "" {
		p := w.proposals[e.Proposal]
		if p == nil {
			return fmt.Errorf("no proposal %q", e.Proposal)
		}
		k, sent, encrypted = p.handshake, p.state, p.encrypted
	}
	if !encrypted || sent != at.state || !at.view.held(k, i) {
		return errors.New("no encrypted handshake message that the actor can open")
	}
	at.view.use(i, k)
	return nil
}

func (w *world) export(i int, e Event) error {
	_, s, err := w.seated(e)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.exports, func(x export) bool { return x.label == e.What }) {
		s.exports = append(s.exports, export{e.What, i})
	}
	return nil
}
