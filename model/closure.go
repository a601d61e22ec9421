package model

import (
	"slices"
	"strings"
	"sync"
)

// Fact is a term that the attacker saw.
type Fact struct {
	Term TermID `json:"term"`
	Seq  int    `json:"seq"` // the trace event that showed it
	Why  string `json:"why"` // "wire", or "stolen from carol"
}

// rule is the name that the fact has in a derivation: its reason's first word.
func (f Fact) rule() string {
	word, _, _ := strings.Cut(f.Why, " ")
	if word == "" {
		return "given"
	}
	return word
}

// Step is one step of a derivation: a rule, what it needs and what it yields.
type Step struct {
	Rule       string   `json:"rule"` // wire, stolen, public; split, open, decrypt; or the operation that builds the term
	Conclusion TermID   `json:"conclusion"`
	Premises   []TermID `json:"premises,omitempty"`
	Fact       *Fact    `json:"fact,omitempty"` // for what was seen
}

// Closure is everything that a Dolev-Yao attacker derives from what it saw.
//
// Over a ground DAG every attacker rule is a ground Horn clause, so the closure
// is unit propagation (Dowling and Gallier, 1984): each clause counts the
// premises it still waits for and is looked at once per premise. The cost is
// linear in the number of terms and arguments.
type Closure struct {
	why   []*Step // by term: the step that made it known; nil if unknown
	order []int32 // by term: how many terms were known before it

	terms   []Term
	clauses []Step // all of the attacker's rules, instantiated
	since   func() []int
	ways    func() [][]int32
}

// Saturate computes the closure. Facts come in the order in which the attacker
// saw them; the first one about a term is the one that a derivation cites.
func Saturate(terms []Term, facts []Fact) (*Closure, error) {
	if err := checkTerms(terms); err != nil {
		return nil, err
	}
	if err := checkFacts(facts, len(terms)); err != nil {
		return nil, err
	}
	s := newSaturation(terms)
	s.start(terms, facts)
	s.propagate()
	c := s.closure
	c.terms, c.clauses = terms, s.clauses
	c.since = sync.OnceValue(func() []int { return sinces(terms, facts) })
	c.ways = sync.OnceValue(c.waysTo)
	return c, nil
}

// Knows says whether the attacker derives t. It derives no term that is not there.
func (c *Closure) Knows(t TermID) bool {
	return t >= 0 && int(t) < len(c.why) && c.why[t] != nil
}

// Step is how t became known; false if it did not.
func (c *Closure) Step(t TermID) (Step, bool) {
	if !c.Knows(t) {
		return Step{}, false
	}
	return *c.why[t], true
}

// Derivation returns how t is derived: premises first, each conclusion once,
// of the least possible depth. It is nil if t is not known.
func (c *Closure) Derivation(t TermID) []Step {
	if !c.Knows(t) {
		return nil
	}
	seen := map[TermID]bool{t: true}
	needed := []TermID{t}
	for i := 0; i < len(needed); i++ {
		for _, p := range c.why[needed[i]].Premises {
			if !seen[p] {
				seen[p] = true
				needed = append(needed, p)
			}
		}
	}
	// A term became known after all its premises: that order serves as it is.
	slices.SortFunc(needed, func(a, b TermID) int { return int(c.order[a]) - int(c.order[b]) })
	steps := make([]Step, len(needed))
	for i, n := range needed {
		steps[i] = *c.why[n]
	}
	return steps
}

// saturation is a closure under construction.
type saturation struct {
	closure *Closure
	clauses []Step  // the rules, instantiated: one clause each
	waiting []int32 // by clause: premises not yet known
	// watchers[first[t]:first[t+1]] are the clauses that have t as a premise,
	// as often as they have it.
	watchers []int32
	first    []int32
	queue    []TermID // known terms, in order of depth; none is there twice
	fired    int      // of the queue, how many have been propagated
}

func newSaturation(terms []Term) *saturation {
	s := &saturation{
		closure: &Closure{why: make([]*Step, len(terms)), order: make([]int32, len(terms))},
		clauses: attackerClauses(terms),
		first:   make([]int32, len(terms)+1),
		queue:   make([]TermID, 0, len(terms)),
	}
	s.waiting = make([]int32, len(s.clauses))
	for c, clause := range s.clauses {
		s.waiting[c] = int32(len(clause.Premises))
		for _, p := range clause.Premises {
			s.first[p+1]++
		}
	}
	for t := range terms {
		s.first[t+1] += s.first[t]
	}
	s.watchers = make([]int32, s.first[len(terms)])
	next := slices.Clone(s.first)
	for c, clause := range s.clauses {
		for _, p := range clause.Premises {
			s.watchers[next[p]] = int32(c)
			next[p]++
		}
	}
	return s
}

// start takes in what needs no premise: public terms, facts, empty structures.
func (s *saturation) start(terms []Term, facts []Fact) {
	for _, t := range terms {
		if t.Public {
			s.learn(&Step{Rule: "public", Conclusion: t.ID})
		}
	}
	s.see(facts)
	for c := range s.clauses {
		if s.waiting[c] == 0 {
			s.learn(&s.clauses[c])
		}
	}
}

func (s *saturation) see(facts []Fact) {
	for i := range facts {
		s.learn(&Step{Rule: facts[i].rule(), Conclusion: facts[i].Term, Fact: &facts[i]})
	}
}

// propagate fires each clause when its last premise becomes known. The queue is
// in order of depth, so the first clause that reaches a term is a shallowest one.
func (s *saturation) propagate() {
	for ; s.fired < len(s.queue); s.fired++ {
		t := s.queue[s.fired]
		for _, c := range s.watchers[s.first[t]:s.first[t+1]] {
			if s.waiting[c]--; s.waiting[c] == 0 {
				s.learn(&s.clauses[c])
			}
		}
	}
}

func (s *saturation) learn(step *Step) {
	if s.closure.why[step.Conclusion] != nil {
		return
	}
	s.closure.why[step.Conclusion] = step
	s.closure.order[step.Conclusion] = int32(len(s.queue))
	s.queue = append(s.queue, step.Conclusion)
}
