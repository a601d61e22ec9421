package suite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// Example derives a secret, and shows that an observer sees the call.
func Example() {
	s, _ := suite.ByID(0x0001)
	s = s.Observed(printer{})
	secret := s.DeriveSecret(make([]byte, s.Nh()), "epoch")
	fmt.Println(len(secret))
	// Output:
	// expand "epoch": secret, context, length
	// 32
}

type printer struct{}

func (printer) Observe(c suite.Call) {
	fmt.Printf("%s %q: %s, %s, %s\n", c.Op, c.Label, c.In[0].Name, c.In[1].Name, c.In[2].Name)
}

func everySuite(t *testing.T, f func(t *testing.T, s suite.Suite)) {
	for _, name := range suite.Names() {
		s, err := suite.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { f(t, s) })
	}
}

func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func TestSameSeedSameBytes(t *testing.T) {
	everySuite(t, func(t *testing.T, s suite.Suite) {
		run := func(seed byte) []byte {
			rng := seeded(seed)
			sk, pk, err := s.GenerateKeyPair(rng)
			if err != nil {
				t.Fatal(err)
			}
			sigKey, sigPub, err := s.GenerateSignatureKeyPair(rng)
			if err != nil {
				t.Fatal(err)
			}
			ct, err := s.EncryptWithLabel(rng, pk, "x", nil, []byte("text"))
			if err != nil {
				t.Fatal(err)
			}
			sig, err := s.SignWithLabel(sigKey, "x", []byte("text"))
			if err != nil {
				t.Fatal(err)
			}
			return bytes.Join([][]byte{sk, pk, sigKey, sigPub, ct.KEMOutput, ct.Ciphertext, sig}, nil)
		}
		if !bytes.Equal(run(1), run(1)) {
			t.Error("two runs with one seed differ")
		}
		if bytes.Equal(run(1), run(2)) {
			t.Error("two seeds give the same bytes")
		}
	})
}

func TestPublicKeyMatchesPrivate(t *testing.T) {
	everySuite(t, func(t *testing.T, s suite.Suite) {
		sk, pk, err := s.GenerateKeyPair(seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.PublicKey(sk)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "public key", got, pk)
		if err := s.ValidatePublicKey(pk[:len(pk)-1]); err == nil {
			t.Error("a short public key is accepted")
		}
	})
}

func TestUncompressedSignatureKeys(t *testing.T) {
	s, _ := suite.ByID(0x0002)
	_, pk, err := s.GenerateSignatureKeyPair(seeded(1))
	if err != nil {
		t.Fatal(err)
	}
	if len(pk) != 65 || pk[0] != 4 {
		t.Errorf("the P-256 public key is %x: not an UncompressedPointRepresentation", pk)
	}
}

func TestAEADRefuses(t *testing.T) {
	everySuite(t, func(t *testing.T, s suite.Suite) {
		key, nonce := make([]byte, s.Nk()), make([]byte, s.Nn())
		ct, err := s.Seal(key, nonce, []byte("aad"), []byte("text"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(key, nonce, []byte("other"), ct); err != suite.ErrOpen {
			t.Errorf("other additional data: %v, want ErrOpen", err)
		}
		if _, err := s.Open(key[1:], nonce, []byte("aad"), ct); err == nil {
			t.Error("a short key is accepted")
		}
		if !s.VerifyMAC(key, []byte("d"), s.MAC(key, []byte("d"))) || s.VerifyMAC(key, []byte("d"), nil) {
			t.Error("VerifyMAC does not compare tags whole")
		}
	})
}

func TestUnsupportedSuite(t *testing.T) {
	if _, err := suite.ByID(wire.CipherSuite(0x0a0a)); err == nil {
		t.Error("0x0a0a is accepted")
	}
	if _, err := suite.ByName("nonsense"); err == nil {
		t.Error("nonsense is accepted")
	}
}

func equal(t *testing.T, field string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s is %x, want %x", field, got, want)
	}
}
