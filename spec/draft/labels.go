package draft

import "strings"

// Label is a string in quotes that the text gives to a function, sets a
// variable to, or lists in a column named Label.
type Label struct {
	// Function is what takes the label: "ExpandWithLabel". It is the variable
	// with " =" behind it for one that is set: "label =". It is "" for a table.
	Function string
	// Arg is the argument's place in the call, from 1; 0 outside of a call.
	Arg int
	// Text is the label without its quotes: "epoch", "MLS 1.0 ".
	Text      string
	Table     string // the title of the table, "" if in none
	Section   string
	Line, Col int
}

// Labels gives the labels in the document's order. Empty strings are none. In
// prose only those in a call count, since prose has quotes for other ends.
func (d *Document) Labels() []Label {
	var out []Label
	for i := range d.Blocks {
		b := &d.Blocks[i]
		switch b.Kind {
		case Code:
			out = append(out, codeLabels(b)...)
		case Table:
			out = append(out, tableLabels(b)...)
		default:
			s := labelScan{block: b}
			for j := 0; j < len(b.Text); {
				line, col := at(b.marks, j)
				j = s.step(b.Text, j, line, col)
			}
			out = append(out, s.out...)
		}
	}
	return out
}

func codeLabels(b *Block) []Label {
	s := labelScan{block: b}
	for i, l := range b.Lines {
		s.variable = ""
		for j := 0; j < len(l); {
			j = s.step(l, j, b.Line+i, b.Col+j)
		}
		s.endLine()
	}
	return s.out
}

func tableLabels(b *Block) []Label {
	var out []Label
	if len(b.Rows) == 0 {
		return nil
	}
	column := -1
	for i, head := range b.Rows[0].Cells {
		if strings.EqualFold(head, "Label") {
			column = i
		}
	}
	for _, row := range b.Rows[1:] {
		if column < 0 || column >= len(row.Cells) {
			continue
		}
		if text := strings.Trim(row.Cells[column], `"“”`+"`"); text != "" && text != "-" && text != "(N/A)" {
			out = append(out, Label{Text: text, Table: b.Title, Section: b.Section, Line: row.Line, Col: b.Col})
		}
	}
	return out
}

// labelScan finds string literals and the calls around them.
type labelScan struct {
	block    *Block
	calls    []call // the open parentheses
	variable string // "x =" if that was read on this line
	word     string // the word that ends where the scan stands
	out      []Label
}

// call is an open parenthesis: the function's name, "" for a bare one.
type call struct {
	name       string
	arg, lines int
}

// maxCallLines bounds how far a call may run: a drawing may never close one.
const maxCallLines = 6

func (s *labelScan) endLine() {
	s.word = ""
	for i := range s.calls {
		if s.calls[i].lines++; s.calls[i].lines > maxCallLines {
			s.calls = s.calls[:i]
			return
		}
	}
}

// step reads what stands at offset i of text and gives the next offset.
func (s *labelScan) step(text string, i, line, col int) int {
	c := text[i]
	switch {
	case isWord(c) || c == '-' && s.word != "" || c == '.' && s.word != "":
		if len(s.word) < 100 {
			s.word += string(c)
		}
		return i + 1
	case c == '(':
		if len(s.calls) < 100 {
			s.calls = append(s.calls, call{name: s.word, arg: 1})
		}
	case c == ')':
		if n := len(s.calls); n > 0 {
			s.calls = s.calls[:n-1]
		}
	case c == ',':
		if n := len(s.calls); n > 0 {
			s.calls[n-1].arg++
		}
	case c == ' ' && s.word != "" && strings.HasPrefix(text[i:], " = "):
		s.variable = s.word + " ="
	case c == '"':
		end := strings.IndexByte(text[i+1:min(len(text), i+200)], '"')
		if end < 0 {
			break
		}
		s.literal(text[i+1:i+1+end], line, col)
		s.word = ""
		return i + end + 2
	}
	s.word = ""
	return i + 1
}

// literal notes the string at line and col.
func (s *labelScan) literal(text string, line, col int) {
	if text == "" {
		return
	}
	l := Label{Text: text, Section: s.block.Section, Line: line, Col: col}
	switch n := len(s.calls); {
	case n > 0 && s.calls[n-1].name != "":
		l.Function, l.Arg = s.calls[n-1].name, s.calls[n-1].arg
	case n == 0 && s.variable != "" && s.block.Kind == Code:
		l.Function = s.variable
	default:
		return
	}
	s.out = append(s.out, l)
}
