package model

import (
	"fmt"
	"slices"
)

// symbolic plays a history a second time, as MLS with terms in place of bytes:
// every key, path secret, key schedule and ratchet of RFC 9420 §7 to §9, every
// ciphertext on the wire, every theft as the terms that the client holds. So the
// closure judges the run without the predicate's rules. It keeps its own books of
// who holds what; what they share is the dumb tree: who is sent what.
type symbolic struct {
	w       *world // for its trees
	now     int
	terms   []Term
	index   map[string]TermID
	facts   []Fact
	keys    map[key]TermID // private keys
	epochs  map[string]TermID
	inits   map[string]TermID // of external Commits
	goals   map[Goal]TermID
	made    map[Goal]int // the event that made the secret
	clients map[string]*symClient
	psks    map[string]TermID
	packs   map[string][2]TermID
	upd     map[string]TermID
	sealed  map[string]sentMessage // by message, Commit or proposal
	signs   signatures
}

type sentMessage struct {
	state, chain string
	generation   int
}

type symClient struct {
	seats       map[string]*symSeat
	packs       map[string]bool // held; true: for ever
	psks        []TermID
	weak        bool
	keep, keep2 int
}

type symSeat struct {
	*symState
	upd     []TermID
	updIDs  []string
	waiting []*symState
	past    []*symState
	psks    []TermID
}

// symState is what a member holds of a state.
type symState struct {
	id      string
	keys    []TermID // static: private keys
	ring    *ring
	outside bool
}

// ring is one member's view of the ratchets of its epoch: for each chain
// ("application bob") the next generation, and the skipped ones whose keys it keeps.
type ring struct {
	next    map[string]int
	skipped map[string][]int
}

func newSymbolic() *symbolic {
	s := &symbolic{w: newWorld(), index: map[string]TermID{}, keys: map[key]TermID{}, epochs: map[string]TermID{},
		inits: map[string]TermID{}, goals: map[Goal]TermID{}, made: map[Goal]int{}, clients: map[string]*symClient{},
		psks: map[string]TermID{}, packs: map[string][2]TermID{}, upd: map[string]TermID{}, sealed: map[string]sentMessage{}}
	s.signs = signatures{map[string]TermID{}, map[int][]needed{}, map[int]int{}}
	return s
}

// term makes a term, or finds it if it was made before.
func (s *symbolic) term(op Op, label string, args ...TermID) TermID {
	id := fmt.Sprint(op, " ", label, " ", args)
	if t, made := s.index[id]; made {
		return t
	}
	t := TermID(len(s.terms))
	s.terms = append(s.terms, Term{ID: t, Op: op, Label: label, Args: args, Public: op == OpConst || op == OpPublic})
	s.index[id] = t
	return t
}

// draw is a fresh name, which the attacker sees if it can.
func (s *symbolic) draw(e Event, name string) TermID {
	t := s.term(OpRandom, fmt.Sprint(name, " ", len(s.terms)))
	if e.By == Attacker || s.client(e.Actor).weak {
		s.see(t, "seen drawn")
	}
	return t
}

func (s *symbolic) drawKey(e Event, name string) TermID { return s.term(OpKEMKey, "", s.draw(e, name)) }
func (s *symbolic) public() TermID                      { return s.term(OpConst, "public") }
func (s *symbolic) derive(secret TermID, label string) TermID {
	return s.term(OpExpand, label, secret, s.public())
}

func (s *symbolic) encrypt(e Event, sk, plaintext TermID) TermID {
	return s.term(OpEncrypt, "", s.term(OpPublic, "", sk), s.public(), plaintext, s.draw(e, "coins"))
}

func (s *symbolic) see(t TermID, why string) {
	s.facts = append(s.facts, Fact{Term: t, Seq: s.now, Why: why})
}

func (s *symbolic) goal(g Goal, t TermID) {
	s.goals[g] = t
	if _, twice := s.made[g]; !twice {
		s.made[g] = s.now
	}
}

