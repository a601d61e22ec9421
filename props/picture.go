package props

import (
	"slices"

	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// node is a node of a ratchet tree as it is drawn: linked up and down. Every definition
// of RFC 9420 §4.1 is read off it by following links, with no arithmetic on indexes and
// no code of the implementation's trees. (model's dumbTree is the oracle for how trees
// change; it holds key numbers, where this has the bytes to hash.)
type node struct {
	index           tree.Index // in the array form (App. C)
	leaf            *wire.LeafNode
	parent          *wire.ParentNode
	up, left, right *node
}

// picture is a whole tree.
type picture struct {
	nodes []*node // in the order of the array
	root  *node
}

// draw reads a tree off its array form: the root is in the middle, and so on down. The
// array is as long as the smallest tree that has a place for its last node (§12.4.3.3).
func draw(t treesync.Tree) picture {
	array := t.Wire().Nodes
	width := 1
	for width < len(array) {
		width = 2*width + 1
	}
	p := picture{}
	for i := range width {
		n := &node{index: tree.Index(i)}
		if i < len(array) && array[i] != nil {
			n.leaf, n.parent = array[i].Leaf, array[i].Parent
		}
		p.nodes = append(p.nodes, n)
	}
	p.root = link(p.nodes)
	return p
}

func link(nodes []*node) *node {
	n := nodes[len(nodes)/2]
	if len(nodes) > 1 {
		n.left, n.right = link(nodes[:len(nodes)/2]), link(nodes[len(nodes)/2+1:])
		n.left.up, n.right.up = n, n
	}
	return n
}

// leaves are the leaves, blank ones too, from the left.
func (p picture) leaves() []*node {
	return slices.DeleteFunc(slices.Clone(p.nodes), func(n *node) bool { return !n.isLeaf() })
}

func (p picture) leafAt(i tree.LeafIndex) *node {
	if leaves := p.leaves(); int(i) < len(leaves) {
		return leaves[i]
	}
	return nil
}

func (n *node) isLeaf() bool { return n.left == nil }
func (n *node) blank() bool  { return n.leaf == nil && n.parent == nil }

func (n *node) key() []byte {
	switch {
	case n.leaf != nil:
		return n.leaf.EncryptionKey
	case n.parent != nil:
		return n.parent.EncryptionKey
	}
	return nil
}

// unmerged are a parent's unmerged leaves, as numbers.
func (n *node) unmerged() []tree.LeafIndex {
	if n.parent == nil {
		return nil
	}
	return n.parent.UnmergedLeaves
}

// under says whether n is above, or n itself is, the other.
func (n *node) under(above *node) bool {
	return n == above || n.up != nil && n.up.under(above)
}

func (n *node) sibling() *node {
	if n == n.up.left {
		return n.up.right
	}
	return n.up.left
}

// directPath are the nodes above, up to the root (RFC 9420 §4.1.2).
func (n *node) directPath() []*node {
	if n.up == nil {
		return nil
	}
	return append([]*node{n.up}, n.up.directPath()...)
}

// copath is the node's sibling, and those of its direct path (RFC 9420 §4.1.2).
func (n *node) copath() []*node {
	if n.up == nil {
		return nil
	}
	return append([]*node{n.sibling()}, n.up.copath()...)
}

// filteredDirectPath leaves out of the direct path those whose child on the copath has
// an empty resolution (RFC 9420 §4.1.2); copath has that child for those that stay.
func (p picture) filteredDirectPath(leaf *node) (path, copath []*node) {
	for k, above := range leaf.directPath() {
		if other := leaf.copath()[k]; len(p.resolution(other)) > 0 {
			path, copath = append(path, above), append(copath, other)
		}
	}
	return path, copath
}

// resolution is RFC 9420 §4.1.1, case by case.
func (p picture) resolution(n *node) []*node {
	switch {
	case !n.blank():
		list := []*node{n}
		for _, i := range n.unmerged() {
			list = append(list, p.leafAt(i))
		}
		return list
	case n.isLeaf():
		return nil
	default:
		return append(p.resolution(n.left), p.resolution(n.right)...)
	}
}
