// Package wire holds the bytes of MLS: a codec for the presentation language of
// RFC 9420 §2.1 and every struct of the RFC, one file per section.
//
// Each struct says its fields once, in the RFC's order, in a Wire method. The
// Codec walks that method in one of four ways: it writes, it reads, it describes
// (the schema that spec compares with the RFC's own syntax), or it annotates:
// reads, and notes which bytes each field came from.
//
// The package knows syntax and nothing else: no cryptography, no trees, no
// rules. What decodes may still be nonsense.
package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// Wirer is a struct with a wire format. Wire is called on a pointer, so that one
// walk can both write and read.
type Wirer interface{ Wire(c *Codec) }

type visit int

const (
	writing visit = iota
	reading
	describing
)

// Codec is one walk over a struct. The first error sticks: later fields are
// neither read nor written.
type Codec struct {
	visit visit
	buf   []byte // writing: the output so far; reading: our own copy of the input
	pos   int    // reading: the next byte
	end   int    // reading: where the innermost vector ends
	path  []step // the enclosing fields, for errors
	err   error

	description description
	notes       *notes // reading: what is annotated; nil to read only
}

// step is a field's name, or an element's index counted from 1.
type step struct {
	name  string
	index int
}

// SyntaxError says where and why an input is malformed.
type SyntaxError struct {
	Offset int    // byte offset in the input
	Field  string // the RFC's field names, outermost first: "leaf_node.extensions[2]"
	Msg    string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("malformed at byte %d (%s): %s", e.Offset, e.Field, e.Msg)
}

// Marshal encodes v. An error means that v has no encoding: a nil pointer where
// the RFC demands a value, an unknown type in a select, or a vector that is too long.
func Marshal(v Wirer) ([]byte, error) {
	c := &Codec{visit: writing}
	v.Wire(c)
	return c.buf, c.err
}

// Unmarshal decodes all of b into v, which must be a zero value. Byte fields of v
// share one private copy of b.
func Unmarshal(b []byte, v Wirer) error {
	n, err := UnmarshalPrefix(b, v)
	if err == nil && n < len(b) {
		return &SyntaxError{Offset: n, Field: typeName(v), Msg: fmt.Sprintf("%d trailing bytes", len(b)-n)}
	}
	return err
}

// UnmarshalPrefix decodes v from the start of b and says how many bytes it took.
func UnmarshalPrefix(b []byte, v Wirer) (n int, err error) {
	c := &Codec{visit: reading, buf: bytes.Clone(b), end: len(b)}
	v.Wire(c)
	return c.pos, c.err
}

// Fail records an error at the field: a SyntaxError when reading.
func (c *Codec) Fail(name, format string, args ...any) {
	if c.err != nil {
		return
	}
	field := c.where(name)
	msg := fmt.Sprintf(format, args...)
	if c.visit == reading {
		c.err = &SyntaxError{Offset: c.pos, Field: field, Msg: msg}
	} else {
		c.err = fmt.Errorf("wire: cannot encode %s: %s", field, msg)
	}
}

// where spells out the path to a field.
func (c *Codec) where(name string) string {
	var b strings.Builder
	for _, s := range append(slices.Clone(c.path), step{name: name}) {
		switch {
		case s.name != "" && b.Len() > 0:
			b.WriteString("." + s.name)
		case s.name != "":
			b.WriteString(s.name)
		case s.index > 0:
			fmt.Fprintf(&b, "[%d]", s.index-1)
		}
	}
	return b.String()
}

// take reads n bytes. The result has no spare capacity, so that an append by its
// owner cannot overwrite the neighbouring field.
func (c *Codec) take(name string, n int) []byte {
	if c.err != nil {
		return nil
	}
	if left := c.end - c.pos; n > left {
		c.Fail(name, "needs %d bytes, %d left", n, left)
		return nil
	}
	b := c.buf[c.pos : c.pos+n : c.pos+n]
	c.pos += n
	return b
}

// Integer is what the RFC writes as uint8 to uint64, and its enums.
type Integer interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Uint is a big-endian integer or an enum.
func Uint[T Integer](c *Codec, name string, v *T) {
	if c.visit == describing {
		c.field(Field{Name: name, Type: intName[T]()})
		return
	}
	if c.notes != nil {
		defer c.note(Field{Name: name, Type: intName[T]()}, v)()
	}
	uint_(c, name, v)
}

func uint_[T Integer](c *Codec, name string, v *T) {
	size := int(unsafe.Sizeof(*v))
	var wide [8]byte
	if c.visit == writing {
		binary.BigEndian.PutUint64(wide[:], uint64(*v))
		c.write(wide[8-size:])
		return
	}
	copy(wide[8-size:], c.take(name, size))
	*v = T(binary.BigEndian.Uint64(wide[:]))
}

func (c *Codec) write(b []byte) {
	if c.err == nil {
		c.buf = append(c.buf, b...)
	}
}

// Opaque is `opaque name<V>`. An empty field decodes to nil.
func (c *Codec) Opaque(name string, v *[]byte) {
	if c.notes != nil {
		defer c.note(Field{Name: name, Type: "opaque", Suffix: "<V>"}, nil)()
	}
	switch c.visit {
	case describing:
		c.field(Field{Name: name, Type: "opaque", Suffix: "<V>"})
	case writing:
		c.writeLength(name, len(*v))
		c.write(*v)
	case reading:
		*v = nil
		if b := c.take(name, c.readLength(name)); len(b) > 0 {
			*v = b
		}
	}
}

