package draft

import (
	"fmt"
	"strconv"
	"strings"
)

// text reads one line of a paragraph, list item or definition.
func (m *mdReader) text(l string) {
	line := m.i + 1
	if quoted := strings.TrimLeft(l, " "); strings.HasPrefix(quoted, "> ") {
		l = strings.Repeat(" ", len(l)-len(quoted)+2) + quoted[2:]
	}
	if it := mdItem.FindStringSubmatchIndex(l); it != nil {
		m.flush()
		m.startItem(it[3], it[8])
		m.begin(Item, l[it[8]:], line, it[8]+1)
		return
	}
	if d := mdDefine.FindStringSubmatchIndex(l); d != nil {
		m.asTerm()
		m.flush()
		m.startItem(d[3], d[6])
		m.begin(Definition, l[d[6]:], line, d[6]+1)
		return
	}
	if d := mdNested.FindStringSubmatch(l); d != nil { // a definition made of blocks
		m.asTerm()
		m.flush()
		m.startItem(len(d[1]), len(d[1])+4)
		return
	}
	indent := len(l) - len(strings.TrimLeft(l, " "))
	if m.open != nil {
		m.open = append(m.open, rawLine{l, line, 1})
		return
	}
	m.closeLists(indent)
	content := 0
	if n := len(m.lists); n > 0 {
		content = m.lists[n-1].content
	}
	if indent >= content+4 {
		m.indented()
		return
	}
	m.begin(Paragraph, l[indent:], line, indent+1)
}

// startItem opens or goes on with the list whose marker stands at column
// marker.
func (m *mdReader) startItem(marker, content int) {
	for n := len(m.lists); n > 0 && marker < m.lists[n-1].marker; n = len(m.lists) {
		m.lists = m.lists[:n-1]
	}
	if n := len(m.lists); n > 0 && marker <= m.lists[n-1].marker+1 {
		m.lists[n-1] = mdList{marker, content}
		return
	}
	m.lists = append(m.lists, mdList{marker, content})
}

// closeLists closes the lists that a paragraph at column indent is not in.
func (m *mdReader) closeLists(indent int) {
	for n := len(m.lists); n > 0 && indent <= m.lists[n-1].marker; n = len(m.lists) {
		m.lists = m.lists[:n-1]
	}
}

// begin starts a paragraph.
func (m *mdReader) begin(kind Kind, text string, line, col int) {
	m.openAs = Block{Section: m.section, Kind: kind, Depth: len(m.lists), Line: line, Col: col}
	m.open = []rawLine{{text, line, col}}
}

// asTerm makes the paragraph before a definition its term.
func (m *mdReader) asTerm() {
	if m.open != nil && m.openAs.Kind == Paragraph {
		m.openAs.Kind = Term
		return
	}
	if n := len(m.doc.Blocks); m.open == nil && n > 0 && m.doc.Blocks[n-1].Kind == Paragraph {
		m.doc.Blocks[n-1].Kind = Term
	}
}

// flush ends the paragraph that is being read.
func (m *mdReader) flush() {
	if m.open == nil {
		return
	}
	m.raw = append(m.raw, mdRaw{len(m.doc.Blocks), m.open})
	m.doc.Blocks = append(m.doc.Blocks, m.openAs)
	m.open = nil
}

// fence reads a code block between ~~~ or ``` lines.
func (m *mdReader) fence() {
	m.flush()
	f := mdFence.FindStringSubmatch(m.lines[m.i])
	indent, mark := len(f[1]), f[2]
	m.closeLists(indent)
	from := m.i
	b := Block{Section: m.section, Kind: Code, Depth: len(m.lists), Type: f[3], Line: m.i + 2, Col: indent + 1}
	for m.i++; m.i < len(m.lines); m.i++ {
		l := m.lines[m.i]
		if t := strings.TrimSpace(l); strings.HasPrefix(t, mark) && strings.Trim(t, mark[:1]) == "" {
			m.i++
			m.doc.Blocks = append(m.doc.Blocks, b)
			return
		}
		if next := mdFence.FindStringSubmatch(l); next != nil && next[2] == mark && next[3] != "" && len(next[1]) <= indent {
			m.problem(m.i, len(next[1])+1, fmt.Sprintf("a code block begins within that of line %d; expected %s before it", from+1, mark))
			m.doc.Blocks = append(m.doc.Blocks, b)
			return
		}
		if mdInclude.MatchString(l) {
			m.included(l)
		}
		b.Lines = append(b.Lines, cutIndent(l, indent))
	}
	m.problem(from, indent+1, "a code block begins here and does not end; expected "+mark)
	m.doc.Blocks = append(m.doc.Blocks, b)
}

// indented reads a code block that is set off by four spaces.
func (m *mdReader) indented() {
	first := m.lines[m.i]
	indent := len(first) - len(strings.TrimLeft(first, " "))
	b := Block{Section: m.section, Kind: Code, Depth: len(m.lists), Line: m.i + 1, Col: indent + 1}
	for ; m.i < len(m.lines); m.i++ {
		l := m.lines[m.i]
		if strings.TrimSpace(l) == "" || len(l)-len(strings.TrimLeft(l, " ")) < indent {
			break
		}
		b.Lines = append(b.Lines, cutIndent(l, indent))
	}
	m.i-- // line goes on behind it
	m.doc.Blocks = append(m.doc.Blocks, b)
}

// cutIndent takes up to n spaces off the front.
func cutIndent(l string, n int) string {
	for ; n > 0 && strings.HasPrefix(l, " "); n-- {
		l = l[1:]
	}
	return l
}

// table reads a table of | a | b | lines.
func (m *mdReader) table() {
	m.flush()
	m.lists = nil
	b := Block{Section: m.section, Kind: Table, Line: m.i + 1, Col: 1}
	for ; m.i < len(m.lines) && strings.HasPrefix(m.lines[m.i], "|"); m.i++ {
		if l := m.lines[m.i]; strings.Trim(l, "|:-+= ") != "" {
			b.Rows = append(b.Rows, Row{m.i + 1, cells(l)})
		}
	}
	m.doc.Blocks = append(m.doc.Blocks, b)
}

// cells splits a row of a table.
func cells(l string) []string {
	parts := strings.Split(strings.Trim(strings.TrimSpace(l), "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// render turns the source of each paragraph into text, now that all anchors
// have their numbers.
func (m *mdReader) render() {
	figures, tables := 0, 0
	for i := range m.doc.Blocks {
		b := &m.doc.Blocks[i]
		if b.Title == "" && b.Anchor == "" {
			continue
		}
		name := ""
		switch b.Kind {
		case Code:
			figures++
			name = fmt.Sprintf("Figure %d", figures)
		case Table:
			tables++
			name = "Table " + strconv.Itoa(tables)
		default:
			continue
		}
		if b.Anchor != "" {
			m.anchors[b.Anchor] = name
		}
	}
	for _, r := range m.raw {
		b := &m.doc.Blocks[r.block]
		b.Text, b.marks = m.inline(r.lines)
	}
	for i := range m.doc.Blocks {
		for _, row := range m.doc.Blocks[i].Rows {
			for j, cell := range row.Cells {
				row.Cells[j], _ = m.inline([]rawLine{{cell, row.Line, 1}})
			}
		}
	}
	for i := range m.doc.Sections {
		s := &m.doc.Sections[i]
		s.Title, _ = m.inline([]rawLine{{s.Title, s.Line, 1}})
	}
}
