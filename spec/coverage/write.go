package coverage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"mlsref/spec"
)

// Formats are what Write can write.
var Formats = []string{"text", "markdown", "json", "html"}

// Write writes the coverage of the statements in one of the Formats. Nothing is written
// if the format is unknown or a link leads nowhere. Links in the output start with
// ix.Base.
func Write(w io.Writer, format string, ix *Index, statements []spec.Statement) error {
	if !slices.Contains(Formats, format) {
		return fmt.Errorf("the format %q is unknown: it is one of %s", format, strings.Join(Formats, ", "))
	}
	entries, err := ix.Table(statements)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	switch format {
	case "text":
		err = RenderText(&page, entries)
	case "markdown":
		err = ix.RenderMarkdown(&page, entries)
	case "json":
		err = RenderJSON(&page, entries)
	case "html":
		err = ix.RenderHTML(&page, entries)
	}
	if err != nil {
		return err
	}
	_, err = page.WriteTo(w)
	return err
}

// table is one of the sums that every format shows.
type table struct {
	Title, Of string
	Sums      []Sum
}

func tables(entries []Entry) []table {
	all := Total(entries)
	with := func(sums []Sum) []Sum { return append(sums, all) }
	return []table{
		{"By section", "§", with(BySection(entries))},
		{"By layer", "layer", with(ByLayer(entries))},
		{"By keyword", "keyword", with(ByKeyword(entries))},
	}
}

var columns = []string{"statements", "implemented", "tested both ways", "one way", "proved", "excused", "gaps"}

// Counts are the numbers of a row, in the order of the columns.
func (s Sum) Counts() []int {
	return []int{s.All, s.Implemented, s.BothWays, s.OneWay, s.Proved, s.Excused, s.Gaps}
}

// RenderText writes the sums and the gaps for a terminal.
func RenderText(w io.Writer, entries []Entry) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, t := range tables(entries) {
		fmt.Fprintf(tw, "%s\t%s\n", t.Of, strings.Join(columns, "\t"))
		for _, s := range t.Sums {
			fmt.Fprint(tw, s.Name)
			for _, n := range s.Counts() {
				fmt.Fprintf(tw, "\t%d", n)
			}
			fmt.Fprintln(tw)
		}
		fmt.Fprintln(tw)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	var err error
	put := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format, args...)
		}
	}
	put("Gaps: %d\n", Total(entries).Gaps)
	for _, e := range entries {
		for _, gap := range e.Gaps {
			put("§%s %s %s: %s\n    %s\n", e.Statement.Section, e.Statement.Keyword, e.Statement.Print, gap, e.Statement.Text)
		}
	}
	return err
}

// The JSON of a report. Its format has a name, which changes with its fields.
const jsonFormat = "mlsref-coverage/1"

type jsonReport struct {
	Format     string      `json:"format"`
	Total      Sum         `json:"total"`
	Sections   []Sum       `json:"sections"`
	Layers     []Sum       `json:"layers"`
	Keywords   []Sum       `json:"keywords"`
	Statements []jsonEntry `json:"statements"`
}

type jsonEntry struct {
	Section     string   `json:"section"`
	Print       string   `json:"print"`
	Keyword     string   `json:"keyword"`
	Subject     string   `json:"subject"`
	Layer       string   `json:"layer"`
	Text        string   `json:"text"`
	State       State    `json:"state"`
	Implemented bool     `json:"implemented"`
	Proved      bool     `json:"proved"`
	Rules       []string `json:"rules,omitempty"`
	Functions   []Link   `json:"functions,omitempty"`
	Positive    []Link   `json:"positive,omitempty"`
	Negative    []Link   `json:"negative,omitempty"`
	Lemmas      []Link   `json:"lemmas,omitempty"`
	Why         string   `json:"why,omitempty"`
	Gaps        []string `json:"gaps,omitempty"`
}

// RenderJSON writes all of it for programs.
func RenderJSON(w io.Writer, entries []Entry) error {
	report := jsonReport{
		Format: jsonFormat, Total: Total(entries), Sections: BySection(entries), Layers: ByLayer(entries),
		Keywords: ByKeyword(entries), Statements: []jsonEntry{},
	}
	for _, e := range entries {
		s := e.Statement
		report.Statements = append(report.Statements, jsonEntry{
			Section: s.Section, Print: s.Print, Keyword: s.Keyword, Subject: s.Subject, Layer: s.Layer, Text: s.Text,
			State: e.State, Implemented: e.Implemented(), Proved: e.Proved, Rules: ids(s.Rules),
			Functions: e.Functions, Positive: e.Positive, Negative: e.Negative, Lemmas: e.Lemmas,
			Why: s.Why, Gaps: e.Gaps,
		})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(report)
}

func ids(rules []*spec.Rule) []string {
	var all []string
	for _, r := range rules {
		all = append(all, r.ID)
	}
	return all
}
