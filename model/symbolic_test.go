package model

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// symbolic plays a history a second time, as MLS with terms in place of bytes:
// every key, path secret, key schedule and ratchet of RFC 9420 §7 to §9, every
// ciphertext on the wire, every theft as the terms that the state holds. So the
// closure judges the run without the predicate's rules. What they share is the
// dumb tree: who is sent what.
type symbolic struct {
	w     *world
	terms []Term
	index map[string]TermID
	facts []Fact
	keys  map[key]TermID // private keys
	goals map[Goal]TermID
	rings map[seat]*ring // by member and group: its message ratchets
	sent  map[messageID]sentMessage
}

type messageID struct {
	group  string
	number int
}

type sentMessage struct {
	sender     string
	generation int
}

// ring is one member's view of the application ratchets of its epoch: for each
// sender the next generation, and the skipped ones whose keys it keeps.
type ring struct {
	next    map[string]int
	skipped map[string][]int
}

func newRing() *ring { return &ring{map[string]int{}, map[string][]int{}} }

func newSymbolic() *symbolic {
	return &symbolic{w: newWorld(), index: map[string]TermID{}, keys: map[key]TermID{},
		goals: map[Goal]TermID{}, rings: map[seat]*ring{}, sent: map[messageID]sentMessage{}}
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

func (s *symbolic) random(name string) TermID { return s.term(OpRandom, name) }
func (s *symbolic) public() TermID            { return s.term(OpConst, "public") }
func (s *symbolic) derive(secret TermID, label string) TermID {
	return s.term(OpExpand, label, secret, s.public())
}

// private is the term of a key that was not made from a path secret.
func (s *symbolic) private(k key) TermID {
	if _, made := s.keys[k]; !made {
		s.keys[k] = s.term(OpKEMKey, "", s.random(fmt.Sprint("key ", k)))
	}
	return s.keys[k]
}

func (s *symbolic) encrypt(k key, plaintext TermID) TermID {
	coins := s.random(fmt.Sprint("coins ", len(s.terms)))
	return s.term(OpEncrypt, "", s.term(OpPublic, "", s.private(k)), s.public(), plaintext, coins)
}

func (s *symbolic) see(t TermID, why string) {
	s.facts = append(s.facts, Fact{Term: t, Seq: len(s.facts), Why: why})
}

func (s *symbolic) goal(kind GoalKind, group string, e uint64) TermID {
	return s.goals[Goal{Kind: kind, Group: group, Epoch: e}]
}

// ratchet is a ratchet's secret at a generation; kind is application or handshake.
func (s *symbolic) ratchet(group string, e uint64, kind, sender string, generation int) TermID {
	r := s.derive(s.derive(s.goal(EpochSecret, group, e), "encryption"), kind+" "+sender)
	for range generation {
		r = s.derive(r, "secret")
	}
	return r
}

func (s *symbolic) seal(ratchet, plaintext TermID) {
	s.see(s.term(OpSeal, "", s.derive(ratchet, "key"), s.public(), s.public(), plaintext), "wire")
}

func (s *symbolic) play(t *rapid.T, events []Event) {
	for i, e := range events {
		if err := s.w.play(i, e); err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case Create:
			s.epoch(e.Group, 0, s.random("epoch 0 of "+e.Group))
			s.rings[seat{e.Actor, e.Group}] = newRing()
		case Commit:
			s.commit(s.w.groups[e.Group], e)
		case Process, Join:
			s.rings[seat{e.Actor, e.Group}] = newRing()
		case Send:
			s.send(e)
		case Receive:
			s.receive(e)
		case Compromise:
			s.steal(e.Actor)
		}
	}
}

func (s *symbolic) epoch(group string, e uint64, secret TermID) {
	s.goals[Goal{Kind: EpochSecret, Group: group, Epoch: e}] = secret
	s.goals[Goal{Kind: InitSecret, Group: group, Epoch: e}] = s.derive(secret, "init")
}

