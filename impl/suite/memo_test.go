package suite

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// A memoised suite gives what the plain one gives, the first time and again, and shows
// each call to its observer.
func TestMemoised(t *testing.T) {
	for _, name := range Names() {
		plain, err := ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		seen := new(counter)
		fast := plain.Memoised().Observed(seen)
		rng := rand.NewChaCha8([32]byte{1})
		sk, pk, err := plain.GenerateSignatureKeyPair(rng)
		if err != nil {
			t.Fatal(err)
		}
		sig, err := plain.SignWithLabel(sk, "label", []byte("content"))
		if err != nil {
			t.Fatal(err)
		}
		ikm := make([]byte, plain.Nh())
		wantSk, wantPk, err := plain.DeriveKeyPair(ikm)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if !fast.VerifyWithLabel(pk, "label", []byte("content"), sig) {
				t.Error("a good signature is refused")
			}
			for _, bad := range []bool{
				fast.VerifyWithLabel(pk, "other", []byte("content"), sig),
				fast.VerifyWithLabel(pk, "label", []byte("conten"), append([]byte("t"), sig...)),
				fast.VerifyWithLabel(pk, "label", []byte("content"), nil),
			} {
				if bad {
					t.Error("a bad signature is taken")
				}
			}
			gotSk, gotPk, err := fast.DeriveKeyPair(ikm)
			if err != nil || !bytes.Equal(gotSk, wantSk) || !bytes.Equal(gotPk, wantPk) {
				t.Errorf("%s: another key pair (%v)", name, err)
			}
			clear(gotSk) // what a caller does with its copy stays its own
		}
		if *seen != 4 { // two verifications that held, two derivations
			t.Errorf("%s: the observer was shown %d calls, want 4", name, *seen)
		}
		if !fast.IsObserved() || !plain.Memoised().IsObserved() {
			t.Error("it says that it may be used from several goroutines")
		}
	}
}

type counter int

func (c *counter) Observe(Call) { *c++ }
