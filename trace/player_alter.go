package trace

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace/groupkeys"
)

// sent is a message that went over the wire.
type sent struct {
	kind       string
	bytes      []byte
	letter     *letter // nil as long as nobody has read it
	recipients []recipient
}

// recipient was given a message, and can read another one in its place, as it was then.
type recipient struct {
	name string
	read func(b []byte) (arrival, error)
}

// arrival is what reading leads to.
type arrival struct {
	joined  []byte // the epoch_authenticator of the group that is joined
	removed bool   // the reader, by a Commit
}

func (p *player) wire(kind string, b []byte) {
	p.rec.Wire(kind, b)
	p.wires = append(p.wires, &sent{kind: kind, bytes: b})
}

// remember keeps what a client is before it reads a letter, if there will be alterations.
func (p *player) remember(c *client, l *letter) {
	i := slices.IndexFunc(p.wires, func(w *sent) bool { return &w.bytes[0] == &l.bytes[0] })
	if i < 0 {
		return
	}
	w := p.wires[i]
	w.letter = l
	if slices.ContainsFunc(w.recipients, func(r recipient) bool { return r.name == c.name }) {
		return
	}
	_ = p.watched(func() error {
		if read := p.reading(c, l); read != nil {
			w.recipients = append(w.recipients, recipient{c.name, read})
		}
		return nil
	})
}

// reading is a client's way to read in place of a letter, on copies; nil if it has none.
func (p *player) reading(c *client, l *letter) func(b []byte) (arrival, error) {
	read, _ := withPSKs(p, c, l.psks, func() (func([]byte) (arrival, error), error) {
		if l.kind != "welcome" {
			s := c.seat(l.room)
			if s == nil {
				return nil, nil
			}
			before := s.group.Clone()
			return func(b []byte) (arrival, error) {
				r, err := before.Clone().Receive(b)
				return arrival{removed: r.Removed}, err
			}, nil
		}
		i := c.packageFor(l)
		if i < 0 {
			return nil, nil
		}
		secrets, opt := c.packages[i].secrets, c.joinOptions(l)
		as := c.in(secrets.KeyPackage.CipherSuite)
		as.Config.PSKs = c.client.Config.PSKs.Clone()
		if opt.From != nil {
			opt.From = opt.From.Clone()
		}
		return func(b []byte) (arrival, error) {
			g, err := as.Join(secrets, b, opt)
			if err != nil {
				return arrival{}, err
			}
			return arrival{joined: g.EpochAuthenticator()}, nil
		}, nil
	})
	return read
}

// alter is a step of the attacker, who changes a message, and has those who were given it
// read that instead. Copies of them do, as they were then: nothing of the run changes, and
// the attacker learns nothing.
func (p *player) alter(st *Statement) error {
	w, recipients, err := p.altered(st)
	if err != nil {
		return err
	}
	var victim *client
	if st.As != "" {
		if victim, err = p.known(st.As); err != nil {
			return err
		}
	}
	recipients = slices.DeleteFunc(slices.Clone(recipients), func(r recipient) bool { return r.name == st.As })
	a := &Attack{Number: p.attacks + 1, What: string(st.Verb), As: st.As, Group: w.letter.room.name, State: w.letter.state,
		Altered: &Altered{Wire: st.Number, Kind: w.kind, At: st.Text, How: st.What, With: st.With}}
	var b []byte
	if victim == nil {
		if b, err = p.changed(w.bytes, &wire.MLSMessage{}, st, nil); err != nil {
			return p.impossible("%v", err)
		}
		if i := slices.IndexFunc(p.wires, func(w *sent) bool { return bytes.Equal(w.bytes, b) }); i >= 0 {
			return p.impossible("what it becomes is message %d of the wire, expected another one", i+1)
		}
	}
	p.attacks++
	p.beginAttack()
	if victim != nil {
		if b, err = p.signedAgain(a, victim, w, st); err != nil {
			a.Failed = err.Error()
		}
	}
	if a.Failed == "" {
		p.tryOn(recipients, a, w, b)
	}
	p.rec.As(theAttacker, p.line)
	p.rec.Attack(a)
	return nil
}

