package messages

import (
	"io"
	"math/rand/v2"
)

// input is what a target reads its choices from, byte by byte; after the end there are
// zeros.
type input struct{ left []byte }

func (in *input) byte() byte {
	if len(in.left) == 0 {
		return 0
	}
	b := in.left[0]
	in.left = in.left[1:]
	return b
}

// rest is all that is left.
func (in *input) rest() []byte {
	b := in.left
	in.left = nil
	return b
}

// drawn are choices that are drawn from what is left: each takes two bytes of it.
func (in *input) drawn() *rand.Rand { return rand.New(&drawn{in: in}) }

// drawn goes on, once its input has ended, with numbers that hang on all of it: zeros
// without end would let a draw that tries again do so for ever.
type drawn struct {
	in    *input
	after *rand.PCG
	seed  uint64
}

// Uint64 has the two bytes in its high bits and in its low ones, since a draw takes
// either.
func (d *drawn) Uint64() uint64 {
	if len(d.in.left) > 0 {
		v := uint64(d.in.byte())<<8 | uint64(d.in.byte())
		d.seed = d.seed*0x100000001b3 + v
		return v<<48 | v<<16 | v
	}
	if d.after == nil {
		d.after = rand.NewPCG(d.seed, 0)
	}
	return d.after.Uint64()
}

// source is randomness for what a sender draws: always the same.
func source() io.Reader { return rand.NewChaCha8([32]byte{}) }
