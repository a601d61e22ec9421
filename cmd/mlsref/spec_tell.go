package main

import (
	"fmt"
	"io"
	"strings"

	"mlsref/spec/agree"
	"mlsref/spec/coverage"
)

// checkPage prints reports of spec check for people.
type checkPage struct {
	out io.Writer
	st  style
}

// groups are the parts of a report, each with how its rules begin; the last takes the rest.
var groups = []struct {
	title string
	rules []string
}{
	{"What could not be read", []string{"read", "syntax"}},
	{"Statements", []string{"statement-"}},
	{"Labels", []string{"label-"}},
	{"Registries", []string{"registry-"}},
	{"Presentation language", []string{""}},
}

func groupOf(rule string) int {
	for i, g := range groups {
		for _, prefix := range g.rules {
			if strings.HasPrefix(rule, prefix) {
				return i
			}
		}
	}
	return len(groups) - 1
}

func (p checkPage) report(r *agree.Report) {
	name := r.Name
	if name == "" {
		name = "without a name"
	}
	fmt.Fprintf(p.out, "%s: %s\n", p.st.bold(printable(r.File)), printable(name))
	fmt.Fprintf(p.out, "%s, %s, %s, %s\n", count(r.Statements, "statement"), count(r.Definitions, "definition"),
		count(r.Labels, "label"), plural(r.Registries, "registry", "registries"))
	for i, g := range groups {
		shown := false
		for _, f := range r.Findings {
			if groupOf(f.Rule) != i {
				continue
			}
			if !shown {
				fmt.Fprintf(p.out, "\n%s\n", p.st.bold(g.title))
				shown = true
			}
			p.finding(f)
		}
	}
	if len(r.Known) > 0 {
		fmt.Fprintf(p.out, "\n%s\n", p.st.bold("Known of RFC 9420, and not counted"))
		for _, f := range r.Known {
			p.lines(2, p.place(f)+f.Text+" ("+f.Rule+")")
			p.lines(4, f.Known)
		}
	}
	fmt.Fprintf(p.out, "\n")
	switch n := faults(r); {
	case n > 0:
		fmt.Fprintf(p.out, "%s\n", p.st.red(count(n, "finding")))
	case r.Statements+r.Definitions+r.Labels+r.Registries == 0:
		fmt.Fprintln(p.out, "nothing to check was found")
	case r.Whole:
		fmt.Fprintf(p.out, "%s: the text agrees with the catalogue and the code\n", p.st.green("nothing found"))
	default:
		fmt.Fprintf(p.out, "%s: what is here does not contradict the code\n", p.st.green("nothing found"))
	}
	p.lines(0, "not checked: "+strings.Join(r.NotChecked, "; "))
}

func (p checkPage) place(f agree.Finding) string {
	return fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Col)
}

func (p checkPage) finding(f agree.Finding) {
	level := ""
	if f.Level == agree.Note {
		level = "note: "
	}
	p.lines(2, p.place(f)+level+f.Text+" ("+f.Rule+")")
	switch {
	case strings.HasPrefix(f.Rule, "statement-"):
		if f.Rule == "statement-changed" {
			p.lines(6, "now: "+f.Found)
		}
	case f.Expected != "" && !strings.Contains(f.Text, f.Expected):
		p.lines(6, "expected: "+f.Expected)
	}
	if f.Entry != nil {
		p.hanging(f.Entry)
	}
}

// hanging prints what hangs on a statement or a definition.
func (p checkPage) hanging(e *agree.Entry) {
	if len(e.Rules) > 0 {
		p.lines(6, "rules: "+strings.Join(e.Rules, ", "))
	}
	p.links("code: ", e.Functions)
	p.links("tests: ", e.Tests)
	p.links("lemmas: ", e.Lemmas)
	if len(e.Points) > 0 {
		p.lines(6, "subtle points of the section: "+strings.Trim(fmt.Sprint(e.Points), "[]"))
	}
	if e.Statement.Why != "" {
		p.lines(6, "why not more: "+e.Statement.Why)
	}
}

// mostLinks is how many functions or tests a finding names.
const mostLinks = 8

func (p checkPage) links(what string, links []coverage.Link) {
	if len(links) == 0 {
		return
	}
	var names []string
	for i, l := range links {
		if i == mostLinks {
			names = append(names, fmt.Sprintf("and %d more", len(links)-i))
			break
		}
		names = append(names, linkText(l))
	}
	p.lines(6, what+strings.Join(names, ", "))
}

func linkText(l coverage.Link) string {
	if l.File == "" {
		return l.Name
	}
	return fmt.Sprintf("%s (%s:%d)", l.Name, l.File, l.Line)
}

// lines prints a text, wrapped, so many columns in.
func (p checkPage) lines(in int, text string) {
	for i, line := range wrap(printable(strings.Join(strings.Fields(text), " ")), max(20, p.st.width-in-2)) {
		if i > 0 {
			line = "  " + line
		}
		fmt.Fprintf(p.out, "%s%s\n", strings.Repeat(" ", in), line)
	}
}
