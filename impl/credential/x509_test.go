package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

var noon = time.Unix(1_700_000_000, 0)

func ed25519Key(seed byte) crypto.Signer {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32))
}

func ecdsaKey(t *testing.T, curve elliptic.Curve) crypto.Signer {
	scalar := make([]byte, (curve.Params().BitSize+7)/8)
	scalar[len(scalar)-1] = 7
	key, err := ecdsa.ParseRawPrivateKey(curve, scalar)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// raw is the key in the format of MLS.
func raw(t *testing.T, key crypto.Signer) []byte {
	if pk, ok := key.Public().(ed25519.PublicKey); ok {
		return pk
	}
	pk, err := key.Public().(*ecdsa.PublicKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return pk
}

// authority is a root, and an intermediate below it.
type authority struct {
	*testing.T
	rootKey, midKey crypto.Signer
	root, mid       *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	a := &authority{T: t, rootKey: ed25519Key(100), midKey: ecdsaKey(t, elliptic.P256())}
	a.root = a.issue(template("root", true), nil, a.rootKey.Public(), a.rootKey)
	a.mid = a.issue(template("mid", true), a.root, a.midKey.Public(), a.rootKey)
	return a
}

func template(name string, ca bool) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour),
		BasicConstraintsValid: true, IsCA: ca, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if ca {
		c.KeyUsage = x509.KeyUsageCertSign
	} else {
		c.DNSNames = []string{name + ".example"}
	}
	return c
}

func (a *authority) issue(c, parent *x509.Certificate, pk crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.NewChaCha8([32]byte{}), c, parent, pk, by)
	if err != nil {
		a.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.Fatal(err)
	}
	return cert
}

func (a *authority) leaf(name string, key crypto.Signer) *x509.Certificate {
	return a.issue(template(name, false), a.mid, key.Public(), a.midKey)
}

// credential is the certificate's, with the intermediate.
func (a *authority) credential(cert *x509.Certificate) wire.Credential { return chainOf(cert, a.mid) }

func chainOf(chain ...*x509.Certificate) wire.Credential {
	c := wire.Credential{Type: wire.CredentialX509}
	for _, cert := range chain {
		c.Certificates = append(c.Certificates, wire.Certificate{CertData: cert.Raw})
	}
	return c
}

func (a *authority) check() X509 {
	x := X509{Roots: x509.NewCertPool(), Now: func() time.Time { return noon }}
	x.Roots.AddCert(a.root)
	return x
}

// Subtle point 24: the end-entity's key is compared in the format of each suite, and
// a chain without certificates, though it decodes, is refused.
func TestX509Keys(t *testing.T) {
	a := newAuthority(t)
	for id, key := range map[wire.CipherSuite]crypto.Signer{
		1: ed25519Key(1), 2: ecdsaKey(t, elliptic.P256()), 5: ecdsaKey(t, elliptic.P521()), 7: ecdsaKey(t, elliptic.P384()),
	} {
		s, err := suite.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ValidateSignatureKey(raw(t, key)); err != nil {
			t.Error(err)
		}
		brokenRule(t, a.check().Accept(a.credential(a.leaf("alice", key)), raw(t, key)), nil)
		brokenRule(t, a.check().Accept(a.credential(a.leaf("alice", key)), raw(t, key)[1:]), spec.X509SignatureKey)
	}
}

// Each case breaks one thing in alice's honest chain.
func TestX509Rules(t *testing.T) {
	a := newAuthority(t)
	key := ed25519Key(1)
	alice, stranger := a.leaf("alice", key), newAuthority(t)
	stranger.rootKey = ed25519Key(101)
	stranger.root = stranger.issue(template("root", true), nil, stranger.rootKey.Public(), stranger.rootKey)
	other := a.issue(template("mid", true), a.root, ed25519Key(102).Public(), a.rootKey)
	notCA := a.issue(template("carol", false), a.mid, a.midKey.Public(), a.midKey)
	for _, v := range []struct {
		what string
		rule *spec.Rule
		bend func(x *X509, c *wire.Credential)
	}{
		{"nothing", nil, func(*X509, *wire.Credential) {}},
		{"with the root", nil, func(_ *X509, c *wire.Credential) { *c = chainOf(alice, a.mid, a.root) }},
		{"for TLS clients", nil, func(_ *X509, c *wire.Credential) {
			tls := template("alice", false)
			tls.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
			*c = a.credential(a.issue(tls, a.mid, key.Public(), a.midKey))
		}},
		{"basic", spec.CredentialKind, func(_ *X509, c *wire.Credential) { *c = basic("alice") }},
		{"empty chain", spec.X509EndEntity, func(_ *X509, c *wire.Credential) { c.Certificates = nil }},
		{"trailing byte", spec.X509DER, func(_ *X509, c *wire.Credential) {
			c.Certificates[0].CertData = append(c.Certificates[0].CertData[:len(alice.Raw):len(alice.Raw)], 0)
		}},
		{"another's key", spec.X509SignatureKey, func(_ *X509, c *wire.Credential) { *c = a.credential(a.leaf("alice", ed25519Key(2))) }},
		{"another intermediate", spec.X509Order, func(_ *X509, c *wire.Credential) { *c = chainOf(alice, other) }},
		{"in another order", spec.X509Order, func(_ *X509, c *wire.Credential) { *c = chainOf(alice, a.root, a.mid) }},
		{"signed by no authority", spec.X509Order, func(_ *X509, c *wire.Credential) {
			*c = chainOf(a.issue(template("alice", false), notCA, key.Public(), a.midKey), notCA, a.mid)
		}},
		{"intermediate missing", spec.X509Path, func(_ *X509, c *wire.Credential) { *c = chainOf(alice) }},
		{"intermediate known", nil, func(x *X509, c *wire.Credential) {
			*c = chainOf(alice)
			x.Known = x509.NewCertPool()
			x.Known.AddCert(a.mid)
		}},
		{"another root", spec.X509Path, func(x *X509, _ *wire.Credential) { *x = stranger.check() }},
		{"too early", spec.X509Path, func(x *X509, _ *wire.Credential) { x.Now = func() time.Time { return noon.Add(-2 * time.Hour) } }},
		{"too late", spec.X509Path, func(x *X509, _ *wire.Credential) { x.Now = func() time.Time { return noon.Add(2 * time.Hour) } }},
	} {
		t.Run(v.what, func(t *testing.T) {
			x, c := a.check(), a.credential(alice)
			v.bend(&x, &c)
			brokenRule(t, x.Accept(c, raw(t, key)), v.rule)
		})
	}
	if err := (X509{}).Accept(a.credential(alice), raw(t, key)); err == nil {
		t.Error("accepted without roots and a clock")
	}
}

