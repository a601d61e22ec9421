package model

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func predict(t *rapid.T, events []Event) map[Goal]Verdict {
	verdicts, err := Predict(events)
	if err != nil {
		t.Fatalf("%v\n%+v", err, events)
	}
	byGoal := map[Goal]Verdict{}
	for _, v := range verdicts {
		if _, twice := byGoal[v.Goal]; twice {
			t.Fatalf("two verdicts on %+v", v.Goal)
		}
		byGoal[v.Goal] = v
		want := Verdict{Exposed: true, Claim: ClaimExposed}
		if v.Since < 0 {
			want = Verdict{Exposed: false, Claim: ClaimSecret}
		}
		if v.Exposed != want.Exposed || v.Claim != want.Claim || v.Clause == "" || v.Because == "" {
			t.Fatalf("a verdict at odds with itself: %+v", v)
		}
	}
	return byGoal
}

// bounded are the secrets of a state that the theorem bounds along with its
// init_secret: nobody keeps them longer, and they come from the same PSKs.
var bounded = []GoalKind{EpochSecret, InitSecret, WelcomeSecret, ExporterSecret, ExternalSecret, ConfirmationKey,
	MembershipKey, EpochAuthenticator, ExportedValue}

// What is exactly exposed is allowed by the theorem (provers.md, "Two sided").
func TestExactImpliesTheorem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		may, err := MayBeExposed(events)
		if err != nil {
			t.Fatal(err)
		}
		for goal, v := range predict(t, events) {
			bound := Goal{Kind: InitSecret, Group: goal.Group, Epoch: goal.Epoch, State: goal.State}
			if v.Exposed && slices.Contains(bounded, goal.Kind) && may[bound] == "" {
				t.Errorf("%+v is exposed (%s: %s), and no case of the theorem allows it", goal, v.Clause, v.Because)
			}
		}
	})
}

// harmless is a history without thefts, weak randomness or attacker.
func harmless(events []Event) []Event {
	w := newWorld()
	var kept []Event
	for _, e := range events {
		if e.Kind == Compromise || e.Kind == Randomness || e.By == Attacker {
			continue
		}
		if w.play(len(kept), e) == nil { // else it rests on what the attacker made
			kept = append(kept, e)
		}
	}
	return kept
}

func TestNoTheftNoExposure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for goal, v := range predict(t, harmless(randomRun(t))) {
			if v.Exposed {
				t.Errorf("%+v is exposed without a theft: %s", goal, v.Because)
			}
		}
	})
}

// One more theft never makes a secret safe, nor safe for longer.
func TestTheftsOnlyAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		at := rapid.IntRange(0, len(events)).Draw(t, "at")
		theft := Event{Kind: Compromise, Actor: rapid.SampledFrom(cast).Draw(t, "who")}
		before, after := predict(t, events), predict(t, slices.Insert(slices.Clone(events), at, theft))
		for goal, v := range before {
			if v.Since >= at {
				v.Since++
			}
			if v.Exposed && (!after[goal].Exposed || after[goal].Since > v.Since) {
				t.Errorf("%+v: exposed since %d (%s), and with another theft since %d", goal, v.Since, v.Because, after[goal].Since)
			}
		}
	})
}

// Since is the truth at every moment: what a run exposes after its first n events
// is what the whole run says to have fallen before n.
func TestSinceIsWhatAPrefixSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		n := rapid.IntRange(0, len(events)).Draw(t, "n")
		whole := predict(t, events)
		for goal, v := range predict(t, events[:n]) {
			later := whole[goal]
			if v.Exposed != (later.Exposed && later.Since < n) || v.Exposed && v.Since != later.Since {
				t.Errorf("%+v: after %d events %v since %d, in the end %v since %d", goal, n, v.Exposed, v.Since, later.Exposed, later.Since)
			}
		}
	})
}

