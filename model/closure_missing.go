package model

import "slices"

// Gap explains why a term is not derivable: every way to it lacks something.
type Gap struct {
	Term TermID `json:"term"`
	// Atom: the term was drawn, and is computed from nothing else. An atom without
	// Ways is a dead end: nothing that was ever made contains it.
	Atom bool `json:"atom,omitempty"`
	// Ways are the rules that would yield the term, each with what it lacks.
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
	root := c.gap(t)
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

func (c *Closure) gap(t TermID) *Gap {
	return &Gap{Term: t, Atom: !constructible(c.terms[t].Op)}
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
			way.Needs = append(way.Needs, *c.gap(p))
		}
		ways = append(ways, way)
	}
	slices.SortStableFunc(ways, func(a, b Way) int { return len(a.Needs) - len(b.Needs) })
	return ways
}

// Frontier are the atoms that an explanation comes down to. Whoever had them all
// would know the term, if the explanation was not cut.
func (g *Gap) Frontier() []TermID {
	var atoms []TermID
	if g.Atom {
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
