package coverage

import (
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strings"

	"mlsref/spec"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"links": func(base string, links []Link) any {
		return struct {
			Base  template.URL
			Links []Link
		}{template.URL(base), links}
	},
	"slug": func(s State) string { return strings.ReplaceAll(string(s), " ", "-") },
}).Parse(pageText))

// page is what page.html shows.
type page struct {
	Base     string
	Columns  []string
	Tables   []table
	Sections []pageSection
	Total    Sum
	// What the page can be narrowed to; only what occurs.
	Layers, Keywords, Subjects []string
	States                     []State
}

// pageSection is one section and its statements. Only a section that has statements, or
// a subsection that does, is shown.
type pageSection struct {
	Number, Title string
	Depth         int // 0 for "7", 1 for "7.3"
	Entries       []Entry
	Gaps          int // how many of them have a gap
}

// RenderHTML writes one page that needs nothing else: no script, style or font from
// elsewhere. Its links to source files start with ix.Base.
func (ix *Index) RenderHTML(w io.Writer, entries []Entry) error {
	occurs := func(list []string, of func(spec.Statement) string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(name string) bool {
			return !slices.ContainsFunc(entries, func(e Entry) bool { return of(e.Statement) == name })
		})
	}
	p := page{
		Base: ix.Base, Columns: columns, Tables: tables(entries), Sections: pageSections(entries), Total: Total(entries),
		Layers:   occurs(spec.Layers, func(s spec.Statement) string { return s.Layer }),
		Subjects: occurs(spec.Subjects, func(s spec.Statement) string { return s.Subject }),
	}
	for _, sum := range ByKeyword(entries) {
		p.Keywords = append(p.Keywords, sum.Name)
	}
	for _, state := range States {
		if slices.ContainsFunc(entries, func(e Entry) bool { return e.State == state }) {
			p.States = append(p.States, state)
		}
	}
	return pageTemplate.Execute(w, p)
}

func pageSections(entries []Entry) []pageSection {
	in := map[string][]Entry{}
	for _, e := range entries {
		number := e.Statement.Section
		in[number] = append(in[number], e)
		for at := strings.LastIndex(number, "."); at >= 0; at = strings.LastIndex(number, ".") {
			number = number[:at]
			if _, there := in[number]; !there {
				in[number] = nil
			}
		}
	}
	var sections []pageSection
	for number, its := range in {
		sections = append(sections, pageSection{
			Number: number, Title: Title(number), Depth: strings.Count(number, "."), Entries: its, Gaps: Total(its).Gaps,
		})
	}
	slices.SortFunc(sections, func(a, b pageSection) int { return CompareSections(a.Number, b.Number) })
	return sections
}
