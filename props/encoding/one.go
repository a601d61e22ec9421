// Package encoding says what must hold of the encodings of package wire's structs (RFC
// 9420 §2.1): each has one. It holds them against the schema that the structs report of
// themselves, and makes random ones.
package encoding

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mlsref/impl/wire"
)

// Few is how many places of an encoding are spoiled where time matters; EveryPlace: each.
const (
	Few        = 3
	EveryPlace = -1
)

// One checks that b encodes a struct, and nothing near it does (RFC 9420 §2.1):
// it parses and is written as the same bytes; a trailing byte and a proper prefix are
// refused; its annotation names each byte once, in the order of the schema; and a length
// header or presence octet in another form is refused. places bounds how many places are
// tried.
func One(pick func(n int) int, k wire.Kind, b []byte, places int) error {
	v := k.New()
	if err := wire.Unmarshal(b, v); err != nil {
		return err
	}
	if again, err := wire.Marshal(v); err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("it parses as a %s and is written as %s (%v)", k.Name, Clipped(again), err)
	}
	if wire.Unmarshal(append(bytes.Clone(b), byte(pick(256))), k.New()) == nil {
		return errors.New("a trailing byte is taken")
	}
	for range Few {
		if cut := pick(256) * len(b) / 256; wire.Unmarshal(b[:cut], k.New()) == nil {
			return fmt.Errorf("the first %d of %d bytes parse", cut, len(b))
		}
	}
	root, err := Annotated(k, b)
	if err != nil {
		return err
	}
	return spoiled(pick, k, b, root, places)
}

// Annotated is the annotation of b, which must name each byte once, in the order of the
// schema.
func Annotated(k wire.Kind, b []byte) (*wire.Part, error) {
	root, err := wire.Annotate(b, k.New())
	if err != nil {
		return nil, fmt.Errorf("annotated: %w", err)
	}
	if err := covers(b, root); err != nil {
		return nil, err
	}
	return root, (&schemaWalk{values: map[string]string{}}).structure(k.Name, root)
}

// covers checks that the headers and leaves of a part lie side by side and are the
// input, and that each header is in the one form that it may have.
func covers(b []byte, p *wire.Part) error {
	if p.Offset+p.Size > len(b) || p.Header+len(p.Bytes) != p.Size || !bytes.Equal(b[p.Offset+p.Header:p.Offset+p.Size], p.Bytes) {
		return fmt.Errorf("%s at %d has not the bytes that lie there", p.Name, p.Offset)
	}
	if want := header(p, len(p.Bytes)); !bytes.Equal(b[p.Offset:p.Offset+p.Header], want) {
		return fmt.Errorf("%s at %d has the header %x, want %x", p.Name, p.Offset, b[p.Offset:p.Offset+p.Header], want)
	}
	next := p.Offset + p.Header
	for _, child := range p.Children {
		if child.Offset != next {
			return fmt.Errorf("%s.%s is at %d, want %d", p.Name, child.Name, child.Offset, next)
		}
		if err := covers(b, child); err != nil {
			return err
		}
		next += child.Size
	}
	if len(p.Children) > 0 && next != p.Offset+p.Size {
		return fmt.Errorf("%s at %d ends at %d, its parts at %d", p.Name, p.Offset, p.Offset+p.Size, next)
	}
	return nil
}

// header is what must stand before n bytes of a part: the shortest length header
// (RFC 9420 §2.1.2), a presence octet (§2.1.1), or nothing.
func header(p *wire.Part, n int) []byte {
	switch {
	case p.Suffix == "<V>":
		for _, form := range []int{1, 2} {
			if n < 1<<(8*form-2) {
				return lengthIn(form, n)
			}
		}
		return lengthIn(4, n)
	case strings.HasPrefix(p.Type, "optional<") && n > 0:
		return []byte{1}
	case strings.HasPrefix(p.Type, "optional<"):
		return []byte{0}
	}
	return nil
}

// lengthIn is a length header in 1, 2, 4 or 8 bytes, of which 8 has no meaning.
func lengthIn(form, n int) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(n))[8-form:]
	b[0] |= map[int]byte{1: 0, 2: 1 << 6, 4: 2 << 6, 8: 3 << 6}[form]
	return b
}

// spoiled puts other headers in some places of b, with the lengths around it made
// right again, and checks that each is refused.
func spoiled(pick func(n int) int, k wire.Kind, b []byte, root *wire.Part, places int) error {
	at := withHeaders(root, nil)
	for i := 0; i < len(at) && i != places; i++ {
		p := at[i]
		if places != EveryPlace {
			p = at[pick(min(len(at), 256))]
		}
		for _, h := range wrongHeaders(pick, p) {
			if bad := root.Rewritten(p, slices.Concat(h, p.Content())); wire.Unmarshal(bad, k.New()) == nil {
				return fmt.Errorf("%s at %d is taken with the header %x in place of %x", p.Name, p.Offset, h, header(p, len(p.Bytes)))
			}
		}
	}
	return nil
}

// withHeaders are the vectors and optional parts of a struct; what lies in an opaque is none
// of its parts.
func withHeaders(p *wire.Part, list []*wire.Part) []*wire.Part {
	if p.Header > 0 {
		list = append(list, p)
	}
	if p.Type != "opaque" {
		for _, child := range p.Children {
			list = withHeaders(child, list)
		}
	}
	return list
}

// wrongHeaders are forms in which the header of a part must not be: too long for its
// length, or promising more than any input has.
func wrongHeaders(pick func(n int) int, p *wire.Part) [][]byte {
	if p.Suffix != "<V>" {
		return [][]byte{{2}, {byte(2 + pick(254))}}
	}
	list := [][]byte{{0xbf, 0xff, 0xff, 0xff}, lengthIn(8, len(p.Bytes))}
	for _, form := range []int{2, 4} {
		if form > p.Header {
			list = append(list, lengthIn(form, len(p.Bytes)))
		}
	}
	return list
}

// Clipped shows the first bytes of an input.
func Clipped(b []byte) string {
	if len(b) <= 80 {
		return fmt.Sprintf("%x", b)
	}
	return fmt.Sprintf("%x… (%d bytes)", b[:80], len(b))
}

// LongHeader is a length header that takes twice the bytes that it needs, or more (RFC
// 9420 §2.1.2).
func LongHeader(n int) []byte {
	if n < 1<<6 {
		return lengthIn(2, n)
	}
	return lengthIn(4, n)
}
