package model

import (
	"slices"
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
		byGoal[v.Goal] = v
	}
	return byGoal
}

// What is exactly exposed is allowed by the theorem (provers.md, "Two sided").
func TestExactImpliesTheorem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		may, err := MayBeExposed(events)
		if err != nil {
			t.Fatal(err)
		}
		for goal, v := range predict(t, events) {
			bound := Goal{Kind: InitSecret, Group: goal.Group, Epoch: goal.Epoch}
			if v.Exposed && goal.Kind != Message && may[bound] == "" {
				t.Errorf("%+v is exposed (%s: %s), and no case of the theorem allows it", goal, v.Clause, v.Because)
			}
		}
	})
}

func TestNoTheftNoExposure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := slices.DeleteFunc(randomRun(t), func(e Event) bool { return e.Kind == Compromise })
		for goal, v := range predict(t, events) {
			if v.Exposed {
				t.Errorf("%+v is exposed without a theft: %s", goal, v.Because)
			}
		}
	})
}

// One more theft never makes a secret safe.
func TestTheftsOnlyAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		at := rapid.IntRange(0, len(events)).Draw(t, "at")
		theft := Event{Kind: Compromise, Actor: rapid.SampledFrom(cast).Draw(t, "who")}
		before, after := predict(t, events), predict(t, slices.Insert(slices.Clone(events), at, theft))
		for goal, v := range before {
			if v.Exposed && !after[goal].Exposed {
				t.Errorf("%+v: exposed (%s), and with another theft it is not", goal, v.Because)
			}
		}
	})
}

// Forward secrecy: when every member has moved on, stealing all of them at once
// exposes nothing of the epochs before, and no epoch_secret at all.
func TestForwardSecrecy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := randomHistory(t, "room")
		s.events = slices.DeleteFunc(s.events, func(e Event) bool { return e.Kind == Compromise })
		s.sync()
		// Key packages that wait for another Add are no part of the past.
		for _, name := range s.roster {
			s.steal(name)
		}
		h, err := readHistory(s.events)
		if err != nil {
			t.Fatal(err)
		}
		if unjoined(h) {
			t.Skip("a Welcome that was never used keeps its epoch in reach")
		}
		for goal, v := range predict(t, s.events) {
			newest := goal.Epoch == s.epoch && goal.Kind != EpochSecret
			if v.Exposed && !newest {
				t.Errorf("%+v of the past is exposed: %s", goal, v.Because)
			}
		}
	})
}

func unjoined(h *history) bool {
	for _, g := range h.groups {
		for _, e := range g.epochs {
			if slices.ContainsFunc(e.joiners, func(j joiner) bool { return !j.joined }) {
				return true
			}
		}
	}
	return false
}

// Post-compromise security: whatever was stolen, once every member has committed
// with a path, the group is healed.
func TestPostCompromiseSecurity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := randomHistory(t, "room")
		s.sync()
		for _, name := range slices.Clone(s.roster) {
			s.path(name)
		}
		s.send(s.roster[0])
		for goal, v := range predict(t, s.events) {
			if goal.Epoch == s.epoch && v.Exposed {
				t.Errorf("%+v is exposed after the healing: %s", goal, v.Because)
			}
		}
	})
}

// The random histories are worth something: they reach every clause, and they
// show that an upper bound is all that the theorem is.
func TestRandomHistoriesReachEveryClause(t *testing.T) {
	clauses, bound, exact := map[string]int{}, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		may, err := MayBeExposed(events)
		if err != nil {
			t.Fatal(err)
		}
		bound += len(may)
		for goal, v := range predict(t, events) {
			clauses[v.Clause]++
			if v.Exposed && goal.Kind == InitSecret {
				exact++
			}
		}
	})
	for _, clause := range []string{ClauseStolenEpoch, ClauseJoinerInit, ClauseNoPath, ClausePathKey, ClausePackageKey,
		ClauseFirstEpoch, ClauseInitNotKnown, ClausePathNotKnown, ClauseEpochKnown, ClauseHeld, ClauseNotHeld} {
		if clauses[clause] == 0 {
			t.Errorf("no random history reaches %s", clause)
		}
	}
	t.Logf("verdicts by clause: %v; init_secrets exposed %d, allowed by the theorem %d", clauses, exact, bound)
}

// A history that was tampered with is judged or refused, never a panic.
func TestTamperedHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		for range 1 + uniform(t, "changes", 4) {
			i, j := rapid.IntRange(0, len(events)-1).Draw(t, "i"), rapid.IntRange(0, len(events)-1).Draw(t, "j")
			switch uniform(t, "change", 4) {
			case 0:
				events[i], events[j] = events[j], events[i]
			case 1:
				events = slices.Insert(events, j, events[i])
			case 2:
				events[i].Actor = oneOf(t, "actor", cast)
			case 3:
				events[i].Epoch = rapid.Uint64().Draw(t, "epoch")
			}
		}
		_, err := Predict(events)
		if _, again := MayBeExposed(events); (err == nil) != (again == nil) {
			t.Errorf("the predicate says %v, the theorem %v", err, again)
		}
	})
}
