package draft

import (
	"regexp"
	"strings"
)

// textReader reads a published RFC or draft. Plain text has no markup, so it
// goes by margins and by what the lines look like.
type textReader struct {
	doc      *Document
	section  string
	skipping bool // in a section without statements, such as the contents
	heading  bool // a heading has been read
	lists    []mdList
}

var (
	textNumbered = regexp.MustCompile(`^(\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)\.?\s{1,3}(\S.*)$`)
	textAppendix = regexp.MustCompile(`^Appendix ([A-Z]+)\.?\s+(\S.*)$`)
	textTitle    = regexp.MustCompile(`^[A-Z][A-Za-z' ]{2,60}$`)
	textSkipped  = regexp.MustCompile(`(?i)^(status of this memo|copyright notice|table of contents|((normative|informative) )?references|author('s|s'|s)? address(es)?|index)$`)
	textItem     = regexp.MustCompile(`^( *)([*o+-]|\d+\.|[a-z]\.|\([0-9a-z]\))( +)(\S.*)$`)
	textItemIn   = regexp.MustCompile(`^( *)([*o+-]|\d+\.|[a-z]\.|\([0-9a-z]\))( {2,})(\S.*)$`)
	textHanging  = regexp.MustCompile(`^( *)(\S.{0,60}?:) {2}(\S.*)$`)
	textCaption  = regexp.MustCompile(`^ *(Figure|Table) \d+(?:: (.*))?$`)
	textFigure   = regexp.MustCompile(`^ {6,}Figure \d+(:|$)`)
	rfcNumber    = regexp.MustCompile(`^Request for Comments: (\d+)`)
	draftName    = regexp.MustCompile(`^\s*(draft-[a-z0-9][a-z0-9-]*)(\s|$)`)
)

func readText(doc *Document, data string) []Problem {
	t := &textReader{doc: doc}
	lines := unpage(data)
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && lines[j].text != "" {
			j++
		}
		if j > i {
			figure := j+1 < len(lines) && textFigure.MatchString(lines[j+1].text)
			t.chunk(lines[i:j], figure)
		}
		i = j + 1
	}
	for i := range doc.Blocks {
		if b := &doc.Blocks[i]; b.Kind == Code {
			b.Lines, b.Col = dedent(b.Lines)
		}
	}
	if !t.heading {
		// What looked like a section is none.
		doc.Sections, doc.Blocks = nil, nil
		return []Problem{{Line: 1, Col: 1,
			Text: `no numbered heading at the margin; expected one such as "1.  Introduction"`}}
	}
	return nil
}

// chunk reads lines between two empty ones. figure says that a figure's caption
// comes next.
func (t *textReader) chunk(lines []rawLine, figure bool) {
	if marginOf(lines[0].text) == 0 {
		if t.headingAt(lines) {
			return
		}
	}
	if !t.heading && t.section == "" {
		t.preamble(lines)
		return
	}
	if t.skipping {
		return
	}
	if c := textCaption.FindStringSubmatch(lines[0].text); c != nil && t.caption(c[2], lines) {
		return
	}
	switch {
	case isRuled(lines):
		t.table(lines)
	case takeBars(lines):
		t.prose(lines)
	case figure, isCode(lines), t.inCode(lines):
		t.code(lines)
	default:
		t.prose(lines)
	}
}

// preamble takes the name and title from what stands before the first heading.
func (t *textReader) preamble(lines []rawLine) {
	for _, l := range lines {
		if m := rfcNumber.FindStringSubmatch(l.text); m != nil {
			t.doc.Name = "RFC " + m[1]
		}
		if m := draftName.FindStringSubmatch(l.text); m != nil && t.doc.Name == "" {
			t.doc.Name = m[1]
		}
	}
	if t.doc.Title == "" && marginOf(lines[0].text) > 0 {
		var words []string
		for _, l := range lines {
			if !draftName.MatchString(l.text) {
				words = append(words, strings.Fields(l.text)...)
			}
		}
		t.doc.Title = strings.Join(words, " ")
	}
}

