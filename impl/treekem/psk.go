package treekem

import (
	"fmt"
	"math"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// PSK is a pre-shared key and the ID under which it is injected.
type PSK struct {
	ID     wire.PreSharedKeyID
	Secret []byte // any length
}

// PSKSecret chains the PSKs in the order of the Commit's proposals (RFC 9420
// §8.4); Nh bytes, all zero for none. psk_input goes in as the salt, as in the
// pseudocode and in what interoperates; the RFC's figure has it the other way
// (subtle point 49).
func PSKSecret(s suite.Suite, psks []PSK) ([]byte, error) {
	if len(psks) > math.MaxUint16 {
		return nil, fmt.Errorf("%d PSKs, at most %d have an index", len(psks), math.MaxUint16)
	}
	secret := Zero(s)
	for i, psk := range psks {
		label, err := wire.Marshal(&wire.PSKLabel{ID: psk.ID, Index: uint16(i), Count: uint16(len(psks))})
		if err != nil {
			return nil, err
		}
		input := s.ExpandWithLabel(s.Extract(Zero(s), psk.Secret), "derived psk", label, s.Nh())
		secret = s.Extract(input, secret)
	}
	return secret, nil
}
