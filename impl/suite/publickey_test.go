package suite

import (
	"bytes"
	"testing"

	"mlsref/impl/wire"
)

// What is refused as a public key is what nobody can encrypt to, and nothing else.
func TestLowOrder(t *testing.T) {
	for _, id := range []wire.CipherSuite{1, 4} {
		s, err := ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, point := range lowOrder[s.row.kem] {
			keys := [][]byte{point}
			if id == 1 {
				high := bytes.Clone(point)
				high[31] |= 0x80
				keys = append(keys, high)
			}
			for _, pk := range keys {
				if _, err := s.EncryptWithLabel(bytes.NewReader(make([]byte, 64)), pk, "", nil, nil); err == nil {
					t.Errorf("suite %d: %x can be encrypted to", id, pk)
				}
				if s.ValidatePublicKey(pk) == nil {
					t.Errorf("suite %d: %x is a public key", id, pk)
				}
				pk = bytes.Clone(pk)
				pk[1] ^= 0x10
				if err := s.ValidatePublicKey(pk); err != nil {
					t.Errorf("suite %d: %x: %v", id, pk, err)
				}
			}
		}
	}
}
