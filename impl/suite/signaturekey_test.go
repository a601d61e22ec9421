package suite_test

import (
	"testing"

	"mlsref/impl/suite"
)

// Lengths are those of RFC 9420 §5.1.1: an uncompressed point is 4, x and y.
func TestValidateSignatureKey(t *testing.T) {
	lengths := []int{0, 32, 65, 32, 57, 133, 57, 97}
	everySuite(t, func(t *testing.T, s suite.Suite) {
		_, pk, err := s.GenerateSignatureKeyPair(seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ValidateSignatureKey(pk); err != nil || len(pk) != lengths[s.ID()] {
			t.Errorf("an honest key of %d bytes, want %d: %v", len(pk), lengths[s.ID()], err)
		}
		for n := range 140 {
			if n != len(pk) && s.ValidateSignatureKey(append(pk[:1:1], make([]byte, n)...)[:n]) == nil {
				t.Errorf("a key of %d bytes is accepted, want %d", n, len(pk))
			}
		}
		if offCurve := append(pk[:len(pk)-1:len(pk)-1], pk[len(pk)-1]^1); len(pk) > 57 && s.ValidateSignatureKey(offCurve) == nil {
			t.Error("a point off the curve is accepted")
		}
	})
}
