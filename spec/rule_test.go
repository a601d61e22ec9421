package spec_test

import (
	"errors"
	"fmt"
	"slices"
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

// The rules that an error names are found through every kind of wrapping, each once.
func TestBrokenIn(t *testing.T) {
	first, second := spec.LeafSource.Broken("x"), spec.LeafLifetime.Broken("y")
	for _, c := range []struct {
		err  error
		want []*spec.Rule
	}{
		{nil, nil},
		{errors.New("no rule"), nil},
		{first, []*spec.Rule{spec.LeafSource}},
		{fmt.Errorf("joining: %w", first), []*spec.Rule{spec.LeafSource}},
		{fmt.Errorf("%w by way of %w", first, second), []*spec.Rule{spec.LeafSource, spec.LeafLifetime}},
		{errors.Join(second, fmt.Errorf("again: %w", spec.LeafLifetime), first), []*spec.Rule{spec.LeafLifetime, spec.LeafSource}},
	} {
		if got := spec.BrokenIn(c.err); !slices.Equal(got, c.want) {
			t.Errorf("%v names %v, want %v", c.err, got, c.want)
		}
	}
}
