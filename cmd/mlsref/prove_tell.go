package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"mlsref/proverif/verdicts"
)

// answerWord is a verdict in the words of the table.
func answerWord(kind rowKind, a verdicts.Answer) string {
	words := map[rowKind][2]string{secretRow: {"secret", "EXPOSED"}, lemmaRow: {"holds", "fails"}, runRow: {"a run", "no run"}}[kind]
	switch a {
	case verdicts.Verified:
		return words[0]
	case verdicts.Falsified:
		return words[1]
	}
	return string(a)
}

// agrees: a prover's verdict must be what its file expects, and the closure's.
func (r *proofRow) agrees(a *proofAnswer) bool {
	word := answerWord(r.kind, a.Verdict)
	return isVerdict(a.Verdict) && word == r.predicate && (r.closure == "–" || word == r.closure)
}

// tell prints the table, each query that disagrees, what was not checked, and the sum.
func (p *proof) tell(out io.Writer, st style) error {
	p.table(out, st)
	var complaints []error
	for _, problem := range p.problems {
		complaints = append(complaints, errors.New(printable(problem)))
	}
	complaints = append(complaints, p.disagreements(out, st)...)
	missing, unanswered := p.unchecked()
	if !p.allowMissing || len(p.provers) == 0 {
		complaints = append(complaints, missing...)
	} else {
		for _, m := range missing {
			fmt.Fprintln(out, printable(m.Error()))
		}
	}
	complaints = append(complaints, unanswered...)
	if p.finished < p.total {
		complaints = append(complaints, fmt.Errorf("interrupted: %d of %s were finished", p.finished, count(p.total, "run")))
	}
	agreed, all := 0, 0
	for _, row := range p.rows {
		for _, tool := range tools {
			if a := row.answers[tool]; a != nil {
				all++
				if row.agrees(a) {
					agreed++
				}
			}
		}
	}
	sum := fmt.Sprintf("%s of %s: %d of %d answers are verdicts, and the expected ones", count(p.finished, "run"), p.versions(), agreed, all)
	fmt.Fprintf(out, "\n%s\n", sum)
	if len(complaints) == 0 && p.record {
		fmt.Fprintln(out, st.green("the verdict files are written"))
	}
	return check(complaints...)
}

func (p *proof) versions() string {
	var names []string
	for _, tool := range tools {
		if prover, ok := p.provers[tool]; ok {
			names = append(names, toolNames[tool]+" "+prover.Version)
		}
	}
	if len(names) == 0 {
		return "no prover"
	}
	return strings.Join(names, " and ")
}

const proverWidth = len("out of memory")

