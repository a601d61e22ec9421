package draft

import (
	"fmt"
	"strings"
)

// xmlReader turns the elements of xml2rfc v3 into blocks.
type xmlReader struct {
	doc      *Document
	problems []Problem
	numbers  numbering
	section  string
	anchors  map[string]string // what a reference to an anchor reads
	titles   map[string]string
	figures  int
	tables   int
}

func readXML(doc *Document, data []byte) []Problem {
	root, problems := xmlTree(data)
	r := &xmlReader{doc: doc, problems: problems, anchors: map[string]string{}, titles: map[string]string{}}
	rfc := root.child("rfc")
	if rfc == nil {
		if len(problems) == 0 {
			r.problem(&xmlNode{line: 1, col: 1}, "no <rfc> element; expected xml2rfc v3")
		}
		return r.problems
	}
	doc.Name = rfc.attrs["docName"]
	if n := rfc.attrs["number"]; n != "" {
		doc.Name = "RFC " + n
	}
	r.number(rfc, 0)
	r.numbers = numbering{}
	r.parts(rfc)
	return r.problems
}

func (r *xmlReader) problem(n *xmlNode, text string) {
	r.problems = append(r.problems, Problem{Line: n.line, Col: n.col, Text: text})
}

// parts reads the front, middle and back.
func (r *xmlReader) parts(rfc *xmlNode) {
	if front := rfc.child("front"); front != nil {
		r.doc.Title = strings.Join(strings.Fields(front.child("title").allText()), " ")
		for _, c := range front.children {
			switch c.name {
			case "abstract":
				r.unnumbered(c, "Abstract")
			case "note":
				r.unnumbered(c, titleOf(c))
			}
		}
	}
	middle := rfc.child("middle")
	if middle == nil {
		if len(r.problems) == 0 {
			r.problem(rfc, "<rfc> has no <middle>; expected one")
		}
		return
	}
	r.blocks(middle, 1, 0)
	if back := rfc.child("back"); back != nil {
		r.numbers.startBack()
		r.blocks(back, 1, 0)
	}
}

func (r *xmlReader) unnumbered(n *xmlNode, title string) {
	r.section = title
	r.doc.Sections = append(r.doc.Sections, Section{Title: title, Anchor: n.attrs["anchor"], Line: n.line})
	r.blocks(n, 1, 0)
}

// titleOf is the name of a section, figure or table.
func titleOf(n *xmlNode) string {
	if name := n.child("name"); name != nil {
		return strings.Join(strings.Fields(name.allText()), " ")
	}
	return n.attrs["title"]
}

// number walks the document once to learn what each anchor reads.
func (r *xmlReader) number(n *xmlNode, level int) {
	for _, c := range n.children {
		name := ""
		switch c.name {
		case "back":
			r.numbers.startBack()
			r.number(c, 0)
			continue
		case "references", "":
			continue
		case "section":
			if c.attrs["numbered"] == "false" {
				name = titleOf(c)
			} else {
				name = sectionName(Section{Number: r.numbers.next(level + 1)})
			}
			r.number(c, level+1)
		case "figure":
			r.figures++
			name = fmt.Sprintf("Figure %d", r.figures)
		case "table":
			r.tables++
			name = fmt.Sprintf("Table %d", r.tables)
		default:
			r.number(c, level)
		}
		if anchor := c.attrs["anchor"]; anchor != "" && name != "" {
			r.anchors[anchor] = name
			r.titles[anchor] = titleOf(c)
		}
	}
}

// blocks reads what a section, list item or the like holds. level is that of
// the sections in it, depth the number of lists around it.
func (r *xmlReader) blocks(n *xmlNode, level, depth int) {
	for _, c := range n.children {
		switch c.name {
		case "section":
			r.sectionStart(c, level)
			r.blocks(c, level+1, 0)
		case "t":
			r.paragraph(c, Paragraph, depth)
		case "ul", "ol", "dl", "list":
			r.list(c, level, depth+1)
		case "figure":
			r.figure(c, depth)
		case "sourcecode", "artwork":
			r.code(c, depth, c)
		case "table":
			r.table(c, depth)
		case "include":
			r.problem(c, "the file "+c.attrs["href"]+" is included here and is not followed; expected the text itself")
		case "", "name", "references", "author", "iref", "boilerplate", "toc":
		default: // aside, blockquote and the like
			r.blocks(c, level, depth)
		}
	}
}

