package suite

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// memo remembers what a public-key computation gave. Where many members live in one
// process, as in a scenario, each repeats what the others do: verify the same
// signatures, derive the same node keys. The same inputs give the same outputs, so
// that nothing but time is changed.
type memo struct {
	verified map[[32]byte]bool
	keys     map[[32]byte]keyPair
}

type keyPair struct{ sk, pk []byte }

// Memoised is the same suite with its verifications and key derivations remembered.
// It is not safe for concurrent use, and it keeps private keys for as long as it
// lives: it is for simulations, not for clients.
func (s Suite) Memoised() Suite {
	s.memo = &memo{verified: map[[32]byte]bool{}, keys: map[[32]byte]keyPair{}}
	return s
}

// memoKey is a hash of inputs, each with its length.
func memoKey(inputs ...[]byte) [32]byte {
	h := sha256.New()
	for _, in := range inputs {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(in))))
		h.Write(in)
	}
	return [32]byte(h.Sum(nil))
}

func (s Suite) verify(pk, content, signature []byte) bool {
	if s.memo == nil {
		return s.row.sig.verify(pk, content, signature)
	}
	key := memoKey(pk, content, signature)
	ok, known := s.memo.verified[key]
	if !known {
		ok = s.row.sig.verify(pk, content, signature)
		s.memo.verified[key] = ok
	}
	return ok
}

// derived is DeriveKeyPair without the observer.
func (s Suite) derived(ikm []byte) (sk, pk []byte, err error) {
	if s.memo == nil {
		return s.deriveKeyPair(ikm)
	}
	key := memoKey(ikm)
	if have, known := s.memo.keys[key]; known {
		return bytes.Clone(have.sk), bytes.Clone(have.pk), nil
	}
	if sk, pk, err = s.deriveKeyPair(ikm); err == nil {
		s.memo.keys[key] = keyPair{bytes.Clone(sk), bytes.Clone(pk)}
	}
	return sk, pk, err
}