func (s *symbolic) client(name string) *symClient {
	if s.clients[name] == nil {
		s.clients[name] = &symClient{seats: map[string]*symSeat{}, packs: map[string]bool{}}
	}
	return s.clients[name]
}

// ratchet is a chain's secret at a generation.
func (s *symbolic) ratchet(state, chain string, generation int) TermID {
	r := s.derive(s.derive(s.epochs[state], "encryption_secret"), chain)
	for range generation {
		r = s.derive(r, "secret")
	}
	return r
}

func (s *symbolic) send(e Event, name, state, kind string, plaintext TermID) {
	m := sentMessage{state, kind + " " + e.Actor, e.Generation}
	if e.By != Attacker {
		ring := s.client(e.Actor).seats[e.Group].ring
		m.generation = ring.next[m.chain]
		ring.next[m.chain]++
	}
	s.sealed[name] = m
	key := s.derive(s.ratchet(state, m.chain, m.generation), "key")
	s.see(s.term(OpSeal, "", key, s.public(), s.public(), plaintext), "wire")
}

func (r *ring) open(m sentMessage) {
	for ; r.next[m.chain] <= m.generation; r.next[m.chain]++ {
		r.skipped[m.chain] = append(r.skipped[m.chain], r.next[m.chain])
	}
	r.skipped[m.chain] = slices.DeleteFunc(r.skipped[m.chain], func(g int) bool { return g == m.generation })
}

func (s *symbolic) play(events []Event) error {
	for i, e := range events {
		s.now = i
		if err := s.w.play(i, e); err != nil {
			return err
		}
		s.step(e)
		s.sign(e)
	}
	return nil
}

func (s *symbolic) step(e Event) {
	c := s.client(e.Actor)
	switch e.Kind {
	case Create:
		s.create(e)
	case KeyPackage:
		s.keyPackage(e)
	case Deal:
		s.deal(e)
	case Propose:
		s.propose(e)
	case Commit:
		s.commit(e)
	case Process:
		s.process(c, e)
	case Discard:
		seat := c.seats[e.Group]
		seat.waiting = slices.DeleteFunc(seat.waiting, func(p *symState) bool { return p.id == e.State })
	case Join:
		for _, j := range s.w.states[e.State].joiners {
			if j.name == e.Actor && !c.packs[j.pack.id] {
				delete(c.packs, j.pack.id)
			}
		}
		c.seats[e.Group] = &symSeat{symState: s.entered(e.Actor, e.State)}
	case Leave:
		delete(c.seats, e.Group)
	case Send:
		text := s.term(OpMessage, fmt.Sprint(e.Message))
		s.goal(Goal{Kind: Message, Group: e.Group, Epoch: e.Epoch, State: e.State, Message: e.Message}, text)
		s.send(e, fmt.Sprint(e.Message), e.State, "application", text)
		if e.By == Attacker {
			s.see(text, "written")
		}
	case Receive:
		for _, held := range append([]*symState{c.seats[e.Group].symState}, c.seats[e.Group].past...) {
			if held.id == e.State {
				held.ring.open(s.sealed[fmt.Sprint(e.Message)])
			}
		}
	case Handle:
		name := e.State
		if e.Proposal != "" {
			name = e.Proposal
		}
		c.seats[e.Group].ring.open(s.sealed[name])
	case Retention:
		c.keep, c.keep2 = e.Message, int(e.Epoch)
		for _, seat := range c.seats {
			c.trim(seat)
		}
	case Export:
		exported := s.derive(s.derive(s.epochs[e.State], string(ExporterSecret)), e.What)
		s.goal(Goal{Kind: ExportedValue, Group: e.Group, Epoch: e.Epoch, State: e.State, Label: e.What}, exported)
	case Randomness:
		c.weak = e.What == Known
	case Compromise:
		s.steal(e)
	}
}
