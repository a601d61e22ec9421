// Package treesync keeps who is in the group: leaves and key packages, their
// validation, the ratchet tree's public half with its tree and parent hashes, and
// what proposals do to it (RFC 9420 §7, §10, §12.1 to §12.3).
//
// It makes and checks signatures of leaves. It knows no secrets of the group and no
// messages: those are treekem's and treedem's.
package treesync

import (
	"iter"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Tree is the public ratchet tree of one epoch. It is a value that never changes;
// versions share their nodes. Nobody may write to the nodes it hands out.
type Tree struct {
	nodes counted
}

// New is the tree of a group with one member (RFC 9420 §11).
func New(leaf wire.LeafNode) Tree {
	return Tree{count(tree.New[wire.LeafNode, wire.ParentNode]().SetLeaf(0, &leaf))}
}

// FromWire reads a ratchet_tree (RFC 9420 §12.4.3.3). The tree has the right form;
// ValidateTree says whether it is a valid one. It costs at most a small multiple of
// what was sent: widening less than doubles the nodes. That a node whose type
// contradicts its place is refused is a reading: the RFC says where leaves are, and
// no more (subtle point 7).
func FromWire(_ suite.Suite, rt wire.RatchetTree) (Tree, error) {
	if n := len(rt.Nodes); n == 0 || rt.Nodes[n-1] == nil {
		return Tree{}, spec.TreeLastNode.Broken("the last of %d nodes is blank", n)
	}
	for at, n := range rt.Nodes {
		if n == nil {
			continue
		}
		i := tree.Index(at)
		if i.IsLeaf() != (n.Type == wire.NodeTypeLeaf) || i.IsLeaf() && n.Leaf == nil || !i.IsLeaf() && n.Parent == nil {
			return Tree{}, spec.TreeNodePlace.Broken("node %d is a %v", at, n.Type)
		}
	}
	leaves := uint32(1)
	for int(tree.Width(leaves)) < len(rt.Nodes) {
		leaves *= 2
	}
	at := func(i tree.Index) *wire.Node {
		if int(i) < len(rt.Nodes) && rt.Nodes[i] != nil {
			return rt.Nodes[i]
		}
		return &wire.Node{}
	}
	return Tree{count(tree.Build(leaves,
		func(i tree.LeafIndex) *wire.LeafNode { return at(tree.LeafNode(i)).Leaf },
		func(i tree.Index) *wire.ParentNode { return at(i).Parent }))}, nil
}

// Wire writes the ratchet_tree, without the blank nodes at its end.
func (t Tree) Wire() wire.RatchetTree {
	nodes := make([]*wire.Node, tree.Width(t.Leaves()))
	last := tree.Index(0)
	for i, leaf := range t.All() {
		nodes[tree.LeafNode(i)] = &wire.Node{Type: wire.NodeTypeLeaf, Leaf: leaf}
		last = tree.LeafNode(i)
	}
	for i, p := range t.nodes.AllParents() {
		nodes[i] = &wire.Node{Type: wire.NodeTypeParent, Parent: p}
		last = max(last, i)
	}
	return wire.RatchetTree{Nodes: nodes[:last+1]}
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

// Populated says whether any node at or below i is not blank.
func (t Tree) Populated(i tree.Index) bool { return t.nodes.Populated(i) }

// MemberCount is the number of leaves that are not blank.
func (t Tree) MemberCount() uint32 { return t.nodes.Members() }

// All goes through the members and their leaves, from the left.
func (t Tree) All() iter.Seq2[tree.LeafIndex, *wire.LeafNode] { return t.nodes.AllLeaves() }

// Members lists the leaves that are not blank.
func (t Tree) Members() []tree.LeafIndex {
	members := make([]tree.LeafIndex, 0, t.MemberCount())
	for i := range t.All() {
		members = append(members, i)
	}
	return members
}

// holder is the first node that has this public key.
func (t Tree) holder(encryptionKey []byte) (tree.Index, bool) {
	i, ok := t.nodes.census.encryption.find(encryptionKey)
	return tree.Index(i), ok
}

// bySignatureKey is the first member that has this key.
func (t Tree) bySignatureKey(key []byte) (tree.LeafIndex, bool) {
	return t.nodes.census.signature.find(key)
}

// AllSupportExtension says whether every member supports the type, as default types
// are, and if not, names the first that does not. Only then does it look at members.
func (t Tree) AllSupportExtension(x wire.ExtensionType) (bad tree.LeafIndex, ok bool) {
	return t.allSupport(t.nodes.census.supported.extensions.of(uint16(x)),
		func(c wire.Capabilities) bool { return supportsExtension(c, x) })
}

// AllSupportProposal is the like for a type of proposal.
func (t Tree) AllSupportProposal(p wire.ProposalType) (bad tree.LeafIndex, ok bool) {
	return t.allSupport(t.nodes.census.supported.proposals.of(uint16(p)),
		func(c wire.Capabilities) bool { return supportsProposal(c, p) })
}

// AllSupportCredential is the like for a type of credential, of which none is a
// default.
func (t Tree) AllSupportCredential(d wire.CredentialType) (bad tree.LeafIndex, ok bool) {
	return t.allSupport(t.nodes.census.supported.credentials.of(uint16(d)),
		func(c wire.Capabilities) bool { return slices.Contains(c.Credentials, d) })
}

func (t Tree) allSupport(listing uint32, supports func(wire.Capabilities) bool) (bad tree.LeafIndex, ok bool) {
	if listing == t.MemberCount() || supports(wire.Capabilities{}) {
		return 0, true
	}
	for i, leaf := range t.All() {
		if !supports(leaf.Capabilities) {
			return i, false
		}
	}
	panic("treesync: internal: the census lacks support that all members list")
}
