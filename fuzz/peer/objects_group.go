package peer

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

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

func groupInfos(s suite.Suite) ([]Input, error) {
	var list []Input
	for _, change := range infoChanges {
		g, err := newSignedInfo(s)
		if err != nil {
			return nil, err
		}
		change.make(g)
		if change.rehash {
			t, err := treesync.FromWire(s, g.tree)
			if err != nil {
				return nil, err
			}
			g.info.GroupContext.TreeHash = t.TreeHash(s)
		}
		r, err := g.request()
		if err != nil {
			return nil, err
		}
		list = append(list, Input{fmt.Sprintf("GroupInfo of suite %d, %s", s.ID(), change.name), r})
	}
	return list, nil
}

// request signs the GroupInfo.
func (g *signedInfo) request() (Request, error) {
	tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: &g.info})
	if err != nil {
		return Request{}, err
	}
	if g.info.Signature, err = g.suite.SignWithLabel(g.key, "GroupInfoTBS", tbs); err != nil {
		return Request{}, err
	}
	info, err := wire.Marshal(&g.info)
	if err != nil {
		return Request{}, err
	}
	t, err := wire.Marshal(&g.tree)
	return Request{Do: GroupInfo, Hex: info, Tree: t, Now: now}, err
}

// newSignedInfo is that of a group of four leaves: alice, who made it and commits, erin,
// who is unmerged, a blank one, and dave.
func newSignedInfo(s suite.Suite) (*signedInfo, error) {
	rng := rand.NewChaCha8([32]byte{100, byte(s.ID())})
	alice, err := group.NewClient(s, rng, "alice")
	if err != nil {
		return nil, err
	}
	at, err := alice.Create(rng, []byte("room"))
	if err != nil {
		return nil, err
	}
	g := &signedInfo{suite: s, key: alice.Identity.SignatureKey, keys: map[uint32][]byte{0: alice.Identity.SignatureKey}}
	commit := func(opt group.CommitOptions, add ...string) error {
		for _, name := range add {
			client, err := group.NewClient(s, rng, name)
			if err != nil {
				return err
			}
			kp, _, err := client.NewKeyPackage(rng)
			if err != nil {
				return err
			}
			opt.Add = append(opt.Add, kp)
			g.keys[uint32(len(g.keys))] = client.Identity.SignatureKey
		}
		pending, err := at.Commit(rng, opt)
		if err == nil {
			at, _ = pending.Accept()
		}
		return err
	}
	if err := commit(group.CommitOptions{}, "bob", "carol", "dave"); err != nil {
		return nil, err
	}
	if err := commit(group.CommitOptions{Remove: []tree.LeafIndex{1, 2}}); err != nil {
		return nil, err
	}
	if err := commit(group.CommitOptions{NoPath: true}, "erin"); err != nil {
		return nil, err
	}
	g.keys[1] = g.keys[4] // erin came where bob was
	return g, g.take(at, rng)
}

// take fills in what the member publishes.
func (g *signedInfo) take(at *group.Group, rng *rand.ChaCha8) error {
	b, err := at.GroupInfo(rng, group.GroupInfoOptions{Tree: true})
	if err != nil {
		return err
	}
	var m wire.MLSMessage
	if err := wire.Unmarshal(b, &m); err != nil {
		return err
	}
	g.info = *m.GroupInfo
	for _, e := range g.info.Extensions {
		if e.Type == wire.ExtensionRatchetTree {
			if err := wire.Unmarshal(e.Data, &g.tree); err != nil {
				return err
			}
		}
	}
	g.info.Extensions = nil
	return nil
}
