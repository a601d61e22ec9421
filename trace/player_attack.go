package trace

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mlsref/impl/group"
	"mlsref/model"
)

// loot is a thief's copy of what it stole from a client.
type loot struct {
	client group.Client    // with the signature key
	seats  []*seat         // copies of live groups; nil if only the signature key was stolen
	states map[string]seat // what the copies were in each state, when they came to it
}

func (p *player) compromise(st *Statement) error {
	c, err := p.known(st.Actor)
	if err != nil {
		return err
	}
	roots := c.live()
	switch st.What {
	case model.SignatureKey:
		roots = slices.DeleteFunc(roots, func(r Root) bool { return !strings.HasPrefix(r.Name, "identity") })
	case model.KeyPackages:
		if len(c.packages) == 0 {
			return p.impossible("%s holds no unused key package that could be stolen", c.name)
		}
		roots = slices.DeleteFunc(roots, func(r Root) bool { return !strings.HasPrefix(r.Name, "package_") })
	default:
		if len(c.seats) == 0 && len(c.packages) == 0 {
			return p.impossible("%s holds no group state here that could be stolen", c.name)
		}
	}
	p.begin(c)
	p.rec.Step(model.Event{Kind: model.Compromise, Actor: c.name, What: st.What})
	found, err := p.rec.Walk(roots...)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	p.rec.Compromise(found)
	if st.What == model.KeyPackages {
		return nil
	}
	taken := &loot{client: c.client, states: map[string]seat{}}
	if c.stolen != nil {
		taken.states = c.stolen.states
	}
	taken.client.Config.PSKs = &group.PSKStore{}
	if st.What == "" {
		taken.client.Config.PSKs = c.client.Config.PSKs.Clone()
		for _, s := range c.seats {
			copied := *s
			copied.group, copied.pending, copied.draft = s.group.Clone(), nil, nil
			copied.caught = len(s.room.log)
			taken.seats = append(taken.seats, &copied)
			p.learned(taken, &copied)
		}
	} else if c.stolen != nil {
		taken.seats = c.stolen.seats
	}
	c.stolen = taken
	return nil
}

// known is a client who is there already.
func (p *player) known(name string) (*client, error) {
	if c := p.byName[name]; c != nil {
		return c, nil
	}
	return nil, p.impossible("nobody here is called %s%s", name, nearestOf(name, p.names()))
}

func (p *player) names() []string {
	var names []string
	for _, c := range p.clients {
		names = append(names, c.name)
	}
	return names
}

func (p *player) randomness(st *Statement) error {
	c, err := p.client(st.Actor)
	if err != nil {
		return err
	}
	if c.weak = st.What == model.Known; c.weak {
		st.What = model.Known
	}
	p.rec.As(c.name, p.line)
	p.rec.Step(model.Event{Kind: model.Randomness, Actor: c.name, What: st.What})
	return nil
}

// beginAttack starts a step of the attacker, who knows what it draws.
func (p *player) beginAttack() {
	p.touched = true
	p.rec.As(theAttacker, p.line)
	p.rec.Weak(true)
}

// attack is a step of the attacker as one of its victims, with what was stolen: the
// bytes are really made, and given to the honest members, who accept or reject them.
func (p *player) attack(st *Statement) error {
	victim, err := p.known(st.As)
	if err != nil {
		return err
	}
	r, err := p.target(victim, st)
	if err != nil {
		return err
	}
	before := p.disturbed
	p.disturbed = true
	p.attacks++
	a := &Attack{Number: p.attacks, What: string(st.Verb), As: st.As, Group: r.name}
	p.beginAttack()
	err = p.carryOut(a, victim, r, st)
	var mistake *InputError
	if errors.As(err, &mistake) {
		p.attacks, p.disturbed = p.attacks-1, before
		return err
	}
	if err != nil {
		a.Failed = err.Error()
	}
	p.rec.As(theAttacker, p.line)
	p.rec.Attack(a)
	return nil
}

func (p *player) target(victim *client, st *Statement) (*room, error) {
	name := st.In + st.Group
	if name == "" && len(p.rooms) == 1 {
		name = p.rooms[0].name
	}
	if name == "" {
		return nil, p.impossible("expected in, and one of %s", list(p.roomNames()))
	}
	return p.roomNamed(name)
}

func (p *player) carryOut(a *Attack, victim *client, r *room, st *Statement) error {
	if victim.stolen == nil {
		return fmt.Errorf("nothing was stolen from %s", victim.name)
	}
	if st.Verb == VerbJoins {
		return p.attackJoin(a, victim, r, st)
	}
	s, err := p.catchUp(victim, r)
	if err != nil {
		return err
	}
	a.State = s.state
	switch st.Verb {
	case VerbSends:
		return p.attackSend(a, s, victim, []byte(st.Text))
	case VerbUpdates:
		return p.attackUpdate(a, s, victim)
	default:
		opt := group.CommitOptions{Format: p.format}
		if st.Verb == VerbRemoves {
			if opt.Remove, err = p.leavesOf(s, st.Names); err != nil {
				return err
			}
		}
		return p.attackCommit(a, s, victim, opt)
	}
}

