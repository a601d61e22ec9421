package trace

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/model"
	"mlsref/spec"
)

// deliver puts a letter into the inboxes of some; who is online reads it at once.
func (p *player) deliver(to []*client, l *letter) error {
	if err := p.rec.Err(); err != nil {
		return err
	}
	for _, c := range to {
		c.inbox = append(c.inbox, l)
		if !c.offline {
			if err := p.readInbox(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// readInbox processes what waits for c, in order.
func (p *player) readInbox(c *client) error {
	for len(c.inbox) > 0 {
		l := c.inbox[0]
		c.inbox = c.inbox[1:]
		if l.kind != "welcome" && c.seat(l.room) == nil {
			continue // it was removed meanwhile
		}
		if err := p.read(c, l); err != nil {
			return err
		}
	}
	return nil
}

// read processes one letter. A rejection ends the run if nothing can excuse it.
func (p *player) read(c *client, l *letter) error {
	p.begin(c)
	w, session := p.opt.Watch, &Session{p}
	if w != nil && w.Reading != nil {
		if err := p.watched(func() error { return w.Reading(session, c.name, l.message()) }); err != nil {
			return err
		}
	}
	if p.altering {
		p.remember(c, l)
	}
	err := p.open(c, l)
	p.answered(err)
	if w != nil && w.Read != nil {
		if err := p.watched(func() error { return w.Read(session, c.name, l.message(), err) }); err != nil {
			return err
		}
	}
	if err == nil {
		p.rec.Spent()
	}
	if err == nil || p.rec.Err() != nil {
		if l.forged != nil && err == nil {
			l.forged.Accepted = append(l.forged.Accepted, c.name)
		}
		return p.rec.Err()
	}
	if errors.Is(err, spec.PSKsHeld) {
		p.disturbed = true // it is left behind, through no fault of the implementation
	}
	if l.forged != nil {
		l.forged.Rejected = append(l.forged.Rejected, c.name)
	} else if !p.disturbed {
		return fmt.Errorf("%s rejects %s's %s: %w", c.name, l.from.name, l.kind, err)
	}
	reject := &Reject{Kind: l.kind, From: l.from.name, Why: err.Error()}
	var rule *spec.Rule
	if errors.As(err, &rule) {
		reject.Rule = rule.ID
	}
	p.rec.Reject(reject)
	return nil
}

func (p *player) open(c *client, l *letter) error {
	if l.kind == "welcome" {
		return p.join(c, l)
	}
	s := c.seat(l.room)
	if s == nil {
		return errors.New("it is in no such group")
	}
	return p.receive(s, l)
}

func (p *player) join(c *client, l *letter) error {
	i := c.packageFor(l)
	if i < 0 {
		return errors.New("it holds no key package that the Welcome names")
	}
	k := c.packages[i]
	as := c.in(k.secrets.KeyPackage.CipherSuite)
	joined, err := withPSKs(p, c, l.psks, func() (*group.Group, error) { return as.Join(k.secrets, l.bytes, c.joinOptions(l)) })
	if err != nil {
		return err
	}
	c.packages = slices.Delete(c.packages, i, i+1)
	p.used[k.id] = c.name
	if old := c.seat(l.room); old != nil {
		c.leave(old)
	}
	s := &seat{client: c, room: l.room, branch: l.branch, group: joined, state: l.next}
	c.seats = append(c.seats, s)
	p.step(s, model.Event{Kind: model.Join, Package: k.id})
	p.rec.State(s.state, l.room.name, joined.Epoch(), 0, true)
	return nil
}

// packageFor is the place of the KeyPackage that a Welcome is for; -1 if there is none.
func (c *client) packageFor(l *letter) int {
	at := slices.IndexFunc(l.event.Adds, func(a model.Add) bool { return a.Name == c.name })
	return slices.IndexFunc(c.packages, func(k *pack) bool { return at >= 0 && k.id == l.event.Adds[at].Package })
}

// joinOptions: whoever is in the group that this one follows knows it.
func (c *client) joinOptions(l *letter) group.JoinOptions {
	var opt group.JoinOptions
	if l.room.parent != nil {
		if parent := c.seat(l.room.parent); parent != nil {
			opt.From = parent.group
		}
	}
	return opt
}

func (p *player) receive(s *seat, l *letter) error {
	g := s.group
	r, err := withPSKs(p, s.client, l.psks, func() (group.Received, error) { return g.Receive(l.bytes) })
	if err != nil {
		return err
	}
	if from := memberName(g.Tree(), r.Sender.LeafIndex); r.Sender.Type == wire.SenderMember && r.Epoch == g.Epoch() && from != l.from.name {
		return fmt.Errorf("it takes it for a message of %s", from)
	}
	switch {
	case r.Kind == wire.ContentCommit:
		p.follow(s, r, l)
	case r.Kind == wire.ContentApplication:
		if !bytes.Equal(r.Application, l.text) {
			return errors.New("it reads another text than was sent")
		}
		if l.number > 0 {
			p.step(s, model.Event{Kind: model.Receive, Message: l.number, State: l.state, Epoch: r.Epoch})
		}
	default:
		s.group = r.Next
		if l.id != "" {
			p.step(s, model.Event{Kind: model.Handle, Proposal: l.id})
		}
	}
	return nil
}

// follow takes a member into the state of somebody else's Commit, or out of the group.
func (p *player) follow(s *seat, r group.Received, l *letter) {
	if s.pending != nil {
		p.discard(s)
	}
	if r.Removed {
		p.step(s, model.Event{Kind: model.Leave})
		s.client.leave(s)
		return
	}
	p.move(s, r.Next, l)
	p.rec.State(l.next, l.room.name, r.Next.Epoch(), 0, l.adds)
}

// presence follows who is online. Who goes offline without being in a group leaves a
// KeyPackage behind.
func (p *player) presence(st *Statement) error {
	c, err := p.client(st.Actor)
	if err != nil {
		return err
	}
	going := st.Verb == VerbOffline
	if c.offline == going {
		return p.impossible("%s is %s already", c.name, map[bool]string{true: "offline", false: "online"}[going])
	}
	c.offline = going
	if !going {
		return p.readInbox(c)
	}
	if len(c.seats) == 0 {
		_, err = p.publishPackage(c, c.client)
	}
	return err
}

// deliverLate gives an application message to some now: one that was withheld, or
// once more.
func (p *player) deliverLate(st *Statement) error {
	if st.Number < 1 || st.Number > len(p.letters) {
		return p.impossible("message %d was not sent, expected at most %d", st.Number, len(p.letters))
	}
	l := p.letters[st.Number-1]
	var to []*client
	for _, name := range st.To {
		c := p.byName[name]
		switch {
		case c == nil || c.seat(l.room) == nil:
			return p.notMember(name, l.room.name)
		case c.offline:
			return p.impossible("%s is offline and gets nothing, expected %s comes online first", name, name)
		}
		to = append(to, c)
	}
	p.disturbed = true
	return p.deliver(to, l)
}
