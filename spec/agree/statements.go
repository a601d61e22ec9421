package agree

import (
	"fmt"
	"slices"

	"mlsref/spec"
	"mlsref/spec/coverage"
	"mlsref/spec/draft"
)

// place is a statement of the text that has found no entry yet, or an entry that has
// found no statement.
type place struct {
	index int
	gap   int // how many of its section's statements before it have found theirs
}

// statements compares section by section. A section that is renumbered is the one in
// which most of its statements stand now.
func (r *Report) statements(doc *draft.Document, found []draft.Statement, catalogue []spec.Statement, ix *coverage.Index) {
	home := homes(found, catalogue)
	var fresh, gone []place
	bySection := map[string]*section{}
	var order []*section
	of := func(number string) *section {
		if bySection[number] == nil {
			bySection[number] = &section{number: number}
			order = append(order, bySection[number])
		}
		return bySection[number]
	}
	for i, s := range catalogue {
		sec := of(home[s.Section])
		sec.old = append(sec.old, i)
	}
	for i, s := range found {
		sec := of(s.Section)
		sec.new = append(sec.new, i)
	}
	for _, sec := range order {
		a, b := sec.unmatched(found, catalogue, r)
		if r.Whole {
			var pairs [][2]int
			pairs, a, b = pair(a, b)
			for _, p := range pairs {
				r.changed(found[p[1]], catalogue[p[0]], ix)
			}
		}
		gone, fresh = append(gone, a...), append(fresh, b...)
	}
	fresh, gone = r.moved(found, catalogue, fresh, gone)
	for _, p := range fresh {
		r.add(newStatement(found[p.index]))
	}
	if !r.Whole {
		return
	}
	for _, p := range gone {
		r.gone(doc, found, catalogue, home, p.index, ix)
	}
	r.renumbered(doc, home)
}

// section is one section of the text, with what stands in it and what should.
type section struct {
	number   string
	old, new []int // indexes into the catalogue and into the text
}

// homes says for each section of the catalogue in which section of the text it is now.
func homes(found []draft.Statement, catalogue []spec.Statement) map[string]string {
	at := map[string][]string{}
	for _, s := range found {
		at[s.Print] = append(at[s.Print], s.Section)
	}
	votes := map[string]map[string]int{}
	for _, s := range catalogue {
		if votes[s.Section] == nil {
			votes[s.Section] = map[string]int{}
		}
		if slices.Contains(at[s.Print], s.Section) {
			votes[s.Section][s.Section]++
		} else if len(at[s.Print]) == 1 {
			votes[s.Section][at[s.Print][0]]++
		}
	}
	home := map[string]string{}
	for old, v := range votes {
		best := old
		for now, n := range v {
			if n > v[best] || n == v[best] && best != old && now < best {
				best = now
			}
		}
		home[old] = best
	}
	return home
}

// unmatched gives what has no partner of its print in the section.
func (s *section) unmatched(found []draft.Statement, catalogue []spec.Statement, r *Report) (gone, fresh []place) {
	waiting := map[string][]int{}
	for _, i := range s.new {
		waiting[found[i].Print] = append(waiting[found[i].Print], i)
	}
	taken := map[int]bool{}
	gap := 0
	for _, i := range s.old {
		w := waiting[catalogue[i].Print]
		if len(w) == 0 {
			gone = append(gone, place{i, gap})
			continue
		}
		taken[w[0]], waiting[catalogue[i].Print] = true, w[1:]
		gap++
		if is, was := found[w[0]].Keyword, catalogue[i].Keyword; is != was {
			f := statementFinding("statement-keyword", found[w[0]], "the keyword is %s, in the catalogue it is %s", is, was)
			f.Found, f.Expected = is, was
			r.add(f)
		}
	}
	gap = 0
	for _, i := range s.new {
		if taken[i] {
			gap++
			continue
		}
		fresh = append(fresh, place{i, gap})
	}
	return gone, fresh
}

// pair takes what is gone and what is new between the same two statements as changed,
// in order.
func pair(gone, fresh []place) (pairs [][2]int, restGone, restFresh []place) {
	used := map[int]bool{}
	for _, g := range gone {
		i := slices.IndexFunc(fresh, func(f place) bool { return f.gap == g.gap && !used[f.index] })
		if i < 0 {
			restGone = append(restGone, g)
			continue
		}
		used[fresh[i].index] = true
		pairs = append(pairs, [2]int{g.index, fresh[i].index})
	}
	for _, f := range fresh {
		if !used[f.index] {
			restFresh = append(restFresh, f)
		}
	}
	return pairs, restGone, restFresh
}

