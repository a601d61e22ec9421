package draft

import (
	"sort"
	"strings"
)

// mark says that the text from offset off on stands at line and col of the
// file, up to the next mark.
type mark struct{ off, line, col int }

// span is a text that remembers where its pieces stand in the file.
type span struct {
	b     strings.Builder
	marks []mark
}

// write adds s, which stands at line and col.
func (p *span) write(s string, line, col int) {
	if s == "" {
		return
	}
	off := p.b.Len()
	if n := len(p.marks); n > 0 {
		last := p.marks[n-1]
		if last.line == line && last.col+off-last.off == col {
			p.b.WriteString(s)
			return
		}
	}
	p.marks = append(p.marks, mark{off, line, col})
	p.b.WriteString(s)
}

// at gives the position of offset off.
func at(marks []mark, off int) (line, col int) {
	i := sort.Search(len(marks), func(i int) bool { return marks[i].off > off }) - 1
	if i < 0 {
		return 0, 0
	}
	return marks[i].line, marks[i].col + off - marks[i].off
}

// rawLine is one line of a block, and where it begins.
type rawLine struct {
	text      string
	line, col int
}

// join puts a block's lines together with one space between them. A line that
// ends in a hyphen is joined with one too: Print takes such spaces out.
func join(lines []rawLine) (string, []mark) {
	var p span
	for i, l := range lines {
		trimmed := strings.TrimLeft(l.text, " \t")
		col := l.col + len(l.text) - len(trimmed)
		trimmed = strings.TrimRight(trimmed, " \t")
		if i > 0 {
			p.write(" ", l.line, max(col-1, 1))
		}
		p.write(trimmed, l.line, col)
	}
	return p.b.String(), p.marks
}

// collapse writes runs of white space as one space and takes them off both
// ends; it keeps the positions right.
func (p *span) collapse() (string, []mark) {
	text := p.b.String()
	var out span
	for i := 0; i < len(text); {
		if isSpace(text[i]) {
			i++
			continue
		}
		j := i
		for j < len(text) && !isSpace(text[j]) {
			j++
		}
		line, col := at(p.marks, i)
		if out.b.Len() > 0 {
			out.write(" ", line, max(col-1, 1))
		}
		// A word may be made of several pieces.
		for k := i; k < j; {
			next := nextMark(p.marks, k)
			end := min(j, next)
			line, col := at(p.marks, k)
			out.write(text[k:end], line, col)
			k = end
		}
		i = j
	}
	return out.b.String(), out.marks
}

// nextMark is the offset of the first mark after off.
func nextMark(marks []mark, off int) int {
	i := sort.Search(len(marks), func(i int) bool { return marks[i].off > off })
	if i == len(marks) {
		return int(^uint(0) >> 1)
	}
	return marks[i].off
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