// headingAt reads lines at the margin as a heading, if they are one.
func (t *textReader) headingAt(lines []rawLine) bool {
	first := lines[0].text
	s := Section{Line: lines[0].line}
	switch {
	case textNumbered.MatchString(first):
		m := textNumbered.FindStringSubmatch(first)
		s.Number, s.Title = m[1], m[2]
		t.heading = true
	case textAppendix.MatchString(first):
		m := textAppendix.FindStringSubmatch(first)
		s.Number, s.Title = m[1], m[2]
		t.heading = true
	case textTitle.MatchString(first) && len(lines) == 1:
		s.Title = first
	default:
		return false
	}
	for _, l := range lines[1:] {
		s.Title += " " + strings.TrimSpace(l.text)
	}
	t.skipping = textSkipped.MatchString(s.Title)
	t.lists = nil
	t.section = s.Number
	if s.Number == "" {
		t.section = s.Title
	}
	if !t.skipping {
		t.doc.Sections = append(t.doc.Sections, s)
	}
	return true
}

// caption gives a figure's or table's title to the block before it.
func (t *textReader) caption(title string, lines []rawLine) bool {
	n := len(t.doc.Blocks)
	if n == 0 || t.doc.Blocks[n-1].Kind != Code && t.doc.Blocks[n-1].Kind != Table {
		return false
	}
	for _, l := range lines[1:] {
		title += " " + strings.TrimSpace(l.text)
	}
	t.doc.Blocks[n-1].Title = title
	return true
}

// prose reads paragraphs and list items. Items may follow one another without
// an empty line.
func (t *textReader) prose(lines []rawLine) {
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && !textItemIn.MatchString(lines[to].text) {
			to++
		}
		t.paragraph(lines[from:to])
		from = to
	}
}

func (t *textReader) paragraph(lines []rawLine) {
	first := lines[0].text
	margin := marginOf(first)
	if m := textItem.FindStringSubmatch(first); m != nil && (m[2] != "o" || len(m[3]) > 1) {
		content := len(m[1]) + len(m[2]) + len(m[3])
		t.startItem(margin, content)
		t.add(Item, cutFirst(lines, content))
		return
	}
	t.closeLists(margin)
	if len(lines) > 1 && marginOf(lines[1].text) > margin {
		t.hanging(lines, margin)
		return
	}
	if m := textHanging.FindStringSubmatchIndex(first); m != nil && len(lines) == 1 {
		t.hanging(lines, margin)
		return
	}
	t.add(Paragraph, lines)
}

// hanging reads a term with its definition, which is indented.
func (t *textReader) hanging(lines []rawLine, margin int) {
	content := margin + 3
	if m := textHanging.FindStringSubmatchIndex(lines[0].text); m != nil {
		t.add(Term, []rawLine{{lines[0].text[:m[5]], lines[0].line, 1}})
		t.startItem(margin, content)
		t.add(Definition, cutFirst(lines, m[6]))
		return
	}
	t.add(Term, lines[:1])
	t.startItem(margin, content)
	t.add(Definition, lines[1:])
}

// cutFirst takes n bytes off the first line.
func cutFirst(lines []rawLine, n int) []rawLine {
	out := append([]rawLine(nil), lines...)
	out[0] = rawLine{out[0].text[n:], out[0].line, n + 1}
	return out
}

// add adds a paragraph.
func (t *textReader) add(kind Kind, lines []rawLine) {
	text, marks := join(lines)
	p := span{marks: marks}
	p.b.WriteString(text)
	b := Block{Section: t.section, Kind: kind, Depth: len(t.lists)}
	if b.Text, b.marks = p.collapse(); b.Text == "" {
		return
	}
	b.Line, b.Col = at(b.marks, 0)
	t.doc.Blocks = append(t.doc.Blocks, b)
}

// startItem and closeLists are those of Markdown, with margins.
func (t *textReader) startItem(marker, content int) {
	t.closeLists(marker)
	t.lists = append(t.lists, mdList{marker, content})
}

func (t *textReader) closeLists(margin int) {
	for n := len(t.lists); n > 0 && margin <= t.lists[n-1].marker; n = len(t.lists) {
		t.lists = t.lists[:n-1]
	}
}
