// Package treekem agrees on a fresh secret for each epoch and derives every
// other key from it (RFC 9420 §7.4 to §7.6 and §8).
//
// It knows public keys and who is missing from a node. It does not know
// credentials, signatures or messages: those are treesync's and treedem's.
package treekem

import (
	"mlsref/impl/tree"
)

// Tree is what this layer sees of the ratchet tree: which nodes are blank, who
// is unmerged where, and the public keys (nil where blank).
type Tree interface {
	tree.View
	EncryptionKey(tree.Index) []byte
}

// Step is one node of a committer's filtered direct path, and to whom its path
// secret is encrypted: the resolution of the copath child, without the leaves
// that the same Commit adds (RFC 9420 §7.5). These get it in their Welcome, so
// that a step may have no recipients at all.
type Step struct {
	Node       tree.Index
	Copath     tree.Index
	Recipients []Recipient
}

// Recipient is a node and its public key.
type Recipient struct {
	Node tree.Index
	Key  []byte
}

// Steps lists the filtered direct path of sender, leaf to root, in the tree
// after the Commit's proposals (RFC 9420 §4.1.2). Leaves just added do count
// when the path is filtered (subtle point 2).
func Steps(t Tree, sender tree.LeafIndex, added []tree.LeafIndex) []Step {
	path, copath := tree.FilteredDirectPath(t, sender)
	isAdded := map[tree.Index]bool{}
	for _, leaf := range added {
		isAdded[tree.LeafNode(leaf)] = true
	}
	steps := make([]Step, len(path))
	for i := range path {
		steps[i] = Step{Node: path[i], Copath: copath[i]}
		for _, n := range tree.Resolution(t, copath[i]) {
			if !isAdded[n] {
				steps[i].Recipients = append(steps[i].Recipients, Recipient{Node: n, Key: t.EncryptionKey(n)})
			}
		}
	}
	return steps
}
