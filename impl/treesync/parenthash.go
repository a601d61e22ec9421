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
//
// What is filtered out stays blank, so that the next node of the filtered path is
// the next non-blank ancestor of §7.9.1 (subtle point 5).
func (t Tree) ApplyPath(s suite.Suite, sender tree.LeafIndex, nodes []PathNode) (Tree, []byte, error) {
	if sender >= t.Leaves() {
		return t, nil, fmt.Errorf("treesync: a path of leaf %d in a tree of %d", sender, t.Leaves())
	}
	path, copath := tree.FilteredDirectPath(t, sender)
	if !slices.EqualFunc(path, nodes, func(i tree.Index, n PathNode) bool { return i == n.Node }) {
		return t, nil, fmt.Errorf("treesync: the %d nodes given are not leaf %d's filtered direct path %v", len(nodes), sender, path)
	}
	fresh := map[tree.Index]*wire.ParentNode{}
	var parentHash []byte // of the node above; the root's is empty
	for k := len(nodes) - 1; k >= 0; k-- {
		p := &wire.ParentNode{EncryptionKey: nodes[k].EncryptionKey, ParentHash: parentHash}
		fresh[nodes[k].Node] = p
		parentHash = t.parentHash(s, p, copath[k]) // the copath is as it was
	}
	t.nodes = t.nodes.SetPath(sender, t.Leaf(sender), func(i tree.Index, _ *wire.ParentNode) *wire.ParentNode { return fresh[i] })
	return t, parentHash, nil
}

// parentHash is the parent hash of p with copath child sibling (RFC 9420 §7.9). It
// takes p.ParentHash as stored, and does not ask whether p is the root: extension
// and truncation move the root without touching it (subtle point 14).
func (t Tree) parentHash(s suite.Suite, p *wire.ParentNode, sibling tree.Index) []byte {
	return s.Hash(mustMarshal(&wire.ParentHashInput{
		EncryptionKey:           p.EncryptionKey,
		ParentHash:              p.ParentHash,
		OriginalSiblingTreeHash: t.originalHash(s, sibling, p.UnmergedLeaves),
	}))
}

// VerifyParentHashes checks that each parent was set together with exactly one node
// below it (RFC 9420 §7.9.2). By induction each chain ends at a leaf, whose
// signature vouches for it. A node whose parent_hash fits nothing above it is no
// error (Appendix B has some): what counts is that each parent is covered (subtle
// point 13).
func VerifyParentHashes(s suite.Suite, t Tree) error {
	for i, p := range t.nodes.AllParents() {
		left, _ := tree.Left(i)
		right, _ := tree.Right(i)
		links := 0
		for _, side := range [][2]tree.Index{{left, right}, {right, left}} {
			if t.linked(s, p, side[0], side[1]) {
				links++
			}
		}
		if links != 1 {
			return spec.ParentHashValid.Broken("node %d is parent-hash valid for %d nodes below it", i, links)
		}
	}
	return nil
}

// linked says whether a node D under child was set in the same UpdatePath as p: D is
// in child's resolution, the rest of which is just p's unmerged leaves under child,
// and D holds p's parent hash. That "just" has two halves (subtle point 12): all
// other nodes of the resolution are unmerged at p, and all of p's unmerged leaves
// under child are in the resolution.
func (t Tree) linked(s suite.Suite, p *wire.ParentNode, child, sibling tree.Index) bool {
	resolution := tree.Resolution(t, child)
	unmerged := below(child, p.UnmergedLeaves)
	if len(resolution) != len(unmerged)+1 {
		return false
	}
	rest := slices.DeleteFunc(resolution, func(n tree.Index) bool {
		_, listed := slices.BinarySearch(unmerged, n.Leaf())
		return n.IsLeaf() && listed
	})
	if len(rest) != 1 {
		return false
	}
	stored := t.storedParentHash(rest[0])
	return len(stored) > 0 && bytes.Equal(stored, t.parentHash(s, p, sibling))
}

// storedParentHash is a node's parent_hash field, nil for a leaf without one: leaves
// from key packages and Updates start no chain (subtle point 13).
func (t Tree) storedParentHash(i tree.Index) []byte {
	if p := t.Parent(i); p != nil {
		return p.ParentHash
	}
	if leaf := t.leafAt(i); leaf != nil && leaf.Source == wire.LeafSourceCommit {
		return leaf.ParentHash
	}
	return nil
}
