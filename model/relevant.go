package model

// Relevant marks what a derivation of one of the goals can speak of: whatever else the
// attacker sees or could compute, no goal's verdict hangs on it.
//
// It goes backwards from the goals, over the attacker's rules: where a rule concludes
// what is relevant, its premises are. A shortest derivation of a goal has relevant
// terms only, by induction from its end: each of its other steps is a premise of a later
// one. One kind of premise is narrower. A structure or ciphertext that is taken apart is
// wanted as it was seen: to build it takes each of the things that come out of it, so
// that a derivation which builds it first is not a shortest one. It is not wanted to be
// built then, and what it would be built from is not relevant for its sake.
func Relevant(terms []Term, goals []TermID) ([]bool, error) {
	if err := checkTerms(terms); err != nil {
		return nil, err
	}
	into := make([][]int32, len(terms)) // clauses by their conclusion
	clauses := attackerClauses(terms)
	for i := range clauses {
		into[clauses[i].Conclusion] = append(into[clauses[i].Conclusion], int32(i))
	}
	r := &relevance{marked: make([]bool, len(terms)), built: make([]bool, len(terms))}
	for _, g := range goals {
		r.need(g, true)
	}
	for len(r.open) > 0 {
		last := len(r.open) - 1
		t := r.open[last]
		r.open = r.open[:last]
		for _, i := range into[t] {
			clause := &clauses[i]
			apart := opens(clause.Rule)
			if !apart && !r.built[t] {
				continue
			}
			for n, p := range clause.Premises {
				r.need(p, !apart || n > 0)
			}
		}
	}
	return r.marked, nil
}

// opens names the rules whose first premise is taken apart, and has the conclusion among
// what it is built from.
func opens(rule string) bool { return rule == "split" || rule == "open" || rule == "decrypt" }

// relevance is the marking under construction.
type relevance struct {
	marked, built []bool
	open          []TermID
}

// need marks a term; built: also what it is computed from.
func (r *relevance) need(t TermID, built bool) {
	if r.built[t] || r.marked[t] && !built {
		return
	}
	r.marked[t] = true
	r.built[t] = built
	r.open = append(r.open, t)
}
