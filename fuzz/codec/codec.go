// Package codec has the fuzz targets of the wire format (RFC 9420 §2.1): any bytes as any
// struct, the same bytes for a second decoder, and structs that are made from bytes.
package codec

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"

	"mlsref/fuzz/target"
	"mlsref/impl/wire"
	"mlsref/props/encoding"
)

const group = "codec"

// Targets are this package's.
func Targets() []target.Target {
	return []target.Target{
		{Name: "FuzzWire", Group: group, Run: runWire, Seeds: wireSeeds,
			About: "bytes that parse as a struct are its one encoding, each byte of them has a name, and parsing takes memory by the input's length"},
		{Name: "FuzzDifferential", Group: group, Run: runDifferential, Seeds: differentialSeeds,
			About: "the decoder that is made of the RFC's presentation language takes the same bytes as the implementation, for the same values"},
		{Name: "FuzzStruct", Group: group, Run: runStruct, Seeds: structSeeds,
			About: "a struct with any values comes back from its bytes, by both decoders"},
	}
}

var kinds = sync.OnceValue(wire.Kinds)

// chosen is the entry of a list that the first byte of an input chooses, and the rest.
func chosen[T any](list []T, in []byte) (T, []byte) {
	if len(in) == 0 {
		return list[0], nil
	}
	return list[int(in[0])%len(list)], in[1:]
}

// picker draws numbers that an input decides.
func picker(in []byte) func(n int) int {
	h := fnv.New64a()
	h.Write(in)
	return rand.New(rand.NewPCG(h.Sum64(), 0)).IntN
}

// runWire reads the rest of the input as the kind of wire.Kinds that the first byte says.
func runWire(in []byte, seen *target.Seen) error {
	k, b := chosen(kinds(), in)
	var err error
	if err := bounded(b, func() { err = wire.Unmarshal(b, k.New()) }); err != nil {
		return fmt.Errorf("%s: %w", k.Name, err)
	}
	if err := agreed(k, b, err); err != nil {
		return fmt.Errorf("%s: %w", k.Name, err)
	}
	if err != nil {
		seen.Outcome(k.Name + " malformed")
		return nil
	}
	seen.Outcome(k.Name + " parsed")
	if err := encoding.One(picker(in), k, b, encoding.Few); err != nil {
		return fmt.Errorf("%s: %w", k.Name, err)
	}
	return nil
}

// agreed: the other two ways to parse say the same as Unmarshal's answer, err.
func agreed(k wire.Kind, b []byte, err error) error {
	n, prefixErr := wire.UnmarshalPrefix(b, k.New())
	if whole := prefixErr == nil && n == len(b); whole != (err == nil) {
		return fmt.Errorf("by Unmarshal %v, UnmarshalPrefix takes %d of %d bytes and says %v", err, n, len(b), prefixErr)
	}
	if prefixErr == nil && n < len(b) {
		if err := wire.Unmarshal(b[:n], k.New()); err != nil {
			return fmt.Errorf("the prefix of %d bytes does not parse alone: %w", n, err)
		}
	}
	root, annotateErr := wire.Annotate(b, k.New())
	if fmt.Sprint(annotateErr) != fmt.Sprint(err) {
		return fmt.Errorf("by Unmarshal %v, by Annotate %v", err, annotateErr)
	}
	if err == nil {
		return nil
	}
	at, ok := err.(*wire.SyntaxError)
	if !ok || at.Offset < 0 || at.Offset > len(b) || at.Msg == "" {
		return fmt.Errorf("the error %#v names no place in %d bytes", err, len(b))
	}
	return inPlace(b, root)
}

// inPlace: the parts of bytes that do not parse are where they say, too.
func inPlace(b []byte, p *wire.Part) error {
	end := p.Offset + p.Size
	if p.Offset < 0 || p.Header < 0 || p.Header > p.Size || end > len(b) || !bytes.Equal(b[p.Offset+p.Header:end], p.Bytes) {
		return fmt.Errorf("%s at %d has not the bytes that lie there", p.Name, p.Offset)
	}
	for _, child := range p.Children {
		if child.Offset < p.Offset || child.Offset+child.Size > end {
			return fmt.Errorf("%s at %d lies outside of %s at %d", child.Name, child.Offset, p.Name, p.Offset)
		}
		if err := inPlace(b, child); err != nil {
			return err
		}
	}
	return nil
}
