package treesync

import (
	"slices"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// Where the RFC says "intermediate node" here, the root counts as one, though
// §4.1 would leave it out: Appendix A lists unmerged leaves at the root.

// Add puts a new member at the leftmost blank leaf, which is unmerged at every
// non-blank parent above it (RFC 9420 §12.1.1, §7.7).
func (t Tree) Add(leaf wire.LeafNode) (Tree, tree.LeafIndex) {
	i := t.leftmostBlank()
	if i == t.Leaves() {
		t.nodes = t.nodes.Extend()
	}
	for _, n := range tree.DirectPath(i, t.Leaves()) {
		if p := t.Parent(n); p != nil {
			with := *p
			at, _ := slices.BinarySearch(p.UnmergedLeaves, i)
			with.UnmergedLeaves = slices.Insert(slices.Clone(p.UnmergedLeaves), at, i)
			t.nodes = t.nodes.SetParent(n, &with)
		}
	}
	return t.SetLeaf(i, leaf), i
}

func (t Tree) leftmostBlank() tree.LeafIndex {
	i := tree.LeafIndex(0)
	for i < t.Leaves() && t.Leaf(i) != nil {
		i++
	}
	return i
}

// Update replaces a member's leaf and blanks all above it (RFC 9420 §12.1.2).
func (t Tree) Update(i tree.LeafIndex, leaf wire.LeafNode) Tree {
	return t.blankPath(i).SetLeaf(i, leaf)
}

// Remove blanks a member's leaf and all above it, and truncates the tree
// (RFC 9420 §12.1.3).
func (t Tree) Remove(i tree.LeafIndex) Tree {
	t = t.blankPath(i)
	t.nodes = t.nodes.SetLeaf(i, nil).Truncate()
	return t
}

// SetLeaf replaces a leaf and nothing else.
func (t Tree) SetLeaf(i tree.LeafIndex, leaf wire.LeafNode) Tree {
	return Tree{t.nodes.SetLeaf(i, &leaf)}
}

func (t Tree) blankPath(i tree.LeafIndex) Tree {
	for _, n := range tree.DirectPath(i, t.Leaves()) {
		if t.Parent(n) != nil {
			t.nodes = t.nodes.SetParent(n, nil)
		}
	}
	return t
}
