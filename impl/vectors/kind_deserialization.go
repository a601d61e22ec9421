package vectors

import "mlsref/impl/wire"

// lengthVector: the header of a variable-length vector, RFC 9420 §2.1.2.
type lengthVector struct {
	Header Hex    `json:"vlbytes_header"`
	Length uint32 `json:"length"`
}

var deserializationKind = newKind("deserialization", "the length header of variable-length vectors",
	verifyLength, generateLengths)

func verifyLength(c *checker, v *lengthVector) {
	n, err := wire.DecodeLength(v.Header)
	if c.ok("vlbytes_header", err) && uint32(n) != v.Length {
		c.fail("length", "got %d, expected %d", n, v.Length)
		return
	}
	header, err := wire.EncodeLength(int(v.Length))
	if c.ok("length", err) {
		c.equal("vlbytes_header (written again)", header, v.Header)
	}
}

// The lengths at the edges of each size of header, and some between.
func generateLengths(g *generator) []lengthVector {
	var list []lengthVector
	for _, n := range []int{0, 1, 1<<6 - 1, 1 << 6, 1<<14 - 1, 1 << 14, 1<<30 - 1} {
		list = append(list, lengthVector{must(wire.EncodeLength(n)), uint32(n)})
	}
	for range 4 {
		n := g.number(1 << (2 + g.number(28)))
		list = append(list, lengthVector{must(wire.EncodeLength(n)), uint32(n)})
	}
	return list
}
