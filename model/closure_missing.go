package model

import "slices"

// Gap explains why a term is not derivable: every way to it lacks something.
type Gap struct {
	Term TermID `json:"term"`
	// Ways are the rules that would yield the term, each with what it lacks. A
	// term without any is an atom: it was drawn, and was never shown.
	Ways []Way `json:"ways,omitempty"`
	// Again: the term stands further up or elsewhere in the explanation. Cut: the
	// explanation was long enough.
	Again bool `json:"again,omitempty"`
	Cut   bool `json:"cut,omitempty"`
}

// Way is one rule that does not fire, and those of its premises that are missing.
type Way struct {
	Rule   string `json:"rule"`
	Needs  []Gap  `json:"needs"`
	Having int    `json:"having"` // how many of its premises are known
}

// The bounds of an explanation.
const (
	gapDepth = 8
	gapTerms = 64
)

// Missing explains why t is not known: what each rule that yields it lacks,
// recursively, each term explained once. It is nil if t is known or no term.
func (c *Closure) Missing(t TermID) *Gap {
	if c.Knows(t) || t < 0 || int(t) >= len(c.terms) {
		return nil
	}
	root := &Gap{Term: t}
	seen := map[TermID]bool{t: true}
	type pending struct {
		gap   *Gap
		depth int
	}
	// Breadth first, so that what is near is explained before what is far.
	for queue := []pending{{root, 0}}; len(queue) > 0; queue = queue[1:] {
		gap, depth := queue[0].gap, queue[0].depth
		if len(c.ways()[gap.Term]) == 0 {
			continue
		}
		if depth == gapDepth {
			gap.Cut = true
			continue
		}
		gap.Ways = c.blocked(gap.Term)
		for w := range gap.Ways {
			for n := range gap.Ways[w].Needs {
				need := &gap.Ways[w].Needs[n]
				switch {
				case seen[need.Term]:
					need.Again = true
				case len(seen) == gapTerms:
					need.Cut = true
				default:
					seen[need.Term] = true
					queue = append(queue, pending{need, depth + 1})
				}
			}
		}
	}
	return root
}

// blocked are the ways to an unknown term, those that lack least first.
func (c *Closure) blocked(t TermID) []Way {
	var ways []Way
	for _, i := range c.ways()[t] {
		way := Way{Rule: c.clauses[i].Rule}
		for n, p := range c.clauses[i].Premises {
			if slices.Contains(c.clauses[i].Premises[:n], p) {
				continue
			}
			if c.Knows(p) {
				way.Having++
				continue
			}
			way.Needs = append(way.Needs, Gap{Term: p})
		}
		ways = append(ways, way)
	}
	slices.SortStableFunc(ways, func(a, b Way) int { return len(a.Needs) - len(b.Needs) })
	return ways
}

// Frontier are the atoms of an explanation: terms that were drawn and that the
// attacker never came near, any of which might have helped.
func (g *Gap) Frontier() []TermID {
	var atoms []TermID
	if len(g.Ways) == 0 && !g.Again && !g.Cut {
		atoms = append(atoms, g.Term)
	}
	for _, w := range g.Ways {
		for i := range w.Needs {
			atoms = append(atoms, w.Needs[i].Frontier()...)
		}
	}
	slices.Sort(atoms)
	return slices.Compact(atoms)
}

// waysTo indexes the clauses by their conclusion.
func (c *Closure) waysTo() [][]int32 {
	ways := make([][]int32, len(c.terms))
	for i, clause := range c.clauses {
		ways[clause.Conclusion] = append(ways[clause.Conclusion], int32(i))
	}
	return ways
}
