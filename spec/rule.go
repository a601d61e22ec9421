// Package spec holds RFC 9420 as data: the rules that code can check, each with
// one ID. It knows nothing of the implementation; the layers return its rules
// as errors.
package spec

import (
	"fmt"
	"slices"
	"sort"
)

// Rule is one normative rule of RFC 9420 that code can check. A *Rule is itself
// an error, so that errors.Is(err, spec.LeafSource) recognises a violation.
type Rule struct {
	ID      string // "7.3/source": the section, and a word for the rule
	Section string // "7.3"
	Text    string // the rule in the project's own words
}

// Error gives the citation, the ID and the rule.
func (r *Rule) Error() string {
	return fmt.Sprintf("RFC 9420 §%s (%s): %s", r.Section, r.ID, r.Text)
}

// Broken returns an error that wraps r and says what was found.
func (r *Rule) Broken(format string, args ...any) error {
	return &violation{rule: r, found: fmt.Sprintf(format, args...)}
}

type violation struct {
	rule  *Rule
	found string
}

func (v *violation) Error() string {
	return fmt.Sprintf("RFC 9420 §%s (%s): %s", v.rule.Section, v.rule.ID, v.found)
}

func (v *violation) Unwrap() error { return v.rule }

// BrokenIn returns the rules that an error names, each once: one may be broken by way
// of another.
func BrokenIn(err error) []*Rule {
	var rules []*Rule
	var visit func(error)
	visit = func(err error) {
		switch e := err.(type) {
		case nil:
		case *Rule:
			if !slices.Contains(rules, e) {
				rules = append(rules, e)
			}
		case interface{ Unwrap() error }:
			visit(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, err := range e.Unwrap() {
				visit(err)
			}
		}
	}
	visit(err)
	return rules
}

var registry = map[string]*Rule{}

func rule(id, section, text string) *Rule {
	if registry[id] != nil {
		panic("spec: internal: two rules have the ID " + id)
	}
	r := &Rule{ID: id, Section: section, Text: text}
	registry[id] = r
	return r
}

// Rules returns every rule, sorted by ID.
func Rules() []*Rule {
	all := make([]*Rule, 0, len(registry))
	for _, r := range registry {
		all = append(all, r)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}
