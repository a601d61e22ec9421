package suite

import (
	"bytes"
	"fmt"
	"io"

	"github.com/cloudflare/circl/hpke"
	"mlsref/impl/wire"
)

func (s Suite) hpke() hpke.Suite { return hpke.NewSuite(s.row.kem, s.row.kdf, s.row.aead) }

// DeriveKeyPair is the KEM's DeriveKeyPair (RFC 9180 §7.1.3) from ikm, Nh bytes
// in MLS; the keys are in the KEM's serialised form.
func (s Suite) DeriveKeyPair(ikm []byte) (sk, pk []byte, err error) {
	if sk, pk, err = s.derived(ikm); err != nil {
		return nil, nil, err
	}
	s.observe(OpDeriveKeyPair, "", []Value{{"ikm", ikm}}, Value{"sk", sk}, Value{"pk", pk})
	return sk, pk, nil
}

func (s Suite) deriveKeyPair(ikm []byte) (sk, pk []byte, err error) {
	private, err := s.row.deriveKeyPair(ikm)
	if err != nil {
		return nil, nil, err
	}
	if sk, err = private.MarshalBinary(); err != nil {
		return nil, nil, err
	}
	pk, err = private.Public().MarshalBinary()
	return sk, pk, err
}

// GenerateKeyPair draws a fresh HPKE key pair. Keys are derived from fresh
// bytes, since Go's key generators may ignore the reader that they are given.
func (s Suite) GenerateKeyPair(rng io.Reader) (sk, pk []byte, err error) {
	ikm, err := s.Random(rng, s.row.kem.Scheme().SeedSize())
	if err != nil {
		return nil, nil, err
	}
	return s.DeriveKeyPair(ikm)
}

func encryptContext(label string, context []byte) []byte {
	return mustMarshal(&wire.EncryptContext{Label: []byte(labelPrefix + label), Context: context})
}

// EncryptWithLabel is RFC 9420 §5.1.3, to the public key pk.
func (s Suite) EncryptWithLabel(rng io.Reader, pk []byte, label string, context, plaintext []byte) (wire.HPKECiphertext, error) {
	var none wire.HPKECiphertext
	scheme := s.row.kem.Scheme()
	public, err := scheme.UnmarshalBinaryPublicKey(pk)
	if err != nil {
		return none, fmt.Errorf("the HPKE public key is invalid: %w", err)
	}
	coins, err := s.Random(rng, scheme.EncapsulationSeedSize())
	if err != nil {
		return none, err
	}
	sender, err := s.hpke().NewSender(public, encryptContext(label, context))
	if err != nil {
		return none, err
	}
	kemOutput, sealer, err := sender.Setup(bytes.NewReader(coins))
	if err != nil {
		return none, err
	}
	ct, err := sealer.Seal(plaintext, nil)
	if err != nil {
		return none, err
	}
	s.observe(OpEncrypt, label,
		[]Value{{"pk", pk}, {"context", context}, {"plaintext", plaintext}, {"coins", coins}},
		Value{"kem_output", kemOutput}, Value{"ciphertext", ct})
	return wire.HPKECiphertext{KEMOutput: kemOutput, Ciphertext: ct}, nil
}

// DecryptWithLabel is RFC 9420 §5.1.3, or ErrOpen.
func (s Suite) DecryptWithLabel(sk []byte, label string, context []byte, ct wire.HPKECiphertext) ([]byte, error) {
	private, err := s.row.kem.Scheme().UnmarshalBinaryPrivateKey(sk)
	if err != nil {
		return nil, fmt.Errorf("the HPKE private key is invalid: %w", err)
	}
	receiver, err := s.hpke().NewReceiver(private, encryptContext(label, context))
	if err != nil {
		return nil, err
	}
	opener, err := receiver.Setup(ct.KEMOutput)
	if err != nil {
		return nil, ErrOpen
	}
	pt, err := opener.Open(ct.Ciphertext, nil)
	if err != nil {
		return nil, ErrOpen
	}
	s.observe(OpDecrypt, label,
		[]Value{{"sk", sk}, {"context", context}, {"kem_output", ct.KEMOutput}, {"ciphertext", ct.Ciphertext}},
		Value{"plaintext", pt})
	return pt, nil
}

// PublicKey recomputes the public key of an HPKE private key.
func (s Suite) PublicKey(sk []byte) ([]byte, error) {
	private, err := s.row.kem.Scheme().UnmarshalBinaryPrivateKey(sk)
	if err != nil {
		return nil, fmt.Errorf("the HPKE private key is invalid: %w", err)
	}
	return private.Public().MarshalBinary()
}

// externalInitLabel is the exporter context of RFC 9420 §8.3, which is no
// labelled function of §5 but has the prefix all the same.
const externalInitLabel = labelPrefix + "external init secret"

// ExternalInit encapsulates to the group's external_pub and exports the
// init_secret of an external Commit (RFC 9420 §8.3); Nh bytes.
func (s Suite) ExternalInit(rng io.Reader, externalPub []byte) (kemOutput, initSecret []byte, err error) {
	scheme := s.row.kem.Scheme()
	public, err := scheme.UnmarshalBinaryPublicKey(externalPub)
	if err != nil {
		return nil, nil, fmt.Errorf("the external public key is invalid: %w", err)
	}
	coins, err := s.Random(rng, scheme.EncapsulationSeedSize())
	if err != nil {
		return nil, nil, err
	}
	sender, err := s.hpke().NewSender(public, nil)
	if err != nil {
		return nil, nil, err
	}
	kemOutput, context, err := sender.Setup(bytes.NewReader(coins))
	if err != nil {
		return nil, nil, err
	}
	initSecret = context.Export([]byte(externalInitLabel), uint(s.Nh()))
	s.observe(OpExternalInit, "", []Value{{"pk", externalPub}, {"coins", coins}},
		Value{"kem_output", kemOutput}, Value{"init_secret", initSecret})
	return kemOutput, initSecret, nil
}

// OpenExternalInit is the members' side of ExternalInit (RFC 9420 §8.3), or ErrOpen.
func (s Suite) OpenExternalInit(externalPriv, kemOutput []byte) (initSecret []byte, err error) {
	private, err := s.row.kem.Scheme().UnmarshalBinaryPrivateKey(externalPriv)
	if err != nil {
		return nil, fmt.Errorf("the external private key is invalid: %w", err)
	}
	receiver, err := s.hpke().NewReceiver(private, nil)
	if err != nil {
		return nil, err
	}
	context, err := receiver.Setup(kemOutput)
	if err != nil {
		return nil, ErrOpen
	}
	initSecret = context.Export([]byte(externalInitLabel), uint(s.Nh()))
	s.observe(OpOpenExternalInit, "", []Value{{"sk", externalPriv}, {"kem_output", kemOutput}}, Value{"init_secret", initSecret})
	return initSecret, nil
}
