package messages

import (
	"io"
	"math/rand/v2"

	"mlsref/fuzz/target"
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

// drawn are choices that are drawn from what is left.
func (in *input) drawn() *rand.Rand { return target.Drawn(&in.left) }

// source is randomness for what a sender draws: always the same.
func source() io.Reader { return rand.NewChaCha8([32]byte{'m', 's'}) }

// guestSource is that of the KeyPackage that is added: whoever commits it draws others.
func guestSource() io.Reader { return rand.NewChaCha8([32]byte{'m', 'g'}) }
