package model

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestIntervals(t *testing.T) {
	quartet := func() *script { return room("alice", "bob", "carol", "dave") }
	for _, c := range []struct {
		name string
		tell *script
		want string
	}{
		{"nothing", quartet().path("alice"), ""},
		{"healed by a Commit", quartet().path("alice").path("alice").path("alice").steal("carol").path("bob").path("alice").path("carol"),
			"carol: stolen at room epoch 4: epochs 4 to 6 exposed, healed at 7 by carol's Commit"},
		{"healed by an Update", quartet().steal("carol").propose("carol").commit("alice", Event{Path: true, Updates: updates("carol")}).sync(),
			"carol: stolen at room epoch 1: epoch 1 exposed, healed at 2 by carol's Update"},
		{"healed by removal", quartet().steal("carol").path("bob").commit("alice", Event{Path: true, Removes: []string{"carol"}}).sync(),
			"carol: stolen at room epoch 1: epochs 1 to 2 exposed, healed at 3 by the removal of carol"},
		{"healed by a resync", quartet().steal("carol").outside("carol", Event{Removes: []string{"carol"}}),
			"carol: stolen at room epoch 1: epoch 1 exposed, healed at 2 by carol's external Commit"},
		{"healed by a PSK", quartet().steal("carol").deal("x", "alice", "bob", "carol", "dave").commit("bob", Event{PSKs: []PSKRef{{External: "x"}}}).sync(),
			"carol: stolen at room epoch 1: epoch 1 exposed, healed at 2 by the Commit of bob to room epoch 2, which takes in the external PSK x"},
		{"not healed", quartet().steal("carol").path("bob"), "carol: stolen at room epoch 1: epochs 1 to 2 exposed, not healed"},
		{"per branch", fork(), "bob: stolen at room epoch 1: epoch 1 exposed, healed at 2 by bob's Commit; " +
			"bob: stolen at room epoch 1: epochs 1 to 2 exposed, not healed"},
		{"retained epochs", quartet().retain("carol", 2, 0).path("alice").path("alice").path("alice").steal("carol"),
			"carol: stolen at room epoch 4: epochs 2 to 4 exposed, not healed"},
		{"a package", newScript("room", "alice").keyPackage("bob").stealOnly("bob", KeyPackages).
			commit("alice", Event{Path: true, Adds: adds("bob")}).sync().path("bob"),
			"bob: key package stolen (room): epoch 1 exposed, healed at 2 by bob's Commit"},
		{"a time of weak randomness", room("alice").weak("alice").keyPackage("bob").commit("alice", Event{Path: true, Adds: adds("bob")}).sync().strong("alice").path("alice").path("bob"),
			"alice: known randomness (room): epoch 2 exposed, healed at 3 by alice's Commit"},
		{"two together: neither theft alone opens epoch 3",
			room("alice", "bob", "carol").steal("alice").path("alice").path("alice").steal("bob"),
			"alice: stolen at room epoch 1: epoch 1 exposed, healed at 2 by alice's Commit; " +
				"bob: stolen at room epoch 3: epoch 3 exposed, not healed; several causes together (room): epoch 2 exposed, healed at 3 by the Commit of alice to room epoch 3"},
		{"the attacker's own", room("alice", "bob").outside2(), "the attacker's own steps (room): epoch 2 exposed, not healed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			intervals, err := Intervals(c.tell.events)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range intervals {
				got = append(got, v.String())
			}
			if got := strings.Join(got, "; "); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// The intervals cover what the predicate says is exposed, and nothing else.
func TestIntervalsCoverTheVerdicts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		intervals, err := Intervals(events)
		if err != nil {
			t.Fatal(err)
		}
		covered := map[string]bool{}
		for _, v := range intervals {
			for _, s := range v.States {
				covered[s] = true
			}
			if v.To-v.From+1 != uint64(len(v.States)) || (v.Healed == "") != (v.By == "") {
				t.Errorf("an interval at odds with itself: %+v", v)
			}
			if slices.Contains(v.States, v.Healed) {
				t.Errorf("healed while exposed: %+v", v)
			}
		}
		for goal, v := range predict(t, events) {
			if goal.Kind == InitSecret && v.Exposed && !covered[goal.State] {
				t.Errorf("%s is exposed (%s), and in no interval", goal.State, v.Because)
			}
			if goal.Kind == SenderDataSecret && !v.Exposed && covered[goal.State] {
				t.Errorf("%s is in an interval, and not exposed", goal.State)
			}
		}
	})
}
