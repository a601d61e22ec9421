package props

import "testing"

// TestAlternatives: each special thing is tried, and in not too many histories.
func TestAlternatives(t *testing.T) {
	did := map[string]int{}
	p := Property{Name: "alternatives", New: func(h *History) Checks {
		a := &alternative{h: h, did: did}
		return Checks{Watch: a.watch()}
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