// Forward secrecy: when every member has moved on and retains nothing, stealing
// all of them at once exposes nothing of the epochs before.
func TestForwardSecrecy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := harmless(randomRun(t))
		w := newWorld()
		for i, e := range events {
			if err := w.play(i, e); err != nil {
				t.Fatal(err)
			}
		}
		live := map[string]bool{} // states that somebody holds something of
		for _, c := range w.clients {
			if len(c.packages) > 0 {
				for _, s := range w.history.states { // a Welcome that can still be opened
					for _, j := range s.joiners {
						live[s.id] = live[s.id] || slices.Contains(c.packages, j.pack)
					}
				}
			}
			for _, at := range c.seats {
				for _, h := range append(append([]held{{at.state, at.view}}, at.waiting...), at.past...) {
					if h.state != nil {
						live[h.state.id] = true
					}
				}
			}
		}
		end := len(events)
		for _, who := range cast {
			events = append(events, Event{Kind: Compromise, Actor: who})
		}
		reach := reachable(w.history, live)
		for goal, v := range predict(t, events) {
			if v.Exposed && v.Since < end {
				t.Errorf("%+v is exposed before the theft: %s", goal, v.Because)
			}
			if v.Exposed && goal.State != "" && slices.Contains(bounded, goal.Kind) && !reach[goal.State] {
				t.Errorf("%+v of the past is exposed: %s", goal, v.Because)
			}
		}
	})
}

// reachable are the live states and those that come after one.
func reachable(h *history, live map[string]bool) map[string]bool {
	for _, s := range h.states {
		if s.from != nil && live[s.from.id] {
			live[s.id] = true
		}
	}
	return live
}

// The random histories are worth something: they reach every clause, of secrecy
// and of authentication; they branch, and lose Commits.
func TestRandomHistoriesReachEveryClause(t *testing.T) {
	clauses, cases := map[string]int{}, map[string]int{}
	forks, runs := 0, 0
	for seed := range uint64(150) {
		r := newRoller(seed)
		for range 120 {
			r.step()
		}
		verdicts, err := Predict(r.events)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			clauses[v.Clause]++
		}
		auth, err := CouldHaveMade(r.events)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range auth {
			clauses[v.Clause]++
		}
		may, err := MayBeExposed(r.events)
		if err != nil {
			t.Fatal(err)
		}
		for _, why := range may {
			name, _, _ := strings.Cut(why, ":")
			cases[name]++
		}
		children := map[*state]int{}
		for _, s := range r.w.history.states {
			if children[s.from]++; s.from != nil && children[s.from] == 2 {
				forks++
			}
		}
		runs++
	}
	for _, clause := range []string{ClauseStolenEpoch, ClausePending, ClauseJoinerInit, ClauseNoPath, ClausePathKey,
		ClausePackageKey, ClauseExternalInit, ClauseWeak, ClauseAttackerMade, ClauseKeyStolen, ClausePackStolen, ClausePSKStolen,
		ClauseRetained, ClauseTreeUnused, ClauseFirstEpoch, ClauseInitNotKnown, ClauseExternalSafe, ClausePathNotKnown,
		ClausePSKNotKnown, ClauseKeyNotStolen, ClauseEpochKnown, ClauseHeld, ClauseNotHeld,
		ClauseCanForge, ClauseSignatureSafe, ClauseRatchetSafe, ClauseMembershipSafe, ClausePSKSafe} {
		if clauses[clause] == 0 {
			t.Errorf("no random history reaches %s", clause)
		}
	}
	t.Logf("%d runs, %d forks; verdicts by clause: %v; theorem by case: %v", runs, forks, clauses, cases)
}

// A history that was tampered with is judged or refused, never a panic.
func TestTamperedHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := slices.Clone(randomRun(t))
		for range 1 + rapid.IntRange(0, 3).Draw(t, "changes") {
			i, j := rapid.IntRange(0, len(events)-1).Draw(t, "i"), rapid.IntRange(0, len(events)-1).Draw(t, "j")
			switch rapid.IntRange(0, 5).Draw(t, "change") {
			case 0:
				events[i], events[j] = events[j], events[i]
			case 1:
				events = slices.Insert(events, j, events[i])
			case 2:
				events[i].Actor = rapid.SampledFrom(cast).Draw(t, "actor")
			case 3:
				events[i].Epoch = rapid.Uint64().Draw(t, "epoch")
			case 4:
				events[i].State, events[i].From = events[j].From, events[j].State
			case 5:
				events[i].By, events[i].External = Attacker, !events[i].External
			}
		}
		_, err := Predict(events)
		_, theorem := MayBeExposed(events)
		_, auth := CouldHaveMade(events)
		_, intervals := Intervals(events)
		for _, again := range []error{theorem, auth, intervals} {
			if (err == nil) != (again == nil) {
				t.Errorf("the predicate says %v, another judge %v", err, again)
			}
		}
	})
}
