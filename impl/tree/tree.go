package tree

import "sync/atomic"

// Tree is one version of a ratchet tree with 2^d leaves. It never changes: each
// operation returns a new version, which shares all nodes off the changed path.
// The contents that it points to must not be changed either.
type Tree[L, P any] struct {
	root   *node[L, P]
	leaves uint32
}

// node heads a subtree. Blank nodes are there as well, so that each has a place to
// remember its hash.
type node[L, P any] struct {
	leaf        *L // level 0 only; nil if blank
	parent      *P // other levels; nil if blank
	left, right *node[L, P]
	members     uint32 // non-blank leaves at or below
	filled      uint32 // non-blank nodes at or below
	hash        atomic.Pointer[[]byte]
}

// New is a tree of one blank leaf.
func New[L, P any]() Tree[L, P] { return Tree[L, P]{root: blank[L, P](0), leaves: 1} }

// Build is a tree of 2^d leaves with all its contents, nil where blank, made in
// one pass.
func Build[L, P any](leaves uint32, leaf func(LeafIndex) *L, parent func(Index) *P) Tree[L, P] {
	if leaves == 0 || leaves&(leaves-1) != 0 {
		panic("tree: internal: the number of leaves is no power of two")
	}
	return Tree[L, P]{build(Root(leaves), leaf, parent), leaves}
}

func build[L, P any](i Index, leaf func(LeafIndex) *L, parent func(Index) *P) *node[L, P] {
	if i.IsLeaf() {
		return single[L, P](leaf(i.Leaf()))
	}
	l, _ := Left(i)
	r, _ := Right(i)
	return fork(parent(i), build(l, leaf, parent), build(r, leaf, parent))
}

func blank[L, P any](level uint) *node[L, P] {
	if level == 0 {
		return &node[L, P]{}
	}
	return &node[L, P]{left: blank[L, P](level - 1), right: blank[L, P](level - 1)}
}

func single[L, P any](leaf *L) *node[L, P] {
	if leaf == nil {
		return &node[L, P]{}
	}
	return &node[L, P]{leaf: leaf, members: 1, filled: 1}
}

func fork[L, P any](parent *P, left, right *node[L, P]) *node[L, P] {
	n := &node[L, P]{parent: parent, left: left, right: right, members: left.members + right.members, filled: left.filled + right.filled}
	if parent != nil {
		n.filled++
	}
	return n
}

// Leaves is the number of leaves, blank ones included.
func (t Tree[L, P]) Leaves() uint32 { return t.leaves }

// Members is the number of leaves that are not blank.
func (t Tree[L, P]) Members() uint32 { return t.root.members }

// Filled is the number of nodes that are not blank, leaves and parents.
func (t Tree[L, P]) Filled() uint32 { return t.root.filled }

// Populated says whether any node at or below i is not blank.
func (t Tree[L, P]) Populated(i Index) bool {
	return uint32(i) < Width(t.leaves) && t.find(i).filled > 0
}

// Leaf is nil if the leaf is blank or not in the tree.
func (t Tree[L, P]) Leaf(i LeafIndex) *L {
	if i >= t.leaves {
		return nil
	}
	return t.find(LeafNode(i)).leaf
}

// Parent is nil if the node is blank, a leaf, or not in the tree.
func (t Tree[L, P]) Parent(i Index) *P {
	if i.IsLeaf() || uint32(i) >= Width(t.leaves) {
		return nil
	}
	return t.find(i).parent
}

func (t Tree[L, P]) find(i Index) *node[L, P] {
	n, at := t.root, Root(t.leaves)
	for at != i {
		if i < at {
			n, at = n.left, at^1<<(Level(at)-1)
		} else {
			n, at = n.right, at^3<<(Level(at)-1)
		}
	}
	return n
}

