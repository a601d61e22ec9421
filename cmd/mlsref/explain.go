package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/model"
	"mlsref/trace"
)

func explainCommand() *cobra.Command {
	var secrets []string
	var o viewOptions
	c := &cobra.Command{
		Use:   "explain TRACE",
		Short: "Explain why secrets are exposed or safe",
		Long: `explain reads a trace that "mlsref run -o" wrote. For an exposed secret it prints
the shortest derivation, each step with its section of RFC 9420, and replays it on
the real bytes; for a secret that is safe, what the attacker lacks, and who has it.`,
		Example: `  mlsref explain out/first.trace.jsonl
  mlsref explain out/first.trace.jsonl --secret init_secret_1 --secret "message 2"`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, report, err := judgeFile(args[0])
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error {
				fmt.Fprintf(out, "%s\n", st.bold(printable(t.Header.File)))
				return o.view(out, st, t, report).explain(secrets)
			})
		},
	}
	c.Flags().StringArrayVar(&secrets, "secret", nil, "only this `SECRET`: a term's name or a secret's; may be given more than once")
	o.flags(c)
	return c
}

// explain prints the reason for each verdict: of the secrets named, or of those
// that the table shows.
func (v *verdictView) explain(names []string) error {
	var err error
	rows, _ := v.shown()
	rows = slices.Clone(rows)
	if len(names) > 0 {
		if rows, err = v.named(names); err != nil {
			return err
		}
	}
	fmt.Fprintf(v.out, "\n%s\n", v.bold("Why (sections are of RFC 9420)"))
	held, err := v.holders(rows)
	if err != nil {
		return err
	}
	d, err := newDerivations(v)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Closure {
			d.row(row)
		} else {
			v.safe(row, held)
		}
	}
	return nil
}

// named finds the rows that the command line speaks of.
func (v *verdictView) named(names []string) (rows []trace.Row, err error) {
	for _, name := range names {
		before := len(rows)
		for _, row := range v.report.Rows {
			if v.means(name, row) {
				rows = append(rows, row)
			}
		}
		if len(rows) == before {
			return nil, fmt.Errorf("--secret: read %q, expected a secret of this run, like %q, or a term's name, like %q",
				name, v.terms.goal(v.report.Rows[0].Goal), v.terms.name(v.report.Rows[0].Term))
		}
	}
	return rows, nil
}

// means: a term's name, the table's name, a part of it like "epoch 3" or
// "init_secret", or a message's.
func (v *verdictView) means(name string, row trace.Row) bool {
	goal := v.terms.goal(row.Goal)
	if name == v.terms.name(row.Term) || name == goal || name == trace.GoalName(row.Goal) {
		return true
	}
	where, what, _ := strings.Cut(goal, ": ")
	return name == where || name == what || name == string(row.Goal.Kind)
}

// exposed prints the derivations of the exposed rows of the table, if they are few
// enough to be read unasked.
func (v *verdictView) exposed() error {
	const most = 12
	rows, _ := v.shown()
	d, err := newDerivations(v)
	if err != nil {
		return err
	}
	n := 0
	for _, row := range rows {
		if !row.Closure {
			continue
		}
		if n++; n == 1 {
			fmt.Fprintf(v.out, "\n%s\n", v.bold("How the attacker computes what is exposed (sections are of RFC 9420)"))
		}
		if n <= most || v.all {
			d.row(row)
		}
	}
	if n > most && !v.all {
		fmt.Fprintf(v.out, "\n%s\n", v.dim(fmt.Sprintf("and %d more; mlsref explain tells all", n-most)))
	}
	return nil
}

// derivations prints chains of steps. Steps are numbered through all of them; what
// an earlier one found is not derived again.
type derivations struct {
	*verdictView
	sections *trace.Sections
	step     map[model.TermID]int // number of the step that gave a term; public ones have none
	number   int
}

