package vectors

import (
	"fmt"

	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// world is a ratchet tree together with everybody's secrets: what a generator
// knows and no member does. It changes as a group's tree does, without messages.
type world struct {
	g          *generator
	groupID    Hex
	tree       treesync.Tree
	signatures map[tree.LeafIndex]Hex // private
	leafKeys   map[tree.LeafIndex]Hex // private
	secrets    map[tree.Index]Hex     // path secrets of parents
	made       int                    // clients so far
	waiting    struct{ signature, leafKey Hex }
}

// newWorld has one member.
func newWorld(g *generator) *world {
	w := &world{g: g, groupID: g.bytes(16), signatures: map[tree.LeafIndex]Hex{},
		leafKeys: map[tree.LeafIndex]Hex{}, secrets: map[tree.Index]Hex{}}
	w.tree = treesync.New(w.keyPackage().LeafNode)
	w.moveIn(0)
	return w
}

// growTree is the format's get_tree(n), a tree of n members: each member but the
// last commits adding the next one.
func growTree(g *generator, n int) *world {
	w := newWorld(g)
	for i := range n - 1 {
		w.commit(tree.LeafIndex(i), w.add())
	}
	return w
}

// keyPackage is a new client's. Its keys wait until it moves in.
func (w *world) keyPackage() wire.KeyPackage {
	g := w.g
	w.made++
	sk, pk := g.signatureKey()
	leafKey, leafPub := g.keyPair()
	_, initPub := g.keyPair()
	w.waiting.signature, w.waiting.leafKey = sk, leafKey
	kp := wire.KeyPackage{
		Version: wire.ProtocolMLS10, CipherSuite: g.suite.ID(), InitKey: initPub,
		LeafNode: wire.LeafNode{
			EncryptionKey: leafPub, SignatureKey: pk,
			Credential: wire.Credential{Type: wire.CredentialBasic, Identity: fmt.Appendf(nil, "client %d", w.made)},
			Capabilities: wire.Capabilities{
				Versions:     []wire.ProtocolVersion{wire.ProtocolMLS10},
				CipherSuites: []wire.CipherSuite{g.suite.ID()},
				Credentials:  []wire.CredentialType{wire.CredentialBasic},
			},
			Source: wire.LeafSourceKeyPackage, Lifetime: wire.Lifetime{NotAfter: 1<<64 - 1},
		},
	}
	ok(treesync.SignLeaf(g.suite, sk, &kp.LeafNode, nil, 0))
	ok(treesync.SignKeyPackage(g.suite, sk, &kp))
	return kp
}

func (w *world) moveIn(leaf tree.LeafIndex) {
	w.signatures[leaf], w.leafKeys[leaf] = w.waiting.signature, w.waiting.leafKey
}

// add adds a new client.
func (w *world) add() tree.LeafIndex {
	t, leaf := w.tree.Add(w.keyPackage().LeafNode)
	w.tree = t
	w.moveIn(leaf)
	return leaf
}

// remove removes a member.
func (w *world) remove(leaf tree.LeafIndex) {
	w.tree = w.tree.Remove(leaf)
	delete(w.signatures, leaf)
	delete(w.leafKeys, leaf)
}

// update is a leaf as its owner's Update would have it.
func (w *world) update(leaf tree.LeafIndex) wire.LeafNode {
	node := *w.tree.Leaf(leaf)
	_, pk := w.g.keyPair()
	node.EncryptionKey, node.Source = pk, wire.LeafSourceUpdate
	node.Lifetime, node.ParentHash = wire.Lifetime{}, nil
	ok(treesync.SignLeaf(w.g.suite, w.signatures[leaf], &node, w.groupID, leaf))
	return node
}

// commit renews the path of a member whose Commit also added leaves.
func (w *world) commit(sender tree.LeafIndex, added ...tree.LeafIndex) {
	s := w.g.suite
	steps := treekem.Steps(w.tree, sender, added)
	path := must(treekem.Generate(s, w.g.rng, steps))
	sk, pk := w.g.keyPair()
	t, _, err := mergeNew(s, w.tree, steps, path, newLeaf{sender, pk, w.signatures[sender], w.groupID})
	ok(err)
	w.tree, w.leafKeys[sender] = t, sk
	for i, k := range path.Keys {
		if i == 0 {
			w.secrets[k.Node] = path.SecretFor(sender)
		} else {
			w.secrets[k.Node] = s.DeriveSecret(w.secrets[path.Keys[i-1].Node], "path")
		}
	}
}
