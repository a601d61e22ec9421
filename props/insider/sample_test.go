package insider

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/spec"
)

// TestSamples: some rules of every layer, each with a message that is refused under it,
// the same one each time.
func TestSamples(t *testing.T) {
	for _, id := range []string{"7.3/source", "6.2/membership-tag", "12.4.2/epoch"} {
		rule := ruleOf(t, id)
		a, err := SampleOf(rule)
		if err != nil {
			t.Fatalf("%s: %v", rule.ID, err)
		}
		if !errors.Is(a.Answer, rule) || a.Rule != rule || a.What == "" || len(a.Bytes) == 0 {
			t.Errorf("%s: %+v", rule.ID, a)
		}
		b, err := SampleOf(rule)
		if err != nil || !bytes.Equal(a.Bytes, b.Bytes) {
			t.Errorf("%s: another sample the second time (%v)", rule.ID, err)
		}
	}
	for rule, why := range excused {
		if s, err := SampleOf(rule); err == nil || s != nil || err.Error() != why || Excused(rule) != why {
			t.Errorf("%s, which is excused: %v, %v", rule.ID, s, err)
		}
	}
}

// ruleOf finds a rule by its ID: named by its variable it would count as tested here.
func ruleOf(t *testing.T, id string) *spec.Rule {
	t.Helper()
	for _, r := range spec.Rules() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("there is no rule %s", id)
	return nil
}
