package props

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"

	"mlsref/impl/wire"
	"mlsref/props/encoding"
)

// Mutate changes an encoding of what empty makes, somewhere, at a field or blindly. other
// is another one, to take parts from; nil if there is none. It may stay the same.
func Mutate(rng *rand.Rand, b, other []byte, empty func() wire.Wirer) []byte {
	m := mutator{rng, other, empty}
	changed, _ := m.mutate(b)
	return changed
}

// mutator changes encodings of one type.
type mutator struct {
	rng   *rand.Rand
	other []byte
	empty func() wire.Wirer
}

func message() wire.Wirer { return &wire.MLSMessage{} }

// mutate is a changed copy, and what was changed. It may be equal.
func (m *mutator) mutate(b []byte) (changed []byte, what string) {
	if len(b) == 0 {
		return m.bytes(1), "a byte in place of none"
	}
	if m.rng.IntN(2) == 0 {
		return m.blind(b)
	}
	root, err := wire.Annotate(b, m.empty())
	if err != nil {
		return m.blind(b)
	}
	var parts []*wire.Part
	root.Walk(func(_ string, p *wire.Part) { parts = append(parts, p) })
	p := parts[m.rng.IntN(len(parts))]
	var content []byte
	switch {
	case p.Value != nil:
		content, what = m.number(p)
	case p.IsVector() && len(p.Children) > 0 && m.rng.IntN(2) == 0:
		content, what = m.element(p)
	default:
		content, what = m.field(p)
	}
	put := p.Headed(content)
	if p.IsVector() && m.rng.IntN(8) == 0 {
		put, what = append(encoding.LongHeader(len(content)), content...), what+", with a length header that is too long"
	}
	return root.Rewritten(p, put), fmt.Sprintf("%s %s: %s", p.Type, p.Name, what)
}

// blind changes bytes whatever they mean.
func (m *mutator) blind(b []byte) ([]byte, string) {
	b = bytes.Clone(b)
	at, n := m.rng.IntN(len(b)), 1+m.rng.IntN(4)
	switch m.rng.IntN(6) {
	case 0:
		return b[:at], fmt.Sprintf("cut short to %d bytes", at)
	case 1:
		return append(b, make([]byte, n)...), fmt.Sprintf("%d more bytes", n)
	case 2:
		return slices.Delete(b, at, min(at+n, len(b))), fmt.Sprintf("%d bytes left out at %d", n, at)
	case 3:
		return slices.Insert(b, at, m.bytes(n)...), fmt.Sprintf("%d bytes put in at %d", n, at)
	case 4:
		if at := min(at, len(m.other)); at > 0 {
			return slices.Concat(b[:at], m.other[at:]), fmt.Sprintf("another message from byte %d on", at)
		}
	}
	b[at] ^= 1 << m.rng.IntN(8)
	return b, fmt.Sprintf("a bit of byte %d", at)
}

func (m *mutator) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.rng.Uint32())
	}
	return b
}

// number changes an integer or enum.
func (m *mutator) number(p *wire.Part) (content []byte, what string) {
	content = bytes.Clone(p.Bytes)
	last := len(content) - 1
	switch m.rng.IntN(4) {
	case 0:
		content[last]++
	case 1:
		content[last]--
	case 2:
		content[last] = byte(m.rng.IntN(6))
	default:
		content[m.rng.IntN(last+1)] ^= 1 << m.rng.IntN(8)
	}
	return content, fmt.Sprintf("%x in place of %x", content, p.Bytes)
}

// element doubles, removes or swaps elements of a vector.
func (m *mutator) element(p *wire.Part) (content []byte, what string) {
	var list [][]byte
	for _, child := range p.Children {
		list = append(list, child.Rewritten(nil, nil))
	}
	i, j := m.rng.IntN(len(list)), m.rng.IntN(len(list))
	switch m.rng.IntN(3) {
	case 0:
		list, what = slices.Insert(list, j, list[i]), fmt.Sprintf("element %d again at %d", i, j)
	case 1:
		list, what = slices.Delete(list, i, i+1), fmt.Sprintf("without element %d", i)
	default:
		list[i], list[j] = list[j], list[i]
		what = fmt.Sprintf("elements %d and %d in the other order", i, j)
	}
	return bytes.Join(list, nil), what
}

// field changes what a field holds as bytes.
func (m *mutator) field(p *wire.Part) (content []byte, what string) {
	content = p.Content()
	n := m.rng.IntN(len(content) + 1)
	switch m.rng.IntN(5) {
	case 0:
		return nil, "emptied"
	case 1:
		return content[:n], fmt.Sprintf("shortened to %d bytes", n)
	case 2:
		return append(content, m.bytes(1+n)...), fmt.Sprintf("%d bytes longer", 1+n)
	case 3:
		if same, ok := m.same(p); ok {
			return same, "that of another message"
		}
	}
	if len(content) > 0 {
		content[min(n, len(content)-1)] ^= 1 << m.rng.IntN(8)
	}
	return content, "a bit"
}

// same is what the other message has in a field of the same name and type.
func (m *mutator) same(p *wire.Part) (content []byte, ok bool) {
	if m.other == nil {
		return nil, false
	}
	root, err := wire.Annotate(m.other, m.empty())
	if err != nil {
		return nil, false
	}
	var found []*wire.Part
	root.Walk(func(_ string, o *wire.Part) {
		if o.Name == p.Name && o.Type == p.Type && o.Suffix == p.Suffix {
			found = append(found, o)
		}
	})
	if len(found) == 0 {
		return nil, false
	}
	return found[m.rng.IntN(len(found))].Content(), true
}