// moved finds what is gone from one section and new in another.
func (r *Report) moved(found []draft.Statement, catalogue []spec.Statement, fresh, gone []place) (restFresh, restGone []place) {
	used := map[int]bool{}
	for _, g := range gone {
		i := slices.IndexFunc(fresh, func(f place) bool { return !used[f.index] && found[f.index].Print == catalogue[g.index].Print })
		if i < 0 {
			restGone = append(restGone, g)
			continue
		}
		used[fresh[i].index] = true
		r.add(statementFinding("statement-moved", found[fresh[i].index], "this stood in §%s", catalogue[g.index].Section))
	}
	for _, f := range fresh {
		if !used[f.index] {
			restFresh = append(restFresh, f)
		}
	}
	return restFresh, restGone
}

func (r *Report) changed(now draft.Statement, was spec.Statement, ix *coverage.Index) {
	f := statementFinding("statement-changed", now, "the words have changed; the catalogue has: %s", was.Text)
	f.Found, f.Expected, f.Entry = now.Text, was.Text, EntryOf(was, ix)
	r.add(f)
}

func newStatement(s draft.Statement) Finding {
	f := statementFinding("statement-new", s, "no entry of the catalogue, so neither code nor test: %s", s.Text)
	f.Found = s.Text
	return f
}

func statementFinding(rule string, s draft.Statement, format string, args ...any) Finding {
	return Finding{Rule: rule, Level: Warning, Line: s.Line, Col: s.Col, Section: s.Section, Subject: s.Print,
		Text: fmt.Sprintf("§%s %s: ", s.Section, s.Keyword) + fmt.Sprintf(format, args...)}
}

// gone is reported at the statement before it, or at its section's heading.
func (r *Report) gone(doc *draft.Document, found []draft.Statement, catalogue []spec.Statement, home map[string]string, i int, ix *coverage.Index) {
	was := catalogue[i]
	f := Finding{Rule: "statement-gone", Level: Warning, Line: 1, Col: 1, Section: was.Section, Subject: was.Print,
		Text:     fmt.Sprintf("§%s %s: a statement that stood here is gone: %s", was.Section, was.Keyword, was.Text),
		Expected: was.Text, Entry: EntryOf(was, ix)}
	now := home[was.Section]
	for _, s := range doc.Sections {
		if s.Number == now {
			f.Line = s.Line
		}
	}
	for k := i - 1; k >= 0 && catalogue[k].Section == was.Section && f.Line > 1; k-- {
		at := slices.IndexFunc(found, func(s draft.Statement) bool { return s.Section == now && s.Print == catalogue[k].Print })
		if at >= 0 {
			f.Line, f.Col = found[at].Line, found[at].Col
			break
		}
	}
	r.add(f)
}

// renumbered notes the sections that stand under another number.
func (r *Report) renumbered(doc *draft.Document, home map[string]string) {
	for old, now := range home {
		if old == now {
			continue
		}
		f := Finding{Rule: "statement-moved", Level: Note, Line: 1, Col: 1, Section: now, Subject: old,
			Text: fmt.Sprintf("most of what stood in §%s stands in §%s", old, now)}
		for _, s := range doc.Sections {
			if s.Number == now {
				f.Line = s.Line
			}
		}
		r.add(f)
	}
}

// EntryOf is what hangs on a statement. A link that leads nowhere is coverage's error to
// tell; here it is left out.
func EntryOf(s spec.Statement, ix *coverage.Index) *Entry {
	e := &Entry{Statement: s}
	for _, r := range spec.Readings() {
		if slices.Contains(r.Sections, s.Section) {
			e.Points = append(e.Points, r.Point)
		}
	}
	for _, rule := range s.Rules {
		e.Rules = append(e.Rules, rule.ID)
	}
	if ix == nil {
		e.Functions, e.Tests, e.Lemmas = bare(s.Functions), bare(slices.Concat(s.Positive, s.Negative)), bare(s.Lemmas)
		return e
	}
	table, _ := ix.Table([]spec.Statement{s})
	e.Functions, e.Tests, e.Lemmas = table[0].Functions, slices.Clone(table[0].Positive), table[0].Lemmas
	for _, test := range table[0].Negative {
		if !slices.Contains(e.Tests, test) {
			e.Tests = append(e.Tests, test)
		}
	}
	return e
}

func bare(names []string) []coverage.Link {
	var links []coverage.Link
	for _, n := range names {
		links = append(links, coverage.Link{Name: n})
	}
	return links
}
