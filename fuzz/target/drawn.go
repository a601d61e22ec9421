package target

import "math/rand/v2"

// Drawn makes choices of what is left of an input; each takes two bytes of it.
func Drawn(left *[]byte) *rand.Rand { return rand.New(&drawn{left: left}) }

// drawn goes on, once its input has ended, with numbers that hang on all of it: zeros
// without end would let a draw that tries again do so for ever.
type drawn struct {
	left  *[]byte
	after *rand.PCG
	seed  uint64
}

// Uint64 has the two bytes in its high bits and in its low ones, since a draw takes
// either.
func (d *drawn) Uint64() uint64 {
	if b := *d.left; len(b) > 0 {
		v := uint64(b[0]) << 8
		if len(b) > 1 {
			v |= uint64(b[1])
		}
		*d.left = b[min(2, len(b)):]
		d.seed = d.seed*0x100000001b3 + v
		return v<<48 | v<<16 | v
	}
	if d.after == nil {
		d.after = rand.NewPCG(d.seed, 0)
	}
	return d.after.Uint64()
}
