package bugs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// Bug is one mistake that is not in the code.
type Bug struct {
	Name   string
	Title  string   // one line
	Layer  Layer    // that it is in
	Source string   // an advisory or issue, a section that it breaks, or "own"
	Expect []string // the properties that should catch it, the likeliest first
	Seed   uint64   // of a history in which it was caught; 0: an early one
	Text   string   // what goes wrong, and what the attacker gains
	Edits  []Edit
	Lesson *Lesson // nil: there is none
}

// Layer is the part of the implementation that a bug is in.
type Layer string

// The layers, in the order of the table.
var layers = []Layer{"treesync", "treekem", "treedem", "group", "wire", "suite"}

// Edit replaces some lines of one file.
type Edit struct {
	File  string // its path in the module
	Lines []Line
}

// Line is one line of an edit: to be taken out ('-'), put in ('+'), or just there (' ').
type Line struct {
	Mark byte
	Text string
}

// lines are those that bear one of the marks.
func (e Edit) lines(marks string) []string {
	var list []string
	for _, l := range e.Lines {
		if strings.IndexByte(marks, l.Mark) >= 0 {
			list = append(list, l.Text)
		}
	}
	return list
}

// String is the edit as a difference.
func (e Edit) String() string {
	var b strings.Builder
	for _, l := range e.Lines {
		fmt.Fprintf(&b, "%c%s\n", l.Mark, l.Text)
	}
	return b.String()
}

// parse reads one bug. The header says "title:", "layer:", "source:" and "expect:", a
// line each, perhaps the "seed:" of a history that shows it, then comes the text. Each file's section is a difference without line
// numbers; a line "@@" begins another edit of the same file. If there is a lesson, the
// header also says which property it is "shown by:", and a "model:" with variant and
// lemma; its own sections are named lesson.scenario, lesson.says, lesson.gain and
// lesson.derivation.
func parse(name string, file []byte) (Bug, error) {
	a := txtar.Parse(file)
	b, l := Bug{Name: name}, Lesson{}
	header, text, _ := strings.Cut(string(a.Comment), "\n\n")
	b.Text = strings.TrimSpace(text)
	for line := range strings.Lines(header) {
		if err := b.header(&l, line); err != nil {
			return b, fmt.Errorf("bug %s: %w", name, err)
		}
	}
	for _, f := range a.Files {
		if l.section(f) {
			continue
		}
		edits, err := parseEdits(f.Name, string(f.Data))
		if err != nil {
			return b, fmt.Errorf("bug %s: %w", name, err)
		}
		b.Edits = append(b.Edits, edits...)
	}
	if l != (Lesson{}) {
		b.Lesson = &l
	}
	return b, b.complete()
}

func (b *Bug) header(l *Lesson, line string) error {
	key, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch key {
	case "title":
		b.Title = value
	case "layer":
		b.Layer = Layer(value)
	case "source":
		b.Source = value
	case "expect":
		b.Expect = strings.Split(value, ", ")
	case "seed":
		var err error
		if b.Seed, err = strconv.ParseUint(value, 10, 64); err != nil {
			return fmt.Errorf("the seed is %q, expected a number", value)
		}
	case "shown by":
		l.Property = value
	case "model":
		return l.claim(value)
	default:
		return fmt.Errorf("the header has %q, expected title, layer, source, expect, seed, shown by or model", key)
	}
	return nil
}

func (b Bug) complete() error {
	switch {
	case b.Title == "" || b.Source == "" || b.Text == "" || len(b.Expect) == 0:
		return fmt.Errorf("bug %s: it needs a title, a source, a text, and what to expect", b.Name)
	case !slices.Contains(layers, b.Layer):
		return fmt.Errorf("bug %s: there is no layer %q, only %v", b.Name, b.Layer, layers)
	case len(b.Edits) == 0:
		return fmt.Errorf("bug %s: it changes nothing", b.Name)
	}
	if b.Lesson == nil {
		return nil
	}
	if err := b.Lesson.complete(); err != nil {
		return fmt.Errorf("bug %s: %w", b.Name, err)
	}
	return nil
}

func parseEdits(file, text string) ([]Edit, error) {
	edits := []Edit{{File: file}}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "@@":
			edits = append(edits, Edit{File: file})
		case line == "" || !strings.Contains("-+ ", line[:1]):
			return nil, fmt.Errorf("%s: the line %q begins with none of - + and a blank", file, line)
		default:
			last := &edits[len(edits)-1]
			last.Lines = append(last.Lines, Line{line[0], line[1:]})
		}
	}
	for _, e := range edits {
		if len(e.lines("- ")) == 0 || len(e.lines("-+")) == 0 {
			return nil, fmt.Errorf("%s: an edit that finds or changes nothing", file)
		}
	}
	return edits, nil
}
