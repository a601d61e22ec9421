package model

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func (s *symbolic) stateGoal(e Event, kind GoalKind) Goal {
	return Goal{Kind: kind, Group: e.Group, Epoch: e.Epoch, State: e.State}
}

var liveKinds = []GoalKind{InitSecret, SenderDataSecret, ExporterSecret, ExternalSecret, ConfirmationKey,
	MembershipKey, ResumptionPSK, EpochAuthenticator}

// epoch begins a state: all that is derived from its epoch_secret.
func (s *symbolic) epoch(e Event, secret TermID) {
	s.epochs[e.State] = secret
	s.goal(s.stateGoal(e, EpochSecret), secret)
	for _, kind := range append([]GoalKind{EncryptionSecret}, liveKinds...) {
		s.goal(s.stateGoal(e, kind), s.derive(secret, string(kind)))
	}
}

// leaf is a private key that is new in a leaf of the state.
func (s *symbolic) leaf(e Event, owner string, sk TermID) {
	leaf := s.w.states[e.State].tree.leafOf(owner)
	s.keys[s.w.states[e.State].tree.rows[0][leaf].key] = sk
	g := s.stateGoal(e, LeafKey)
	g.Owner = owner
	s.goal(g, sk)
	s.made[g] = 0 // a package's leaf key may fall before it comes into a state
}

func (s *symbolic) create(e Event) {
	s.epoch(e, s.draw(e, "epoch"))
	s.leaf(e, e.Actor, s.drawKey(e, "leaf"))
	if e.By != Attacker {
		s.client(e.Actor).seats[e.Group] = &symSeat{symState: s.entered(e.Actor, e.State)}
	}
}

// entered is what a member holds at the start of a state.
func (s *symbolic) entered(who, state string) *symState {
	tree := s.w.states[state].tree
	h := &symState{id: state, ring: &ring{map[string]int{}, map[string][]int{}}}
	for _, k := range tree.held(tree.leafOf(who)) {
		h.keys = append(h.keys, s.keys[k])
	}
	return h
}

func (s *symbolic) keyPackage(e Event) {
	s.packs[e.Package] = [2]TermID{s.drawKey(e, "init"), s.drawKey(e, "leaf")}
	s.goal(Goal{Kind: InitKey, Label: e.Package}, s.packs[e.Package][0])
	if e.By != Attacker {
		s.client(e.Actor).packs[e.Package] = e.What == LastResort
	}
}

func (s *symbolic) deal(e Event) {
	s.psks[e.PSK] = s.term(OpRandom, "psk "+e.PSK)
	s.goal(Goal{Kind: PSK, Label: e.PSK}, s.psks[e.PSK])
	for _, n := range e.Names {
		s.client(n).psks = append(s.client(n).psks, s.psks[e.PSK])
	}
}

func (s *symbolic) propose(e Event) {
	if e.Proposes == "update" {
		s.upd[e.Proposal] = s.drawKey(e, "update")
		if e.By != Attacker {
			seat := s.client(e.Actor).seats[e.Group]
			seat.upd = append(seat.upd, s.upd[e.Proposal])
			seat.updIDs = append(seat.updIDs, e.Proposal)
		}
	}
	if e.Encrypted {
		s.send(e, e.Proposal, e.State, "handshake", s.public())
	}
}

func (s *symbolic) commit(e Event) {
	now := s.w.states[e.State]
	for _, u := range e.Updates {
		s.leaf(e, u.Name, s.upd[u.Proposal])
	}
	for _, a := range e.Adds {
		s.leaf(e, a.Name, s.packs[a.Package][1])
	}
	paths, ciphertexts, commitSecret := s.path(e, now)
	if content := s.term(OpConcat, "", ciphertexts...); e.Encrypted {
		s.send(e, e.State, e.From, "handshake", content)
	} else {
		s.see(content, "wire")
	}
	init := s.derive(s.epochs[e.From], string(InitSecret))
	if e.External {
		ext := s.term(OpKEMKey, "", s.derive(s.epochs[e.From], string(ExternalSecret)))
		init = s.term(OpExternalInit, "", s.term(OpPublic, "", ext), s.draw(e, "coins"))
	}
	joiner := s.derive(s.term(OpExtract, "", init, commitSecret), "joiner in the context of "+e.State)
	s.goal(s.stateGoal(e, JoinerSecret), joiner)
	for i, a := range e.Adds {
		secrets := []TermID{joiner}
		if at := now.joiners[i].pathIndex; at >= 0 {
			secrets = append(secrets, paths[at])
		}
		s.see(s.encrypt(e, s.packs[a.Package][0], s.term(OpConcat, "", secrets...)), "wire")
	}
	psk := s.public()
	for _, p := range e.PSKs {
		input := s.psks[p.External]
		if p.State != "" {
			input = s.derive(s.epochs[p.State], string(ResumptionPSK))
		}
		psk = s.term(OpExtract, "", input, psk)
	}
	member := s.term(OpExtract, "", joiner, psk)
	if len(e.Adds) > 0 {
		s.goal(s.stateGoal(e, WelcomeSecret), s.derive(member, "welcome"))
	}
	s.epoch(e, s.derive(member, "epoch in the context of "+e.State))
	s.wait(e)
}

