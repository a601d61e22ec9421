package props

import (
	"fmt"
	"strings"
	"testing"
)

// TestAlternatives: each special thing is tried, and in not too many histories.
func TestAlternatives(t *testing.T) {
	did := map[string]int{}
	p := Property{Name: "alternatives", New: func(h *History) Checks {
		return newAlternative(h, did).checks()
	}}
	for seed := range uint64(60) {
		o, err := One(seed+1, 40, 6, []Property{p})
		if err != nil || o.Failed() {
			t.Fatalf("seed %d: %v %v\n%s", seed+1, err, o.Failures, o.Scenario.Text)
		}
	}
	for _, what := range []string{
		"two Updates of one member", "an extension, and without who does not support it", "a new identity and an Add",
		"a tree beside the Welcome", "Adds and Removes and new extensions", "several Adds and Removes", "no path",
		"a lifetime that ended before somebody joined",
	} {
		if did[what] < 3 {
			t.Errorf("%s: %d times, expected 3 at least", what, did[what])
		}
	}
	t.Log(did)
}

// TestAlternativesAfterForgery: a thief has used a generation of its victim's, and the
// others refuse what the victim sends under it.
func TestAlternativesAfterForgery(t *testing.T) {
	list, err := Named("alternatives")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		sc := parse(t, fmt.Sprintf("seed %d\nhandshakes private\nalice creates room\nalice adds bob\ncompromise alice\n%sattacker updates as alice\n", n, strings.Repeat("bob goes offline\nbob comes online\n", n)))
		failures, _, err := Run(sc, list, Look{})
		if err != nil || len(failures) > 0 {
			t.Fatalf("%v %v in\n%s", err, failures, sc.Text)
		}
	}
}
