package suite_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

type cryptoBasics struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	RefHash     struct {
		Label string      `json:"label"`
		Value vectors.Hex `json:"value"`
		Out   vectors.Hex `json:"out"`
	} `json:"ref_hash"`
	Expand struct {
		Secret  vectors.Hex `json:"secret"`
		Label   string      `json:"label"`
		Context vectors.Hex `json:"context"`
		Length  int         `json:"length"`
		Out     vectors.Hex `json:"out"`
	} `json:"expand_with_label"`
	Derive struct {
		Secret vectors.Hex `json:"secret"`
		Label  string      `json:"label"`
		Out    vectors.Hex `json:"out"`
	} `json:"derive_secret"`
	Tree struct {
		Secret     vectors.Hex `json:"secret"`
		Label      string      `json:"label"`
		Generation uint32      `json:"generation"`
		Length     int         `json:"length"`
		Out        vectors.Hex `json:"out"`
	} `json:"derive_tree_secret"`
	Sign struct {
		Priv      vectors.Hex `json:"priv"`
		Pub       vectors.Hex `json:"pub"`
		Content   vectors.Hex `json:"content"`
		Label     string      `json:"label"`
		Signature vectors.Hex `json:"signature"`
	} `json:"sign_with_label"`
	Encrypt struct {
		Priv       vectors.Hex `json:"priv"`
		Pub        vectors.Hex `json:"pub"`
		Label      string      `json:"label"`
		Context    vectors.Hex `json:"context"`
		Plaintext  vectors.Hex `json:"plaintext"`
		KEMOutput  vectors.Hex `json:"kem_output"`
		Ciphertext vectors.Hex `json:"ciphertext"`
	} `json:"encrypt_with_label"`
}

func equal(t *testing.T, field string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s is %x, want %x", field, got, want)
	}
}

func TestCryptoBasics(t *testing.T) {
	vectors.Run(t, "crypto-basics.json", func(t *testing.T, v cryptoBasics) {
		s, err := suite.ByID(v.CipherSuite)
		if err != nil {
			t.Skipf("not checked: %v", err)
		}
		equal(t, "ref_hash", s.RefHash(v.RefHash.Label, v.RefHash.Value), v.RefHash.Out)
		equal(t, "expand_with_label", s.ExpandWithLabel(v.Expand.Secret, v.Expand.Label, v.Expand.Context, v.Expand.Length), v.Expand.Out)
		equal(t, "derive_secret", s.DeriveSecret(v.Derive.Secret, v.Derive.Label), v.Derive.Out)
		equal(t, "derive_tree_secret", s.DeriveTreeSecret(v.Tree.Secret, v.Tree.Label, v.Tree.Generation, v.Tree.Length), v.Tree.Out)
		checkSign(t, s, v)
		checkEncrypt(t, s, v)
	})
}

func checkSign(t *testing.T, s suite.Suite, v cryptoBasics) {
	if !s.VerifyWithLabel(v.Sign.Pub, v.Sign.Label, v.Sign.Content, v.Sign.Signature) {
		t.Error("sign_with_label: the signature does not verify")
	}
	own, err := s.SignWithLabel(v.Sign.Priv, v.Sign.Label, v.Sign.Content)
	if err != nil {
		t.Fatal(err)
	}
	if !s.VerifyWithLabel(v.Sign.Pub, v.Sign.Label, v.Sign.Content, own) {
		t.Error("sign_with_label: our signature does not verify")
	}
	if s.VerifyWithLabel(v.Sign.Pub, v.Sign.Label+"x", v.Sign.Content, own) {
		t.Error("sign_with_label: the signature verifies under another label")
	}
}

func checkEncrypt(t *testing.T, s suite.Suite, v cryptoBasics) {
	e := v.Encrypt
	ct := wire.HPKECiphertext{KEMOutput: e.KEMOutput, Ciphertext: e.Ciphertext}
	pt, err := s.DecryptWithLabel(e.Priv, e.Label, e.Context, ct)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "encrypt_with_label.plaintext", pt, e.Plaintext)
	if ct, err = s.EncryptWithLabel(rand.Reader, e.Pub, e.Label, e.Context, e.Plaintext); err != nil {
		t.Fatal(err)
	}
	if pt, err = s.DecryptWithLabel(e.Priv, e.Label, e.Context, ct); err != nil {
		t.Fatal(err)
	}
	equal(t, "encrypt_with_label, our own", pt, e.Plaintext)
	if _, err := s.DecryptWithLabel(e.Priv, e.Label, append(e.Context, 0), ct); err == nil {
		t.Error("encrypt_with_label: opens under another context")
	}
}
