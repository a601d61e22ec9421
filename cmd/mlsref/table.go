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
	out    io.Writer
	trace  *trace.Trace
	report *trace.Report
	terms  *glossary
	all    bool // every secret, and every reason
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

// verdicts is the file NAME.verdicts.json.
type verdicts struct {
	File  string `json:"file"`
	Suite string `json:"suite"`
	Seed  uint64 `json:"seed"`
	OK    bool   `json:"ok"` // the judges agree, attacks replay, expectations hold
	*trace.Report
}

// writeVerdicts writes it to out.
func writeVerdicts(out io.Writer, t *trace.Trace, report *trace.Report) error {
	v := verdicts{File: t.Header.File, Suite: t.Header.Suite, Seed: t.Header.Seed, OK: report.OK(), Report: report}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