// catchUp brings the thief's copy to the newest state that it can reach with what
// the delivery service showed. Where its victim has healed, it fails.
func (p *player) catchUp(victim *client, r *room) (*seat, error) {
	at := slices.IndexFunc(victim.stolen.seats, func(s *seat) bool { return s.room == r })
	if at < 0 {
		return nil, fmt.Errorf("no state of %s was stolen from %s", r.name, victim.name)
	}
	s := victim.stolen.seats[at]
	for ; s.caught < len(r.log); s.caught++ {
		l := r.log[s.caught]
		if l.state != s.state {
			continue
		}
		received, err := s.group.Receive(l.bytes)
		if err != nil {
			if l.kind == "commit" && s.state != s.branch.head {
				return nil, fmt.Errorf("the stolen copy of %s cannot follow the Commit to %s: %w", victim.name, l.next, err)
			}
			continue
		}
		s.count(l)
		if received.Removed {
			return nil, fmt.Errorf("%s was removed in %s", victim.name, l.next)
		}
		if s.group = received.Next; l.kind == "commit" {
			s.state, s.handshakes, s.messages = l.next, 0, 0
			p.learned(victim.stolen, s)
		}
	}
	return s, nil
}

// count keeps a thief's copy from using a key that its victim has used: its ratchet goes on
// behind what it has read, whatever the victim made and did not send.
func (s *seat) count(l *letter) {
	switch {
	case l.from != s.client || l.forged != nil:
	case l.kind == "application":
		s.messages = max(s.messages, l.generation+1)
	case l.id != "" || l.event.Encrypted:
		s.handshakes = max(s.handshakes, l.generation+1)
	}
}

func (p *player) othersBut(s *seat, victim *client) []*client {
	var to []*client
	for _, c := range p.clients {
		if c != victim && c.sees(s) {
			to = append(to, c)
		}
	}
	return to
}

// attackSend forges an application message. Its number is one of all messages'.
func (p *player) attackSend(a *Attack, s *seat, victim *client, text []byte) error {
	if err := s.group.MaySend(); err != nil {
		return err
	}
	l := &letter{kind: "application", from: victim, room: s.room, state: s.state, number: len(p.letters) + 1, text: text, forged: a, sender: p.sender(s)}
	p.rec.Message(l.number, text)
	var err error
	if l.bytes, err = s.group.Send(p.rng, text, nil); err != nil {
		return err
	}
	p.letters = append(p.letters, l)
	n, _ := generation(&s.messages, model.Attacker)
	p.step(s, model.Event{Kind: model.Send, Message: l.number, By: model.Attacker, Generation: n})
	p.rec.MessageGoal(model.Goal{Kind: model.Message, Group: s.room.name, Epoch: s.group.Epoch(), State: s.state, Message: l.number})
	p.wire("application", l.bytes)
	return p.deliver(p.othersBut(s, victim), l)
}

func (p *player) attackUpdate(a *Attack, s *seat, victim *client) error {
	sender := p.sender(s)
	next, msg, err := s.group.ProposeUpdate(p.rng, group.LeafChange{}, p.format)
	if err != nil {
		return err
	}
	s.group, s.caught = next, len(s.room.log)+1
	l := p.sentProposal(s, sender, msg, model.Event{Proposes: "update", Proposal: p.updateID(next), By: model.Attacker})
	l.forged = a
	return p.deliver(p.othersBut(s, victim), l)
}

func (p *player) attackCommit(a *Attack, s *seat, victim *client, opt group.CommitOptions) error {
	d, pending, err := p.makeCommit(s, opt, model.Attacker)
	if err != nil {
		return err
	}
	d.forged = a
	s.group, _ = pending.Accept()
	s.group = s.group.Clone() // still a copy
	s.state, s.handshakes, s.messages = d.next, 0, 0
	p.learned(victim.stolen, s)
	return p.publishForged(s, d, victim)
}

func (p *player) publishForged(s *seat, d *letter, victim *client) error {
	s.room.log = append(s.room.log, d)
	s.branch.head = d.next
	return p.deliver(p.othersBut(s, victim), d)
}

// attackJoin comes to the group from outside with a stolen signature key, in place of
// its victim.
func (p *player) attackJoin(a *Attack, victim *client, r *room, st *Statement) error {
	through, err := p.through(victim, r, st.Through)
	if err != nil {
		return err
	}
	info, err := p.groupInfo(through)
	if err != nil {
		return err
	}
	p.beginAttack()
	_, in := leafOf(through.group.Tree(), victim.name)
	s, d, err := p.joinExternally(victim, victim.stolen.client, through, info, group.ExternalOptions{Resync: in}, model.Attacker)
	if err != nil {
		return err
	}
	d.forged, a.State = a, d.state
	s.group, s.caught = s.group.Clone(), len(r.log)+1 // the log will have its own Commit
	victim.stolen.seats = append(slices.DeleteFunc(victim.stolen.seats, func(old *seat) bool { return old.room == r }), s)
	p.learned(victim.stolen, s)
	return p.publishForged(s, d, victim)
}
