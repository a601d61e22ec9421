package suite

import (
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/hpke"
)

// ErrOpen says that an AEAD or HPKE ciphertext did not open under the key.
var ErrOpen = errors.New("the ciphertext does not open under this key")

func (s Suite) aead(key, nonce []byte) (cipher.AEAD, error) {
	if len(key) != s.Nk() || len(nonce) != s.Nn() {
		return nil, fmt.Errorf("AEAD key of %d and nonce of %d bytes, want %d and %d", len(key), len(nonce), s.Nk(), s.Nn())
	}
	return s.row.aead.New(key)
}

// IsGCM says whether the suite's AEAD is AES-GCM, rather than ChaCha20-Poly1305.
func (s Suite) IsGCM() bool { return s.row.aead != hpke.AEAD_ChaCha20Poly1305 }

// Seal is the suite's AEAD (RFC 9420 §5.1): the ciphertext with its tag.
func (s Suite) Seal(key, nonce, aad, plaintext []byte) ([]byte, error) {
	a, err := s.aead(key, nonce)
	if err != nil {
		return nil, err
	}
	ct := a.Seal(nil, nonce, plaintext, aad)
	s.observe(OpSeal, "", []Value{{"key", key}, {"nonce", nonce}, {"aad", aad}, {"plaintext", plaintext}}, Value{"ciphertext", ct})
	return ct, nil
}

// Open undoes Seal, or returns ErrOpen.
func (s Suite) Open(key, nonce, aad, ciphertext []byte) ([]byte, error) {
	a, err := s.aead(key, nonce)
	if err != nil {
		return nil, err
	}
	pt, err := a.Open(nil, nonce, ciphertext, aad)
	if err != nil {
		return nil, ErrOpen
	}
	s.observe(OpOpen, "", []Value{{"key", key}, {"nonce", nonce}, {"aad", aad}, {"ciphertext", ciphertext}}, Value{"plaintext", pt})
	return pt, nil
}

// GuardNonce is the nonce with its first four bytes XORed with the reuse guard
// (RFC 9420 §6.3.1).
func (s Suite) GuardNonce(nonce []byte, guard [4]byte) []byte {
	out := append([]byte(nil), nonce...)
	for i := range guard {
		out[i] ^= guard[i]
	}
	s.observe(OpXOR, "", []Value{{"nonce", nonce}, {"guard", guard[:]}}, Value{"out", out})
	return out
}
