package trace

import (
	"errors"
	"fmt"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/model"
)

// Session is a scenario that is played statement by statement, under the eyes of a
// Watch.
type Session struct{ p *player }

// Watch is called while a scenario is played; each function may be nil. What it has
// the implementation do is not recorded, and it must leave every live state as it found
// it. An error ends the run.
type Watch struct {
	Call    func(who string, c suite.Call)                                  // each primitive call; who is "" in nobody's step
	Reading func(s *Session, reader string, m Message) error                // an online client is about to read m
	Read    func(s *Session, reader string, m Message, refused error) error // it has; refused is nil if it took m
	Step    func(s *Session, line int) error                                // after each statement
	Answer  func(refused error)                                             // a client refused a message: one that it read, or that Receive or Join of the Session gave it
}

// Start begins to play a scenario.
func Start(sc *Scenario, opt Options) (*Session, error) {
	p, err := newPlayer(sc, opt)
	return &Session{p}, err
}

// Play does one statement. An *InputError says that it is not possible where it
// stands; any other error is a fault of the implementation.
func (s *Session) Play(st *Statement) error {
	if err := s.p.play(st); err != nil {
		return err
	}
	if w := s.p.opt.Watch; w != nil && w.Step != nil {
		return s.p.watched(func() error { return w.Step(s, st.Line) })
	}
	return nil
}

// Finish is the trace of what was played so far; nothing can be played after it.
func (s *Session) Finish() (*Trace, error) { return s.p.finish() }

// Attacker is who acts when a thief does something with what it stole.
const Attacker = theAttacker

// ErrDisagree says that two members of one state hold what should be equal and is not.
var ErrDisagree = errors.New("the members disagree")

// Member is a client's live view of a group.
type Member struct {
	Name, Room, State string
	Group             *group.Group   // live
	Pending           *group.Pending // a Commit of its own that is not out yet, or nil
	Online            bool
	Newest            bool // it is in the newest state of its branch
}

// Members are all live views, in the order in which the clients appeared.
func (s *Session) Members() []Member {
	var list []Member
	for _, c := range s.p.clients {
		for _, seat := range c.seats {
			list = append(list, Member{c.name, seat.room.name, seat.state, seat.group, seat.pending, !c.offline, seat.state == seat.branch.head})
		}
	}
	return list
}

// Member is a client's view of one group; false if it has none.
func (s *Session) Member(name, room string) (Member, bool) {
	for _, m := range s.Members() {
		if m.Name == name && m.Room == room {
			return m, true
		}
	}
	return Member{}, false
}

// Message is one message on its way.
type Message struct {
	Kind              string // proposal, commit, welcome, application
	From, Room, State string // its sender, and the state in which it was sent
	Next              string // a Commit's, and its Welcome's, new state
	Bytes             []byte
	Number            int          // of an application message, from 1
	Text              []byte       // its text
	Forged            bool         // the attacker made it
	Sender            *group.Group // a copy of the sender's group before it was made; nil if it came from outside
	SentBy            group.Client
	Info              []byte // the GroupInfo that an external Commit was made from

	letter *letter
}

func (l *letter) message() Message {
	return Message{l.kind, l.from.name, l.room.name, l.state, l.next, l.bytes, l.number, l.text, l.forged != nil, l.sender, l.from.client, l.info, l}
}

// Receive has a member read a message with the PSKs that it would read it with; the
// live group is not replaced, but a key that opens the message is used up.
func (s *Session) Receive(m Member, msg Message, b []byte) (group.Received, error) {
	r, err := withPSKs(s.p, s.p.byName[m.Name], msg.letter.psks, func() (group.Received, error) { return m.Group.Receive(b) })
	s.p.answered(err)
	return r, err
}

