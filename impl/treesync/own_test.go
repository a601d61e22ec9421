package treesync

import (
	"math/rand/v2"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// TestMakeVectors makes a tree with unmerged leaves per suite, and one change of
// each kind. They were made by this implementation at a moment when it passed
// all official vectors, so that they only guard against change. The groups have
// seeds of their own.
func TestMakeVectors(t *testing.T) {
	t.Run("operations", func(t *testing.T) {
		vectors.Make(t, "tree-operations.json", func(*rand.ChaCha8) []treeOperation {
			var list []treeOperation
			for _, id := range []wire.CipherSuite{1, 2, 3} {
				list = append(list, makeOperations(ownGroup(t, id))...)
			}
			return list
		})
	})
	t.Run("validation", func(t *testing.T) {
		vectors.Make(t, "tree-validation.json", func(*rand.ChaCha8) []treeValidation {
			var list []treeValidation
			for _, id := range []wire.CipherSuite{1, 2, 3} {
				list = append(list, makeValidation(ownGroup(t, id)))
			}
			return list
		})
	})
}

func ownGroup(t *testing.T, id wire.CipherSuite) *honest {
	h := newHonest(t, id).grow(3)
	h.commit(1, false, h.add(), h.add())
	return h
}

func makeOperations(h *honest) []treeOperation {
	var list []treeOperation
	for _, p := range []ProposalFrom{h.add(), h.update(1), remove(4)} {
		after, _, err := ApplyProposals(h.tree, []ProposalFrom{p})
		h.check(err)
		list = append(list, treeOperation{
			Suite: h.s.ID(), Sender: p.Sender, Proposal: mustMarshal(&p.Proposal),
			Before: encodeTree(h.tree), HashBefore: h.tree.TreeHash(h.s),
			After: encodeTree(after), HashAfter: after.TreeHash(h.s),
		})
	}
	return list
}

func makeValidation(h *honest) treeValidation {
	v := treeValidation{Suite: h.s.ID(), Tree: encodeTree(h.tree), GroupID: h.gc.GroupID}
	for i := range tree.Index(tree.Width(h.tree.Leaves())) {
		v.Resolutions = append(v.Resolutions, append([]tree.Index{}, tree.Resolution(h.tree, i)...))
		v.TreeHashes = append(v.TreeHashes, h.tree.NodeHash(h.s, i))
	}
	return v
}