func newDerivations(v *verdictView) (*derivations, error) {
	if _, err := v.eye(); err != nil {
		return nil, err
	}
	return &derivations{verdictView: v, sections: trace.NewSections(v.terms.terms), step: map[model.TermID]int{}}, nil
}

// eye is the attacker's closure, for what the report does not hold.
func (v *verdictView) eye() (*spy, error) {
	var err error
	if v.spy == nil {
		v.spy, err = newSpy(v.trace, v.terms)
	}
	return v.spy, err
}

func (d *derivations) row(row trace.Row) {
	verdict := d.green("replayed with real cryptography: arrives at the real bytes")
	if row.Replay != "ok" {
		verdict = d.red("REPLAY FAILED: ") + printable(row.Replay)
	}
	fmt.Fprintf(d.out, "\n%s  %s%s\n  %s\n", d.bold(d.terms.goal(row.Goal)), d.fate(true), d.since(row), verdict)
	if n, known := d.step[row.Term]; known {
		fmt.Fprintf(d.out, "  found in step [%d]\n", n)
		return
	}
	for _, step := range d.spy.closure.Derivation(row.Term) {
		if d.step[step.Conclusion] != 0 || step.Rule == "public" {
			continue
		}
		d.number++
		d.step[step.Conclusion] = d.number
		left := fmt.Sprintf("%6s %s ", fmt.Sprintf("[%d]", d.number), pad(d.terms.name(step.Conclusion), 26))
		text := d.how(step)
		if section := d.sections.Of(step); section != "" {
			text += " (§" + section + ")"
		}
		lines := wrap(text, max(30, d.width-columns(left)))
		fmt.Fprintf(d.out, "%s%s\n", left, lines[0])
		for _, more := range lines[1:] {
			fmt.Fprintf(d.out, "%s%s\n", strings.Repeat(" ", columns(left)), more)
		}
		if b := d.terms.bytes(step.Conclusion); b != "" {
			fmt.Fprintf(d.out, "%7s%s\n", "", d.dim(b))
		}
	}
}

// since is from when on the attacker has a secret.
func (d *derivations) since(row trace.Row) string {
	for _, e := range d.terms.steps {
		if e.Seq == row.Since {
			return " since " + d.terms.event(e)
		}
	}
	return ""
}

// how says how one step gives its conclusion.
func (d *derivations) how(step model.Step) string {
	if step.Fact != nil {
		if e, sent := d.terms.senders[step.Fact.Seq]; sent {
			kind := strings.ReplaceAll(strings.Replace(e.Wire.Kind, "application", "message", 1), "_", " ")
			return printable(fmt.Sprintf("seen on the wire, in %s's %s", e.Actor, kind))
		}
		if step.Fact.Why == "known randomness of "+model.Attacker {
			return "drawn by the attacker itself"
		}
		return printable(step.Fact.Why)
	}
	from := d.premises(step)
	switch {
	case step.Rule == "split":
		return "a part of " + from
	case step.Rule == "decap":
		return "the external init, opened with " + from
	case step.Rule == "open" || step.Rule == "decrypt":
		if len(step.Premises) == 2 {
			return fmt.Sprintf("%s %s with %s", step.Rule, d.ref(step.Premises[0]), d.ref(step.Premises[1]))
		}
	case d.terms.has(step.Conclusion) && d.terms.terms[step.Conclusion].Label != "":
		return fmt.Sprintf("%s %q from %s", printable(step.Rule), d.terms.terms[step.Conclusion].Label, from)
	}
	if words := operation[step.Rule]; words != "" {
		return words + " " + from
	}
	return printable(step.Rule) + " of " + from
}

// operation puts what has no good name into words.
var operation = map[string]string{
	string(model.OpKEMKey): "the HPKE key pair from", string(model.OpSigKey): "the signature key pair from", string(model.OpPublic): "the public key of",
	string(model.OpExternalInit): "the external init, made with", string(model.OpConcat): "put together from", string(model.OpXOR): "the reuse guard on",
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