// altered is the message that a statement speaks of, and who is to read it.
func (p *player) altered(st *Statement) (*sent, []recipient, error) {
	if n := max(st.Number, st.With); n > len(p.wires) {
		return nil, nil, p.impossible("message %d of the wire was not sent, expected at most %d", n, len(p.wires))
	}
	w := p.wires[st.Number-1]
	if len(w.recipients) == 0 {
		return nil, nil, p.impossible("nobody has read message %d of the wire, expected one that was delivered", st.Number)
	}
	if st.To == nil {
		return w, w.recipients, nil
	}
	var to []recipient
	for _, name := range st.To {
		i := slices.IndexFunc(w.recipients, func(r recipient) bool { return r.name == name })
		if i < 0 {
			return nil, nil, p.impossible("%s has not read message %d of the wire", name, st.Number)
		}
		to = append(to, w.recipients[i])
	}
	return w, to, nil
}

// atSignature is where an alteration is tagged or encrypted again, and not signed.
const atSignature = "auth.signature"

// signedAgain alters a message inside, and signs and seals it in the victim's name, with
// what was stolen of the message's epoch.
func (p *player) signedAgain(a *Attack, victim *client, w *sent, st *Statement) ([]byte, error) {
	if victim.stolen == nil {
		return nil, fmt.Errorf("nothing was stolen from %s", victim.name)
	}
	if slices.ContainsFunc(victim.stolen.seats, func(s *seat) bool { return s.room == w.letter.room }) {
		_, _ = p.catchUp(victim, w.letter.room) // as far as it can
	}
	copied, ok := victim.stolen.states[w.letter.state]
	if !ok {
		return nil, fmt.Errorf("nothing of %s was stolen from %s", w.letter.state, victim.name)
	}
	keys, err := groupkeys.Of(copied.group)
	if err != nil {
		return nil, err
	}
	c, err := keys.Open(w.bytes)
	if err != nil {
		return nil, err
	}
	before, err := wire.Marshal(c)
	if err != nil {
		return nil, err
	}
	b, err := p.changed(before, &wire.AuthenticatedContent{}, st, &keys)
	if err != nil {
		return nil, err
	}
	after := &wire.AuthenticatedContent{}
	if err := wire.Unmarshal(b, after); err != nil {
		return nil, err
	}
	after.Content.Sender = wire.Sender{Type: wire.SenderMember, LeafIndex: keys.Leaf}
	signs := st.Text != atSignature
	if signs {
		after.Auth.Signature = c.Auth.Signature
	}
	if b, err := wire.Marshal(after); err != nil || bytes.Equal(b, before) {
		return nil, errors.New("it changes nothing")
	}
	if signs {
		if err := keys.Sign(after, copied.group.Client().Identity.SignatureKey); err != nil {
			return nil, err
		}
	}
	a.Altered.Encrypted = after.WireFormat == wire.WireFormatPrivateMessage
	b, a.Altered.Generation, err = keys.Seal(randomness(p.seed+uint64(a.Number)), after, copied.skip(w.letter))
	return b, err
}

// tryOn has the recipients read an altered message.
func (p *player) tryOn(recipients []recipient, a *Attack, w *sent, b []byte) {
	for _, r := range recipients {
		var is, was arrival
		var err error
		_ = p.watched(func() error {
			if is, err = r.read(b); err == nil && w.kind == "welcome" {
				was, _ = r.read(w.bytes)
			}
			return nil
		})
		switch {
		case err == nil && w.kind == "welcome" && bytes.Equal(is.joined, was.joined):
			a.Altered.Same = append(a.Altered.Same, r.name)
		case err == nil:
			if a.Accepted = append(a.Accepted, r.name); is.removed {
				a.Altered.Removed = append(a.Altered.Removed, r.name)
			}
		default:
			a.Rejected = append(a.Rejected, r.name)
			reject := &Reject{Kind: w.kind, From: w.letter.from.name, Why: err.Error()}
			if a.As != "" {
				reject.From = a.As
			}
			var rule *spec.Rule
			if errors.As(err, &rule) {
				reject.Rule = rule.ID
			}
			p.rec.As(r.name, p.line)
			p.rec.Reject(reject)
		}
	}
}

// learned keeps what a thief's copy of a group is now, if there will be alterations.
func (p *player) learned(t *loot, s *seat) {
	if _, known := t.states[s.state]; p.altering && !known {
		copied := *s
		copied.group = s.group.Clone()
		t.states[s.state] = copied
	}
}

// skip is how many messages of a letter's kind the owner of a stolen copy sent after the
// theft, in the copy's epoch and before that letter: as many keys are used up.
func (s *seat) skip(before *letter) int {
	application := before.kind == "application"
	n := -s.handshakes
	if application {
		n = -s.messages
	}
	for _, l := range s.room.log {
		if l == before {
			break
		}
		if l.state == s.state && l.from == s.client && l.forged == nil && (l.kind == "application") == application {
			n++
		}
	}
	return max(n, 0)
}