func (r *xmlReader) sectionStart(n *xmlNode, level int) {
	s := Section{Title: titleOf(n), Anchor: n.attrs["anchor"], Line: n.line}
	if n.attrs["numbered"] != "false" {
		s.Number = r.numbers.next(level)
	}
	r.section = s.Number
	if s.Number == "" {
		r.section = s.Title
	}
	r.doc.Sections = append(r.doc.Sections, s)
}

// list reads the items of a list, each with its first paragraph as the item.
func (r *xmlReader) list(n *xmlNode, level, depth int) {
	for _, c := range n.children {
		switch c.name {
		case "li", "dd", "t":
			kind := Item
			if c.name == "dd" {
				kind = Definition
			}
			r.item(c, kind, level, depth)
		case "dt":
			r.paragraph(c, Term, depth-1)
		}
	}
}

// item reads one list item: text of its own, or paragraphs.
func (r *xmlReader) item(n *xmlNode, kind Kind, level, depth int) {
	if first := n.child("t"); first == nil || n.name == "t" {
		r.paragraph(n, kind, depth)
		return
	}
	for _, c := range n.children {
		if c.name == "t" {
			r.paragraph(c, kind, depth)
			kind = Paragraph
			continue
		}
		r.blocks(&xmlNode{children: []*xmlNode{c}}, level, depth)
	}
}

// paragraph reads a text with what is marked up in it. Lists and code within
// end it, and follow it.
func (r *xmlReader) paragraph(n *xmlNode, kind Kind, depth int) {
	var out span
	var within []*xmlNode
	for _, c := range n.children {
		switch c.name {
		case "ul", "ol", "dl", "list", "figure", "sourcecode", "artwork", "table":
			within = append(within, c)
		default:
			r.inline(c, &out)
		}
	}
	text, marks := out.collapse()
	if text != "" {
		line, col := at(marks, 0)
		r.doc.Blocks = append(r.doc.Blocks, Block{Section: r.section, Kind: kind, Depth: depth,
			Anchor: n.attrs["anchor"], Line: line, Col: col, Text: text, marks: marks})
	}
	r.blocks(&xmlNode{children: within}, 1, depth)
}

// figure reads the code in a figure, which has the figure's title and anchor.
func (r *xmlReader) figure(n *xmlNode, depth int) {
	for _, c := range n.children {
		switch c.name {
		case "sourcecode", "artwork":
			r.code(c, depth, n)
		case "t", "preamble", "postamble":
			r.paragraph(c, Paragraph, depth)
		}
	}
}

// code reads a code block; its title and anchor are those of named.
func (r *xmlReader) code(n *xmlNode, depth int, named *xmlNode) {
	b := Block{Section: r.section, Kind: Code, Depth: depth, Type: n.attrs["type"],
		Anchor: named.attrs["anchor"], Title: titleOf(named), Line: n.line, Col: 1}
	text := n.allText()
	for _, c := range n.children {
		if c.text != "" {
			b.Line = c.line
			break
		}
	}
	lines := strings.Split(text, "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
		b.Line++
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	b.Lines, b.Col = dedent(lines)
	r.doc.Blocks = append(r.doc.Blocks, b)
}

// dedent takes off the indentation that all lines share, and gives the column
// at which they begin then.
func dedent(lines []string) ([]string, int) {
	shared := -1
	for _, l := range lines {
		if trimmed := strings.TrimLeft(l, " "); trimmed != "" && (shared < 0 || len(l)-len(trimmed) < shared) {
			shared = len(l) - len(trimmed)
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimRight(cutIndent(l, shared), " ")
	}
	return out, max(shared, 0) + 1
}

func (r *xmlReader) table(n *xmlNode, depth int) {
	b := Block{Section: r.section, Kind: Table, Depth: depth, Anchor: n.attrs["anchor"],
		Title: titleOf(n), Line: n.line, Col: n.col}
	for _, part := range n.children {
		for _, tr := range part.children {
			if tr.name != "tr" {
				continue
			}
			row := Row{Line: tr.line}
			for _, cell := range tr.children {
				if cell.name == "td" || cell.name == "th" {
					var out span
					r.inline(cell, &out)
					text, _ := out.collapse()
					row.Cells = append(row.Cells, text)
				}
			}
			b.Rows = append(b.Rows, row)
		}
	}
	r.doc.Blocks = append(r.doc.Blocks, b)
}
