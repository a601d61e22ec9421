package trace

import (
	"fmt"

	"mlsref/impl/suite"
	"mlsref/model"
)

// Row is the fate of one secret, as each judge sees it.
type Row struct {
	Goal       model.Goal    `json:"goal"`
	Term       model.TermID  `json:"term"`
	Predicate  model.Verdict `json:"predicate"`            // from the abstract events
	Closure    bool          `json:"closure"`              // whether the attacker derives Term from what it saw
	Since      int           `json:"since"`                // the Seq of the step after which it does, and the secret is there; -1 if never
	Derivation []model.Step  `json:"derivation,omitempty"` // how, where it does: the steps that no row above has, and the last
	Replay     string        `json:"replay,omitempty"`     // "ok", or why the derivation did not arrive at the real bytes
}

// Exposed says that at least one judge holds the secret for lost.
func (r Row) Exposed() bool { return r.Closure || r.Predicate.Exposed }

// Problem is a disagreement of the judges, or an expectation that failed. Line
// is a line of the scenario, or 0.
type Problem struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Text string `json:"text"`

	Kind ProblemKind `json:"-"`
	Row  *Row        `json:"-"` // that it is about, if it is about one
}

// ProblemKind says what a Problem is about.
type ProblemKind int

// The kinds of problem.
const (
	OddTrace         ProblemKind = iota // predicate and trace do not name the same secrets
	BrokenAgreement                     // members hold different secrets
	BrokenSecrecy                       // predicate and closure disagree on a secret
	BrokenDerivation                    // a derivation does not arrive at the real bytes
	BrokenExpect                        // an expectation of the scenario failed
	BrokenAuth                          // a forgery was accepted that should be impossible
	BrokenDeletion                      // something is held that should be gone
)

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Report is what the two Go judges say of a trace.
type Report struct {
	Rows      []Row               `json:"rows"` // in the order of the trace's goals
	Problems  []Problem           `json:"problems,omitempty"`
	Auth      []model.AuthVerdict `json:"auth,omitempty"`      // who could have made each Commit and message
	Intervals []model.Interval    `json:"intervals,omitempty"` // which epochs each theft exposes, and what healed
	Forks     []Fork              `json:"forks,omitempty"`     // epochs that are there more than once
	Leftovers []Leftover          `json:"leftovers,omitempty"` // values that should have been erased
}

// OK says that the judges agree, every attack was carried out, and every
// expectation holds.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// Judge asks the predicate and the closure about every secret of the trace,
// replays each attack with the real cryptography, and checks the scenario's
// expectations against both judges. What does not fit together is in the
// Report; an error means that the trace cannot be judged.
func Judge(t *Trace) (*Report, error) {
	defs, err := definitionsOf(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Header.File, err)
	}
	s, err := suite.ByName(t.Header.Suite)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Header.File, err)
	}
	facts := Facts(t)
	closure, err := model.Saturate(defs.terms(), facts)
	if err != nil {
		return nil, fmt.Errorf("%s: the closure: %w", t.Header.File, err)
	}
	verdicts, err := model.Predict(Steps(t))
	if err != nil {
		return nil, fmt.Errorf("%s: the predicate: %w", t.Header.File, err)
	}
	j := &judge{
		trace: t, defs: defs, closure: closure,
		attacker:  newAttacker(s, defs, facts),
		predicted: map[model.Goal]model.Verdict{},
		seen:      map[model.Goal]int{},
		derived:   map[model.TermID]bool{},
		report:    &Report{},
	}
	for _, v := range verdicts {
		j.predicted[v.Goal] = v
	}
	for _, e := range t.Events {
		if e.Kind == KindStep {
			j.steps = append(j.steps, e.Seq)
		}
	}
	j.goals()
	for _, v := range verdicts {
		if _, ok := j.seen[v.Goal]; !ok {
			j.problem(OddTrace, 0, "%s: the predicate judges it, and the trace has no term for it", GoalName(v.Goal))
		}
	}
	if err := j.more(Steps(t)); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Header.File, err)
	}
	if err := j.expectations(); err != nil {
		return nil, err
	}
	return j.report, nil
}

