package encoding

import (
	"bytes"
	"fmt"

	"mlsref/impl/wire"
)

// Lengths checks the length headers at which their form changes, up to those of vectors
// that no history could send, and some others (RFC 9420 §2.1.2).
func Lengths(pick func(n int) int) error {
	list := []int{-1, 0, 1}
	for _, form := range []int{1, 2, 4, 8} {
		end := 1 << min(8*form-2, 40)
		list = append(list, end-1, end, end+1, pick(end))
	}
	for _, n := range list {
		if err := lengthHeader(n); err != nil {
			return fmt.Errorf("%w (RFC 9420 §2.1.2)", err)
		}
	}
	return nil
}

// lengthHeader: a length has one header, of the fewest bytes that can say it; 2^30 and
// more have none.
func lengthHeader(n int) error {
	var want []byte
	for _, form := range []int{4, 2, 1} {
		if n >= 0 && n < 1<<(8*form-2) {
			want = lengthIn(form, n)
		}
	}
	have, err := wire.EncodeLength(n)
	if (err == nil) != (want != nil) || !bytes.Equal(have, want) {
		return fmt.Errorf("the length header of %d bytes is %x (%v), want %x", n, have, err, want)
	}
	for _, form := range []int{1, 2, 4, 8} {
		if n < 0 || n >= 1<<min(8*form-2, 62) {
			continue
		}
		b := lengthIn(form, n)
		for _, c := range []struct {
			header []byte
			good   bool
		}{{b, bytes.Equal(b, want)}, {b[:form-1], false}, {append(bytes.Clone(b), 0), false}} {
			if have, err := wire.DecodeLength(c.header); (err == nil) != c.good || c.good && have != n {
				return fmt.Errorf("the length header %x is read as %d (%v), want %d: %v", c.header, have, err, n, c.good)
			}
		}
	}
	return nil
}
