package props

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// hasher computes the hashes of a tree as RFC 9420 §7.8 and §7.9 write them down: from
// the bytes, anew each time, remembering nothing.
type hasher struct {
	picture
	suite suite.Suite
}

// opaque is the TLS syntax's opaque<V>, for a vector of less than 2^14 bytes.
func opaque(b []byte) []byte {
	if len(b) < 1<<6 {
		return append([]byte{byte(len(b))}, b...)
	}
	return append([]byte{byte(len(b)>>8 | 1<<6), byte(len(b))}, b...)
}

// treeHash is the hash of TreeHashInput (RFC 9420 §7.8) in the tree in which the leaves
// that are gone are blank, and in no unmerged_leaves.
func (h hasher) treeHash(n *node, gone []tree.LeafIndex) ([]byte, error) {
	if n.isLeaf() {
		index := slices.Index(h.leaves(), n)
		input := binary.BigEndian.AppendUint32([]byte{1}, uint32(index))
		if n.leaf == nil || slices.Contains(gone, tree.LeafIndex(index)) {
			return h.suite.Hash(append(input, 0)), nil
		}
		leaf, err := wire.Marshal(n.leaf)
		return h.suite.Hash(append(append(input, 1), leaf...)), err
	}
	input := []byte{2, 0}
	if n.parent != nil {
		was := *n.parent
		was.UnmergedLeaves = slices.DeleteFunc(slices.Clone(was.UnmergedLeaves), func(i tree.LeafIndex) bool { return slices.Contains(gone, i) })
		parent, err := wire.Marshal(&was)
		if err != nil {
			return nil, err
		}
		input = append([]byte{2, 1}, parent...)
	}
	for _, child := range []*node{n.left, n.right} {
		hash, err := h.treeHash(child, gone)
		if err != nil {
			return nil, err
		}
		input = append(input, opaque(hash)...)
	}
	return h.suite.Hash(input), nil
}

// parentHash is the parent hash of p with copath child s (RFC 9420 §7.9).
func (h hasher) parentHash(p, s *node) ([]byte, error) {
	original, err := h.treeHash(s, p.unmerged())
	if err != nil {
		return nil, err
	}
	return h.suite.Hash(slices.Concat(opaque(p.parent.EncryptionKey), opaque(p.parent.ParentHash), opaque(original))), nil
}

// parentHashes checks, from the top down, that for exactly one node below each non-blank
// parent the parent hash is valid with respect to that parent (RFC 9420 §7.9.2).
func (h hasher) parentHashes() error {
	for _, p := range h.nodes {
		if p.parent == nil {
			continue
		}
		var valid []tree.Index
		for _, d := range h.nodes {
			ok, err := h.validFor(d, p)
			if err != nil {
				return err
			}
			if ok {
				valid = append(valid, d.index)
			}
		}
		if len(valid) != 1 {
			return fmt.Errorf("the nodes %v have a parent hash that is valid with respect to node %d, want one", valid, p.index)
		}
	}
	return nil
}

// sameVerdict: the implementation takes a tree's parent hashes for valid exactly if they
// are.
func sameVerdict(s suite.Suite, t treesync.Tree) error {
	want, have := hasher{draw(t), s}.parentHashes(), treesync.VerifyParentHashes(s, t)
	if (want == nil) != (have == nil) {
		return fmt.Errorf("a joiner says of the parent hashes: %v; by the text: %v (RFC 9420 §7.9.2)", have, want)
	}
	return nil
}

// spoil changes one parent of a tree: its parent hash, or who is unmerged there. That is
// a member below: any other makes the tree invalid whatever its hashes (RFC 9420
// §12.4.3.1), and the original tree hash of a subtree does not look for it.
func spoil(rng *rand.Rand, s suite.Suite, t treesync.Tree) (treesync.Tree, error) {
	rt := t.Wire()
	var parents []int
	for i, n := range rt.Nodes {
		if n != nil && n.Parent != nil {
			parents = append(parents, i)
		}
	}
	if len(parents) == 0 {
		return t, nil
	}
	at := parents[rng.IntN(len(parents))]
	p := *rt.Nodes[at].Parent // what Wire gives out is the tree's own
	if leaf := t.Members()[rng.IntN(int(t.MemberCount()))]; rng.IntN(4) > 0 && tree.IsAncestor(tree.Index(at), leaf) {
		was, listed := slices.BinarySearch(p.UnmergedLeaves, leaf)
		p.UnmergedLeaves = slices.Clone(p.UnmergedLeaves)
		if listed {
			p.UnmergedLeaves = slices.Delete(p.UnmergedLeaves, was, was+1)
		} else {
			p.UnmergedLeaves = slices.Insert(p.UnmergedLeaves, was, leaf)
		}
	} else {
		p.ParentHash = append(slices.Clone(p.ParentHash), 0)
	}
	rt.Nodes[at] = &wire.Node{Type: wire.NodeTypeParent, Parent: &p}
	return treesync.FromWire(s, rt)
}

// validFor: the parent hash in d is valid with respect to p, by the three criteria of
// RFC 9420 §7.9.2.
func (h hasher) validFor(d, p *node) (bool, error) {
	if d == p || !d.under(p) {
		return false, nil
	}
	stored, has := d.parentHashField()
	if !has {
		return false, nil
	}
	c, s := p.left, p.right
	if d.under(p.right) {
		c, s = p.right, p.left
	}
	resolution := h.resolution(c)
	at := slices.Index(resolution, d)
	if at < 0 {
		return false, nil
	}
	var listed []*node
	for _, i := range p.unmerged() {
		if leaf := h.leafAt(i); leaf != nil && leaf.under(c) {
			listed = append(listed, leaf)
		}
	}
	if !sameNodes(listed, slices.Delete(resolution, at, at+1)) {
		return false, nil
	}
	want, err := h.parentHash(p, s)
	return bytes.Equal(stored, want), err
}

func (n *node) parentHashField() ([]byte, bool) {
	switch {
	case n.parent != nil:
		return n.parent.ParentHash, true
	case n.leaf != nil && n.leaf.Source == wire.LeafSourceCommit:
		return n.leaf.ParentHash, true
	}
	return nil, false
}

// sameNodes compares two sets.
func sameNodes(a, b []*node) bool {
	in := func(list []*node) func(*node) bool {
		return func(n *node) bool { return !slices.Contains(list, n) }
	}
	return !slices.ContainsFunc(a, in(b)) && !slices.ContainsFunc(b, in(a))
}
