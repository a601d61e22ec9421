package tree

import "iter"

// AllLeaves goes through the leaves that are not blank, from the left, at a
// constant price each.
func (t Tree[L, P]) AllLeaves() iter.Seq2[LeafIndex, *L] {
	return func(yield func(LeafIndex, *L) bool) {
		t.root.walk(Root(t.leaves), func(i Index, n *node[L, P]) bool {
			return n.leaf == nil || yield(i.Leaf(), n.leaf)
		})
	}
}

// AllParents goes through the parents that are not blank, from the left, at a
// constant price each.
func (t Tree[L, P]) AllParents() iter.Seq2[Index, *P] {
	return func(yield func(Index, *P) bool) {
		t.root.walk(Root(t.leaves), func(i Index, n *node[L, P]) bool {
			return n.parent == nil || yield(i, n.parent)
		})
	}
}

// walk visits the subtree at i in the order of the array, but for what is under
// blank nodes only. It stops when visit says so, and then returns false.
func (n *node[L, P]) walk(i Index, visit func(Index, *node[L, P]) bool) bool {
	if n.filled == 0 {
		return true
	}
	if i.IsLeaf() {
		return visit(i, n)
	}
	l, _ := Left(i)
	r, _ := Right(i)
	return n.left.walk(l, visit) && visit(i, n) && n.right.walk(r, visit)
}
