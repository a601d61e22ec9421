// Package props holds the properties of the implementation under random group
// histories: what must be true after each step, of each message, and of each recorded
// run, whatever members, the delivery service and thieves did.
//
// A history is a scenario (package trace), so a failing one is a short text that
// mlsref run plays again. A Property looks on while it is played, at the members' live
// state and at every message before and after it is read; it may try things on the live
// state that must change nothing. It must not know how the run came about.
package props

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"mlsref/spec"
	"mlsref/trace"
)

// Property is one thing that must hold in every history.
type Property struct {
	Name   string
	About  string // what must hold, in one sentence
	Source string // where it is said: "RFC 9420 §4.2", or a paper
	New    func(h *History) Checks
}

// Checks are a property's eyes on one history; each may be nil.
type Checks struct {
	trace.Watch
	End    func(s *trace.Session)                // after the last statement
	Judged func(t *trace.Trace, r *trace.Report) // once the recorded run was judged
	Audit  bool                                  // the run is to look for what should be gone
}

// History is one run, as a property sees it.
type History struct {
	Scenario *trace.Scenario
	Rand     *rand.Rand // for what the property tries; a function of the scenario's seed

	property string
	look     Look
	line     int
	failures []Failure
}

// Look is how closely the properties look at a history. The zero Look tries some of
// what can be tried, chosen by chance.
type Look struct {
	Thorough bool   // whatever is tried now and then is tried each time
	Key      string // only what may fail with this Key, where that can be told before

	Rules map[string]int // counts the rules that answers name, by ID; nil: they are not counted
}

// answer counts the rules that an answer to a message names.
func (l Look) answer(err error) {
	if l.Rules == nil {
		return
	}
	for _, rule := range spec.BrokenIn(err) {
		l.Rules[rule.ID]++
	}
}

// Failure is a property that did not hold.
type Failure struct {
	Property string `json:"property"`
	Line     int    `json:"line,omitempty"` // of the scenario, from 1; 0: of the whole run
	Text     string `json:"text"`
	Key      string `json:"key,omitempty"` // what failed of the property: a rule's ID
}

// keyed is an error with a Failure's Key.
type keyed struct {
	error
	key string
}

func (k keyed) Unwrap() error { return k.error }

func (f Failure) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.Property, f.Text)
	}
	return fmt.Sprintf("line %d: %s: %s", f.Line, f.Property, f.Text)
}

// Fail says that the property does not hold, at the line that is being played.
func (h *History) Fail(format string, args ...any) {
	h.failures = append(h.failures, Failure{Property: h.property, Line: h.line, Text: fmt.Sprintf(format, args...)})
}

// Check fails with an error, if there is one.
func (h *History) Check(err error) {
	if err == nil {
		return
	}
	h.Fail("%v", err)
	var k keyed
	if errors.As(err, &k) {
		h.failures[len(h.failures)-1].Key = k.key
	}
}

// sometimes is true once in n times, or each time that a thorough look is taken.
func (h *History) sometimes(n int) bool { return h.Rand.IntN(n) == 0 || h.look.Thorough }

// newHistory gives a property its own randomness, so that no property's tries depend on
// which others look on.
func newHistory(p Property, sc *trace.Scenario) *History {
	hash := fnv.New64a()
	hash.Write([]byte(p.Name))
	return &History{Scenario: sc, Rand: rand.New(rand.NewPCG(sc.Seed, hash.Sum64())), property: p.Name}
}

// All are the properties, in the order in which they are told.
func All() []Property {
	var all []Property
	for _, list := range [][]Property{judged, ofGroups, ofMessages, ofInsiders, ofRuns, ofBytes} {
		all = append(all, list...)
	}
	return all
}

// Except are all properties but those of some names; an unknown one is an error.
func Except(names ...string) ([]Property, error) {
	if _, err := Named(names...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(All(), func(p Property) bool { return slices.Contains(names, p.Name) }), nil
}

// Named are the properties of these names; an unknown one is an error.
func Named(names ...string) ([]Property, error) {
	var list []Property
	for _, name := range names {
		found := false
		for _, p := range All() {
			if p.Name == name {
				list, found = append(list, p), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no property %q", name)
		}
	}
	return list, nil
}
