package wire

import (
	"encoding/binary"
	"slices"
)

// maxLength is what the largest length header can say (RFC 9420 §2.1.2).
const maxLength = 1<<30 - 1

// length encodes a vector's length header (RFC 9420 §2.1.2) in the fewest bytes. The
// text's 2^30 bytes have none (subtle point 61).
func length(n int) []byte {
	switch {
	case n < 1<<6:
		return []byte{byte(n)}
	case n < 1<<14:
		return binary.BigEndian.AppendUint16(nil, 1<<14|uint16(n))
	default:
		return binary.BigEndian.AppendUint32(nil, 2<<30|uint32(n))
	}
}

func (c *Codec) writeLength(name string, n int) {
	if n > maxLength {
		c.Fail(name, "%d bytes, the most is %d", n, maxLength)
		return
	}
	c.write(length(n))
}

// insertLength puts the header before what was written since start.
func (c *Codec) insertLength(name string, start int) {
	n := len(c.buf) - start
	if n > maxLength {
		c.Fail(name, "%d bytes, the most is %d", n, maxLength)
	}
	if c.err == nil {
		c.buf = slices.Insert(c.buf, start, length(n)...)
	}
}

// readLength is ReadVarint of RFC 9420 §2.1.2. It refuses the prefix 11 and any
// encoding that is longer than it need be.
func (c *Codec) readLength(name string) int {
	start := c.pos
	first := c.take(name, 1)
	if first == nil {
		return 0
	}
	prefix := first[0] >> 6
	if prefix == 3 {
		c.pos = start
		c.Fail(name, "length header starts with the bits 11")
		return 0
	}
	n := int(first[0] & 0x3f)
	size := 1 << prefix
	for _, b := range c.take(name, size-1) {
		n = n<<8 | int(b)
	}
	if c.err == nil && prefix > 0 && n < 1<<(8*(size/2)-2) {
		c.pos = start
		c.Fail(name, "length %d takes %d bytes where fewer would do", n, size)
		return 0
	}
	c.noteHeader()
	return n
}
