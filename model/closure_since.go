package model

import "slices"

// Start is the moment of what the attacker can derive before any fact.
const Start = -1

// Since is the Seq of the fact that first made t derivable, Start for what is
// derivable without any; false if t is not derivable. It can be earlier than the
// moment when t was first computed by anyone: then t was foreseeable.
func (c *Closure) Since(t TermID) (int, bool) {
	if !c.Knows(t) {
		return 0, false
	}
	return c.since()[t], true
}

// sinces saturates once more, one Seq after the other. The work is shared out
// among them, so that it is as linear as all at once.
func sinces(terms []Term, facts []Fact) []int {
	facts = slices.Clone(facts)
	slices.SortStableFunc(facts, func(a, b Fact) int { return a.Seq - b.Seq })
	since := make([]int, len(terms))
	s := newSaturation(terms)
	done := 0
	stamp := func(seq int) {
		s.propagate()
		for ; done < len(s.queue); done++ {
			since[s.queue[done]] = seq
		}
	}
	s.start(terms, nil)
	stamp(Start)
	for len(facts) > 0 {
		n := 1
		for n < len(facts) && facts[n].Seq == facts[0].Seq {
			n++
		}
		s.see(facts[:n])
		stamp(facts[0].Seq)
		facts = facts[n:]
	}
	return since
}
