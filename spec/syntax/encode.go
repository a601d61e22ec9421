package syntax

import (
	"fmt"
	"slices"
)

// encoder writes a value tree, which must be of the type in every part.
type encoder struct{ walk }

func (e *encoder) malformed(class, format string, args ...any) error {
	return &Malformed{Class: class, Field: e.where(), Msg: fmt.Sprintf(format, args...)}
}

func (e *encoder) use(f Field, v Value) ([]byte, error) {
	t := f.Type
	if len(e.frames) > 0 {
		t = e.bound(t)
	}
	if err := e.constant(f, v); err != nil {
		return nil, err
	}
	end, s := e.m.resolved(t, f.Suffix)
	if s.Kind != Single {
		return e.vector(v, end, s)
	}
	if size, ok := e.m.integer(t); ok {
		if !fits(v.Number, size) {
			return nil, e.malformed("tree", "%d does not fit %d bytes", v.Number, size)
		}
		return bigEndian(v.Number, size), nil
	}
	def, ok := e.m.find(end.Name)
	if !ok || def.Form != Struct {
		return nil, fmt.Errorf("%w: %s has no syntax", ErrUse, t)
	}
	if err := e.enter(def, end); err != nil {
		return nil, err
	}
	defer e.leave()
	b, rest, err := e.fields(def.Fields, v.Parts)
	if err == nil && len(rest) > 0 {
		err = e.malformed("tree", "%s is more than %s has", rest[0].Name, t)
	}
	return b, err
}

func bigEndian(v uint64, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[size-1-i] = byte(v >> (8 * i))
	}
	return b
}

// fields writes fields from the front of parts, and returns what is left of these.
func (e *encoder) fields(fields []Field, parts []Value) (b []byte, rest []Value, err error) {
	for _, f := range fields {
		if f.Select != nil {
			chosen, err := e.arm(f.Select)
			if err != nil {
				return nil, nil, err
			}
			var more []byte
			if more, parts, err = e.fields(chosen, parts); err != nil {
				return nil, nil, err
			}
			b = append(b, more...)
			continue
		}
		if len(parts) == 0 || parts[0].Name != f.Name {
			return nil, nil, e.malformed("tree", "%s is missing", f.label())
		}
		v := parts[0]
		v.Type = e.bound(f.Type).String() // the text's, by which a select finds it, not the tree's
		e.path = append(e.path, f.label())
		more, err := e.use(f, v)
		if err != nil {
			return nil, nil, err
		}
		e.path = e.path[:len(e.path)-1]
		e.top().done = append(e.top().done, v)
		b, parts = append(b, more...), parts[1:]
	}
	return b, parts, nil
}

func (e *encoder) vector(v Value, t Type, s Suffix) ([]byte, error) {
	b := v.Bytes
	if t.Name != "opaque" {
		b = nil
		for i, part := range v.Parts {
			e.path = append(e.path, fmt.Sprintf("[%d]", i))
			more, err := e.use(Field{Type: t}, part)
			if err != nil {
				return nil, err
			}
			if len(more) == 0 {
				return nil, e.malformed("bounds", "an element without bytes")
			}
			e.path = e.path[:len(e.path)-1]
			b = append(b, more...)
		}
	}
	n := uint64(len(b))
	switch {
	case s.Kind == Variable && n >= 1<<30:
		return nil, e.malformed("bounds", "%d bytes, the most is 2^30-1", n)
	case s.Kind == Variable:
		return append(varint(n), b...), nil
	case s.Kind == Fixed && s.Length != "":
		return b, nil
	case n < s.Min || n > s.Max:
		return nil, e.malformed("bounds", "%d bytes, not within %s", n, s)
	case s.Kind == Range:
		return slices.Concat(bigEndian(n, sizeOf(s.Max)), b), nil
	}
	return b, nil
}

// varint writes a length below 2^30 in as few bytes as it can (RFC 9420 §2.1.2).
func varint(n uint64) []byte {
	switch {
	case n < 64:
		return bigEndian(n, 1)
	case n < 16384:
		return bigEndian(0b01<<14|n, 2)
	}
	return bigEndian(0b10<<30|n, 4)
}
