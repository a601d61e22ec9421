package wire

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
)

// Part is a piece of an input and what the RFC calls it. The parts of a part lie
// side by side and fill it: together, the headers and the leaves' bytes are the
// input, each byte once.
type Part struct {
	Field           // its name, or "[2]" for an element; Cases is always nil
	Section  string // of RFC 9420, for a struct
	Offset   int    // in the whole input
	Size     int    // in bytes, with the header
	Header   int    // bytes of the length header or presence octet in front
	Bytes    []byte // what follows the header
	Value    any    // the integer or enum; nil for anything else
	Children []*Part
	Broken   bool   // decoding failed in here: Bytes is what was read until then
	Remark   string // about opaque bytes that hold a structure
}

// notes is the state of an annotating walk.
type notes struct {
	open []*Part // the parts being read, outermost first
	deep int     // how many extensions this one lies in
}

// mostDeep bounds how far extension data is opened: a ratchet tree holds leaves,
// which hold extensions, and an attacker could go on like that.
const mostDeep = 2

// Annotate decodes all of b into v, as Unmarshal does, and says what each byte is.
// With an error, a *SyntaxError, it returns what was decoded until there.
func Annotate(b []byte, v Wirer) (*Part, error) {
	c := &Codec{visit: reading, buf: bytes.Clone(b), end: len(b), notes: &notes{}}
	root := c.annotate(v)
	if c.err == nil && c.pos < len(b) {
		c.err = &SyntaxError{Offset: c.pos, Field: typeName(v), Msg: fmt.Sprintf("%d trailing bytes", len(b)-c.pos)}
	}
	return root, c.err
}

// annotate reads v as the outermost part.
func (c *Codec) annotate(v Wirer) *Part {
	done := c.note(Field{Type: typeName(v)}, v)
	root := c.notes.open[0]
	v.Wire(c)
	done()
	return root
}

// note opens a part; what it returns closes it. v is where the value will be.
func (c *Codec) note(f Field, v any) (done func()) {
	if c.err != nil {
		return func() {}
	}
	n := c.notes
	p := &Part{Field: f, Offset: c.pos}
	if f.Suffix == "" {
		p.Section = SectionOf(strings.TrimSuffix(strings.TrimPrefix(f.Type, "optional<"), ">"))
	}
	if len(n.open) > 0 {
		last := n.open[len(n.open)-1]
		last.Children = append(last.Children, p)
	}
	n.open = append(n.open, p)
	return func() {
		n.open = n.open[:len(n.open)-1]
		p.Size = c.pos - p.Offset
		p.Bytes = c.buf[p.Offset+p.Header : c.pos : c.pos]
		p.Broken = c.err != nil
		if e, ok := v.(*Extension); ok && !p.Broken {
			c.openExtension(e.Type, p.Children[1])
		}
		if i := reflect.ValueOf(v); !p.Broken && i.Kind() == reflect.Pointer && i.Elem().CanUint() {
			p.Value = i.Elem().Interface()
		}
	}
}

// noteHeader ends the header of the open part, if anybody is taking notes.
func (c *Codec) noteHeader() {
	if c.notes == nil || c.err != nil {
		return
	}
	p := c.notes.open[len(c.notes.open)-1]
	p.Header = c.pos - p.Offset
}

// contents are the extensions of RFC 9420 §17.3 and what their data holds.
var contents = map[ExtensionType]func() Wirer{
	ExtensionApplicationID:        func() Wirer { return new(ApplicationID) },
	ExtensionRatchetTree:          func() Wirer { return new(RatchetTree) },
	ExtensionRequiredCapabilities: func() Wirer { return new(RequiredCapabilities) },
	ExtensionExternalPub:          func() Wirer { return new(ExternalPub) },
	ExtensionExternalSenders:      func() Wirer { return new(ExternalSenders) },
}

// openExtension annotates the data of an extension. To the struct around it the
// data is opaque, so that data of another form is no error, only a remark.
func (c *Codec) openExtension(t ExtensionType, data *Part) {
	if contents[t] == nil {
		return
	}
	if c.notes.deep == mostDeep {
		data.Remark = "not opened: it lies in an extension in an extension"
		return
	}
	start, end := data.Offset+data.Header, data.Offset+data.Size
	inner := &Codec{visit: reading, buf: c.buf, pos: start, end: end, notes: &notes{deep: c.notes.deep + 1}}
	root := inner.annotate(contents[t]())
	switch {
	case inner.err != nil:
		data.Remark = fmt.Sprintf("not of the form %s: %v", root.Type, inner.err)
	case inner.pos < end:
		data.Remark = fmt.Sprintf("not of the form %s: %d trailing bytes", root.Type, end-inner.pos)
	default:
		data.Remark, data.Section, data.Children = root.Type, root.Section, root.Children
	}
}
