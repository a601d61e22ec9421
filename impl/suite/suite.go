// Package suite holds the cipher suites of RFC 9420 §17.1, one table row each,
// and the labelled functions of §5, §8 and §9.1 over them.
//
// It is the one place that calls a cryptographic primitive. Each call is shown
// to an optional Observer. It knows no group, no tree and no message.
package suite

import (
	"crypto"
	"crypto/elliptic"
	"fmt"

	"github.com/cloudflare/circl/hpke"
	"mlsref/impl/wire"
)

// params is one row of the table: a cipher suite of RFC 9420 §17.1.
type params struct {
	id   wire.CipherSuite
	name string
	kem  hpke.KEM
	kdf  hpke.KDF
	aead hpke.AEAD
	hash crypto.Hash
	sig  signatureScheme
}

var table = []params{
	{0x0001, "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
		hpke.KEM_X25519_HKDF_SHA256, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES128GCM, crypto.SHA256, ed25519Scheme{}},
	{0x0002, "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
		hpke.KEM_P256_HKDF_SHA256, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES128GCM, crypto.SHA256, ecdsaScheme{elliptic.P256(), crypto.SHA256}},
	{0x0003, "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
		hpke.KEM_X25519_HKDF_SHA256, hpke.KDF_HKDF_SHA256, hpke.AEAD_ChaCha20Poly1305, crypto.SHA256, ed25519Scheme{}},
	{0x0004, "MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448",
		hpke.KEM_X448_HKDF_SHA512, hpke.KDF_HKDF_SHA512, hpke.AEAD_AES256GCM, crypto.SHA512, ed448Scheme{}},
	{0x0005, "MLS_256_DHKEMP521_AES256GCM_SHA512_P521",
		hpke.KEM_P521_HKDF_SHA512, hpke.KDF_HKDF_SHA512, hpke.AEAD_AES256GCM, crypto.SHA512, ecdsaScheme{elliptic.P521(), crypto.SHA512}},
	{0x0006, "MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448",
		hpke.KEM_X448_HKDF_SHA512, hpke.KDF_HKDF_SHA512, hpke.AEAD_ChaCha20Poly1305, crypto.SHA512, ed448Scheme{}},
	{0x0007, "MLS_256_DHKEMP384_AES256GCM_SHA384_P384",
		hpke.KEM_P384_HKDF_SHA384, hpke.KDF_HKDF_SHA384, hpke.AEAD_AES256GCM, crypto.SHA384, ecdsaScheme{elliptic.P384(), crypto.SHA384}},
}

// Suite is a cipher suite, and who observes its calls. It is a small value; the
// zero Suite is not usable.
type Suite struct {
	row  *params
	obs  Observer
	memo *memo // nil: off
}

// ByID returns the suite with the given number: of §17.1's registry, whose caption is
// another's (subtle point 62).
func ByID(id wire.CipherSuite) (Suite, error) {
	for i := range table {
		if table[i].id == id {
			return Suite{row: &table[i]}, nil
		}
	}
	return Suite{}, fmt.Errorf("cipher suite 0x%04x is not supported", uint16(id))
}

// ByName returns the suite with the RFC's name.
func ByName(name string) (Suite, error) {
	for i := range table {
		if table[i].name == name {
			return Suite{row: &table[i]}, nil
		}
	}
	return Suite{}, fmt.Errorf("cipher suite %q is not supported", name)
}

// Names lists the supported suites in the registry's order.
func Names() []string {
	var names []string
	for _, row := range table {
		names = append(names, row.name)
	}
	return names
}

// Observed returns the same suite with every call shown to o (nil: to nobody).
func (s Suite) Observed(o Observer) Suite {
	s.obs = o
	return s
}

// IsObserved says whether anybody is shown the calls, or they are remembered: neither
// bears several at once.
func (s Suite) IsObserved() bool { return s.obs != nil || s.memo != nil }

// ID is the suite's number in the registry.
func (s Suite) ID() wire.CipherSuite { return s.row.id }

// Name is the RFC's name of the suite.
func (s Suite) Name() string { return s.row.name }

// Nh is the size of a hash and of a secret, in bytes (KDF.Nh).
func (s Suite) Nh() int { return s.row.hash.Size() }

// Nk is the size of an AEAD key in bytes (AEAD.Nk).
func (s Suite) Nk() int { return int(s.row.aead.KeySize()) }

// Nn is the size of an AEAD nonce in bytes (AEAD.Nn).
func (s Suite) Nn() int { return int(s.row.aead.NonceSize()) }
