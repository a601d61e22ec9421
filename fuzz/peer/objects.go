package peer

import (
	"bytes"
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
func Objects() []Input {
	var list []Input
	for _, id := range []wire.CipherSuite{1, 2, 3} {
		for _, make := range []func(suite.Suite) ([]Input, error){keyPackages, groupInfos} {
			s, err := suite.ByID(id)
			if err != nil {
				panic("peer: internal: " + err.Error())
			}
			made, err := make(s)
			if err != nil {
				panic("peer: internal: " + err.Error()) // all comes from a seed
			}
			list = append(list, made...)
		}
	}
	return list
}

// keyPackageChange is one change of a KeyPackage, which is signed again.
type keyPackageChange struct {
	name string
	make func(kp *wire.KeyPackage)
}

var keyPackageChanges = []keyPackageChange{
	{"honest", func(*wire.KeyPackage) {}},
	{"init_key is the leaf's key", func(kp *wire.KeyPackage) { kp.InitKey = kp.LeafNode.EncryptionKey }},
	{"init_key is empty", func(kp *wire.KeyPackage) { kp.InitKey = nil }},
	{"init_key is too short", func(kp *wire.KeyPackage) { kp.InitKey = kp.InitKey[1:] }},
	{"encryption_key is empty", func(kp *wire.KeyPackage) { kp.LeafNode.EncryptionKey = nil }},
	{"encryption_key is all zero", func(kp *wire.KeyPackage) { kp.LeafNode.EncryptionKey = make([]byte, len(kp.InitKey)) }},
	{"version 2", func(kp *wire.KeyPackage) { kp.Version = 2 }},
	{"source update", func(kp *wire.KeyPackage) { kp.LeafNode.Source = wire.LeafSourceUpdate }},
	{"source commit", func(kp *wire.KeyPackage) { kp.LeafNode.Source = wire.LeafSourceCommit }},
	{"lifetime is over", func(kp *wire.KeyPackage) { kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 0, NotAfter: 1000} }},
	{"lifetime is to come", func(kp *wire.KeyPackage) {
		kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 1 << 40, NotAfter: 1 << 41}
	}},
	{"lifetime is backwards", func(kp *wire.KeyPackage) { kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 1 << 40, NotAfter: 1000} }},
	{"lifetime has no end", func(kp *wire.KeyPackage) { kp.LeafNode.Lifetime = wire.Lifetime{NotAfter: 1<<64 - 1} }},
	{"unknown extension", func(kp *wire.KeyPackage) { kp.Extensions = []wire.Extension{{Type: 0xff01, Data: []byte{1}}} }},
	{"an extension twice", func(kp *wire.KeyPackage) { kp.Extensions = []wire.Extension{{Type: 0xff01}, {Type: 0xff01}} }},
	{"ratchet_tree in the KeyPackage", func(kp *wire.KeyPackage) {
		kp.Extensions = []wire.Extension{{Type: wire.ExtensionRatchetTree, Data: []byte{0}}}
	}},
	{"unknown extension in the leaf", func(kp *wire.KeyPackage) { kp.LeafNode.Extensions = []wire.Extension{{Type: 0xff01}} }},
	{"GREASE in the leaf, listed", func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: 0x5a5a, Data: []byte{1, 2}}}
		kp.LeafNode.Capabilities.Extensions = append(kp.LeafNode.Capabilities.Extensions, 0x5a5a)
	}},
	{"an extension twice in the leaf", func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: 0xff01}, {Type: 0xff01}}
		kp.LeafNode.Capabilities.Extensions = append(kp.LeafNode.Capabilities.Extensions, 0xff01)
	}},
	{"application_id", func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: wire.ExtensionApplicationID, Data: []byte{1, 7}}}
	}},
	{"application_id is malformed", func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: wire.ExtensionApplicationID, Data: []byte{9, 7}}}
	}},
	{"external_pub in the leaf", func(kp *wire.KeyPackage) {
		kp.LeafNode.Extensions = []wire.Extension{{Type: wire.ExtensionExternalPub, Data: []byte{0}}}
	}},
	{"no capabilities", func(kp *wire.KeyPackage) { kp.LeafNode.Capabilities = wire.Capabilities{} }},
	{"capabilities without the version", func(kp *wire.KeyPackage) { kp.LeafNode.Capabilities.Versions = []wire.ProtocolVersion{7} }},
	{"capabilities without the suite", func(kp *wire.KeyPackage) { kp.LeafNode.Capabilities.CipherSuites = []wire.CipherSuite{7} }},
	{"capabilities without the credential", func(kp *wire.KeyPackage) {
		kp.LeafNode.Capabilities.Credentials = []wire.CredentialType{wire.CredentialX509}
	}},
	{"capabilities with default types", func(kp *wire.KeyPackage) {
		kp.LeafNode.Capabilities.Proposals = []wire.ProposalType{wire.ProposalAdd}
	}},
	{"identity is empty", func(kp *wire.KeyPackage) { kp.LeafNode.Credential.Identity = nil }},
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
		change.make(&kp)
		sk := client.Identity.SignatureKey
		if err := treesync.SignLeaf(s, sk, &kp.LeafNode, nil, 0); err != nil {
			return nil, err
		}
		if err := treesync.SignKeyPackage(s, sk, &kp); err != nil {
			return nil, err
		}
		b, err := wire.Marshal(&kp)
		if err != nil {
			return nil, err
		}
		list = append(list, Input{fmt.Sprintf("KeyPackage of suite %d, %s", s.ID(), change.name), Request{Do: KeyPackage, Hex: b, Now: now}})
		leaf := kp
		leaf.LeafNode.Signature = slices.Concat(kp.LeafNode.Signature[:8], []byte{kp.LeafNode.Signature[8] ^ 1}, kp.LeafNode.Signature[9:])
		if err := treesync.SignKeyPackage(s, sk, &leaf); err != nil {
			return nil, err
		}
		kp.Signature = slices.Concat(kp.Signature[:8], []byte{kp.Signature[8] ^ 1}, kp.Signature[9:])
		for what, wrong := range map[string]*wire.KeyPackage{"the leaf's signature": &leaf, "the signature": &kp} {
			if b, err = wire.Marshal(wrong); err != nil {
				return nil, err
			}
			if change.name == "honest" {
				list = append(list, Input{fmt.Sprintf("KeyPackage of suite %d, a bit of %s", s.ID(), what), Request{Do: KeyPackage, Hex: b, Now: now}})
			}
		}
	}
	return list, nil
}

