package syntax

import (
	"fmt"
	"math/rand/v2"

	"pgregory.net/rapid"
)

// maker makes random value trees by a module's definitions alone; pick decides, 0 to n-1.
type maker struct {
	walk
	pick  func(n int) int
	large int // how many more long vectors there may be
}

// object is a random valid object of a type. One whose select has no case for what was
// drawn is drawn again.
func object(c *Codec, name string, pick func(n int) int) (Value, error) {
	for try := 0; ; try++ {
		m := &maker{walk: walk{Codec: c}, pick: pick, large: 1}
		v, err := m.use(Field{Type: Type{Name: name}})
		var class string
		if mal, ok := err.(*Malformed); ok {
			class = mal.Class
		}
		if class != "case" || try == 100 {
			return v, err
		}
	}
}

// madeBytes is object, encoded.
func madeBytes(t rapid.TB, p Pair, pick func(n int) int) []byte {
	v, err := object(p.codec, p.Text, pick)
	if err != nil {
		t.Fatalf("%s: %v", p.Text, err)
	}
	b, err := p.codec.Encode(p.Text, v)
	if err != nil {
		t.Fatalf("%s: %v", p.Text, err)
	}
	return b
}

func (m *maker) use(f Field) (Value, error) {
	t := m.bound(f.Type)
	v := Value{Name: f.Name, Type: t.String()}
	end, s := m.m.resolved(t, f.Suffix)
	if size, ok := m.m.integer(t); ok && s.Kind == Single {
		v.Number = m.number(t, size)
		if f.Constant != "" {
			v.Number, _ = m.m.value(t, f.Constant)
		}
		return v, nil
	}
	if s.Kind != Single {
		return v, m.vector(&v, end, s)
	}
	def, ok := m.m.find(end.Name)
	if !ok {
		return v, fmt.Errorf("no type %s", t)
	}
	if err := m.enter(def, end); err != nil {
		return v, err
	}
	err := m.fields(def.Fields)
	v.Parts = m.leave()
	return v, err
}

func (m *maker) fields(fields []Field) error {
	for _, f := range fields {
		if f.Select != nil {
			chosen, err := m.arm(f.Select)
			if err == nil {
				err = m.fields(chosen)
			}
			if err != nil {
				return err
			}
			continue
		}
		v, err := m.use(f)
		if err != nil {
			return err
		}
		m.top().done = append(m.top().done, v)
	}
	return nil
}

// number is mostly a value with a word; else a GREASE value (RFC 9420 §13.5), an extreme
// or any.
func (m *maker) number(t Type, size int) uint64 {
	most := uint64(1)<<(8*size) - 1
	switch {
	case t.Name == "uint8": // the presence octet, the RFC's only one
		return uint64(m.pick(2))
	case m.pick(32) > 0 && len(m.words(t)) > 0:
		words := m.words(t)
		return words[m.pick(len(words))]
	}
	switch m.pick(3) {
	case 0:
		return (0x0a0a + 0x1010*uint64(m.pick(15))) & most
	case 1:
		return most - uint64(m.pick(2))
	}
	return rand.New(rand.NewPCG(uint64(m.pick(256)), 1)).Uint64() & most
}

// words are the values of an enum or a registry that have one.
func (m *maker) words(t Type) (values []uint64) {
	if d, ok := m.m.enum(t); ok {
		for _, v := range d.Values {
			if !reserved(v.Name) {
				values = append(values, v.First)
			}
		}
	}
	for v := range uint64(len(ianaRegistries[t.Name])) {
		values = append(values, v+1)
	}
	return values
}

// boundaries are the lengths at which a header changes its form.
var boundaries = []int{0, 63, 64, 16383, 16384}

func (m *maker) vector(v *Value, t Type, s Suffix) error {
	if t.Name != "opaque" {
		for i := range m.pick(4) {
			e, err := m.use(Field{Name: fmt.Sprintf("[%d]", i), Type: t})
			if err != nil {
				return err
			}
			v.Parts = append(v.Parts, e)
		}
		return nil
	}
	n := m.pick(20)
	if m.pick(6) == 0 {
		n = boundaries[m.pick(len(boundaries))]
		if n > 64 && m.large == 0 {
			n = 64
		} else if n > 64 {
			m.large--
		}
	}
	if s.Kind == Fixed && s.Length == "" {
		n = int(s.Max)
	}
	rng := rand.New(rand.NewPCG(uint64(m.pick(256)), uint64(n)))
	v.Bytes = make([]byte, n)
	for i := range v.Bytes {
		v.Bytes[i] = byte(rng.Uint32())
	}
	return nil
}

// spoiled is b with something changed where a field starts, and what was done.
func spoiled(b []byte, v Value, pick func(n int) int) (changed []byte, what string) {
	b = append([]byte(nil), b...)
	places := places(v, nil)
	at := v.Offset
	if len(places) > 0 {
		at = places[pick(len(places))]
	}
	if at >= len(b) || pick(4) == 0 {
		at = pick(min(len(b), 256) + 1)
	}
	if at >= len(b) {
		return append(b, byte(pick(256))), "a byte more at the end"
	}
	switch pick(6) {
	case 0:
		return b[:at], "cut short"
	case 1:
		return append(b[:at], b[at+1:]...), "a byte left out"
	case 2:
		return append(b[:at:at], append([]byte{byte(pick(256))}, b[at:]...)...), "a byte put in"
	case 3: // a length that takes more bytes than need be
		return append(b[:at:at], append([]byte{0x40}, b[at:]...)...), "0x40 put in"
	case 4:
		b[at] = byte(pick(256))
		return b, "another byte"
	}
	b[at] ^= 1 << pick(8)
	return b, "another bit"
}

// places are the offsets at which something starts, and where it ends.
func places(v Value, all []int) []int {
	all = append(all, v.Offset, v.Offset+v.Size-1)
	for _, p := range v.Parts {
		all = places(p, all)
	}
	return all
}
