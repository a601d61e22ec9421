package credential

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
	"time"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// X509 accepts X.509 credentials whose chain leads to one of the roots. The system's
// roots are never used. It can be used with every cipher suite; but crypto/x509
// verifies no Ed448 signature, so that for the suites with Ed448 only the end-entity
// certificate may have such a key.
type X509 struct {
	Roots *x509.CertPool
	Known *x509.CertPool   // certificates that a chain may omit (RFC 9420 §5.3); may be nil
	Now   func() time.Time // the time at which certificates must be valid
}

// Accept takes from RFC 9420 §5.3 that the chain MAY omit certificates, and from the
// order that it demands, that only those after the last may be missing: those sent
// sign one another without a gap.
func (x X509) Accept(c wire.Credential, signatureKey []byte) error {
	if x.Roots == nil || x.Now == nil {
		return errors.New("credential: X509 has no roots or no clock")
	}
	if c.Type != wire.CredentialX509 {
		return spec.CredentialKind.Broken("credential type %v, want x509", c.Type)
	}
	chain, err := parseChain(c)
	if err != nil {
		return err
	}
	if err := keyMatches(chain[0], signatureKey); err != nil {
		return err
	}
	if err := affordable(chain); err != nil {
		return err
	}
	if err := inOrder(chain); err != nil {
		return err
	}
	return x.leadsToRoot(chain)
}

// parseChain returns one certificate at least: the syntax allows none, but then
// certificates[0] is not there to be the end-entity's (subtle point 24).
func parseChain(c wire.Credential) ([]*x509.Certificate, error) {
	if len(c.Certificates) == 0 {
		return nil, spec.X509EndEntity.Broken("the chain is empty")
	}
	var chain []*x509.Certificate
	for i, entry := range c.Certificates {
		cert, err := x509.ParseCertificate(entry.CertData)
		if err != nil {
			return nil, spec.X509DER.Broken("certificates[%d]: %v", i, err)
		}
		chain = append(chain, cert)
	}
	return chain, nil
}

// keyMatches settles the signature scheme too (§5.1.2): treesync has checked that
// the key has the format of the suite's, and no two schemes have keys of one length.
func keyMatches(cert *x509.Certificate, signatureKey []byte) error {
	key := rawKey(cert)
	if key == nil {
		return spec.X509SignatureKey.Broken("the certificate's key is of an algorithm that MLS does not use (%v)", cert.PublicKeyAlgorithm)
	}
	if !bytes.Equal(key, signatureKey) {
		return spec.X509SignatureKey.Broken("the certificate is for %x, the leaf has %x", key, signatureKey)
	}
	return nil
}

// rawKey converts a subjectPublicKeyInfo to the format of RFC 9420 §5.1.1, which
// the RFC does not spell out: an uncompressed point, or the key as in RFC 8032. nil:
// it is of another kind.
func rawKey(cert *x509.Certificate) []byte {
	switch key := cert.PublicKey.(type) {
	case ed25519.PublicKey:
		return key
	case *ecdsa.PublicKey:
		if raw, err := key.Bytes(); err == nil {
			return raw
		}
		return nil
	case nil:
		return ed448Key(cert.RawSubjectPublicKeyInfo)
	}
	return nil
}

var oidEd448 = asn1.ObjectIdentifier{1, 3, 101, 113} // RFC 8410 §3

func ed448Key(der []byte) []byte {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &info)
	if err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidEd448) || info.PublicKey.BitLength%8 != 0 {
		return nil
	}
	return info.PublicKey.Bytes
}

// affordable: nobody is to make us verify any number of signatures, under keys of
// any size. The RFC has no such bounds; that of RSA is crypto/tls's.
func affordable(chain []*x509.Certificate) error {
	const certificates, bits = 100, 8192
	if len(chain) > certificates {
		return spec.X509Path.Broken("the chain has %d certificates", len(chain))
	}
	for i, cert := range chain {
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > bits {
			return spec.X509Path.Broken("certificates[%d] has an RSA key of %d bits", i, key.N.BitLen())
		}
	}
	return nil
}

func inOrder(chain []*x509.Certificate) error {
	for i := 1; i < len(chain); i++ {
		if err := chain[i-1].CheckSignatureFrom(chain[i]); err != nil {
			return spec.X509Order.Broken("certificates[%d] is not signed by certificates[%d]: %v", i-1, i, err)
		}
	}
	return nil
}

// leadsToRoot asks for no extended key usage: none is registered for MLS.
func (x X509) leadsToRoot(chain []*x509.Certificate) error {
	between := x509.NewCertPool()
	if x.Known != nil {
		between = x.Known.Clone()
	}
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: x.Roots, Intermediates: between, CurrentTime: x.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return spec.X509Path.Broken("%v", err)
	}
	return nil
}

// Successor wants the same identities, from any issuer.
func (x X509) Successor(old, next wire.Credential) error {
	if !x.SameClient(old, next) {
		return spec.IdentityKept.Broken("the certificates do not present the same identities")
	}
	return nil
}

// SameClient compares what the end-entity certificates present.
func (X509) SameClient(a, b wire.Credential) bool {
	x, y := identities(a), identities(b)
	return len(x) > 0 && slices.Equal(x, y)
}

// identities are a certificate's alternative names, or its subject if it has none,
// sorted; nothing for what is no X.509 credential.
func identities(c wire.Credential) []string {
	chain, err := parseChain(c)
	if c.Type != wire.CredentialX509 || err != nil {
		return nil
	}
	cert := chain[0]
	var list []string
	for _, name := range cert.DNSNames {
		list = append(list, "DNS:"+name)
	}
	for _, name := range cert.EmailAddresses {
		list = append(list, "email:"+name)
	}
	for _, address := range cert.IPAddresses {
		list = append(list, "IP:"+address.String())
	}
	for _, name := range cert.URIs {
		list = append(list, "URI:"+name.String())
	}
	if len(list) == 0 && len(cert.Subject.Names) > 0 {
		list = append(list, "subject:"+string(cert.RawSubject))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
