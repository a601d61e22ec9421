package model

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sliced is what is left of a run: what is not relevant is not seen, and as a term it is a
// name that nobody knows, which no rule speaks of.
func sliced(terms []Term, facts []Fact, relevant []bool) ([]Term, []Fact) {
	terms = slices.Clone(terms)
	for i := range terms {
		switch {
		case relevant[i]:
		case terms[i].Op == OpPublic: // the shape of what was encrypted to it
			terms[i].Public = false
		default:
			terms[i] = Term{ID: TermID(i), Op: OpRandom}
		}
	}
	var seen []Fact
	for _, f := range facts {
		if relevant[f.Term] {
			seen = append(seen, f)
		}
	}
	return terms, seen
}

// TestRelevantKeepsVerdicts: slicing never changes the closure's verdict on a goal.
func TestRelevantKeepsVerdicts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, facts := randomDAG(t)
		var goals []TermID
		for range rapid.IntRange(1, 3).Draw(t, "goals") {
			goals = append(goals, TermID(rapid.IntRange(0, len(terms)-1).Draw(t, "goal")))
		}
		relevant, err := Relevant(terms, goals)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Saturate(terms, facts)
		if err != nil {
			t.Fatal(err)
		}
		slice, err := Saturate(sliced(terms, facts, relevant))
		if err != nil {
			t.Fatal(err)
		}
		for i := range terms {
			id := TermID(i)
			if slices.Contains(goals, id) && whole.Knows(id) != slice.Knows(id) {
				t.Fatalf("goal %d: %t, and sliced %t", id, whole.Knows(id), slice.Knows(id))
			}
			if relevant[i] && slice.Knows(id) && !whole.Knows(id) {
				t.Fatalf("term %d is known in the slice only", id)
			}
		}
	})
}

// TestRelevantLeavesOut: what comes out of a structure does not hang on the structure's
// other parts, and nothing hangs on what is derived from it.
func TestRelevantLeavesOut(t *testing.T) {
	d := &dag{}
	key, other, goal := d.add(OpRandom), d.add(OpRandom), d.add(OpRandom)
	empty := d.add(OpConst)
	both := d.add(OpConcat, goal, other)
	sealed := d.add(OpSeal, key, empty, empty, both)
	later := d.add(OpExtract, goal, empty)
	relevant, err := Relevant(d.terms, []TermID{goal})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[TermID]bool{key: true, goal: true, both: true, sealed: true, other: false, later: false} {
		if relevant[id] != want {
			t.Errorf("term %d (%s) is relevant: %t", id, d.terms[id].Op, relevant[id])
		}
	}
}
