package suite

import (
	"bytes"
	"errors"
	"slices"

	"github.com/cloudflare/circl/hpke"
)

// ValidatePublicKey says whether pk is a public key of the suite's KEM that one can
// encrypt to. With a point of low order every X25519 or X448 exchange gives zero, which
// both sides must refuse (RFC 9180 §7.1.4): a member with such a key would keep all
// others from committing.
func (s Suite) ValidatePublicKey(pk []byte) error {
	if _, err := s.row.kem.Scheme().UnmarshalBinaryPublicKey(pk); err != nil {
		return err
	}
	if slices.ContainsFunc(lowOrder[s.row.kem], func(point []byte) bool { return bytes.Equal(point, masked(s.row.kem, pk)) }) {
		return errLowOrder
	}
	return nil
}

var errLowOrder = errors.New("a point of low order is no public key")

// masked is a key as X25519 reads it, without the highest bit (RFC 7748 §5).
func masked(id hpke.KEM, pk []byte) []byte {
	pk = bytes.Clone(pk)
	if id == hpke.KEM_X25519_HKDF_SHA256 {
		pk[31] &= 0x7f
	}
	return pk
}

// lowOrder are the encodings of the points of low order: 0, 1, p-1, those of order 8 on
// Curve25519, and p and p+1, which are 0 and 1 again (RFC 7748 §4, §5).
var lowOrder = map[hpke.KEM][][]byte{
	hpke.KEM_X25519_HKDF_SHA256: {
		make([]byte, 32),
		filled(32, 0x00, 0x01),
		filled(32, 0xff, 0xec, 31, 0x7f),
		filled(32, 0xff, 0xed, 31, 0x7f),
		filled(32, 0xff, 0xee, 31, 0x7f),
		{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
			0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
		{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
			0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
	},
	hpke.KEM_X448_HKDF_SHA512: {
		make([]byte, 56),
		filled(56, 0x00, 0x01),
		filled(56, 0xff, 0xfe, 28, 0xfe),
		filled(56, 0xff, 0xff, 28, 0xfe),
		slices.Concat(make([]byte, 28), bytes.Repeat([]byte{0xff}, 28)),
	},
}

// filled is n bytes of one value, but for the first, and for those at the offsets given
// with their values.
func filled(n int, value, first byte, other ...byte) []byte {
	b := bytes.Repeat([]byte{value}, n)
	b[0] = first
	for i := 0; i < len(other); i += 2 {
		b[other[i]] = other[i+1]
	}
	return b
}