func (s *symbolic) commit(g *groupHistory, e Event) {
	now := g.epochs[e.Epoch]
	commitSecret := s.public()
	var paths, ciphertexts []TermID
	if now.hasPath {
		path := s.random(fmt.Sprintf("path of %s %d", e.Group, e.Epoch))
		for _, node := range now.path {
			paths = append(paths, path)
			s.keys[node.key] = s.term(OpKEMKey, "", s.derive(path, "node"))
			for _, r := range node.recipients {
				ciphertexts = append(ciphertexts, s.encrypt(r, path))
			}
			path = s.derive(path, "path")
		}
		commitSecret = path
	}
	if content := s.term(OpConcat, "", ciphertexts...); e.Encrypted {
		s.seal(s.ratchet(e.Group, e.Epoch-1, "handshake", e.Actor, 0), content)
	} else {
		s.see(content, "wire")
	}
	joinerSecret := s.derive(s.term(OpExtract, "", s.goal(InitSecret, e.Group, e.Epoch-1), commitSecret), "joiner")
	for _, j := range now.joiners {
		secrets := []TermID{joinerSecret}
		if j.pathIndex >= 0 {
			secrets = append(secrets, paths[j.pathIndex])
		}
		s.see(s.encrypt(j.initKey, s.term(OpConcat, "", secrets...)), "wire")
	}
	s.epoch(e.Group, e.Epoch, s.derive(s.term(OpExtract, "", joinerSecret, s.public()), "epoch"))
}

func (s *symbolic) send(e Event) {
	ring := s.rings[seat{e.Actor, e.Group}]
	generation := ring.next[e.Actor]
	ring.next[e.Actor]++
	s.sent[messageID{e.Group, e.Message}] = sentMessage{e.Actor, generation}
	plaintext := s.term(OpMessage, fmt.Sprint(e.Group, e.Message))
	s.goals[Goal{Kind: Message, Group: e.Group, Epoch: e.Epoch, Message: e.Message}] = plaintext
	s.seal(s.ratchet(e.Group, e.Epoch, "application", e.Actor, generation), plaintext)
}

func (s *symbolic) receive(e Event) {
	ring, m := s.rings[seat{e.Actor, e.Group}], s.sent[messageID{e.Group, e.Message}]
	for ; ring.next[m.sender] <= m.generation; ring.next[m.sender]++ {
		ring.skipped[m.sender] = append(ring.skipped[m.sender], ring.next[m.sender])
	}
	ring.skipped[m.sender] = slices.DeleteFunc(ring.skipped[m.sender], func(g int) bool { return g == m.generation })
}

func (s *symbolic) steal(who string) {
	why := "stolen from " + who
	for _, kp := range s.w.packages[who] {
		s.see(s.private(kp.init), why)
		s.see(s.private(kp.leaf), why)
	}
	for _, g := range s.w.history.groups {
		state := s.w.states[seat{who, g.name}]
		if state == nil {
			continue
		}
		for _, k := range state.updates {
			s.see(s.private(k), why)
		}
		s.stealEpoch(g, state.epoch, who, s.rings[seat{who, g.name}], state.committed)
		if state.committed {
			s.stealEpoch(g, state.epoch+1, who, newRing(), false)
		}
	}
}

func (s *symbolic) stealEpoch(g *groupHistory, e uint64, who string, ring *ring, committed bool) {
	why := "stolen from " + who
	tree := g.epochs[e].tree
	for _, k := range tree.held(tree.leafOf(who)) {
		s.see(s.private(k), why)
	}
	s.see(s.goal(InitSecret, g.name, e), why)
	for _, sender := range tree.members() {
		handshakes := 0
		if sender == who && committed {
			handshakes = 1
		}
		s.see(s.ratchet(g.name, e, "handshake", sender, handshakes), why)
		s.see(s.ratchet(g.name, e, "application", sender, ring.next[sender]), why)
		for _, generation := range ring.skipped[sender] {
			s.see(s.derive(s.ratchet(g.name, e, "application", sender, generation), "key"), why)
		}
	}
}

// The predicate and the closure agree on every secret, in both directions.
func TestPredicateAgreesWithClosure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		s := newSymbolic()
		s.play(t, events)
		closure, err := Saturate(s.terms, s.facts)
		if err != nil {
			t.Fatal(err)
		}
		for goal, v := range predict(t, events) {
			term, made := s.goals[goal]
			if !made {
				t.Fatalf("no term for %+v", goal)
			}
			if closure.Knows(term) != v.Exposed {
				t.Errorf("%+v: the closure says %v, the predicate %v (%s: %s)\n%s", goal,
					closure.Knows(term), v.Exposed, v.Clause, v.Because, printSteps(closure.Derivation(term)))
			}
		}
	})
}
