package suite

import (
	"crypto/hkdf"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/hpke"
	"github.com/cloudflare/circl/kem"
)

// deriveKeyPair is RFC 9180 §7.1.3. MLS calls it with Nh bytes, which for X448
// and P-521 is not the length that circl's own function insists on.
func (p *params) deriveKeyPair(ikm []byte) (kem.PrivateKey, error) {
	scheme := p.kem.Scheme()
	prk, err := p.labeledExtract("dkp_prk", ikm)
	if err != nil {
		return nil, err
	}
	size := scheme.PrivateKeySize()
	if p.kem == hpke.KEM_X25519_HKDF_SHA256 || p.kem == hpke.KEM_X448_HKDF_SHA512 {
		sk, err := p.labeledExpand(prk, "sk", nil, size)
		if err != nil {
			return nil, err
		}
		return scheme.UnmarshalBinaryPrivateKey(sk)
	}
	for counter := range 256 {
		sk, err := p.labeledExpand(prk, "candidate", []byte{byte(counter)}, size)
		if err != nil {
			return nil, err
		}
		if p.kem == hpke.KEM_P521_HKDF_SHA512 {
			sk[0] &= 0x01
		}
		if key, err := scheme.UnmarshalBinaryPrivateKey(sk); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("DeriveKeyPair: no candidate in 256 is a private key")
}

// kemLabel is "HPKE-v1" and the KEM's suite_id (RFC 9180 §4, §4.1).
func (p *params) kemLabel(label string) []byte {
	id := binary.BigEndian.AppendUint16([]byte("HPKE-v1KEM"), uint16(p.kem))
	return append(id, label...)
}

func (p *params) labeledExtract(label string, ikm []byte) ([]byte, error) {
	return hkdf.Extract(p.hash.New, append(p.kemLabel(label), ikm...), nil)
}

func (p *params) labeledExpand(prk []byte, label string, info []byte, size int) ([]byte, error) {
	if size <= 0 || size > 0xffff {
		return nil, fmt.Errorf("LabeledExpand of %d bytes", size)
	}
	full := binary.BigEndian.AppendUint16(nil, uint16(size))
	full = append(full, p.kemLabel(label)...)
	return hkdf.Expand(p.hash.New, prk, string(append(full, info...)), size)
}