// Facts are the terms that the attacker saw: every message on the wire, what each
// theft found in the live state of its victim, and what was drawn by randomness that
// it knows.
func Facts(t *Trace) []model.Fact {
	var facts []model.Fact
	for _, e := range t.Events {
		why := "wire"
		switch e.Kind {
		case KindWire:
		case KindCompromise:
			why = "stolen from " + e.Actor
		case KindKnown:
			why = "known randomness of " + e.Actor
		default:
			continue
		}
		for _, id := range e.Terms {
			facts = append(facts, model.Fact{Term: id, Why: why, Seq: e.Seq})
		}
	}
	return facts
}

// Terms are the terms that a trace defines, in the order of their IDs.
func Terms(t *Trace) []model.Term {
	var terms []model.Term
	for i := range t.Events {
		for _, d := range t.Events[i].Define {
			terms = append(terms, d.Term)
		}
	}
	return terms
}

// Steps are the abstract events, in order.
func Steps(t *Trace) []model.Event {
	var list []model.Event
	for _, e := range t.Events {
		if e.Kind == KindStep {
			list = append(list, *e.Step)
		}
	}
	return list
}

// judge gathers the report of one trace.
type judge struct {
	trace     *Trace
	defs      *definitions
	closure   *model.Closure
	attacker  *attacker // carries out what the closure derives
	predicted map[model.Goal]model.Verdict
	seen      map[model.Goal]int    // a goal's row
	steps     []int                 // the Seqs of the steps
	derived   map[model.TermID]bool // in a derivation of a row above
	report    *Report
}

func (j *judge) problem(kind ProblemKind, line int, format string, args ...any) {
	j.report.Problems = append(j.report.Problems,
		Problem{File: j.trace.Header.File, Line: line, Text: fmt.Sprintf(format, args...), Kind: kind})
}

// secrecy is a disagreement of the two judges on a row.
func (j *judge) secrecy(line int, row Row, format string, args ...any) {
	j.problem(BrokenSecrecy, line, format, args...)
	j.report.Problems[len(j.report.Problems)-1].Row = &row
}

// goals fills one row for each goal, and holds the two judges against each other.
func (j *judge) goals() {
	for _, e := range j.trace.Events {
		if e.Kind != KindGoal {
			continue
		}
		name := GoalName(*e.Goal)
		if i, again := j.seen[*e.Goal]; again {
			if first := j.report.Rows[i].Term; first != e.Term {
				j.problem(BrokenAgreement, e.Line, "%s: the members hold different secrets, terms %d and %d", name, first, e.Term)
			}
			continue
		}
		verdict, known := j.predicted[*e.Goal]
		row := Row{Goal: *e.Goal, Term: e.Term, Predicate: verdict, Closure: j.closure.Knows(e.Term), Since: -1}
		if row.Closure {
			seq, _ := j.closure.Since(e.Term)
			row.Since = max(j.stepBefore(seq), j.stepAfter(j.defs.made[e.Term])) // not before it was there
			row.Derivation = withInputs(j.closure, j.defs, e.Term, j.derived)
			row.Replay = "ok"
			if err := j.attacker.replay(row.Derivation, e.Term); err != nil {
				row.Replay = err.Error()
				j.problem(BrokenDerivation, e.Line, "%s: the attack that the closure found cannot be carried out: %v", name, err)
			}
		}
		switch {
		case !known:
			j.problem(OddTrace, e.Line, "%s: the predicate does not know this secret", name)
		case verdict.Exposed && row.Closure && (verdict.Since >= len(j.steps) || j.steps[verdict.Since] != row.Since):
			j.secrecy(e.Line, row, "%s: the predicate says exposed since its event %d (%s), the closure since the step with seq %d",
				name, verdict.Since, verdict.Because, row.Since)
		case verdict.Exposed != row.Closure:
			j.secrecy(e.Line, row, "%s: the predicate says %s (%s: %s), the closure says %s",
				name, fate(verdict.Exposed), verdict.Clause, verdict.Because, fate(row.Closure))
		}
		j.seen[*e.Goal] = len(j.report.Rows)
		j.report.Rows = append(j.report.Rows, row)
	}
}

func fate(exposed bool) string {
	if exposed {
		return "exposed"
	}
	return "secret"
}
