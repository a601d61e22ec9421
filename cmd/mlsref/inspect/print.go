package inspect

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// What is printed of long things without --all.
const (
	mostBytes    = 16
	mostElements = 8
	mostNumbers  = 12
)

// Style is how a text is shown.
type Style interface {
	Bold(text string) string
	Dim(text string) string
	Red(text string) string
	Wrap(text string) []string // into lines that fit
}

// tree prints parts, one a line, children below and further in.
type tree struct {
	out io.Writer
	st  Style
	all bool
}

// Print writes the finding as text; without all, long things are shortened.
func (f Finding) Print(out io.Writer, st Style, all bool) {
	fmt.Fprintf(out, "%s, %s, read as %s\n", st.Bold(f.Root.Type), counted(f.size, "byte"), f.Form)
	if len(f.Also) > 0 {
		fmt.Fprintf(out, "%s; --as picks one\n", strings.Join(st.Wrap("ambiguous: the bytes could also be "+strings.Join(f.Also, ", ")), "\n"))
	}
	fmt.Fprintf(out, "\n%s\n", st.Dim("  offset    size"))
	tree{out, st, all}.part(f.Root, 0)
	if f.Err != nil {
		fmt.Fprintf(out, "%8d          %s\n", f.Err.Offset, st.Red("✗ "+f.Err.Field+": "+f.Err.Msg))
	}
}

func (t tree) part(p *wire.Part, depth int) {
	name := p.Name
	if name == "" {
		name = p.Type
	}
	line := fmt.Sprintf("%8d %7d  %s%s", p.Offset, p.Size, strings.Repeat("  ", depth), name)
	if said := t.said(p); said != "" {
		line += "  " + said
	}
	if about := about(p); about != "" {
		line += "  " + t.st.Dim(about)
	}
	fmt.Fprintln(t.out, line)
	if !numbers(p) {
		t.children(p, depth+1)
	}
}

// children prints what lies in a part. Of many elements it prints the first
// ones, and always the one in which decoding failed.
func (t tree) children(p *wire.Part, depth int) {
	shown := len(p.Children)
	if p.Suffix == "<V>" && p.Type != "opaque" && !t.all && shown > mostElements {
		shown = mostElements
	}
	for _, child := range p.Children[:shown] {
		t.part(child, depth)
	}
	left := p.Children[shown:]
	if len(left) == 0 {
		return
	}
	last := left[len(left)-1]
	if last.Broken {
		left = left[:len(left)-1]
	}
	if len(left) > 0 {
		fmt.Fprintf(t.out, "%8d %7s  %s… %s more, to byte %d (--all)\n", left[0].Offset, "", strings.Repeat("  ", depth),
			counted(len(left), "element"), left[len(left)-1].Offset+left[len(left)-1].Size-1)
	}
	if last.Broken {
		t.part(last, depth)
	}
}

// about is the type of a part and its section, where the value does not tell.
func about(p *wire.Part) string {
	var notes []string
	switch {
	case p.Name == "":
	case p.Type != "opaque" || p.Suffix != "<V>":
		notes = append(notes, p.Type+p.Suffix)
	}
	if p.Section != "" {
		notes = append(notes, "§"+p.Section)
	}
	if p.Remark != "" {
		notes = append(notes, "("+p.Remark+")")
	}
	if p.Broken {
		notes = append(notes, "(incomplete)")
	}
	return strings.Join(notes, " ")
}

// said is the value of a part in words.
func (t tree) said(p *wire.Part) string {
	switch {
	case p.Broken && len(p.Children) == 0:
		return ""
	case p.Value != nil:
		return number(p.Value)
	case p.Type == "opaque" && len(p.Children) > 0:
		return counted(len(p.Bytes), "byte")
	case p.Type == "opaque":
		return t.opaque(p.Bytes)
	case numbers(p):
		return t.list(p.Children)
	case p.Suffix == "<V>":
		return fmt.Sprintf("%s, %s", counted(len(p.Children), "element"), counted(len(p.Bytes), "byte"))
	case absent(p):
		return "absent"
	}
	return ""
}

// absent says whether a part is an optional without its value.
func absent(p *wire.Part) bool {
	return strings.HasPrefix(p.Type, "optional<") && p.Suffix == "" && p.Size == p.Header && !p.Broken
}

// numbers says whether a part is a vector of integers, which goes on one line.
func numbers(p *wire.Part) bool {
	return p.Suffix == "<V>" && len(p.Children) > 0 && p.Children[0].Value != nil && !p.Broken
}

func (t tree) list(elements []*wire.Part) string {
	shown := elements
	if !t.all && len(shown) > mostNumbers {
		shown = shown[:mostNumbers]
	}
	var words []string
	for _, e := range shown {
		words = append(words, number(e.Value))
	}
	if len(shown) < len(elements) {
		words = append(words, fmt.Sprintf("… %d in all (--all)", len(elements)))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

func (t tree) opaque(b []byte) string {
	switch {
	case len(b) == 0:
		return "empty"
	case !t.all && len(b) > mostBytes:
		return fmt.Sprintf("%x… (%s)", b[:mostBytes], counted(len(b), "byte"))
	}
	return fmt.Sprintf("%s (%s)", hex.EncodeToString(b), counted(len(b), "byte"))
}

// number is an integer, or an enum's value by the RFC's word and by its number.
func number(v any) string {
	if id, ok := v.(wire.CipherSuite); ok {
		if s, err := suite.ByID(id); err == nil {
			return fmt.Sprintf("%s (%d)", s.Name(), uint16(id))
		}
	}
	plain := fmt.Sprintf("%d", v)
	if word := fmt.Sprint(v); word != plain {
		return fmt.Sprintf("%s (%s)", word, plain)
	}
	if _, isEnum := v.(fmt.Stringer); isEnum {
		return plain + " (not of RFC 9420)"
	}
	return plain
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
