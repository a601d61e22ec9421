package treesync

import (
	"bytes"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Merge validates the UpdatePath of the Commit and puts it into the tree (RFC
// 9420 §12.4.2, §7.5): all that layer 1 can see of a path. Its ciphertexts are
// treekem's.
func (ch Change) Merge(path *wire.UpdatePath) (Tree, error) {
	for _, rule := range []func(Change, *wire.UpdatePath) error{
		pathSuccessor,
		pathLeafKeyFresh,
		pathLeaf,
		pathShape,
		pathKeysFresh,
	} {
		if err := rule(ch, path); err != nil {
			return Tree{}, err
		}
	}
	filtered, _ := tree.FilteredDirectPath(ch.After, ch.Committer)
	nodes := make([]PathNode, len(filtered))
	for i, n := range filtered {
		nodes[i] = PathNode{n, path.Nodes[i].EncryptionKey}
	}
	merged, parentHash, err := ch.After.ApplyPath(ch.Suite, ch.Committer, nodes)
	if err != nil {
		return Tree{}, err
	}
	if err := pathParentHash(path, parentHash); err != nil {
		return Tree{}, err
	}
	merged = merged.SetLeaf(ch.Committer, path.LeafNode)
	return merged, validateMembers(merged)
}

// replaced is the committer's current leaf, or the one that it resyncs from; nil
// for somebody new.
func (ch Change) replaced() *wire.LeafNode {
	if ch.external {
		return ch.Resync
	}
	return ch.After.Leaf(ch.Committer)
}

func pathLeaf(ch Change, path *wire.UpdatePath) error {
	context := ch.State.Context
	context.Extensions = ch.Extensions
	return ValidateLeaf(ch.Suite, LeafCheck{
		Leaf: &path.LeafNode, Source: wire.LeafSourceCommit,
		Index: ch.Committer, Context: context, Replaced: ch.replaced(), Policy: ch.Policy,
	})
}

// pathSuccessor: who removes a leaf from outside must be who it was. Without an
// application to ask, the credential or the key must be the same.
func pathSuccessor(ch Change, path *wire.UpdatePath) error {
	if ch.Resync == nil {
		return nil
	}
	if check := ch.Policy.Credentials; check != nil {
		if err := check.Successor(ch.Resync.Credential, path.LeafNode.Credential); err != nil {
			return spec.ExternalSuccessor.Broken("%v", err)
		}
		return nil
	}
	if !bytes.Equal(ch.Resync.SignatureKey, path.LeafNode.SignatureKey) &&
		!bytes.Equal(mustMarshal(&ch.Resync.Credential), mustMarshal(&path.LeafNode.Credential)) {
		return spec.ExternalSuccessor.Broken("neither the credential nor the signature_key is that of leaf %d", ch.Removed[0])
	}
	return nil
}

// pathLeafKeyFresh: an external committer has no current leaf, but for a resync
// §12.2 asks for what an Update must meet.
func pathLeafKeyFresh(ch Change, path *wire.UpdatePath) error {
	if current := ch.replaced(); current != nil && bytes.Equal(current.EncryptionKey, path.LeafNode.EncryptionKey) {
		return spec.PathLeafKeyFresh.Broken("encryption_key is still %x", current.EncryptionKey)
	}
	return nil
}

// pathShape counts: one node for each of the filtered direct path, one ciphertext
// for each node that the copath child resolves to, without the leaves just added.
// Those count when the path is filtered, so a node may have no ciphertext at all
// (RFC 9420 §4.1.2, §7.6).
func pathShape(ch Change, path *wire.UpdatePath) error {
	filtered, copath := tree.FilteredDirectPath(ch.After, ch.Committer)
	if len(path.Nodes) != len(filtered) {
		return spec.PathLength.Broken("the path has %d nodes, the filtered direct path %d", len(path.Nodes), len(filtered))
	}
	added := map[tree.Index]bool{}
	for _, a := range ch.Added {
		added[tree.LeafNode(a.Leaf)] = true
	}
	for i := range filtered {
		want := 0
		for _, n := range tree.Resolution(ch.After, copath[i]) {
			if !added[n] {
				want++
			}
		}
		if got := len(path.Nodes[i].EncryptedPathSecret); got != want {
			return spec.PathCiphertexts.Broken("node %d has %d ciphertexts, its copath child resolves to %d nodes", filtered[i], got, want)
		}
	}
	return nil
}

// pathKeysFresh looks at the leaf's key too, and also wants the path's keys to differ from each other and from its
// leaf's, which the text leaves to §16.7. The committer's old nodes, about to go,
// are still in the tree that §12.4.2 names: their keys are refused too (subtle point
// 10).
func pathKeysFresh(ch Change, path *wire.UpdatePath) error {
	if at, in := ch.After.holder(path.LeafNode.EncryptionKey); in && !at.IsLeaf() { // of leaves: encryptionKeysUnique
		return spec.PathKeysFresh.Broken("the path's leaf has the key %x of node %d", path.LeafNode.EncryptionKey, at)
	}
	seen := map[string]bool{string(path.LeafNode.EncryptionKey): true}
	for k, n := range path.Nodes {
		if at, in := ch.After.holder(n.EncryptionKey); in {
			return spec.PathKeysFresh.Broken("node %d of the path has the key %x of node %d", k, n.EncryptionKey, at)
		}
		if seen[string(n.EncryptionKey)] {
			return spec.PathKeysFresh.Broken("node %d of the path has the key %x, which the path has already", k, n.EncryptionKey)
		}
		seen[string(n.EncryptionKey)] = true
	}
	return nil
}

func pathParentHash(path *wire.UpdatePath, want []byte) error {
	if !bytes.Equal(want, path.LeafNode.ParentHash) {
		return spec.PathParentHash.Broken("the leaf's parent_hash is %x, want %x", path.LeafNode.ParentHash, want)
	}
	return nil
}
