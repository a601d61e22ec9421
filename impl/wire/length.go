package wire

import "fmt"

// EncodeLength is the length header of a vector of n bytes (RFC 9420 §2.1.2).
func EncodeLength(n int) ([]byte, error) {
	if n < 0 || n > maxLength {
		return nil, fmt.Errorf("a vector of %d bytes, the most is %d", n, maxLength)
	}
	return length(n), nil
}

// DecodeLength reads a length header, which must be all of b.
func DecodeLength(b []byte) (int, error) {
	c := &Codec{visit: reading, buf: b, end: len(b)}
	n := c.readLength("length")
	if c.err == nil && c.pos < len(b) {
		c.Fail("length", "%d bytes after the header", len(b)-c.pos)
	}
	return n, c.err
}
