package spec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"mlsref/spec"
)

func TestRulesAreWellFormed(t *testing.T) {
	for _, r := range spec.Rules() {
		section, word, ok := strings.Cut(r.ID, "/")
		if !ok || section != r.Section || word == "" || r.Text == "" {
			t.Errorf("%+v: the ID is not the section and a word", r)
		}
	}
}

// A violation is recognised through wrapping, cites the RFC, and is no other rule.
func TestBroken(t *testing.T) {
	err := fmt.Errorf("joining: %w", spec.LeafSource.Broken("source is %d, want %d", 1, 3))
	if !errors.Is(err, spec.LeafSource) || errors.Is(err, spec.LeafLifetime) {
		t.Errorf("%v is taken for another rule", err)
	}
	if want := "joining: RFC 9420 §7.3 (7.3/source): source is 1, want 3"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if got := spec.LeafSource.Error(); !strings.HasPrefix(got, "RFC 9420 §7.3 (7.3/source): leaf_node_source") {
		t.Errorf("got %q", got)
	}
}
