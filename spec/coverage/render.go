package coverage

import (
	"fmt"
	"strings"

	"mlsref/spec"
)

const generated = "<!-- Made by `go test ./spec/coverage -update`; a test fails when this file is stale. -->\n"

// Coverage is docs/coverage.md: the table of rules, and what the statements have.
func (ix *Index) Coverage(entries []Entry) string {
	var b strings.Builder
	lines := ix.Lines()
	b.WriteString("# Rules, the code that checks them, the tests that break them\n\n" + generated)
	fmt.Fprintf(&b, `
Each of the %d rules of RFC 9420 that this implementation checks has an ID, which is
in the error; a function, which finds it broken; and a negative test, which starts
from an honest input, breaks one thing, and expects exactly that ID. The rules stand
in [spec/](../spec), in our words. `, len(lines))
	b.WriteString("`go run ./spec/mutate` switches each rule off in turn, and shows that one of its tests fails.\n\n")
	b.WriteString("| Rule | § | What it says | Function | Negative tests |\n| --- | --- | --- | --- | --- |\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", l.Rule.ID, l.Rule.Section, cell(l.Rule.Text),
			ix.links(l.Functions, ix.Functions), ix.links(l.Tests, ix.Tests))
	}
	b.WriteString("\nOne function for each rule, but for these:\n\n| Rule | Why there are several |\n| --- | --- |\n")
	for _, l := range lines {
		if l.Why != "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", l.Rule.ID, cell(l.Why))
		}
	}
	ix.checklist(&b)
	ix.unchecked(&b)
	fmt.Fprintf(&b, `
## Every statement

RFC 9420 has %d normative statements: sentences with a requirement keyword, and items
of lists of what is to be verified. [The page of statements](statements.md) has each of
them in our words, with its code, tests and lemmas. Here is how many are implemented
(a rule, or another function), tested both ways (seen done right, and the opposite
refused), tested one way, proved (by a lemma of a [model](models.md)), or excused by a
reason without code or test. A gap is what has neither that nor a reason. One statement
may count in several columns.
`, len(entries))
	sums(&b, entries)
	gaps(&b, entries)
	return b.String()
}

// StatementsPage is docs/statements.md.
func (ix *Index) StatementsPage(entries []Entry) string {
	var b strings.Builder
	b.WriteString("# The statements of RFC 9420\n\n" + generated)
	b.WriteString(`
Each normative statement of RFC 9420 in our own words, with the layer that it belongs
to, how far it is taken, and where. [Coverage](coverage.md) has the sums and the gaps;
` + "`mlsref spec coverage --format html`" + ` makes a page that can be searched.
`)
	ix.statements(&b, entries)
	return b.String()
}

// checklist writes the peers' checklist.
func (ix *Index) checklist(b *strings.Builder) {
	all := spec.Checklist()
	ruled := 0
	for _, c := range all {
		if len(c.Rules) > 0 {
			ruled++
		}
	}
	fmt.Fprintf(b, `
## The checklist of other implementations

OpenMLS documents what it validates under IDs of the form valn…; four of these stand
only in its code. The X… are what the RFC demands besides. Of the %d entries %d are
held by rules; the others are syntax, which the codec refuses, or conduct, which no
message shows. The last column says what is to be said besides.

| ID | What it is about | Our rules | And otherwise |
| --- | --- | --- | --- |
`, len(all), ruled)
	for _, c := range all {
		var rules []string
		for _, r := range c.Rules {
			rules = append(rules, "`"+r.ID+"`")
		}
		otherwise := cell(c.Why)
		if len(c.Tests) > 0 {
			otherwise += "; shown by " + ix.links(c.Tests, ix.Tests)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.ID, cell(c.Topic), strings.Join(rules, ", "), otherwise)
	}
}

// unchecked writes what the RFC demands and no rule holds.
func (ix *Index) unchecked(b *strings.Builder) {
	b.WriteString(`
## What no rule can hold

What RFC 9420 demands besides, of conduct that no message shows, of applications, or
of those who extend it.

| § | What is demanded | Why it is no rule | Tests of our own conduct |
| --- | --- | --- | --- |
`)
	for _, d := range spec.Unchecked() {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", d.Section, cell(d.What), cell(d.Why), ix.links(d.Tests, ix.Tests))
	}
}

// SubtlePoints is docs/subtle-points.md.
func (ix *Index) SubtlePoints() string {
	var b strings.Builder
	all := spec.Readings()
	count := map[spec.Kind]int{}
	for _, r := range all {
		count[r.Kind]++
	}
	b.WriteString("# Where RFC 9420 is subtle, silent or wrong\n\n" + generated)
	fmt.Fprintf(&b, `
At %d places two careful readers of RFC 9420 may differ. This page is for those who
edit or implement the text. For each place it gives the sections, what could be meant,
the reading that this implementation takes, and a test that shows it: who takes another
reading can see there what would differ.

* **error** (%d): the text contradicts itself, or what it says cannot be done. The
  reading taken is what interoperates: the official test vectors decide where they can.
* **gap** (%d): the text is silent, or two readings are equally good. Some of these
  nobody else can see; where others can, the text should say.
* **subtle** (%d): the text decides, if it is read with care.

The readings are those of one implementation. `+"`mlsref spec points N`"+` shows one of them with
the lines of its code and tests.

| kind | points |
| --- | --- |
`, len(all), count[spec.TextError], count[spec.Gap], count[spec.Subtle])
	for _, kind := range []spec.Kind{spec.TextError, spec.Gap, spec.Subtle} {
		var points []string
		for _, r := range all {
			if r.Kind == kind {
				points = append(points, fmt.Sprint(r.Point))
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", kind, strings.Join(points, ", "))
	}
	for _, r := range all {
		fmt.Fprintf(&b, "\n## %d. §%s (%s)\n\n", r.Point, strings.Join(r.Sections, ", §"), r.Kind)
		fmt.Fprintf(&b, "**The readings:** %s\n\n**Taken:** %s\n\n", r.Open, r.Taken)
		fmt.Fprintf(&b, "**Shown by:** %s. Code: %s.\n", ix.links(r.Tests, ix.Tests), ix.links(r.Code, ix.Functions))
	}
	return b.String()
}

// links names functions or tests, each with a link to its file.
func (ix *Index) links(names []string, in map[string]Function) string {
	var out []string
	for _, name := range names {
		out = append(out, fmt.Sprintf("[`%s`](../%s)", name, in[name].File))
	}
	return strings.Join(out, ", ")
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
