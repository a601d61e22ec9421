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

// printTable prints what each judge says of each secret, and why.
func printTable(out io.Writer, st style, report *trace.Report) {
	const fateWidth = len("predicate")
	name := len("secret")
	for _, row := range report.Rows {
		name = max(name, len(trace.GoalName(row.Goal)))
	}
	why := max(20, st.width-name-2*fateWidth-6)
	fmt.Fprintln(out, st.bold(strings.TrimRight(fmt.Sprintf("%s  predicate  closure    %s", pad("secret", name), "the predicate's clause"), " ")))
	fmt.Fprintln(out, st.dim(strings.Repeat("─", min(st.width, name+2*fateWidth+6+why))))
	above := ""
	for _, row := range report.Rows {
		text := because(row)
		if text == above {
			text = "(as above)"
		} else {
			above = text
		}
		lines := wrap(text, why)
		fmt.Fprintf(out, "%s  %s  %s  %s\n", pad(trace.GoalName(row.Goal), name),
			fatePadded(st, row.Predicate.Exposed, fateWidth), fatePadded(st, row.Closure, fateWidth), lines[0])
		for _, more := range lines[1:] {
			fmt.Fprintf(out, "%s%s\n", strings.Repeat(" ", name+2*fateWidth+6), more)
		}
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

func fatePadded(st style, exposed bool, width int) string {
	text := "secret"
	if exposed {
		text = "EXPOSED"
	}
	return st.fate(exposed) + strings.Repeat(" ", width-len(text))
}

// printDerivations prints for each exposed secret how the attacker computes it.
// Steps are numbered through all of them; what an earlier one found is not
// derived again.
func printDerivations(out io.Writer, st style, t *trace.Trace, report *trace.Report) {
	d := &derivations{style: st, out: out, terms: newGlossary(t), step: map[model.TermID]int{}}
	for _, row := range report.Rows {
		if row.Closure {
			d.row(row)
		}
	}
}

type derivations struct {
	style
	out    io.Writer
	terms  *glossary
	step   map[model.TermID]int // number of the step that gave a term; public ones have none
	number int
}

func (d *derivations) row(row trace.Row) {
	if d.number == 0 {
		fmt.Fprintf(d.out, "\n%s\n", d.bold("How the attacker computes what is exposed"))
	}
	verdict := d.green("replayed with real cryptography: arrives at the real bytes")
	if row.Replay != "ok" {
		verdict = d.red("REPLAY FAILED: ") + printable(row.Replay)
	}
	fmt.Fprintf(d.out, "\n%s  %s\n", d.bold(trace.GoalName(row.Goal)), verdict)
	if n, known := d.step[row.Term]; known {
		fmt.Fprintf(d.out, "  found in step [%d]\n", n)
		return
	}
	for _, step := range row.Derivation {
		if d.step[step.Conclusion] != 0 || step.Rule == "public" {
			continue
		}
		d.number++
		d.step[step.Conclusion] = d.number
		left := fmt.Sprintf("%6s %s ", fmt.Sprintf("[%d]", d.number), pad(d.terms.name(step.Conclusion), 26))
		lines := wrap(d.how(step), max(30, d.width-columns(left)))
		fmt.Fprintf(d.out, "%s%s\n", left, lines[0])
		for _, more := range lines[1:] {
			fmt.Fprintf(d.out, "%s%s\n", strings.Repeat(" ", columns(left)), more)
		}
	}
}

// how says how one step gives its conclusion.
func (d *derivations) how(step model.Step) string {
	if step.Fact != nil {
		if e, sent := d.terms.senders[step.Fact.Seq]; sent {
			kind := strings.ReplaceAll(strings.Replace(e.Wire.Kind, "application", "message", 1), "_", " ")
			return printable(fmt.Sprintf("seen on the wire, in %s's %s", e.Actor, kind))
		}
		return printable(step.Fact.Why)
	}
	from := d.premises(step)
	switch {
	case step.Rule == "split":
		return "a part of " + from
	case step.Rule == "open" || step.Rule == "decrypt":
		if len(step.Premises) == 2 {
			return fmt.Sprintf("%s %s with %s", step.Rule, d.ref(step.Premises[0]), d.ref(step.Premises[1]))
		}
	case d.terms.has(step.Conclusion) && d.terms.terms[step.Conclusion].Label != "":
		return fmt.Sprintf("%s %q from %s", printable(step.Rule), d.terms.terms[step.Conclusion].Label, from)
	}
	return printable(step.Rule) + " of " + from
}

// premises lists what a step needs, but for what is public.
func (d *derivations) premises(step model.Step) string {
	var list []string
	for _, p := range step.Premises {
		if d.step[p] != 0 {
			list = append(list, d.ref(p))
		}
	}
	if len(list) == 0 {
		return "public values"
	}
	return strings.Join(list, " and ")
}

func (d *derivations) ref(id model.TermID) string {
	if n := d.step[id]; n != 0 {
		return fmt.Sprintf("%s [%d]", d.terms.name(id), n)
	}
	return d.terms.name(id)
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
	for _, e := range t.Events {
		if e.Kind == trace.KindExpect {
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

func verdictsJSON(t *trace.Trace, report *trace.Report) ([]byte, error) {
	v := verdicts{File: t.Header.File, Suite: t.Header.Suite, Seed: t.Header.Seed, OK: report.OK(), Report: report}
	b, err := json.MarshalIndent(v, "", "  ")
	return append(b, '\n'), err
}
