// Package tree is the shape of a ratchet tree: the index arithmetic of RFC 9420
// Appendix C, resolutions and filtered paths (§4.1), and one immutable binary tree
// whose versions share their nodes.
//
// It does not know what leaves and parents hold, nor anything else of MLS.
package tree

import "math/bits"

// Index is a node's place in the array form of the tree (Appendix C): leaf n is at
// 2n, parents are at the odd places.
type Index uint32

// LeafIndex numbers the leaves from the left, from 0.
type LeafIndex = uint32

// LeafNode is the place of a leaf.
func LeafNode(leaf LeafIndex) Index { return Index(2 * leaf) }

// IsLeaf says whether the place is a leaf's.
func (i Index) IsLeaf() bool { return i%2 == 0 }

// Leaf is the number of the leaf at this even place.
func (i Index) Leaf() LeafIndex { return LeafIndex(i / 2) }

// Width is the number of nodes in a tree of n leaves (n > 0).
func Width(n uint32) uint32 { return 2*n - 1 }

// Root is the top of a tree of n leaves (n > 0).
func Root(n uint32) Index { return Index(1)<<(bits.Len32(Width(n))-1) - 1 }

// Level is a node's height: 0 for leaves.
func Level(i Index) uint { return uint(bits.TrailingZeros32(^uint32(i))) }

// Left is a parent's left child; leaves have none.
func Left(i Index) (Index, bool) {
	if i.IsLeaf() {
		return 0, false
	}
	return i ^ 1<<(Level(i)-1), true
}

// Right is a parent's right child; leaves have none.
func Right(i Index) (Index, bool) {
	if i.IsLeaf() {
		return 0, false
	}
	return i ^ 3<<(Level(i)-1), true
}

// Parent is the node above; the root, and whatever is not in the tree, has none.
func Parent(i Index, n uint32) (Index, bool) {
	if i == Root(n) || uint32(i) >= Width(n) {
		return 0, false
	}
	k := Level(i)
	return (i | 1<<k) &^ (1 << (k + 1)), true
}

// Sibling is the other child of the node's parent.
func Sibling(i Index, n uint32) (Index, bool) {
	p, ok := Parent(i, n)
	if !ok {
		return 0, false
	}
	if i < p {
		return Right(p)
	}
	return Left(p)
}

// DirectPath lists the nodes above a leaf, up to the root.
func DirectPath(leaf LeafIndex, n uint32) []Index {
	var path []Index
	for i, ok := Parent(LeafNode(leaf), n); ok; i, ok = Parent(i, n) {
		path = append(path, i)
	}
	return path
}

// Copath lists the siblings met on the way up: the k-th is the child of the k-th
// node of the direct path that is not itself above (or at) the leaf.
func Copath(leaf LeafIndex, n uint32) []Index {
	var copath []Index
	below := LeafNode(leaf)
	for _, above := range DirectPath(leaf, n) {
		s, _ := Sibling(below, n)
		copath = append(copath, s)
		below = above
	}
	return copath
}

// CommonAncestor is the lowest node that is above (or at) both leaves.
func CommonAncestor(a, b LeafIndex, n uint32) Index {
	if a == b {
		return LeafNode(a)
	}
	for _, i := range DirectPath(a, n) {
		if IsAncestor(i, b) {
			return i
		}
	}
	return Root(n)
}

// IsAncestor says whether the leaf is in the subtree under anc, which may be the
// leaf itself.
func IsAncestor(anc Index, leaf LeafIndex) bool {
	k := Level(anc) + 1
	return uint64(anc)>>k == 2*uint64(leaf)>>k
}

// Span is the first leaf in the subtree at i, and the last.
func Span(i Index) (first, last LeafIndex) {
	reach := Index(1)<<Level(i) - 1
	return (i - reach).Leaf(), (i + reach).Leaf()
}
