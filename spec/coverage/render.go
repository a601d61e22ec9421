package coverage

import (
	"fmt"
	"strings"

	"mlsref/spec"
)

const generated = "<!-- Made by `go test ./spec/coverage -update`; a test fails when this file is stale. -->\n"

// Coverage is docs/coverage.md.
func (ix *Index) Coverage() string {
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
held by rules; the others are no matter of rejecting a message, and the last column
says why.

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
			otherwise += ": " + ix.links(c.Tests, ix.Tests)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.ID, cell(c.Topic), strings.Join(rules, ", "), otherwise)
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
At %d places two careful readers of RFC 9420 may differ. For each this page says what
could be meant, which reading this implementation takes, where its code says so, and
which test shows it. At %d of them the text is in error (it contradicts itself, or
what it says cannot be done): there the reading is what interoperates. At %d it
leaves a gap, and at %d it decides, if it is read with care.

`, len(all), count[spec.TextError], count[spec.Gap], count[spec.Subtle])
	b.WriteString("| Point | § | | Possible readings | Taken here | Code | Tests |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range all {
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s | %s |\n", r.Point, strings.Join(r.Sections, ", "), r.Kind,
			cell(r.Open), cell(r.Taken), ix.links(r.Code, ix.Functions), ix.links(r.Tests, ix.Tests))
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
