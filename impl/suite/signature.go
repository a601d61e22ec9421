package suite

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/cloudflare/circl/sign/ed448"
	"mlsref/impl/wire"
)

// signatureScheme is one signature algorithm of RFC 9420 §5.1.2. Private keys
// are bytes: an EdDSA seed, or an ECDSA scalar, big endian.
type signatureScheme interface {
	seedSize() int
	fromSeed(seed []byte) (sk, pk []byte, err error)
	sign(sk, message []byte) ([]byte, error)
	verify(pk, message, signature []byte) bool
}

// GenerateSignatureKeyPair makes a signature key pair from fresh bytes.
func (s Suite) GenerateSignatureKeyPair(rng io.Reader) (sk, pk []byte, err error) {
	seed, err := s.Random(rng, s.row.sig.seedSize())
	if err != nil {
		return nil, nil, err
	}
	if sk, pk, err = s.row.sig.fromSeed(seed); err != nil {
		return nil, nil, err
	}
	s.observe(OpSignatureKeyPair, "", []Value{{"seed", seed}}, Value{"sk", sk}, Value{"pk", pk})
	return sk, pk, nil
}

func signContent(label string, content []byte) []byte {
	return mustMarshal(&wire.SignContent{Label: []byte(labelPrefix + label), Content: content})
}

// SignWithLabel is RFC 9420 §5.1.2. It is deterministic for every suite.
func (s Suite) SignWithLabel(sk []byte, label string, content []byte) ([]byte, error) {
	signature, err := s.row.sig.sign(sk, signContent(label, content))
	if err != nil {
		return nil, err
	}
	s.observe(OpSign, label, []Value{{"sk", sk}, {"content", content}}, Value{"signature", signature})
	return signature, nil
}

// VerifyWithLabel is RFC 9420 §5.1.2.
func (s Suite) VerifyWithLabel(pk []byte, label string, content, signature []byte) bool {
	if !s.verify(pk, signContent(label, content), signature) {
		return false
	}
	s.observe(OpVerify, label, []Value{{"pk", pk}, {"content", content}, {"signature", signature}})
	return true
}

type ed25519Scheme struct{}

func (ed25519Scheme) seedSize() int { return ed25519.SeedSize }

func (ed25519Scheme) fromSeed(seed []byte) (sk, pk []byte, err error) {
	key := ed25519.NewKeyFromSeed(seed)
	return key.Seed(), key.Public().(ed25519.PublicKey), nil
}

func (ed25519Scheme) sign(sk, message []byte) ([]byte, error) {
	if len(sk) != ed25519.SeedSize {
		return nil, errors.New("the Ed25519 private key is not 32 bytes long")
	}
	return ed25519.Sign(ed25519.NewKeyFromSeed(sk), message), nil
}

func (ed25519Scheme) verify(pk, message, signature []byte) bool {
	return len(pk) == ed25519.PublicKeySize && ed25519.Verify(pk, message, signature)
}

type ed448Scheme struct{}

func (ed448Scheme) seedSize() int { return ed448.SeedSize }

func (ed448Scheme) fromSeed(seed []byte) (sk, pk []byte, err error) {
	key := ed448.NewKeyFromSeed(seed)
	return key.Seed(), key.Public().(ed448.PublicKey), nil
}

func (ed448Scheme) sign(sk, message []byte) ([]byte, error) {
	if len(sk) != ed448.SeedSize {
		return nil, errors.New("the Ed448 private key is not 57 bytes long")
	}
	return ed448.Sign(ed448.NewKeyFromSeed(sk), message, ""), nil
}

func (ed448Scheme) verify(pk, message, signature []byte) bool {
	return len(pk) == ed448.PublicKeySize && ed448.Verify(pk, message, signature, "")
}

// ecdsaScheme is ECDSA over a NIST curve: uncompressed public keys, DER
// signatures (RFC 9420 §5.1.1, §5.1.2).
type ecdsaScheme struct {
	curve elliptic.Curve
	hash  crypto.Hash
}

func (e ecdsaScheme) digest(message []byte) []byte {
	h := e.hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// seedSize is 128 bits more than the order, so that the reduced scalar is
// as good as uniform (FIPS 186-5 §A.2.1).
func (e ecdsaScheme) seedSize() int { return (e.curve.Params().BitSize+7)/8 + 16 }

func (e ecdsaScheme) fromSeed(seed []byte) (sk, pk []byte, err error) {
	limit := new(big.Int).Sub(e.curve.Params().N, big.NewInt(1))
	scalar := new(big.Int).SetBytes(seed)
	scalar.Mod(scalar, limit).Add(scalar, big.NewInt(1))
	sk = scalar.FillBytes(make([]byte, (e.curve.Params().BitSize+7)/8))
	key, err := ecdsa.ParseRawPrivateKey(e.curve, sk)
	if err != nil {
		return nil, nil, err
	}
	pk, err = key.PublicKey.Bytes()
	return sk, pk, err
}

// sign passes no random source: the nonce is then that of RFC 6979. A scalar
// whose leading zeros were left out, as in the official vectors, is accepted.
func (e ecdsaScheme) sign(sk, message []byte) ([]byte, error) {
	size := (e.curve.Params().BitSize + 7) / 8
	if len(sk) > size {
		return nil, fmt.Errorf("the ECDSA private key has %d bytes, want %d", len(sk), size)
	}
	padded := append(make([]byte, size-len(sk)), sk...)
	key, err := ecdsa.ParseRawPrivateKey(e.curve, padded)
	if err != nil {
		return nil, err
	}
	return key.Sign(nil, e.digest(message), e.hash)
}

func (e ecdsaScheme) verify(pk, message, signature []byte) bool {
	key, err := ecdsa.ParseUncompressedPublicKey(e.curve, pk)
	return err == nil && ecdsa.VerifyASN1(key, e.digest(message), signature)
}
