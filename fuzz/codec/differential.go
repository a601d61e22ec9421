package codec

import (
	"errors"
	"fmt"
	"sync"

	"mlsref/fuzz/target"
	"mlsref/spec/syntax"
)

// pairs are the structs for both decoders: package wire, and the text that it reports of
// itself, executed.
var pairs = sync.OnceValues(func() ([]syntax.Pair, error) {
	defs, problems := syntax.Parse("the code", 1, syntax.FromCode())
	if len(problems) > 0 {
		return nil, errors.New(problems[0].String())
	}
	return (&syntax.Module{Definitions: defs}).Pairs()
})

// runDifferential gives the rest of the input to both decoders, as the pair that the
// first byte says.
func runDifferential(in []byte, seen *target.Seen) error {
	all, err := pairs()
	if err != nil {
		return err
	}
	p, b := chosen(all, in)
	class, _, err := p.Agree(b)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Text, err)
	}
	seen.Outcome(class)
	return nil
}