// A certificate for RSA is none for MLS, whatever the leaf says its key is.
func TestX509RSA(t *testing.T) {
	a := newAuthority(t)
	pk := &rsa.PublicKey{N: new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 2047), big.NewInt(1)), E: 65537}
	cert := a.issue(template("alice", false), a.mid, pk, a.midKey)
	brokenRule(t, a.check().Accept(a.credential(cert), nil), spec.X509SignatureKey)
}

// A chain may be in order, and still be too much to look at.
func TestX509Affordable(t *testing.T) {
	a := newAuthority(t)
	key := ed25519Key(1)
	alice, ca := a.leaf("alice", key), a.root
	long := []*x509.Certificate{a.issue(template("alice", false), ca, key.Public(), a.rootKey)}
	for range 99 {
		long = append(long, ca) // the root signs itself
	}
	brokenRule(t, a.check().Accept(chainOf(long...), raw(t, key)), nil)
	brokenRule(t, a.check().Accept(chainOf(append(long, ca)...), raw(t, key)), spec.X509Path)
	for bits, rule := range map[uint]*spec.Rule{8192: nil, 8193: spec.X509Path} {
		pk := &rsa.PublicKey{N: new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), bits-1), big.NewInt(1)), E: 65537}
		brokenRule(t, affordable([]*x509.Certificate{alice, a.issue(template("mid", true), a.root, pk, a.rootKey)}), rule)
	}
}

// crypto/x509 makes no certificate for an Ed448 key, so one for Ed25519 gets another
// subjectPublicKeyInfo and is signed again.
func TestX509Ed448(t *testing.T) {
	a := newAuthority(t)
	s, err := suite.ByID(4)
	if err != nil {
		t.Fatal(err)
	}
	_, pk, err := s.GenerateSignatureKeyPair(rand.NewChaCha8([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	plain := a.issue(template("alice", false), a.root, ed25519Key(1).Public(), a.rootKey)
	info := mustDER(t, struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}{pkix.AlgorithmIdentifier{Algorithm: oidEd448}, asn1.BitString{Bytes: pk, BitLength: 8 * len(pk)}})
	c := wire.Credential{Type: wire.CredentialX509, Certificates: []wire.Certificate{{CertData: a.withKey(plain, info)}}}
	brokenRule(t, a.check().Accept(c, pk), nil)
	pk[0] ^= 1
	brokenRule(t, a.check().Accept(c, pk), spec.X509SignatureKey)
}

// withKey replaces the subjectPublicKeyInfo, whose tag and place are unlike all others'.
func (a *authority) withKey(cert *x509.Certificate, info []byte) []byte {
	var outer struct {
		TBS       []asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(cert.Raw, &outer); err != nil {
		a.Fatal(err)
	}
	for i, field := range outer.TBS {
		if bytes.Equal(field.FullBytes, cert.RawSubjectPublicKeyInfo) {
			outer.TBS[i] = asn1.RawValue{FullBytes: info}
		}
	}
	signature, err := a.rootKey.Sign(nil, mustDER(a.T, outer.TBS), crypto.Hash(0))
	if err != nil {
		a.Fatal(err)
	}
	outer.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	return mustDER(a.T, outer)
}

func mustDER(t *testing.T, v any) []byte {
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestX509Successor(t *testing.T) {
	a := newAuthority(t)
	of := func(c *x509.Certificate) wire.Credential {
		return a.credential(a.issue(c, a.mid, ed25519Key(1).Public(), a.midKey))
	}
	alice := of(template("alice", false))
	renewed, more, unnamed, empty := template("alice", false), template("alice", false), template("alice", false), template("", false)
	renewed.SerialNumber, renewed.Subject = big.NewInt(2), pkix.Name{CommonName: "Alice"}
	more.EmailAddresses = []string{"alice@example"}
	unnamed.DNSNames, empty.DNSNames = nil, nil
	brokenRule(t, a.check().Successor(alice, of(renewed)), nil)
	brokenRule(t, a.check().Successor(of(unnamed), of(unnamed)), nil)
	for what, next := range map[string]wire.Credential{
		"another name": of(template("bob", false)), "one name more": of(more), "a subject only": of(unnamed),
		"basic": basic("alice"), "no chain": {Type: wire.CredentialX509},
	} {
		t.Run(what, func(t *testing.T) { brokenRule(t, a.check().Successor(alice, next), spec.IdentityKept) })
	}
	brokenRule(t, a.check().Successor(of(empty), of(empty)), spec.IdentityKept) // nobody in particular
}