// LeftmostBlank is the first blank leaf, found by the counts on the way down. There
// is none in a tree without room.
func (t Tree[L, P]) LeftmostBlank() (LeafIndex, bool) {
	if t.root.members == t.leaves {
		return 0, false
	}
	n, first := t.root, LeafIndex(0)
	for size := t.leaves / 2; size > 0; size /= 2 {
		if n.left.members < size {
			n = n.left
		} else {
			n, first = n.right, first+size
		}
	}
	return first, true
}

// SetLeaf puts a leaf in its place, or blanks it with nil.
func (t Tree[L, P]) SetLeaf(i LeafIndex, leaf *L) Tree[L, P] {
	return t.SetPath(i, leaf, func(_ Index, p *P) *P { return p })
}

// SetPath puts a leaf in its place, and above it what change makes of each parent,
// from the root down (nil: blank).
func (t Tree[L, P]) SetPath(i LeafIndex, leaf *L, change func(Index, *P) *P) Tree[L, P] {
	if i >= t.leaves {
		panic("tree: internal: no such leaf")
	}
	t.root = t.root.with(Root(t.leaves), LeafNode(i), change, func(*node[L, P]) *node[L, P] { return single[L, P](leaf) })
	return t
}

// SetParent puts a parent in its place, or blanks it with nil.
func (t Tree[L, P]) SetParent(i Index, parent *P) Tree[L, P] {
	if i.IsLeaf() || uint32(i) >= Width(t.leaves) {
		panic("tree: internal: no such parent")
	}
	t.root = t.root.with(Root(t.leaves), i, func(_ Index, p *P) *P { return p }, func(old *node[L, P]) *node[L, P] {
		return fork(parent, old.left, old.right)
	})
	return t
}

// with copies the path from n, which is at the index at, down to the target.
func (n *node[L, P]) with(at, target Index, above func(Index, *P) *P, change func(*node[L, P]) *node[L, P]) *node[L, P] {
	if at == target {
		return change(n)
	}
	p := above(at, n.parent)
	if target < at {
		l, _ := Left(at)
		return fork(p, n.left.with(l, target, above, change), n.right)
	}
	r, _ := Right(at)
	return fork(p, n.left, n.right.with(r, target, above, change))
}

// Extend doubles the tree: a blank root over the old tree and a blank one (§7.7).
// That is one step in the size of the tree, as is the hash of the new half, since
// blank leaves are hashed with their index.
func (t Tree[L, P]) Extend() Tree[L, P] {
	level := Level(Root(t.leaves))
	return Tree[L, P]{fork(nil, t.root, blank[L, P](level)), 2 * t.leaves}
}

// Truncate halves the tree for as long as its right half has no member (§7.7). A
// tree of one leaf stays as it is, where the function of Appendix D would look for
// a child that it does not have (subtle point 65).
func (t Tree[L, P]) Truncate() Tree[L, P] {
	for t.leaves > 1 && t.root.right.members == 0 {
		t = Tree[L, P]{t.root.left, t.leaves / 2}
	}
	return t
}

// Hash computes a value bottom up for the subtree at i and remembers it in each
// node, so that after a change only the changed path is computed anew. All calls on
// all versions of a tree must mean the same two functions.
func (t Tree[L, P]) Hash(i Index, leaf func(LeafIndex, *L) []byte, parent func(p *P, left, right []byte) []byte) []byte {
	if uint32(i) >= Width(t.leaves) {
		panic("tree: internal: no such node")
	}
	return t.find(i).hashed(i, leaf, parent)
}

func (n *node[L, P]) hashed(i Index, leaf func(LeafIndex, *L) []byte, parent func(*P, []byte, []byte) []byte) []byte {
	if h := n.hash.Load(); h != nil {
		return *h
	}
	var h []byte
	if i.IsLeaf() {
		h = leaf(i.Leaf(), n.leaf)
	} else {
		l, _ := Left(i)
		r, _ := Right(i)
		h = parent(n.parent, n.left.hashed(l, leaf, parent), n.right.hashed(r, leaf, parent))
	}
	n.hash.Store(&h)
	return h
}
