package vectors

import (
	"math"

	"mlsref/impl/wire"
)

// cryptoBasics: the labelled functions of RFC 9420 §5.1, §5.2, §8 and §9.1.
type cryptoBasics struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	RefHash     struct {
		Label string `json:"label"`
		Value Hex    `json:"value"`
		Out   Hex    `json:"out"`
	} `json:"ref_hash"`
	Expand struct {
		Secret  Hex    `json:"secret"`
		Label   string `json:"label"`
		Context Hex    `json:"context"`
		Length  uint16 `json:"length"`
		Out     Hex    `json:"out"`
	} `json:"expand_with_label"`
	Derive struct {
		Secret Hex    `json:"secret"`
		Label  string `json:"label"`
		Out    Hex    `json:"out"`
	} `json:"derive_secret"`
	Tree struct {
		Secret     Hex    `json:"secret"`
		Label      string `json:"label"`
		Generation uint32 `json:"generation"`
		Length     uint16 `json:"length"`
		Out        Hex    `json:"out"`
	} `json:"derive_tree_secret"`
	Sign    signVector    `json:"sign_with_label"`
	Encrypt encryptVector `json:"encrypt_with_label"`
}

type signVector struct {
	Priv      Hex    `json:"priv"`
	Pub       Hex    `json:"pub"`
	Content   Hex    `json:"content"`
	Label     string `json:"label"`
	Signature Hex    `json:"signature"`
}

type encryptVector struct {
	Priv       Hex    `json:"priv"`
	Pub        Hex    `json:"pub"`
	Label      string `json:"label"`
	Context    Hex    `json:"context"`
	Plaintext  Hex    `json:"plaintext"`
	KEMOutput  Hex    `json:"kem_output"`
	Ciphertext Hex    `json:"ciphertext"`
}

var cryptoBasicsKind = newKind("crypto-basics", "hash references, labelled key derivation, signatures and HPKE",
	verifyCryptoBasics, generateCryptoBasics)

func verifyCryptoBasics(c *checker, v *cryptoBasics) {
	s := c.suite
	c.equal("ref_hash.out", s.RefHash(v.RefHash.Label, v.RefHash.Value), v.RefHash.Out)
	if e := v.Expand; c.secret("expand_with_label.secret", e.Secret) && c.expandable("expand_with_label.length", int(e.Length)) {
		c.equal("expand_with_label.out", s.ExpandWithLabel(e.Secret, e.Label, e.Context, int(e.Length)), e.Out)
	}
	if d := v.Derive; c.secret("derive_secret.secret", d.Secret) {
		c.equal("derive_secret.out", s.DeriveSecret(d.Secret, d.Label), d.Out)
	}
	if x := v.Tree; c.secret("derive_tree_secret.secret", x.Secret) && c.expandable("derive_tree_secret.length", int(x.Length)) {
		c.equal("derive_tree_secret.out", s.DeriveTreeSecret(x.Secret, x.Label, x.Generation, int(x.Length)), x.Out)
	}
	v.Sign.verify(c)
	v.Encrypt.verify(c)
}

// expandable says whether HKDF gives so many bytes.
func (c *checker) expandable(field string, n int) bool {
	most := min(255*c.suite.Nh(), math.MaxUint16)
	return n <= most || c.fail(field, "%d bytes, HKDF gives at most %d", n, most)
}

func (v *signVector) verify(c *checker) {
	s := c.suite
	c.holds("sign_with_label.signature", s.VerifyWithLabel(v.Pub, v.Label, v.Content, v.Signature), "the signature does not verify")
	own, err := s.SignWithLabel(v.Priv, v.Label, v.Content)
	if c.ok("sign_with_label.priv", err) {
		c.holds("sign_with_label.priv", s.VerifyWithLabel(v.Pub, v.Label, v.Content, own),
			"what is signed with it does not verify with pub")
	}
}

func (v *encryptVector) verify(c *checker) {
	const field = "encrypt_with_label"
	s := c.suite
	v.Priv = c.scalar(v.Priv)
	given := wire.HPKECiphertext{KEMOutput: v.KEMOutput, Ciphertext: v.Ciphertext}
	if plaintext, err := s.DecryptWithLabel(v.Priv, v.Label, v.Context, given); c.ok(field+".ciphertext", err) {
		c.equal(field+".plaintext", plaintext, v.Plaintext)
	}
	own, err := s.EncryptWithLabel(c.rng, v.Pub, v.Label, v.Context, v.Plaintext)
	if !c.ok(field+".pub", err) {
		return
	}
	plaintext, err := s.DecryptWithLabel(v.Priv, v.Label, v.Context, own)
	if c.holds(field+".pub", err == nil, "what is encrypted to it does not open with priv") {
		c.equal(field+".pub", plaintext, v.Plaintext)
	}
}

func generateCryptoBasics(g *generator) []cryptoBasics {
	s := g.suite
	v := cryptoBasics{CipherSuite: s.ID()}
	v.RefHash.Label, v.RefHash.Value = "RefHash", g.bytes(32)
	v.RefHash.Out = s.RefHash(v.RefHash.Label, v.RefHash.Value)

	e := &v.Expand
	e.Secret, e.Label, e.Context, e.Length = g.secret(), "ExpandWithLabel", g.bytes(19), 17
	e.Out = s.ExpandWithLabel(e.Secret, e.Label, e.Context, int(e.Length))

	d := &v.Derive
	d.Secret, d.Label = g.secret(), "DeriveSecret"
	d.Out = s.DeriveSecret(d.Secret, d.Label)

	x := &v.Tree
	x.Secret, x.Label, x.Generation, x.Length = g.secret(), "DeriveTreeSecret", 1<<31|uint32(g.number(1<<20)), 16
	x.Out = s.DeriveTreeSecret(x.Secret, x.Label, x.Generation, int(x.Length))

	sk, pk := g.signatureKey()
	v.Sign = signVector{Priv: sk, Pub: pk, Content: g.bytes(30), Label: "SignWithLabel"}
	v.Sign.Signature = must(s.SignWithLabel(sk, v.Sign.Label, v.Sign.Content))

	sk, pk = g.keyPair()
	c := encryptVector{Priv: sk, Pub: pk, Label: "EncryptWithLabel", Context: g.bytes(11), Plaintext: g.bytes(25)}
	ct := must(s.EncryptWithLabel(g.rng, pk, c.Label, c.Context, c.Plaintext))
	c.KEMOutput, c.Ciphertext = ct.KEMOutput, ct.Ciphertext
	v.Encrypt = c
	return []cryptoBasics{v}
}

// signatureKey makes a signature key pair.
func (g *generator) signatureKey() (sk, pk Hex) {
	private, public, err := g.suite.GenerateSignatureKeyPair(g.rng)
	ok(err)
	return private, public
}

// keyPair makes an HPKE key pair.
func (g *generator) keyPair() (sk, pk Hex) {
	private, public, err := g.suite.GenerateKeyPair(g.rng)
	ok(err)
	return private, public
}
