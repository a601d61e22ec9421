package group

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/treesync"
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

// leaf is an unsigned leaf node for id with the given HPKE key.
func (id Identity) leaf(s suite.Suite, encryptionKey []byte, source wire.LeafNodeSource) wire.LeafNode {
	return wire.LeafNode{
		EncryptionKey: encryptionKey,
		SignatureKey:  id.SignaturePub,
		Credential:    id.Credential,
		Capabilities: wire.Capabilities{
			Versions:     []wire.ProtocolVersion{wire.ProtocolMLS10},
			CipherSuites: []wire.CipherSuite{s.ID()},
			Credentials:  []wire.CredentialType{wire.CredentialBasic},
		},
		Source: source,
	}
}

// KeyPackageSecrets is a KeyPackage with its private keys, kept by the client
// until it has joined (RFC 9420 §10).
type KeyPackageSecrets struct {
	KeyPackage    wire.KeyPackage
	InitKey       []byte // private
	EncryptionKey []byte // private, of the leaf
}

// forever is the lifetime that the scenarios' key packages are given: the
// group's time is not the clock's. RFC 9420 §7.2 leaves the limit to the application.
var forever = wire.Lifetime{NotBefore: 0, NotAfter: 1<<64 - 1}

// NewKeyPackage makes a KeyPackage with fresh init and leaf keys (RFC 9420 §10).
func NewKeyPackage(s suite.Suite, rng io.Reader, id Identity) (wire.KeyPackage, KeyPackageSecrets, error) {
	var none KeyPackageSecrets
	initKey, initPub, err := s.GenerateKeyPair(rng)
	if err != nil {
		return wire.KeyPackage{}, none, err
	}
	leafKey, leafPub, err := s.GenerateKeyPair(rng)
	if err != nil {
		return wire.KeyPackage{}, none, err
	}
	leaf := id.leaf(s, leafPub, wire.LeafSourceKeyPackage)
	leaf.Lifetime = forever
	if err := treesync.SignLeaf(s, id.SignatureKey, &leaf, nil, 0); err != nil {
		return wire.KeyPackage{}, none, err
	}
	kp := wire.KeyPackage{Version: wire.ProtocolMLS10, CipherSuite: s.ID(), InitKey: initPub, LeafNode: leaf}
	if err := treesync.SignKeyPackage(s, id.SignatureKey, &kp); err != nil {
		return wire.KeyPackage{}, none, err
	}
	return kp, KeyPackageSecrets{KeyPackage: kp, InitKey: initKey, EncryptionKey: leafKey}, nil
}
