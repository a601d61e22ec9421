package treesync

import (
	"bytes"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ValidatePath checks the public keys and the leaf of an UpdatePath against t, the
// tree after the Commit's proposals (RFC 9420 §12.4.2). How many nodes and
// ciphertexts it has is treekem's to check; the leaf's parent hash falls out of
// ApplyPath.
func ValidatePath(s suite.Suite, t Tree, sender tree.LeafIndex, gc wire.GroupContext, path *wire.UpdatePath) error {
	leaf := LeafCheck{Leaf: &path.LeafNode, Source: wire.LeafSourceCommit, Index: sender, Context: gc}
	if err := ValidateLeaf(s, leaf); err != nil {
		return err
	}
	if err := pathLeafKeyFresh(t, sender, path); err != nil {
		return err
	}
	if err := pathKeysFresh(t, path); err != nil {
		return err
	}
	return validateMembers(t.SetLeaf(sender, path.LeafNode))
}

func pathLeafKeyFresh(t Tree, sender tree.LeafIndex, path *wire.UpdatePath) error {
	if current := t.Leaf(sender); current != nil && bytes.Equal(current.EncryptionKey, path.LeafNode.EncryptionKey) {
		return spec.PathLeafKeyFresh.Broken("encryption_key is still %x", current.EncryptionKey)
	}
	return nil
}

// pathKeysFresh also wants the path's keys to differ from each other and from its
// leaf's, which the text leaves to §16.7.
func pathKeysFresh(t Tree, path *wire.UpdatePath) error {
	seen := map[string]bool{string(path.LeafNode.EncryptionKey): true}
	for i := range tree.Index(tree.Width(t.Leaves())) {
		if !t.Blank(i) {
			seen[string(t.EncryptionKey(i))] = true
		}
	}
	for k, n := range path.Nodes {
		if seen[string(n.EncryptionKey)] {
			return spec.PathKeysFresh.Broken("node %d of the path has the key %x, which is in use", k, n.EncryptionKey)
		}
		seen[string(n.EncryptionKey)] = true
	}
	return nil
}
