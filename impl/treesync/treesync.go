// Package treesync keeps who is in the group: leaves and key packages, their
// validation, the ratchet tree's public half with its tree and parent hashes, and
// what proposals do to it (RFC 9420 §7, §10, §12.1 to §12.3).
//
// It makes and checks signatures of leaves. It knows no secrets of the group and no
// messages: those are treekem's and treedem's.
package treesync

import (
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Tree is the public ratchet tree of one epoch. It is a value that never changes;
// versions share their nodes. Nobody may write to the nodes it hands out.
type Tree struct {
	nodes tree.Tree[wire.LeafNode, wire.ParentNode]
}

// New is the tree of a group with one member (RFC 9420 §11).
func New(leaf wire.LeafNode) Tree {
	return Tree{tree.New[wire.LeafNode, wire.ParentNode]().SetLeaf(0, &leaf)}
}

// FromWire reads a ratchet_tree (RFC 9420 §12.4.3.3). The tree has the right form;
// ValidateTree says whether it is a valid one. It costs at most a small multiple of
// what was sent: widening less than doubles the nodes.
func FromWire(_ suite.Suite, rt wire.RatchetTree) (Tree, error) {
	if n := len(rt.Nodes); n == 0 || rt.Nodes[n-1] == nil {
		return Tree{}, spec.TreeLastNode.Broken("the last of %d nodes is blank", n)
	}
	t := tree.New[wire.LeafNode, wire.ParentNode]()
	for int(tree.Width(t.Leaves())) < len(rt.Nodes) {
		t = t.Extend()
	}
	for at, n := range rt.Nodes {
		if n == nil {
			continue
		}
		i := tree.Index(at)
		if i.IsLeaf() != (n.Type == wire.NodeTypeLeaf) || i.IsLeaf() && n.Leaf == nil || !i.IsLeaf() && n.Parent == nil {
			return Tree{}, spec.TreeNodePlace.Broken("node %d is a %v", at, n.Type)
		}
		if i.IsLeaf() {
			t = t.SetLeaf(i.Leaf(), n.Leaf)
		} else {
			t = t.SetParent(i, n.Parent)
		}
	}
	return Tree{t}, nil
}

// Wire writes the ratchet_tree, without the blank nodes at its end.
func (t Tree) Wire() wire.RatchetTree {
	var nodes []*wire.Node
	last := 0
	for i := range tree.Index(tree.Width(t.Leaves())) {
		var n *wire.Node
		if leaf := t.leafAt(i); leaf != nil {
			n = &wire.Node{Type: wire.NodeTypeLeaf, Leaf: leaf}
		} else if p := t.Parent(i); p != nil {
			n = &wire.Node{Type: wire.NodeTypeParent, Parent: p}
		}
		if nodes = append(nodes, n); n != nil {
			last = len(nodes)
		}
	}
	return wire.RatchetTree{Nodes: nodes[:last]}
}

// Leaves is the number of leaves, blank ones included.
func (t Tree) Leaves() uint32 { return t.nodes.Leaves() }

// Leaf is nil if the leaf is blank or not in the tree.
func (t Tree) Leaf(i tree.LeafIndex) *wire.LeafNode { return t.nodes.Leaf(i) }

// Parent is nil if the node is blank, a leaf, or not in the tree.
func (t Tree) Parent(i tree.Index) *wire.ParentNode { return t.nodes.Parent(i) }

func (t Tree) leafAt(i tree.Index) *wire.LeafNode {
	if !i.IsLeaf() {
		return nil
	}
	return t.Leaf(i.Leaf())
}

// Blank says whether there is nothing at the node.
func (t Tree) Blank(i tree.Index) bool { return t.leafAt(i) == nil && t.Parent(i) == nil }

// Unmerged lists the leaves that do not know a parent's private key.
func (t Tree) Unmerged(i tree.Index) []tree.LeafIndex {
	if p := t.Parent(i); p != nil {
		return p.UnmergedLeaves
	}
	return nil
}

// EncryptionKey is a node's public key, nil if it is blank.
func (t Tree) EncryptionKey(i tree.Index) []byte {
	if leaf := t.leafAt(i); leaf != nil {
		return leaf.EncryptionKey
	}
	if p := t.Parent(i); p != nil {
		return p.EncryptionKey
	}
	return nil
}

// Members lists the leaves that are not blank.
func (t Tree) Members() []tree.LeafIndex {
	members := make([]tree.LeafIndex, 0, t.nodes.Members())
	for i := range t.Leaves() {
		if t.Leaf(i) != nil {
			members = append(members, i)
		}
	}
	return members
}

// parents lists the parents that are not blank.
func (t Tree) parents() []tree.Index {
	var list []tree.Index
	for i := tree.Index(1); uint32(i) < tree.Width(t.Leaves()); i += 2 {
		if t.Parent(i) != nil {
			list = append(list, i)
		}
	}
	return list
}
