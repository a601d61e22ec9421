package draft

import (
	"regexp"
	"strings"
)

var (
	codeLine  = regexp.MustCompile(`[{}]$|^\s*\S+( \S+){0,3};$|^\s*(//|/\*|# )|^\s*[\w.\[\]+-]+ (=|<-|->|\+=) |^\s*\w+\([^)]*\)( =|:)?$|\S {3,}\S|[+|.'\x60]--|--[+>|.'\x60]|<--|[|/\\] *[|/\\]|^ *[|/\\_^v. ]+$`)
	tlsLine   = regexp.MustCompile(`^\s*((struct|enum) \{|select \(|(uint(8|16|24|32|64)|opaque) \w+.*;)`)
	ruledLine = regexp.MustCompile(`^ *\+[-=+]+\+$`)
)

// fill is the width that a paragraph's lines reach at the least, if the
// next word would fit.
const fill = 58

// isRuled says whether the lines are a table: they begin with +----+.
func isRuled(lines []rawLine) bool {
	return len(lines) > 2 && ruledLine.MatchString(lines[0].text) && strings.HasSuffix(lines[1].text, "|") &&
		ruledLine.MatchString(lines[len(lines)-1].text)
}

// takeBars takes the bars off the lines of an aside, and says whether they are
// one.
func takeBars(lines []rawLine) bool {
	for _, l := range lines {
		t := strings.TrimLeft(l.text, " ")
		if !strings.HasPrefix(t, "|  ") && t != "|" || len(t) > 1 && strings.HasSuffix(t, "|") {
			return false
		}
	}
	for i := range lines {
		lines[i].text = strings.Replace(lines[i].text, "|", " ", 1)
	}
	return true
}

// inCode says whether lines that may be prose go on with the code before them:
// they are indented, and in no list.
func (t *textReader) inCode(lines []rawLine) bool {
	n := len(t.doc.Blocks)
	return n > 0 && t.doc.Blocks[n-1].Kind == Code && t.doc.Blocks[n-1].Section == t.section &&
		t.doc.Blocks[n-1].Title == "" && len(t.lists) == 0 && marginOf(lines[0].text) > 3 &&
		!textItem.MatchString(lines[0].text)
}

// isCode says whether the lines look like code or a drawing: a line that prose
// does not have, or lines that are broken where the next word would still fit.
func isCode(lines []rawLine) bool {
	item := textItem.MatchString(lines[0].text)
	ragged := 0
	for i, l := range lines {
		if codeLine.MatchString(l.text) && !item {
			return true
		}
		if i+1 < len(lines) {
			next := strings.Fields(lines[i+1].text)
			if len(next) > 0 && len(l.text)+1+len(next[0]) < fill {
				ragged++
			}
		}
	}
	return !item && ragged > 0 && ragged*2 >= len(lines)-1 && marginOf(lines[0].text) > 0 && len(lines) > 2
}

// code reads a code block. One that follows another is the same block, with
// the empty line between them.
func (t *textReader) code(lines []rawLine) {
	t.closeLists(marginOf(lines[0].text))
	b := Block{Section: t.section, Kind: Code, Depth: len(t.lists), Line: lines[0].line}
	for _, l := range lines {
		b.Lines = append(b.Lines, l.text)
		if tlsLine.MatchString(l.text) {
			b.Type = "tls-presentation"
		}
	}
	n := len(t.doc.Blocks)
	if n > 0 && t.doc.Blocks[n-1].Kind == Code && t.doc.Blocks[n-1].Section == t.section && t.doc.Blocks[n-1].Title == "" {
		last := &t.doc.Blocks[n-1]
		// Page breaks leave no lines; empty ones keep the line numbers right.
		for last.Line+len(last.Lines) < b.Line {
			last.Lines = append(last.Lines, "")
		}
		last.Lines = append(last.Lines, b.Lines...)
		if last.Type == "" {
			last.Type = b.Type
		}
		return
	}
	t.doc.Blocks = append(t.doc.Blocks, b)
}

// table reads a table with rules. The lines between two rules are one row.
func (t *textReader) table(lines []rawLine) {
	b := Block{Section: t.section, Kind: Table, Line: lines[0].line, Col: marginOf(lines[0].text) + 1}
	fresh := true
	for _, l := range lines {
		if ruledLine.MatchString(l.text) {
			fresh = true
			continue
		}
		row := cells(l.text)
		if fresh {
			b.Rows = append(b.Rows, Row{l.line, row})
			fresh = false
			continue
		}
		last := b.Rows[len(b.Rows)-1].Cells
		for i, cell := range row {
			if i < len(last) && cell != "" {
				last[i] = strings.TrimSpace(last[i] + " " + cell)
			}
		}
	}
	t.doc.Blocks = append(t.doc.Blocks, b)
}
