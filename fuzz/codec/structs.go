package codec

import (
	"fmt"
	"slices"

	"github.com/google/gofuzz/bytesource"

	"mlsref/fuzz/target"
	"mlsref/impl/wire"
	"mlsref/props/encoding"
	"mlsref/spec/syntax"
)

// runStruct makes a struct of the kind that the first byte says; the rest decides its
// values. It is made twice: as Go values, which are written, and as bytes, by the schema
// alone.
func runStruct(in []byte, seen *target.Seen) error {
	k, rest := chosen(kinds(), in)
	written, err := encoding.RoundTrip(k, bytesource.New(rest), nil)
	if err != nil {
		return err
	}
	if written == nil {
		seen.Outcome(k.Name + " without an encoding")
	} else {
		seen.Outcome(k.Name + " written")
		if err := textReads(k, written); err != nil {
			return err
		}
	}
	source := bytesource.New(rest)
	made := encoding.Made(k, func(n int) int { return int(source.Uint64() % uint64(n)) })
	if err := encoding.One(picker(in), k, made, encoding.Few); err != nil {
		return fmt.Errorf("a %s made by the schema, %s: %w", k.Name, encoding.Clipped(made), err)
	}
	return textReads(k, made)
}

// textReads: a struct that the code takes is read by the text with the same values.
func textReads(k wire.Kind, b []byte) error {
	all, err := pairs()
	if err != nil {
		return err
	}
	p := all[slices.IndexFunc(all, func(p syntax.Pair) bool { return p.Kind.Name == k.Name })]
	if class, _, err := p.Agree(b); err != nil || class != "valid" {
		return fmt.Errorf("%s %s is %s to the text (%v)", k.Name, encoding.Clipped(b), class, err)
	}
	return nil
}
