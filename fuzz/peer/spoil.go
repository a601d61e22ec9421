package peer

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"mlsref/impl/wire"
	"mlsref/props/encoding"
)

// Spoiled is an input with one thing changed in its syntax: where decoders differ. A
// length around it is made right again, so that all of it is read.
func Spoiled(rng *rand.Rand, in Input) Input {
	k, known := wire.KindOf(in.Type)
	if !known || len(in.Hex) == 0 {
		return in
	}
	put, what := []byte(nil), ""
	root, err := wire.Annotate(in.Hex, k.New())
	parts := partsOf(root)[1:] // not all of it
	if err != nil || len(parts) == 0 || rng.IntN(4) == 0 {
		put, what = blind(rng, in.Hex)
	} else {
		p := parts[rng.IntN(len(parts))]
		var with []byte
		with, what = part(rng, p)
		put, what = root.Rewritten(p, with), fmt.Sprintf("%s %s at %d: %s", p.Type, p.Name, p.Offset, what)
	}
	in.Hex = put
	in.From += ", " + what
	return in
}

// partsOf are a part and all that is in it.
func partsOf(root *wire.Part) []*wire.Part {
	var list []*wire.Part
	root.Walk(func(_ string, p *wire.Part) { list = append(list, p) })
	return list
}

// blind changes bytes whatever they mean.
func blind(rng *rand.Rand, b []byte) ([]byte, string) {
	b = bytes.Clone(b)
	switch at := rng.IntN(len(b)); rng.IntN(4) {
	case 0:
		return b[:at], fmt.Sprintf("cut at %d", at)
	case 1:
		return append(b, byte(rng.Uint32())), "a trailing byte"
	case 2:
		return slices.Delete(b, at, at+1), fmt.Sprintf("without byte %d", at)
	default:
		b[at] ^= 1 << rng.IntN(8)
		return b, fmt.Sprintf("a bit of byte %d", at)
	}
}

// part is a changed part with its header.
func part(rng *rand.Rand, p *wire.Part) ([]byte, string) {
	content := p.Content()
	switch {
	case p.Value != nil:
		return number(rng, content)
	case strings.HasPrefix(p.Type, "optional<"):
		octet := byte(rng.IntN(256))
		return append([]byte{octet}, content...), fmt.Sprintf("presence octet %d", octet)
	case p.IsVector():
		return vector(rng, p, content)
	}
	return p.Headed(nil), "left out"
}

// number is another value: near, an extreme, a GREASE value (RFC 9420 §13.5), or any.
func number(rng *rand.Rand, old []byte) ([]byte, string) {
	b := bytes.Clone(old)
	last := len(b) - 1
	switch rng.IntN(6) {
	case 0:
		b[last]++
	case 1:
		b[last]--
	case 2:
		clear(b)
		b[last] = byte(rng.IntN(9))
	case 3:
		for i := range b {
			b[i] = 0xff
		}
	case 4:
		grease := 0x0a + byte(rng.IntN(15))<<4
		for i := range b {
			b[i] = grease
		}
	default:
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
	}
	return b, fmt.Sprintf("%x in place of %x", b, old)
}

// vector is empty, has an element twice or not at all, or has another header.
func vector(rng *rand.Rand, p *wire.Part, content []byte) ([]byte, string) {
	var list [][]byte
	for _, child := range p.Children {
		list = append(list, child.Rewritten(nil, nil))
	}
	switch how := rng.IntN(5); {
	case how == 0:
		return p.Headed(nil), "emptied"
	case how == 1 && len(list) > 0 && p.Type != "opaque":
		i := rng.IntN(len(list))
		return p.Headed(bytes.Join(slices.Insert(list, i, list[i]), nil)), fmt.Sprintf("element %d twice", i)
	case how == 2 && len(list) > 0 && p.Type != "opaque":
		i := rng.IntN(len(list))
		return p.Headed(bytes.Join(slices.Delete(list, i, i+1), nil)), fmt.Sprintf("without element %d", i)
	case how == 3:
		h := bytes.Clone(p.Headed(content)[:p.Header])
		h[0] |= 3 << 6
		return append(h, content...), "a length header that starts with the bits 11"
	}
	return append(encoding.LongHeader(len(content)), content...), "a length header that is too long"
}
