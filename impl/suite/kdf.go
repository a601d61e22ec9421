package suite

import (
	"crypto/hmac"
	_ "crypto/sha256" // the table's hashes
	_ "crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"mlsref/impl/wire"
)

// labelPrefix opens every label of RFC 9420 (§5.1.2, §5.1.3, §8).
const labelPrefix = "MLS 1.0 "

// mustMarshal writes a structure that this package filled itself, so that it
// can fail only through a bug of ours.
func mustMarshal(v wire.Wirer) []byte {
	b, err := wire.Marshal(v)
	if err != nil {
		panic("suite: internal: " + err.Error())
	}
	return b
}

// Random reads n fresh bytes from rng, the caller's one source of randomness.
func (s Suite) Random(rng io.Reader, n int) ([]byte, error) {
	out := make([]byte, n)
	if _, err := io.ReadFull(rng, out); err != nil {
		return nil, fmt.Errorf("the random source failed: %w", err)
	}
	s.observe(OpRandom, "", nil, Value{"out", out})
	return out, nil
}

// Nonce draws n fresh bytes that are sent in clear, as a psk_nonce is.
func (s Suite) Nonce(rng io.Reader, n int) ([]byte, error) {
	out := make([]byte, n)
	if _, err := io.ReadFull(rng, out); err != nil {
		return nil, fmt.Errorf("randomness: %w", err)
	}
	s.observe(OpNonce, "", nil, Value{"out", out})
	return out, nil
}

// Hash is the suite's hash (RFC 9420 §5.1); Nh bytes.
func (s Suite) Hash(data []byte) []byte {
	h := s.row.hash.New()
	h.Write(data)
	out := h.Sum(nil)
	s.observe(OpHash, "", []Value{{"data", data}}, Value{"out", out})
	return out
}

// RefHash is RFC 9420 §5.2, with label given whole: "MLS 1.0 Proposal Reference".
// The text says "KDF"; the suite's hash is what is meant (subtle point 60).
func (s Suite) RefHash(label string, value []byte) []byte {
	return s.Hash(mustMarshal(&wire.RefHashInput{Label: []byte(label), Value: value}))
}

// MAC is HMAC with the suite's hash (RFC 9420 §5.1); Nh bytes.
func (s Suite) MAC(key, data []byte) []byte {
	m := hmac.New(s.row.hash.New, key)
	m.Write(data)
	tag := m.Sum(nil)
	s.observe(OpMAC, "", []Value{{"key", key}, {"data", data}}, Value{"tag", tag})
	return tag
}

// VerifyMAC recomputes the tag and compares it, length and all, in constant time.
func (s Suite) VerifyMAC(key, data, tag []byte) bool {
	return hmac.Equal(s.MAC(key, data), tag)
}

// Extract is KDF.Extract (RFC 9420 §8); Nh bytes.
func (s Suite) Extract(salt, ikm []byte) []byte {
	out := s.row.kdf.Extract(ikm, salt)
	s.observe(OpExtract, "", []Value{{"salt", salt}, {"ikm", ikm}}, Value{"out", out})
	return out
}

// ExpandWithLabel is RFC 9420 §8: length bytes, at most 255·Nh.
func (s Suite) ExpandWithLabel(secret []byte, label string, context []byte, length int) []byte {
	if length < 0 || length > math.MaxUint16 || length > 255*s.Nh() {
		panic(fmt.Sprintf("suite: internal: ExpandWithLabel of %d bytes", length))
	}
	info := mustMarshal(&wire.KDFLabel{
		Length:  uint16(length),
		Label:   []byte(labelPrefix + label),
		Context: context,
	})
	out := s.row.kdf.Expand(secret, info, uint(length))
	size := binary.BigEndian.AppendUint16(nil, uint16(length))
	s.observe(OpExpand, label, []Value{{"secret", secret}, {"context", context}, {"length", size}}, Value{"out", out})
	return out
}

// DeriveSecret is ExpandWithLabel with no context and Nh bytes (RFC 9420 §8).
func (s Suite) DeriveSecret(secret []byte, label string) []byte {
	return s.ExpandWithLabel(secret, label, nil, s.Nh())
}

// DeriveTreeSecret is ExpandWithLabel over a generation (RFC 9420 §9.1).
func (s Suite) DeriveTreeSecret(secret []byte, label string, generation uint32, length int) []byte {
	return s.ExpandWithLabel(secret, label, binary.BigEndian.AppendUint32(nil, generation), length)
}
