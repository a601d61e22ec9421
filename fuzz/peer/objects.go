package peer

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// now is the time of all requests, in seconds since 1970: early in 2027.
const now = 1_800_000_000

// Objects are honest KeyPackages and GroupInfos, and others that each break one thing
// behind a signature that is right.
func Objects() ([]Input, error) {
	var list []Input
	for _, id := range []wire.CipherSuite{1, 2, 3} {
		s, err := suite.ByID(id)
		if err != nil {
			return nil, err
		}
		kps, err := keyPackages(s)
		if err != nil {
			return nil, err
		}
		infos, err := groupInfos(s)
		if err != nil {
			return nil, err
		}
		list = slices.Concat(list, kps, infos)
	}
	return list, nil
}

// moment is when in the making of a KeyPackage something is changed.
type moment int

const (
	unsigned moment = iota
	leafSigned
	signed
)

// keyPackageChange is one change of a KeyPackage; what is not signed yet is signed after it.
type keyPackageChange struct {
	name string
	at   moment
	make func(kp *wire.KeyPackage)
}

var keyPackageChanges = []keyPackageChange{
	{"honest", unsigned, func(*wire.KeyPackage) {}},
	{"a bit of the leaf's signature", leafSigned, func(kp *wire.KeyPackage) { kp.LeafNode.Signature[8] ^= 1 }},
	{"a bit of the signature", signed, func(kp *wire.KeyPackage) { kp.Signature[8] ^= 1 }},
	{"init_key is the leaf's key", unsigned, func(kp *wire.KeyPackage) { kp.InitKey = kp.LeafNode.EncryptionKey }},
	{"init_key is empty", unsigned, func(kp *wire.KeyPackage) { kp.InitKey = nil }},
	{"init_key is too short", unsigned, func(kp *wire.KeyPackage) { kp.InitKey = kp.InitKey[1:] }},
	{"encryption_key is empty", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.EncryptionKey = nil }},
	{"encryption_key is all zero", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.EncryptionKey = make([]byte, len(kp.InitKey)) }},
	{"version 2", unsigned, func(kp *wire.KeyPackage) { kp.Version = 2 }},
	{"source update", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Source = wire.LeafSourceUpdate }},
	{"source commit", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Source = wire.LeafSourceCommit }},
	{"lifetime is over", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 0, NotAfter: 1000} }},
	{"lifetime is to come", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 1 << 40, NotAfter: 1 << 41}
	}},
	{"lifetime is backwards", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 1 << 40, NotAfter: 1000} }},
	{"lifetime has no end", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Lifetime = wire.Lifetime{NotAfter: 1<<64 - 1} }},
	{"unknown extension", unsigned, func(kp *wire.KeyPackage) { kp.Extensions = []wire.Extension{{Type: 0xff01, Data: []byte{1}}} }},
	{"an extension twice", unsigned, func(kp *wire.KeyPackage) { kp.Extensions = []wire.Extension{{Type: 0xff01}, {Type: 0xff01}} }},
	{"ratchet_tree in the KeyPackage", unsigned, func(kp *wire.KeyPackage) {
		kp.Extensions = []wire.Extension{{Type: wire.ExtensionRatchetTree, Data: []byte{0}}}
	}},
	{"unknown extension in the leaf", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Extensions = []wire.Extension{{Type: 0xff01}} }},
	{"GREASE in the leaf, listed", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: 0x5a5a, Data: []byte{1, 2}}}
		kp.LeafNode.Capabilities.Extensions = append(kp.LeafNode.Capabilities.Extensions, 0x5a5a)
	}},
	{"an extension twice in the leaf", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: 0xff01}, {Type: 0xff01}}
		kp.LeafNode.Capabilities.Extensions = append(kp.LeafNode.Capabilities.Extensions, 0xff01)
	}},
	{"application_id", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: wire.ExtensionApplicationID, Data: []byte{1, 7}}}
	}},
	{"application_id is malformed", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: wire.ExtensionApplicationID, Data: []byte{9, 7}}}
	}},
	{"external_pub in the leaf", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: wire.ExtensionExternalPub, Data: []byte{0}}}
	}},
	{"no capabilities", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Capabilities = wire.Capabilities{} }},
	{"capabilities without the version", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Capabilities.Versions = []wire.ProtocolVersion{7} }},
	{"capabilities without the suite", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Capabilities.CipherSuites = []wire.CipherSuite{7} }},
	{"capabilities without the credential", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Capabilities.Credentials = []wire.CredentialType{wire.CredentialX509}
	}},
	{"capabilities with default types", unsigned, func(kp *wire.KeyPackage) {
		kp.LeafNode.Capabilities.Proposals = []wire.ProposalType{wire.ProposalAdd}
	}},
	{"identity is empty", unsigned, func(kp *wire.KeyPackage) { kp.LeafNode.Credential.Identity = nil }},
}

func keyPackages(s suite.Suite) ([]Input, error) {
	rng := rand.NewChaCha8([32]byte{byte(s.ID())})
	var list []Input
	for _, change := range keyPackageChanges {
		client, err := group.NewClient(s, rng, "bob")
		if err != nil {
			return nil, err
		}
		kp, _, err := client.NewKeyPackage(rng)
		if err != nil {
			return nil, err
		}
		if err := change.apply(s, client.Identity.SignatureKey, &kp); err != nil {
			return nil, err
		}
		b, err := wire.Marshal(&kp)
		if err != nil {
			return nil, err
		}
		list = append(list, Input{fmt.Sprintf("KeyPackage of suite %d, %s", s.ID(), change.name), Request{Do: KeyPackage, Hex: b, Now: now}})
	}
	return list, nil
}

func (c keyPackageChange) apply(s suite.Suite, sk []byte, kp *wire.KeyPackage) error {
	if c.at == unsigned {
		c.make(kp)
	}
	if err := treesync.SignLeaf(s, sk, &kp.LeafNode, nil, 0); err != nil {
		return err
	}
	if c.at == leafSigned {
		c.make(kp)
	}
	err := treesync.SignKeyPackage(s, sk, kp)
	if c.at == signed {
		c.make(kp)
	}
	return err
}
