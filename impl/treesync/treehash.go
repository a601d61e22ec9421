package treesync

import (
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// TreeHash is the hash of the whole tree (RFC 9420 §7.8).
func (t Tree) TreeHash(s suite.Suite) []byte { return t.NodeHash(s, tree.Root(t.Leaves())) }

// NodeHash is the tree hash of the subtree at i (RFC 9420 §7.8). Nodes remember it,
// so all calls on one tree and its successors must name the same suite.
func (t Tree) NodeHash(s suite.Suite, i tree.Index) []byte {
	return t.nodes.Hash(i,
		func(i tree.LeafIndex, leaf *wire.LeafNode) []byte { return leafHash(s, i, leaf) },
		func(p *wire.ParentNode, left, right []byte) []byte { return parentNodeHash(s, p, left, right) })
}

// leafHash and parentNodeHash begin with a node_type, which ParentHashInput does not:
// beside that tag only the structure keeps tree hashes and parent hashes apart
// (subtle point 15).
func leafHash(s suite.Suite, i tree.LeafIndex, leaf *wire.LeafNode) []byte {
	return s.Hash(mustMarshal(&wire.TreeHashInput{
		NodeType: wire.NodeTypeLeaf,
		LeafNode: &wire.LeafNodeHashInput{LeafIndex: i, LeafNode: leaf},
	}))
}

func parentNodeHash(s suite.Suite, p *wire.ParentNode, left, right []byte) []byte {
	return s.Hash(mustMarshal(&wire.TreeHashInput{
		NodeType:   wire.NodeTypeParent,
		ParentNode: &wire.ParentNodeHashInput{ParentNode: p, LeftHash: left, RightHash: right},
	}))
}

// originalHash is the tree hash of the subtree at i as it was before the leaves in
// gone (ascending) were added: those leaves blank, and in no unmerged_leaves
// (RFC 9420 §7.9, original_sibling_tree_hash). The shape stays: nothing is truncated
// (subtle point 11). For a parent that a Commit has just set, nothing is gone and
// this is the plain, remembered hash.
func (t Tree) originalHash(s suite.Suite, i tree.Index, gone []tree.LeafIndex) []byte {
	gone = below(i, gone)
	if len(gone) == 0 {
		return t.NodeHash(s, i)
	}
	if i.IsLeaf() {
		return leafHash(s, i.Leaf(), nil)
	}
	left, _ := tree.Left(i)
	right, _ := tree.Right(i)
	p := t.Parent(i)
	if p != nil {
		isGone := func(l tree.LeafIndex) bool { _, found := slices.BinarySearch(gone, l); return found }
		was := *p
		was.UnmergedLeaves = slices.DeleteFunc(slices.Clone(p.UnmergedLeaves), isGone)
		p = &was
	}
	return parentNodeHash(s, p, t.originalHash(s, left, gone), t.originalHash(s, right, gone))
}

// below keeps, of ascending leaves, those that are in the subtree at i.
func below(i tree.Index, leaves []tree.LeafIndex) []tree.LeafIndex {
	first, last := tree.Span(i)
	from, _ := slices.BinarySearch(leaves, first)
	to, found := slices.BinarySearch(leaves, last)
	if found {
		to++
	}
	return leaves[from:max(from, to)]
}

// mustMarshal encodes what this package has built or decoded.
func mustMarshal(v wire.Wirer) []byte {
	b, err := wire.Marshal(v)
	if err != nil {
		panic("treesync: internal: " + err.Error())
	}
	return b
}
