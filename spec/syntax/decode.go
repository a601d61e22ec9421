package syntax

import (
	"errors"
	"fmt"
)

// decoder reads. Each vector narrows the window in which it may read, and no number in
// the input makes it allocate more than there are bytes.
type decoder struct {
	walk
	b   []byte
	at  int
	end int
}

func (d *decoder) malformed(class, format string, args ...any) error {
	return &Malformed{Class: class, Offset: d.at, Field: d.where(), Msg: fmt.Sprintf(format, args...)}
}

// use reads one field, or anything else that is written as one.
func (d *decoder) use(f Field) (Value, error) {
	t := f.Type
	if len(d.frames) > 0 {
		t = d.bound(t)
	}
	v := Value{Name: f.Name, Type: t.String(), Offset: d.at}
	end, s := d.m.resolved(t, f.Suffix)
	v.Suffix = s.String()
	var err error
	if s.Kind == Single {
		err = d.single(&v, t, end)
	} else {
		err = d.vector(&v, end, s)
	}
	v.Size = d.at - v.Offset
	if err == nil {
		err = d.constant(f, v)
	}
	return v, err
}

// single reads an integer, an enum or a struct.
func (d *decoder) single(v *Value, t, end Type) error {
	if size, ok := d.m.integer(t); ok {
		b, err := d.take(uint64(size))
		for _, octet := range b {
			v.Number = v.Number<<8 | uint64(octet)
		}
		return err
	}
	def, ok := d.m.find(end.Name)
	if !ok || def.Form != Struct {
		return fmt.Errorf("%w: %s has no syntax", ErrUse, t)
	}
	if err := d.enter(def, end); err != nil {
		return d.placed(err)
	}
	err := d.fields(def.Fields)
	v.Parts = d.leave()
	return err
}

// placed puts the offset into an error of the walk.
func (d *decoder) placed(err error) error {
	var m *Malformed
	if errors.As(err, &m) {
		m.Offset = d.at
	}
	return err
}

func (d *decoder) fields(fields []Field) error {
	for _, f := range fields {
		if f.Select != nil {
			chosen, err := d.arm(f.Select)
			if err != nil {
				return d.placed(err)
			}
			if err := d.fields(chosen); err != nil {
				return err
			}
			continue
		}
		d.path = append(d.path, f.label())
		v, err := d.use(f)
		if err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
		d.top().done = append(d.top().done, v)
	}
	return nil
}

func (d *decoder) take(n uint64) ([]byte, error) {
	if left := d.end - d.at; n > uint64(left) {
		return nil, d.malformed("short", "needs %d bytes, %d are left", n, left)
	}
	b := d.b[d.at : d.at+int(n) : d.at+int(n)]
	d.at += int(n)
	return b, nil
}

// vector reads a vector of elements of type t.
func (d *decoder) vector(v *Value, t Type, s Suffix) error {
	n, err := d.length(s)
	if err != nil {
		return err
	}
	if left := d.end - d.at; n > uint64(left) {
		return d.malformed("short", "a vector of %d bytes, %d are left", n, left)
	}
	if t.Name == "opaque" {
		v.Bytes, err = d.take(n)
		return err
	}
	outer := d.end
	d.end = d.at + int(n)
	for i := 0; d.at < d.end; i++ {
		before := d.at
		d.path = append(d.path, fmt.Sprintf("[%d]", i))
		e, err := d.use(Field{Name: fmt.Sprintf("[%d]", i), Type: t})
		if err != nil {
			return err
		}
		if d.at == before {
			return d.malformed("bounds", "an element without bytes")
		}
		d.path = d.path[:len(d.path)-1]
		v.Parts = append(v.Parts, e)
	}
	d.end = outer
	return nil
}

// length reads how many bytes a vector has.
func (d *decoder) length(s Suffix) (uint64, error) {
	switch {
	case s.Kind == Variable:
		return d.varint()
	case s.Kind == Fixed && s.Length != "": // RFC 9420 §6.3.1: whatever follows
		return uint64(d.end - d.at), nil
	case s.Kind == Fixed:
		return s.Max, nil
	}
	start := d.at
	head, err := d.take(uint64(sizeOf(s.Max)))
	if err != nil {
		return 0, err
	}
	n := uint64(0)
	for _, octet := range head {
		n = n<<8 | uint64(octet)
	}
	if n < s.Min || n > s.Max {
		d.at = start
		return 0, d.malformed("bounds", "%d bytes, not within %s", n, s)
	}
	return n, nil
}

// varint is RFC 9420 §2.1.2: the first two bits say how many bytes the header has, 1, 2
// or 4; each size has its own range of lengths.
func (d *decoder) varint() (uint64, error) {
	start := d.at
	head, err := d.take(1)
	if err != nil {
		return 0, err
	}
	n := uint64(head[0] & 0b0011_1111)
	more, least := uint64(0), uint64(0)
	switch head[0] >> 6 {
	case 0b01:
		more, least = 1, 64
	case 0b10:
		more, least = 3, 16384
	case 0b11:
		d.at = start
		return 0, d.malformed("length", "a header with the prefix 11")
	}
	rest, err := d.take(more)
	if err != nil {
		return 0, err
	}
	for _, octet := range rest {
		n = n<<8 | uint64(octet)
	}
	if n < least {
		d.at = start
		return 0, d.malformed("length", "%d in %d bytes, where fewer would do", n, 1+more)
	}
	return n, nil
}