func (p *proof) table(out io.Writer, st style) {
	name := len("secret")
	for _, row := range p.rows {
		name = max(name, columns(printable(row.name))+2)
	}
	head := fmt.Sprintf("%s  %s  %s  %s  Tamarin", pad("secret", name), pad("predicate", 9), pad("closure", 7), pad("ProVerif", proverWidth))
	fmt.Fprintln(out, st.bold(head))
	file := ""
	for _, row := range p.rows {
		if row.file != file {
			file = row.file
			fmt.Fprintln(out, st.bold(printable(file)))
		}
		line := fmt.Sprintf("%s  %s  %s  %s  %s", pad("  "+printable(row.name), name), pad(row.predicate, 9), pad(row.closure, 7),
			pad(p.cell(st, row, verdicts.ProVerif), proverWidth), p.cell(st, row, verdicts.Tamarin))
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

func (p *proof) cell(st style, row *proofRow, tool verdicts.Tool) string {
	a := row.answers[tool]
	switch {
	case a == nil:
		return "–"
	case row.agrees(a):
		return st.green(answerWord(row.kind, a.Verdict))
	case isVerdict(a.Verdict):
		return st.red("≠ " + answerWord(row.kind, a.Verdict))
	}
	return st.red(string(a.Verdict))
}

// disagreements prints each verdict that is not the expected one, with its query.
func (p *proof) disagreements(out io.Writer, st style) (complaints []error) {
	for _, row := range p.rows {
		for _, tool := range tools {
			a := row.answers[tool]
			if a == nil || row.agrees(a) || !isVerdict(a.Verdict) {
				continue
			}
			where := fmt.Sprintf("%s:%d", printable(a.file), a.line)
			fmt.Fprintf(out, "\n%s %s\n  %s: %s; predicate: %s; closure: %s\n", st.red("DISAGREES"), where, toolNames[tool], answerWord(row.kind, a.Verdict), row.predicate, row.closure)
			if a.text != "" {
				fmt.Fprintf(out, "  %s\n", printable(a.text))
			}
			complaint := fmt.Errorf("%s: %s: %s says %s, expected %s", where, printable(row.name), toolNames[tool], answerWord(row.kind, a.Verdict), row.predicate)
			if p.proveOptions.dir == "" && row.kind == secretRow && row.closure != "–" {
				fmt.Fprintln(out, "  (the file is kept with -o DIR)")
			}
			complaints = append(complaints, complaint)
		}
	}
	return complaints
}

// unchecked says in a line each what was not checked, and why.
func (p *proof) unchecked() (missing, other []error) {
	for _, tool := range tools {
		reasons := map[verdicts.Answer]int{}
		notes := map[verdicts.Answer]string{}
		for _, row := range p.rows {
			if a := row.answers[tool]; a != nil && !isVerdict(a.Verdict) {
				reasons[a.Verdict]++
				if notes[a.Verdict] == "" && a.Note != "" {
					notes[a.Verdict] = fmt.Sprintf(", the first: %s: %.300s", a.file, a.Note)
				}
			}
		}
		if err := p.missing[tool]; err != nil {
			missing = append(missing, fmt.Errorf("%s: not checked: %s: %v", toolNames[tool], queries(reasons[p.absent(tool)]), err))
			delete(reasons, p.absent(tool))
		}
		for _, why := range []verdicts.Answer{verdicts.Failed, verdicts.Unknown, verdicts.TimedOut, verdicts.OutOfMemory, verdicts.NotRun} {
			if n := reasons[why]; n > 0 {
				other = append(other, errors.New(printable(fmt.Sprintf("%s: not checked: %s: %s%s", toolNames[tool], queries(n), why, notes[why]))))
			}
		}
	}
	return missing, other
}

func queries(n int) string { return plural(n, "query", "queries") }

// The JSON of a table.
type (
	proveJSON struct {
		Format  string            `json:"format"`
		Provers map[string]string `json:"provers"` // version, or why there is none
		Limits  verdicts.Limits   `json:"limits"`
		Rows    []proveRowJSON    `json:"rows"`
		Checks  []string          `json:"failed_checks,omitempty"` // of judges, canaries, recording
	}
	proveRowJSON struct {
		File      string            `json:"file"`
		Secret    string            `json:"secret"`
		Predicate string            `json:"predicate"` // or what the file expects
		Closure   string            `json:"closure,omitempty"`
		Answers   []proveAnswerJSON `json:"answers"`
	}
	proveAnswerJSON struct {
		Prover  verdicts.Tool `json:"prover"`
		Verdict string        `json:"verdict"`
		Agrees  bool          `json:"agrees"`
		Seconds float64       `json:"seconds,omitempty"` // of the run that answered
		PeakMiB int           `json:"peak_mib,omitempty"`
		File    string        `json:"file"`
		Line    int           `json:"line,omitempty"`
		Note    string        `json:"note,omitempty"`
	}
)

func (p *proof) writeJSON(w io.Writer) error {
	t := proveJSON{Format: "mlsref-prove/1", Provers: map[string]string{}, Limits: p.limits, Rows: []proveRowJSON{}, Checks: p.problems}
	for _, tool := range tools {
		if err := p.missing[tool]; err != nil {
			t.Provers[string(tool)] = err.Error()
		} else if prover, ok := p.provers[tool]; ok {
			t.Provers[string(tool)] = prover.Version
		}
	}
	for _, row := range p.rows {
		r := proveRowJSON{File: row.file, Secret: row.name, Predicate: row.predicate, Closure: strings.Trim(row.closure, "–")}
		for _, tool := range tools {
			if a := row.answers[tool]; a != nil {
				r.Answers = append(r.Answers, proveAnswerJSON{tool, answerWord(row.kind, a.Verdict), row.agrees(a), a.Seconds, a.PeakMiB, a.file, a.line, a.Note})
			}
		}
		t.Rows = append(t.Rows, r)
	}
	return printJSON(w, "  ", t)
}
