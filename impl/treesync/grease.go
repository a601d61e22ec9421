package treesync

import (
	"encoding/binary"
	"io"
	"slices"

	"mlsref/impl/wire"
)

// greaseTypes are the values of RFC 9420 §13.5; 0xFAFA is not one of them.
var greaseTypes = []uint16{
	0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a,
	0x8a8a, 0x9a9a, 0xaaaa, 0xbaba, 0xcaca, 0xdada, 0xeaea,
}

// IsGrease is for what a client sends and for what it says of itself. A receiver
// MUST NOT treat these values in any way of their own.
func IsGrease[T ~uint16](v T) bool { return slices.Contains(greaseTypes, uint16(v)) }

// WithoutGrease is what a client really supports: what it compares with others'
// capabilities (RFC 9420 §13.5, at its end).
func WithoutGrease(c wire.Capabilities) wire.Capabilities {
	return wire.Capabilities{
		Versions: slices.Clone(c.Versions), CipherSuites: without(c.CipherSuites), Extensions: without(c.Extensions),
		Proposals: without(c.Proposals), Credentials: without(c.Credentials),
	}
}

func without[T ~uint16](list []T) []T { return slices.DeleteFunc(slices.Clone(list), IsGrease[T]) }

// GreaseCapabilities adds random GREASE values to each list of capabilities but
// versions, for which none are registered (RFC 9420 §13.5). The leaf is not signed yet.
func GreaseCapabilities(rng io.Reader, c *wire.Capabilities) error {
	var err error
	if c.CipherSuites, err = mix(rng, c.CipherSuites); err != nil {
		return err
	}
	if c.Extensions, err = mix(rng, c.Extensions); err != nil {
		return err
	}
	if c.Proposals, err = mix(rng, c.Proposals); err != nil {
		return err
	}
	c.Credentials, err = mix(rng, c.Credentials)
	return err
}

// GreaseExtensions returns the list with some GREASE extensions of random content
// added, each of a type that the capabilities list: §13.5 demands that for a
// LeafNode, §10 for a KeyPackage, and for a GroupInfo it does no harm. The list must
// not be a GroupContext's.
func GreaseExtensions(rng io.Reader, c wire.Capabilities, list []wire.Extension) ([]wire.Extension, error) {
	list = slices.Clone(list)
	for _, t := range c.Extensions {
		if !IsGrease(t) || slices.ContainsFunc(list, func(e wire.Extension) bool { return e.Type == t }) {
			continue
		}
		dice, err := draw(rng, 3)
		if err != nil {
			return nil, err
		}
		if dice[0]%2 == 0 {
			continue
		}
		data, err := draw(rng, int(dice[1]%32))
		if err != nil {
			return nil, err
		}
		list = slices.Insert(list, int(dice[2])%(len(list)+1), wire.Extension{Type: t, Data: data})
	}
	return list, nil
}

// mix adds each GREASE value with a chance of one in four, at a random place.
func mix[T ~uint16](rng io.Reader, list []T) ([]T, error) {
	dice, err := draw(rng, 4+len(greaseTypes))
	if err != nil {
		return nil, err
	}
	list = slices.Clone(list)
	chosen := binary.BigEndian.Uint16(dice) & binary.BigEndian.Uint16(dice[2:])
	for i, v := range greaseTypes {
		if chosen>>i&1 == 1 && !slices.Contains(list, T(v)) {
			list = slices.Insert(list, int(dice[4+i])%(len(list)+1), T(v))
		}
	}
	return list, nil
}

func draw(rng io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(rng, b)
	return b, err
}
