package group

import (
	"io"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// Identity is a client's credential and signature key pair (RFC 9420 §5.3).
type Identity struct {
	Name         string
	Credential   wire.Credential
	SignatureKey []byte // private
	SignaturePub []byte
}

// NewIdentity makes a basic credential that says name, and a fresh signature key.
func NewIdentity(s suite.Suite, rng io.Reader, name string) (Identity, error) {
	sk, pk, err := s.GenerateSignatureKeyPair(rng)
	if err != nil {
		return Identity{}, err
	}
	return Identity{
		Name:         name,
		Credential:   wire.Credential{Type: wire.CredentialBasic, Identity: []byte(name)},
		SignatureKey: sk,
		SignaturePub: pk,
	}, nil
}

// NewClient is a client with a fresh basic identity and the zero Config.
func NewClient(s suite.Suite, rng io.Reader, name string) (Client, error) {
	id, err := NewIdentity(s, rng, name)
	return Client{Suite: s, Identity: id}, err
}

// leaf is an unsigned leaf node of c with the given HPKE key.
func (c Client) leaf(rng io.Reader, encryptionKey []byte, source wire.LeafNodeSource) (wire.LeafNode, error) {
	leaf := wire.LeafNode{
		EncryptionKey: encryptionKey,
		SignatureKey:  c.Identity.SignaturePub,
		Credential:    c.Identity.Credential,
		Capabilities:  c.capabilities(),
		Source:        source,
	}
	if source == wire.LeafSourceKeyPackage {
		leaf.Lifetime = c.Config.Lifetime
		if leaf.Lifetime == (wire.Lifetime{}) {
			leaf.Lifetime = forever
		}
	}
	return leaf, c.grease(rng, &leaf)
}

// forever is the lifetime of a client that has no clock. RFC 9420 §7.2 leaves the
// limit to the application.
var forever = wire.Lifetime{NotBefore: 0, NotAfter: 1<<64 - 1}

// capabilities are what c's leaves list (RFC 9420 §7.2): what it uses, and what
// its Config adds.
func (c Client) capabilities() wire.Capabilities {
	have := c.Config.Capabilities
	have.Versions = with(have.Versions, wire.ProtocolMLS10)
	have.CipherSuites = with(have.CipherSuites, c.Suite.ID())
	have.Credentials = with(have.Credentials, c.Identity.Credential.Type)
	return have
}

func with[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(slices.Clone(list), v)
}