// signedInfo is a GroupInfo and its tree, and who can sign it again.
type signedInfo struct {
	suite suite.Suite
	info  wire.GroupInfo
	tree  wire.RatchetTree
	key   []byte            // of the signer, private
	keys  map[uint32][]byte // of all members, private
}

// infoChange is one change of a GroupInfo. rehash: the tree's hash is that of the
// changed tree, where it has one.
type infoChange struct {
	name   string
	rehash bool
	make   func(g *signedInfo)
}

var infoChanges = []infoChange{
	{"honest", false, func(*signedInfo) {}},
	{"signer is blank", false, func(g *signedInfo) { g.info.Signer = 2 }},
	{"signer is outside of the tree", false, func(g *signedInfo) { g.info.Signer = 1000 }},
	{"signer is another", false, func(g *signedInfo) { g.info.Signer = 3 }},
	{"tree_hash", false, func(g *signedInfo) { g.info.GroupContext.TreeHash[0] ^= 1 }},
	{"version 2", false, func(g *signedInfo) { g.info.GroupContext.Version = 2 }},
	{"another group_id", false, func(g *signedInfo) { g.info.GroupContext.GroupID = []byte("other") }},
	{"group_id is empty", false, func(g *signedInfo) { g.info.GroupContext.GroupID = nil }},
	{"confirmation_tag is empty", false, func(g *signedInfo) { g.info.ConfirmationTag = nil }},
	{"GREASE extension", false, func(g *signedInfo) { g.info.Extensions = []wire.Extension{{Type: 0x3a3a, Data: []byte{1}}} }},
	{"an extension twice", false, func(g *signedInfo) { g.info.Extensions = []wire.Extension{{Type: 0xff01}, {Type: 0xff01}} }},
	{"an extension twice in the context", false, func(g *signedInfo) {
		same := wire.Extension{Type: wire.ExtensionExternalSenders, Data: []byte{0}}
		g.info.GroupContext.Extensions = []wire.Extension{same, same}
	}},
	{"required_capabilities that are not met", false, func(g *signedInfo) {
		g.info.GroupContext.Extensions = []wire.Extension{{Type: wire.ExtensionRequiredCapabilities, Data: []byte{2, 0xff, 1, 0, 0}}}
	}},
	{"required_capabilities that are met", false, func(g *signedInfo) {
		g.info.GroupContext.Extensions = []wire.Extension{{Type: wire.ExtensionRequiredCapabilities, Data: []byte{0, 0, 2, 0, 1}}}
	}},
	{"an extension of the context that nobody supports", false, func(g *signedInfo) {
		g.info.GroupContext.Extensions = []wire.Extension{{Type: 0xff01}}
	}},
	{"external_pub in the context", false, func(g *signedInfo) {
		g.info.GroupContext.Extensions = []wire.Extension{{Type: wire.ExtensionExternalPub, Data: []byte{0}}}
	}},
	{"a blank node at the end", false, func(g *signedInfo) { g.tree.Nodes = append(g.tree.Nodes, nil) }},
	{"blank nodes at the end", false, func(g *signedInfo) { g.tree.Nodes = append(g.tree.Nodes, nil, nil) }},
	{"no tree", false, func(g *signedInfo) { g.tree.Nodes = nil }},
	{"no last leaf", false, func(g *signedInfo) { g.tree.Nodes = g.tree.Nodes[:len(g.tree.Nodes)-1] }},
	{"a leaf in the place of a parent", false, func(g *signedInfo) { g.tree.Nodes[1] = g.tree.Nodes[0] }},
	{"a leaf signed wrongly", true, func(g *signedInfo) { g.leaf(2).Signature[8] ^= 1 }},
	{"two leaves with one encryption_key", true, func(g *signedInfo) {
		g.leaf(2).EncryptionKey = g.leaf(6).EncryptionKey
		g.sign(2)
	}},
	{"two leaves with one signature_key", true, func(g *signedInfo) {
		g.leaf(2).SignatureKey, g.keys[1] = g.leaf(6).SignatureKey, g.keys[3]
		g.sign(2)
	}},
	{"a leaf that does not support its credential", true, func(g *signedInfo) {
		g.leaf(2).Capabilities.Credentials = []wire.CredentialType{wire.CredentialX509}
		g.sign(2)
	}},
	{"a leaf that does not support the suite", true, func(g *signedInfo) {
		g.leaf(2).Capabilities.CipherSuites = []wire.CipherSuite{7}
		g.sign(2)
	}},
	{"a leaf whose lifetime is over", true, func(g *signedInfo) {
		g.leaf(2).Lifetime = wire.Lifetime{NotAfter: 1000}
		g.sign(2)
	}},
	{"a parent with another parent_hash", true, func(g *signedInfo) { g.parent().ParentHash = bytes.Repeat([]byte{7}, 32) }},
	{"a parent with another key", true, func(g *signedInfo) { g.parent().EncryptionKey = g.leaf(2).EncryptionKey }},
	{"an unmerged leaf that is not below", true, func(g *signedInfo) {
		g.parent().UnmergedLeaves = append(g.parent().UnmergedLeaves, 1000)
	}},
	{"an unmerged leaf that is blank", true, func(g *signedInfo) { g.parent().UnmergedLeaves = []uint32{2} }},
	{"no unmerged leaf", true, func(g *signedInfo) {
		for _, n := range g.tree.Nodes {
			if n != nil && n.Parent != nil {
				n.Parent.UnmergedLeaves = nil
			}
		}
	}},
}

func (g *signedInfo) leaf(node int) *wire.LeafNode { return g.tree.Nodes[node].Leaf }

// parent is the lowest parent that is not blank.
func (g *signedInfo) parent() *wire.ParentNode {
	for _, n := range g.tree.Nodes {
		if n != nil && n.Parent != nil {
			return n.Parent
		}
	}
	return &wire.ParentNode{}
}

// sign signs a leaf again; these are leaves of KeyPackages.
func (g *signedInfo) sign(node int) {
	if err := treesync.SignLeaf(g.suite, g.keys[uint32(node/2)], g.leaf(node), nil, 0); err != nil {
		panic("peer: internal: " + err.Error())
	}
}
