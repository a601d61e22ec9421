// Package target says what a fuzz target is: a function of bytes that says what an
// implementation did wrong with them, and notes what it reached on the way.
package target

import (
	"maps"
	"slices"

	"mlsref/spec"
)

// Target is one function that is given bytes.
type Target struct {
	Name  string // of its native form in package fuzz: "FuzzWire"
	Group string // what it is fuzzed together with: codec, messages, readers, histories
	About string // what must hold of all bytes, in one sentence

	// Run gives it one input. An error is a finding: something that must not happen
	// with any bytes; so is a panic. The same bytes do the same. seen may be nil.
	// Several may run at once.
	Run func(in []byte, seen *Seen) error

	// Seeds are inputs to begin with, the same every time. Files in
	// fuzz/testdata/fuzz/Name come on top: what fuzzing has found.
	Seeds func() ([][]byte, error)
}

// MaxInput is how long an input may be, in bytes. A longer one is not run.
const MaxInput = 1 << 16

// Seen counts what inputs reached. The zero value is ready for use, by one goroutine; a
// nil *Seen counts nothing.
type Seen struct {
	rules, outcomes map[string]int
}

// Answer counts the rules that an answer names, by ID: all of them, since a rule may be
// broken by way of another.
func (s *Seen) Answer(err error) {
	if s == nil {
		return
	}
	for _, rule := range spec.BrokenIn(err) {
		s.add(&s.rules, rule.ID)
	}
}

// Outcome counts what became of an input, in a target's own words: "accepted".
func (s *Seen) Outcome(what string) {
	if s != nil {
		s.add(&s.outcomes, what)
	}
}

func (s *Seen) add(to *map[string]int, key string) {
	if *to == nil {
		*to = map[string]int{}
	}
	(*to)[key]++
}

// Add counts what other has counted, too.
func (s *Seen) Add(other *Seen) {
	for id, n := range other.rules {
		s.addN(&s.rules, id, n)
	}
	for what, n := range other.outcomes {
		s.addN(&s.outcomes, what, n)
	}
}

func (s *Seen) addN(to *map[string]int, key string, n int) {
	s.add(to, key)
	(*to)[key] += n - 1
}

// Rules are how often which rule was named, by ID; a copy.
func (s *Seen) Rules() map[string]int { return maps.Clone(s.rules) }

// Outcomes are how often what came of an input; a copy.
func (s *Seen) Outcomes() map[string]int { return maps.Clone(s.outcomes) }

// Missing are the rules that were never named, in the order of their IDs.
func (s *Seen) Missing() []*spec.Rule {
	return slices.DeleteFunc(spec.Rules(), func(r *spec.Rule) bool { return s.rules[r.ID] > 0 })
}
