package treesync

import (
	"bytes"
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// PathNode is a new public key for one node of a committer's filtered direct path.
type PathNode struct {
	Node          tree.Index
	EncryptionKey []byte
}

// ApplyPath blanks all above the sender, puts the new keys on its filtered direct
// path (given leaf to root), and chains the parent hashes from the root down. It
// also returns the parent hash that belongs in the sender's new leaf, which the
// caller puts in place with SetLeaf (RFC 9420 §7.5, §7.9). With an empty path that
// hash is undefined in the RFC; here it has no bytes.
func (t Tree) ApplyPath(s suite.Suite, sender tree.LeafIndex, nodes []PathNode) (Tree, []byte, error) {
	path, copath := tree.FilteredDirectPath(t, sender)
	if !slices.EqualFunc(path, nodes, func(i tree.Index, n PathNode) bool { return i == n.Node }) {
		return t, nil, fmt.Errorf("treesync: the %d nodes given are not leaf %d's filtered direct path %v", len(nodes), sender, path)
	}
	t = t.blankPath(sender)
	var parentHash []byte // of the node above; the root's is empty
	for k := len(nodes) - 1; k >= 0; k-- {
		p := &wire.ParentNode{EncryptionKey: nodes[k].EncryptionKey, ParentHash: parentHash}
		t.nodes = t.nodes.SetParent(nodes[k].Node, p)
		parentHash = t.parentHash(s, p, copath[k])
	}
	return t, parentHash, nil
}

// parentHash is the parent hash of p with copath child sibling (RFC 9420 §7.9). It
// takes p.ParentHash as stored: extension and truncation move the root without
// touching it.
func (t Tree) parentHash(s suite.Suite, p *wire.ParentNode, sibling tree.Index) []byte {
	return s.Hash(mustMarshal(&wire.ParentHashInput{
		EncryptionKey:           p.EncryptionKey,
		ParentHash:              p.ParentHash,
		OriginalSiblingTreeHash: t.originalHash(s, sibling, p.UnmergedLeaves),
	}))
}

// VerifyParentHashes checks top down that each parent was set together with exactly
// one node below it (RFC 9420 §7.9.2). By induction each chain ends at a leaf,
// whose signature vouches for it.
func VerifyParentHashes(s suite.Suite, t Tree) error {
	for _, i := range t.parents() {
		left, _ := tree.Left(i)
		right, _ := tree.Right(i)
		links := 0
		for _, side := range [][2]tree.Index{{left, right}, {right, left}} {
			if t.linked(s, t.Parent(i), side[0], side[1]) {
				links++
			}
		}
		if links != 1 {
			return spec.ParentHashValid.Broken("node %d is parent-hash valid for %d nodes below it", i, links)
		}
	}
	return nil
}

// linked says whether a node D under child was set in the same UpdatePath as p:
// D and the unmerged leaves of p under child are all of child's resolution, and D
// holds p's parent hash.
func (t Tree) linked(s suite.Suite, p *wire.ParentNode, child, sibling tree.Index) bool {
	unmerged := map[tree.Index]bool{}
	for _, l := range below(child, p.UnmergedLeaves) {
		unmerged[tree.LeafNode(l)] = true
	}
	resolution := tree.Resolution(t, child)
	rest := slices.DeleteFunc(slices.Clone(resolution), func(n tree.Index) bool { return unmerged[n] })
	if len(rest) != 1 || len(resolution) != len(unmerged)+1 {
		return false
	}
	stored := t.storedParentHash(rest[0])
	return len(stored) > 0 && bytes.Equal(stored, t.parentHash(s, p, sibling))
}

// storedParentHash is a node's parent_hash field, nil for a leaf without one.
func (t Tree) storedParentHash(i tree.Index) []byte {
	if p := t.Parent(i); p != nil {
		return p.ParentHash
	}
	if leaf := t.leafAt(i); leaf != nil && leaf.Source == wire.LeafSourceCommit {
		return leaf.ParentHash
	}
	return nil
}