// WithPSKs does something with the PSKs at hand with which a client would read a
// message. A copy of its group has them if it is made in there.
func (s *Session) WithPSKs(name string, msg Message, do func() error) error {
	_, err := withPSKs(s.p, s.p.byName[name], msg.letter.psks, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// Copy is a member with a copy of its group, which has the PSKs that it would read a
// message with.
func (s *Session) Copy(m Member, msg Message) Member {
	_ = s.WithPSKs(m.Name, msg, func() error { // a Clone does not fail
		m.Group = m.Group.Clone()
		return nil
	})
	m.Pending = nil
	return m
}

// Joining is with what a client would read a Welcome; false if it has no KeyPackage
// that the Welcome names.
func (s *Session) Joining(name string, welcome Message) (group.Client, group.KeyPackageSecrets, group.JoinOptions, bool) {
	c := s.p.byName[name]
	i := c.packageFor(welcome.letter)
	if i < 0 {
		return group.Client{}, group.KeyPackageSecrets{}, group.JoinOptions{}, false
	}
	k := c.packages[i].secrets
	return c.in(k.KeyPackage.CipherSuite), k, c.joinOptions(welcome.letter), true
}

// Join has a client read a Welcome with the PSKs that it would read it with; nothing
// of the client changes.
func (s *Session) Join(name string, welcome Message, b []byte) (*group.Group, error) {
	as, k, opt, ok := s.Joining(name, welcome)
	if !ok {
		return nil, fmt.Errorf("%s holds no key package for it", name)
	}
	g, err := withPSKs(s.p, s.p.byName[name], welcome.letter.psks, func() (*group.Group, error) { return as.Join(k, b, opt) })
	s.p.answered(err)
	return g, err
}

// Tree is the public tree of a state; false if no state has this name.
func (s *Session) Tree(state string) (treesync.Tree, bool) {
	t, ok := s.p.trees[state]
	return t, ok
}

// Names are the clients, in the order in which they appeared.
func (s *Session) Names() []string { return s.p.names() }

// Disturbed says that the delivery service or the attacker did something after which
// an honest member may have to reject a message.
func (s *Session) Disturbed() bool { return s.p.disturbed }

// Packages are the KeyPackages that a client has published and not joined with.
func (s *Session) Packages(name string) []wire.KeyPackage {
	var list []wire.KeyPackage
	for _, k := range s.p.byName[name].packages {
		list = append(list, k.secrets.KeyPackage)
	}
	return list
}

// Live are the parts of a client's live state, as a theft would find them.
func (s *Session) Live(name string) []Root { return s.p.byName[name].live() }

// Holds are the terms of every known secret value in a client's live state.
func (s *Session) Holds(name string) ([]model.TermID, error) {
	if list, known := s.p.held[name]; known {
		return list, nil
	}
	found, err := s.p.rec.Walk(s.Live(name)...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	list := make([]model.TermID, len(found))
	for i, f := range found {
		list[i] = f.Term
	}
	s.p.held[name] = list
	return list, nil
}

// Unrecorded calls f with the recorder stopped, as what a Watch does.
func (s *Session) Unrecorded(f func() error) error { return s.p.watched(f) }

// Term is what a term was made of.
func (s *Session) Term(id model.TermID) model.Term { return s.p.rec.terms[id].Term }

// Known is the term of a value; false if no primitive made it.
func (s *Session) Known(value []byte) (model.TermID, bool) { return s.p.rec.index.exact(value) }

// PrivateKeyOf is the term of the private key that belongs to an HPKE public key; false
// if nobody here made it.
func (s *Session) PrivateKeyOf(publicKey []byte) (model.TermID, bool) {
	return s.p.rec.privateKeyOf(publicKey)
}

// watched calls the watch with the recorder stopped. While it looks, live states stay
// as they are, and are walked once only.
func (p *player) watched(f func() error) error {
	p.rec.paused, p.held = true, map[string][]model.TermID{}
	defer func() { p.rec.paused = false }()
	return f()
}

// answered tells the watch how a client refused a message, if it did.
func (p *player) answered(err error) {
	if w := p.opt.Watch; err != nil && w != nil && w.Answer != nil {
		w.Answer(err)
	}
}

// sender is what a Message keeps of whoever makes it.
func (p *player) sender(s *seat) *group.Group {
	if p.opt.Watch == nil {
		return nil
	}
	return s.group.Clone()
}

// arrived records a new state and its tree.
func (p *player) arrived(state string, t treesync.Tree) { p.trees[state] = t }
