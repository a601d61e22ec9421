package trace

import "mlsref/model"

// ExportOptions say what of a trace a prover is asked and told.
type ExportOptions struct {
	Ask   func(Row) bool // which rows of the report are asked; nil: all
	Slice bool           // only what the queries depend on
}

// slice drops what no query depends on: outputs, and oracles by what they give.
//
// What stays are all terms that a shortest derivation of an asked secret can go through
// (model.Relevant), so that what a prover finds in the whole file it finds in the slice:
// an output or an oracle that is not relevant has a conclusion that occurs in no such
// derivation. What it finds in the slice it finds in the whole file, which only has more.
// A prover's rules are those of the closure but for three: they ask for neither the nonce
// nor the context of a ciphertext, and the init secret of an epoch takes its oracle; that
// an asked secret takes fewer premises leaves its derivations among the relevant ones.
func (x *export) slice() error {
	if !x.options.Slice {
		return nil
	}
	var goals []model.TermID
	for _, row := range x.asked {
		goals = append(goals, row.Term)
	}
	relevant, err := model.Relevant(x.defs.terms(), goals)
	if err != nil {
		return err
	}
	var outputs []output
	for _, o := range x.outputs {
		if relevant[o.id] {
			outputs = append(outputs, o)
		}
	}
	var oracles []oracle
	for _, o := range x.oracles {
		if relevant[o.gives] {
			oracles = append(oracles, o)
		}
	}
	x.outputs, x.oracles = outputs, oracles
	return nil
}

// ExportSize is how much a prover is told: the terms that the attacker saw and that can
// lead to a secret, and the oracles.
func ExportSize(t *Trace, report *Report) (int, error) {
	x, err := newExport(t, report, ExportOptions{})
	if err != nil {
		return 0, err
	}
	return len(x.outputs) + len(x.oracles), nil
}
