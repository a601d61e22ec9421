package suite_test

import (
	"math/rand/v2"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
)

// TestMakeVectors makes one small entry per suite. They were made by this
// implementation at a moment when it passed all official ones, so that they
// only guard against change.
func TestMakeVectors(t *testing.T) {
	vectors.Make(t, "crypto-basics.json", func(rng *rand.ChaCha8) []cryptoBasics {
		var list []cryptoBasics
		for _, name := range suite.Names() {
			s, err := suite.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, makeCryptoBasics(t, s, rng))
		}
		return list
	})
}

func makeCryptoBasics(t *testing.T, s suite.Suite, rng *rand.ChaCha8) cryptoBasics {
	v := cryptoBasics{CipherSuite: s.ID()}
	fresh := func(n int) []byte { return vectors.Fresh(rng, n) }
	v.RefHash.Label, v.RefHash.Value = "RefHash", fresh(20)
	v.RefHash.Out = s.RefHash(v.RefHash.Label, v.RefHash.Value)

	e := &v.Expand
	e.Secret, e.Label, e.Context, e.Length = fresh(s.Nh()), "ExpandWithLabel", fresh(9), 17
	e.Out = s.ExpandWithLabel(e.Secret, e.Label, e.Context, e.Length)

	d := &v.Derive
	d.Secret, d.Label = fresh(s.Nh()), "DeriveSecret"
	d.Out = s.DeriveSecret(d.Secret, d.Label)

	x := &v.Tree
	x.Secret, x.Label, x.Generation, x.Length = fresh(s.Nh()), "DeriveTreeSecret", 1<<24+7, 16
	x.Out = s.DeriveTreeSecret(x.Secret, x.Label, x.Generation, x.Length)

	sk, pk, err := s.GenerateSignatureKeyPair(rng)
	if err != nil {
		t.Fatal(err)
	}
	v.Sign.Priv, v.Sign.Pub, v.Sign.Content, v.Sign.Label = sk, pk, fresh(30), "SignWithLabel"
	if v.Sign.Signature, err = s.SignWithLabel(sk, v.Sign.Label, v.Sign.Content); err != nil {
		t.Fatal(err)
	}

	if sk, pk, err = s.GenerateKeyPair(rng); err != nil {
		t.Fatal(err)
	}
	c := &v.Encrypt
	c.Priv, c.Pub, c.Label, c.Context, c.Plaintext = sk, pk, "EncryptWithLabel", fresh(11), fresh(25)
	ct, err := s.EncryptWithLabel(rng, pk, c.Label, c.Context, c.Plaintext)
	if err != nil {
		t.Fatal(err)
	}
	c.KEMOutput, c.Ciphertext = ct.KEMOutput, ct.Ciphertext
	return v
}
