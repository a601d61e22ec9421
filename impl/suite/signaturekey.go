package suite

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"fmt"

	"github.com/cloudflare/circl/sign/ed448"
)

// ValidateSignatureKey says whether pk has the format of the suite's signature
// scheme (RFC 9420 §5.1.1): for ECDSA an uncompressed point of the curve, for EdDSA
// the right length. That an EdDSA key decodes to a point, verification finds out.
func (s Suite) ValidateSignatureKey(pk []byte) error {
	want := 0
	switch scheme := s.row.sig.(type) {
	case ecdsaScheme:
		_, err := ecdsa.ParseUncompressedPublicKey(scheme.curve, pk)
		return err
	case ed25519Scheme:
		want = ed25519.PublicKeySize
	case ed448Scheme:
		want = ed448.PublicKeySize
	}
	if len(pk) != want {
		return fmt.Errorf("the signature key has %d bytes, want %d", len(pk), want)
	}
	return nil
}