// Fixed is `opaque name[len(v)]`.
func (c *Codec) Fixed(name string, v []byte) {
	if c.notes != nil {
		defer c.note(Field{Name: name, Type: "opaque", Suffix: fmt.Sprintf("[%d]", len(v))}, nil)()
	}
	switch c.visit {
	case describing:
		c.field(Field{Name: name, Type: "opaque", Suffix: fmt.Sprintf("[%d]", len(v))})
	case writing:
		c.write(v)
	case reading:
		copy(v, c.take(name, len(v)))
	}
}

// Rest is whatever follows, to the end of the input (only padding, §6.3.1).
func (c *Codec) Rest(name, length string, v *[]byte) {
	if c.notes != nil {
		defer c.note(Field{Name: name, Type: "opaque", Suffix: "[" + length + "]"}, nil)()
	}
	switch c.visit {
	case describing:
		c.field(Field{Name: name, Type: "opaque", Suffix: "[" + length + "]"})
	case writing:
		c.write(*v)
	case reading:
		*v = nil
		if b := c.take(name, c.end-c.pos); len(b) > 0 {
			*v = b
		}
	}
}

// Struct is a nested struct.
func Struct(c *Codec, name string, v Wirer) {
	if c.visit == describing {
		c.field(Field{Name: name, Type: typeName(v)})
		return
	}
	if c.notes != nil {
		defer c.note(Field{Name: name, Type: typeName(v)}, v)()
	}
	inside(c, name, v)
}

// inside walks a struct with its name on the path.
func inside(c *Codec, name string, v Wirer) {
	c.path = append(c.path, step{name: name})
	v.Wire(c)
	c.path = c.path[:len(c.path)-1]
}

// Pointer is a nested struct that Go reaches through a pointer, because it is one
// of several cases.
func Pointer[T any, PT interface {
	*T
	Wirer
}](c *Codec, name string, v **T) {
	if c.visit == reading {
		*v = new(T)
	}
	if c.visit == writing && *v == nil {
		c.Fail(name, "is nil")
		return
	}
	Struct(c, name, PT(*v))
}

// Optional is `optional<T> name` (§2.1.1).
func Optional[T any, PT interface {
	*T
	Wirer
}](c *Codec, name string, v **T) {
	if c.visit == describing {
		c.field(Field{Name: name, Type: "optional<" + typeName(PT(nil)) + ">"})
		return
	}
	if c.notes != nil {
		defer c.note(Field{Name: name, Type: "optional<" + typeName(PT(nil)) + ">"}, v)()
	}
	optional[T, PT](c, name, v)
}

func optional[T any, PT interface {
	*T
	Wirer
}](c *Codec, name string, v **T) {
	present := uint8(0)
	if c.visit == writing && *v != nil {
		present = 1
	}
	uint_(c, name, &present)
	if present > 1 {
		c.pos--
		c.Fail(name, "presence octet is %d, want 0 or 1", present)
		return
	}
	c.noteHeader()
	if present == 1 {
		if c.visit == reading {
			*v = new(T)
		}
		inside(c, name, PT(*v))
	}
}

// Vector is `T name<V>` for structs.
func Vector[T any, PT interface {
	*T
	Wirer
}](c *Codec, name string, v *[]T) {
	vector(c, name, typeName(PT(nil)), v, func(e *T) { PT(e).Wire(c) })
}

// Uints is `T name<V>` for integers and enums.
func Uints[T Integer](c *Codec, name string, v *[]T) {
	vector(c, name, intName[T](), v, func(e *T) { uint_(c, "", e) })
}

// Optionals is `optional<T> name<V>`.
func Optionals[T any, PT interface {
	*T
	Wirer
}](c *Codec, name string, v *[]*T) {
	vector(c, name, "optional<"+typeName(PT(nil))+">", v, func(e **T) { optional[T, PT](c, "", e) })
}

func vector[E any](c *Codec, name, elem string, v *[]E, walk func(*E)) {
	if c.visit == describing {
		c.field(Field{Name: name, Type: elem, Suffix: "<V>"})
		return
	}
	if c.notes != nil {
		defer c.note(Field{Name: name, Type: elem, Suffix: "<V>"}, nil)()
	}
	c.path = append(c.path, step{name: name}, step{})
	last := len(c.path) - 1
	if c.visit == writing {
		start := len(c.buf)
		for i := range *v {
			c.path[last].index = i + 1
			walk(&(*v)[i])
		}
		c.path[last].index = 0
		c.insertLength("", start)
	} else {
		c.readVector(func(i int) {
			c.path[last].index = i + 1
			var e E
			if c.notes != nil {
				defer c.note(Field{Name: fmt.Sprintf("[%d]", i), Type: elem}, &e)()
			}
			walk(&e)
			*v = append(*v, e)
		})
	}
	c.path = c.path[:last-1]
}

// readVector calls walk until the vector's bytes are used up. Every element must
// use some, or a decoder could be made to loop for ever.
func (c *Codec) readVector(walk func(i int)) {
	n := c.readLength("")
	if n > c.end-c.pos {
		c.Fail("", "needs %d bytes, %d left", n, c.end-c.pos)
	}
	outer := c.end
	c.end = c.pos + n
	for i := 0; c.err == nil && c.pos < c.end; i++ {
		before := c.pos
		walk(i)
		if c.pos == before {
			c.Fail("", "an element has no bytes")
		}
	}
	c.end = outer
}
