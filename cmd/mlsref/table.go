package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// verdictView is how the verdicts are shown.
type verdictView struct {
	style
	out     io.Writer
	trace   *trace.Trace
	report  *trace.Report
	terms   *glossary
	spy     *spy                        // computed at first need
	missing map[model.TermID]*model.Gap // of safe secrets
	all     bool                        // every secret, and every reason
}

// shown are the rows of the table: the secrets that a reader asks for, each whose
// fate is not its epoch's, and each that the judges do not agree on.
func (v *verdictView) shown() (rows []trace.Row, left int) {
	if v.all {
		return v.report.Rows, 0
	}
	fates := map[string]map[bool]bool{}
	for _, row := range v.report.Rows {
		if k := row.Goal.Kind; k == model.EpochSecret || k == model.InitSecret {
			if fates[row.Goal.State] == nil {
				fates[row.Goal.State] = map[bool]bool{}
			}
			fates[row.Goal.State][row.Exposed()] = true
		}
	}
	for _, row := range v.report.Rows {
		switch k := row.Goal.Kind; {
		case inShort(k), k == model.PSK, row.Predicate.Exposed != row.Closure,
			row.Goal.State == "" && row.Exposed(),
			row.Goal.State != "" && !fates[row.Goal.State][row.Exposed()]:
			rows = append(rows, row)
		default:
			left++
		}
	}
	return rows, left
}

// columns of the table, in characters.
const (
	claimWidth   = len("must be exposed")
	closureWidth = len("closure")
)

// table prints what each judge says of each secret, and why.
func (v *verdictView) table() {
	rows, left := v.shown()
	name := len("secret")
	for _, row := range rows {
		name = max(name, columns(v.terms.goal(row.Goal)))
	}
	gap := name + claimWidth + closureWidth + 6
	why := max(20, v.width-gap)
	fmt.Fprintln(v.out, v.bold(strings.TrimRight(fmt.Sprintf("%s  %s  %s  because", pad("secret", name), pad("predicate", claimWidth), "closure"), " ")))
	fmt.Fprintln(v.out, v.dim(strings.Repeat("─", min(v.width, gap+why))))
	above := ""
	for _, row := range rows {
		text := because(row)
		if text == above {
			text = "(as above)"
		} else {
			above = text
		}
		lines := wrap(text, why)
		fmt.Fprintf(v.out, "%s  %s  %s  %s\n", pad(v.terms.goal(row.Goal), name),
			v.claim(row.Predicate), pad(v.fate(row.Closure), closureWidth), lines[0])
		for _, more := range lines[1:] {
			fmt.Fprintf(v.out, "%s%s\n", strings.Repeat(" ", gap), more)
		}
		if b := v.terms.bytes(row.Term); b != "" {
			fmt.Fprintf(v.out, "  %s\n", v.dim(b))
		}
	}
	if left > 0 {
		fmt.Fprintln(v.out, v.dim(fmt.Sprintf("and %s with the fate of their epoch; --all shows them", count(left, "other secret"))))
	}
}

// claim is what the predicate says, in its colour.
func (v *verdictView) claim(p model.Verdict) string {
	switch {
	case p.Claim == model.ClaimNone || p.Claim == "":
		return pad(model.ClaimNone, claimWidth)
	case p.Exposed:
		return pad(v.red(p.Claim), claimWidth)
	default:
		return pad(v.green(p.Claim), claimWidth)
	}
}

func because(row trace.Row) string {
	text := printable(row.Predicate.Because)
	if row.Predicate.Clause != "" {
		text = printable(row.Predicate.Clause) + ": " + text
	}
	if row.Predicate.Exposed != row.Closure {
		text = "THE JUDGES DISAGREE. " + text
	}
	return text
}

// conclude prints the last line and returns each check that failed, with its
// place in the scenario.
func conclude(out io.Writer, st style, t *trace.Trace, report *trace.Report) (failed []error) {
	exposed, expectations := 0, 0
	for _, row := range report.Rows {
		if row.Exposed() {
			exposed++
		}
	}
	for i := range t.Events {
		if t.Events[i].Kind == trace.KindExpect {
			expectations++
		}
	}
	if report.OK() {
		all := fmt.Sprintf("all %s hold", count(expectations, "expectation"))
		switch expectations {
		case 0:
			all = "the scenario expects nothing"
		case 1:
			all = "the one expectation holds"
		}
		fmt.Fprintf(out, "\n%s\n", st.green(fmt.Sprintf("judges agree: %s, %d exposed; %s", count(len(report.Rows), "secret"), exposed, all)))
		return nil
	}
	what := fmt.Sprintf("%s failed, the first: ", count(len(report.Problems), "check"))
	if len(report.Problems) == 1 {
		what = ""
	}
	fmt.Fprintf(out, "\n%s %s\n", st.red("FAILED:"), printable(what+report.Problems[0].Text))
	for _, p := range report.Problems {
		failed = append(failed, errors.New(printable(p.String())))
	}
	return failed
}

// writeVerdicts writes the file NAME.verdicts.json: the report, row by row, so that
// a long one needs no memory of its own. A derivation has those steps that no
// derivation above it has; what a safe secret lacks is left out, which "mlsref explain"
// tells.
func writeVerdicts(out io.Writer, t *trace.Trace, report *trace.Report) error {
	w := &jsonLines{out: out}
	w.field("file", t.Header.File)
	w.field("suite", t.Header.Suite)
	w.field("seed", t.Header.Seed)
	w.field("ok", report.OK()) // the judges agree, attacks replay, expectations hold
	list(w, "rows", len(report.Rows), func(i int) any { return report.Rows[i] })
	list(w, "problems", len(report.Problems), func(i int) any { return report.Problems[i] })
	list(w, "auth", len(report.Auth), func(i int) any { return report.Auth[i] })
	list(w, "intervals", len(report.Intervals), func(i int) any { return report.Intervals[i] })
	list(w, "forks", len(report.Forks), func(i int) any { return report.Forks[i] })
	list(w, "leftovers", len(report.Leftovers), func(i int) any { return report.Leftovers[i] })
	w.text("\n}\n")
	return w.err
}

// jsonLines writes an object whose lists have an entry a line. The first error stays.
type jsonLines struct {
	out   io.Writer
	begun bool
	err   error
}

func (w *jsonLines) text(s string) {
	if w.err == nil {
		_, w.err = io.WriteString(w.out, s)
	}
}

func (w *jsonLines) value(v any) {
	b, err := json.Marshal(v)
	if w.err == nil {
		w.err = err
	}
	w.text(string(b))
}

func (w *jsonLines) name(name string) {
	if w.begun {
		w.text(",\n")
	} else {
		w.text("{\n")
	}
	w.begun = true
	w.text(fmt.Sprintf("  %q: ", name))
}

func (w *jsonLines) field(name string, v any) {
	w.name(name)
	w.value(v)
}

// list writes a list; an empty one only if it is the rows.
func list(w *jsonLines, name string, n int, entry func(int) any) {
	if n == 0 && name != "rows" {
		return
	}
	w.name(name)
	w.text("[")
	for i := range n {
		if i > 0 {
			w.text(",")
		}
		w.text("\n    ")
		w.value(entry(i))
	}
	w.text("\n  ]")
}
