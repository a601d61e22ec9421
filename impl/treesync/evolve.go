package treesync

import (
	"slices"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// Where the RFC says "intermediate node" here, the root counts as one, though
// §4.1 would leave it out: Appendix A lists unmerged leaves at the root (subtle
// point 1).

// Add puts a new member at the leftmost blank leaf, which is unmerged at every
// non-blank parent above it (RFC 9420 §12.1.1, §7.7).
func (t Tree) Add(leaf wire.LeafNode) (Tree, tree.LeafIndex) {
	i := t.leftmostBlank()
	if i == t.Leaves() {
		t.nodes = t.nodes.Extend()
	}
	t.nodes = t.nodes.SetPath(i, &leaf, func(_ tree.Index, p *wire.ParentNode) *wire.ParentNode {
		if p == nil {
			return nil
		}
		with := *p
		at, _ := slices.BinarySearch(p.UnmergedLeaves, i)
		with.UnmergedLeaves = slices.Insert(slices.Clone(p.UnmergedLeaves), at, i)
		return &with
	})
	return t, i
}

// leftmostBlank is the number of leaves if there is none.
func (t Tree) leftmostBlank() tree.LeafIndex {
	if i, ok := t.nodes.LeftmostBlank(); ok {
		return i
	}
	return t.Leaves()
}

// Update replaces a member's leaf and blanks all above it (RFC 9420 §12.1.2).
func (t Tree) Update(i tree.LeafIndex, leaf wire.LeafNode) Tree {
	t.nodes = t.nodes.SetPath(i, &leaf, blanked)
	return t
}

// Remove blanks a member's leaf and all above it, and truncates the tree
// (RFC 9420 §12.1.3). Each Remove truncates for itself, before any Add: the size is
// the least that holds the rightmost member, one leaf at least (subtle point 6).
func (t Tree) Remove(i tree.LeafIndex) Tree {
	t.nodes = t.nodes.SetPath(i, nil, blanked).Truncate()
	return t
}

// SetLeaf replaces a leaf and nothing else.
func (t Tree) SetLeaf(i tree.LeafIndex, leaf wire.LeafNode) Tree {
	return Tree{t.nodes.SetLeaf(i, &leaf)}
}

// withoutLeaf blanks a leaf and nothing else: the tree as it is seen when what is
// there is about to be replaced. It is not Remove.
func (t Tree) withoutLeaf(i tree.LeafIndex) Tree {
	return Tree{t.nodes.SetLeaf(i, nil)}
}

func blanked(tree.Index, *wire.ParentNode) *wire.ParentNode { return nil }
