package coverage

import (
	"fmt"
	"io"
	"strings"
)

// RenderMarkdown writes the sums, the gaps and all statements as one page.
func (ix *Index) RenderMarkdown(w io.Writer, entries []Entry) error {
	var b strings.Builder
	b.WriteString("# The statements of RFC 9420 and their coverage\n")
	sums(&b, entries)
	gaps(&b, entries)
	ix.statements(&b, entries)
	_, err := io.WriteString(w, b.String())
	return err
}

// sums writes what each section, layer and keyword has.
func sums(b *strings.Builder, entries []Entry) {
	for _, t := range tables(entries) {
		fmt.Fprintf(b, "\n### %s\n\n| %s | %s |\n| --- |%s\n", t.Title, t.Of, strings.Join(columns, " | "), strings.Repeat(" ---: |", len(columns)))
		for _, s := range t.Sums {
			name := s.Name
			if title := Title(name); t.Of == "§" && title != "" {
				name += " " + title
			}
			fmt.Fprintf(b, "| %s |", name)
			for _, n := range s.Counts() {
				fmt.Fprintf(b, " %d |", n)
			}
			b.WriteString("\n")
		}
	}
}

// gaps lists what is missing without a reason, and what is "not yet".
func gaps(b *strings.Builder, entries []Entry) {
	b.WriteString("\n### Gaps\n\n")
	if Total(entries).Gaps == 0 {
		b.WriteString("None.\n")
		return
	}
	b.WriteString("| § | Statement | What is missing |\n| --- | --- | --- |\n")
	for _, e := range entries {
		for _, gap := range e.Gaps {
			fmt.Fprintf(b, "| %s | %s (%s) | %s |\n", e.Statement.Section, cell(e.Statement.Text), e.Statement.Keyword, cell(gap))
		}
	}
}

// statements lists all of them, section by section.
func (ix *Index) statements(b *strings.Builder, entries []Entry) {
	section := ""
	for _, e := range entries {
		s := e.Statement
		if s.Section != section {
			section = s.Section
			fmt.Fprintf(b, "\n## %s %s\n\n", section, Title(section))
			b.WriteString("| Keyword | Who | Layer | What | State | Rules and functions | Positive tests | Negative tests | Lemmas |\n")
			b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
		}
		state := "**" + string(e.State) + "**"
		if e.Proved {
			state += ", **proved**"
		}
		if s.Why != "" {
			state += ": " + cell(s.Why)
		}
		var code []string
		for _, id := range ids(s.Rules) {
			code = append(code, "rule `"+id+"`")
		}
		if functions := ix.leads(e.Functions); functions != "" {
			code = append(code, functions)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", s.Keyword, s.Subject, s.Layer, cell(s.Text), state,
			strings.Join(code, ", "), ix.leads(e.Positive), ix.leads(e.Negative), ix.leads(e.Lemmas))
	}
}

// leads writes links without lines, so that a page does not go stale with each edit.
func (ix *Index) leads(links []Link) string {
	var out []string
	for _, l := range links {
		out = append(out, fmt.Sprintf("[`%s`](%s%s)", l.Name, ix.Base, l.File))
	}
	return strings.Join(out, ", ")
}