func (s *symbolic) wait(e Event) {
	if e.By == Attacker {
		return
	}
	next := s.entered(e.Actor, e.State)
	next.outside = e.External
	c := s.client(e.Actor)
	if c.seats[e.Group] == nil {
		c.seats[e.Group] = &symSeat{}
	}
	c.seats[e.Group].waiting = append(c.seats[e.Group].waiting, next)
}

// path draws the path: its secrets, their ciphertexts, and commit_secret.
func (s *symbolic) path(e Event, now *state) (paths, ciphertexts []TermID, commitSecret TermID) {
	if !e.Path {
		return nil, nil, s.public()
	}
	s.leaf(e, e.Actor, s.drawKey(e, "leaf"))
	path := s.draw(e, "path")
	for _, node := range now.path {
		paths = append(paths, path)
		s.keys[node.key] = s.term(OpKEMKey, "", s.derive(path, "node"))
		g := s.stateGoal(e, PathSecret)
		g.Node = node.place.index()
		s.goal(g, path)
		g.Kind = NodeKey
		s.goal(g, s.keys[node.key])
		for _, r := range node.recipients {
			ciphertexts = append(ciphertexts, s.encrypt(e, s.keys[r], path))
		}
		path = s.derive(path, "path")
	}
	return paths, ciphertexts, path
}

func (s *symbolic) process(c *symClient, e Event) {
	seat := c.seats[e.Group]
	next := &symSeat{}
	for _, own := range seat.waiting {
		if own.id == e.State {
			next.symState = own
		}
	}
	if next.symState == nil {
		if m, encrypted := s.sealed[e.State]; encrypted {
			seat.ring.open(m)
		}
		next.symState = s.entered(e.Actor, e.State)
	}
	if !next.outside {
		next.past = append([]*symState{seat.symState}, seat.past...)
		next.psks = append([]TermID{s.derive(s.epochs[seat.id], string(ResumptionPSK))}, seat.psks...)
		c.trim(next)
	}
	next.outside = false
	c.seats[e.Group] = next
}

func (c *symClient) trim(seat *symSeat) {
	seat.past = seat.past[:min(len(seat.past), c.keep)]
	seat.psks = seat.psks[:min(len(seat.psks), c.keep2)]
}

func (s *symbolic) steal(e Event) {
	c := s.client(e.Actor)
	s.stealSignatures(e, c)
	if e.What == SignatureKey {
		return
	}
	all := []TermID{}
	for id := range c.packs {
		all = append(all, s.packs[id][0], s.packs[id][1])
	}
	if e.What == "" {
		all = append(all, c.psks...)
		for _, seat := range c.seats {
			all = append(all, seat.upd...)
			all = append(all, seat.psks...)
			for _, h := range append(slices.Clone(seat.waiting), seat.symState) {
				if h != nil {
					all = append(all, h.keys...)
					all = append(all, s.ringTerms(h)...)
					for _, kind := range liveKinds {
						all = append(all, s.derive(s.epochs[h.id], string(kind)))
					}
				}
			}
			for _, h := range seat.past {
				all = append(all, s.derive(s.epochs[h.id], string(SenderDataSecret)))
				all = append(all, s.ringTerms(h)...)
			}
		}
	}
	slices.Sort(all)
	for _, t := range slices.Compact(all) {
		s.see(t, "stolen from "+e.Actor)
	}
}

// ringTerms is the secret tree as it is held: whole, or the chains.
func (s *symbolic) ringTerms(h *symState) []TermID {
	if len(h.ring.next) == 0 {
		return []TermID{s.derive(s.epochs[h.id], string(EncryptionSecret))}
	}
	var all []TermID
	for _, sender := range s.w.states[h.id].tree.members() {
		for _, chain := range []string{"application " + sender, "handshake " + sender} {
			all = append(all, s.ratchet(h.id, chain, h.ring.next[chain]))
			for _, g := range h.ring.skipped[chain] {
				all = append(all, s.derive(s.ratchet(h.id, chain, g), "key"))
			}
		}
	}
	return all
}

// saturated is a run in terms, with what the attacker can make of them.
func saturated(t *rapid.T, events []Event) (*symbolic, *Closure) {
	s := newSymbolic()
	if err := s.play(events); err != nil {
		t.Fatal(err)
	}
	closure, err := Saturate(s.terms, s.facts)
	if err != nil {
		t.Fatal(err)
	}
	return s, closure
}

// The predicate and the closure agree on every secret, in both directions, and on
// when it fell.
func TestPredicateAgreesWithClosure(t *testing.T) {
	goals, histories, exposed := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		s, closure := saturated(t, events)
		verdicts := predict(t, events)
		if len(verdicts) != len(s.goals) {
			t.Errorf("%d verdicts on %d secrets", len(verdicts), len(s.goals))
		}
		histories++
		for goal, v := range verdicts {
			goals++
			if v.Exposed {
				exposed++
			}
			term, made := s.goals[goal]
			if !made {
				t.Fatalf("no term for %+v", goal)
			}
			since, falls := closure.Since(term)
			if since = max(since, s.made[goal]); !falls {
				since = -1
			}
			if falls != v.Exposed || since != v.Since {
				t.Errorf("%+v: the closure says %v since %d, the predicate %v since %d (%s: %s)\n%s", goal,
					falls, since, v.Exposed, v.Since, v.Clause, v.Because, printSteps(closure.Derivation(term)))
			}
		}
	})
	t.Logf("%d histories, %d goals, %d exposed", histories, goals, exposed)
}
