package treesync

import (
	"bytes"
	"slices"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// suiteOf skips the vector if its suite is not supported.
func suiteOf(t *testing.T, id wire.CipherSuite) suite.Suite {
	s, err := suite.ByID(id)
	if err != nil {
		t.Skipf("not checked: %v", err)
	}
	return s
}

func decodeTree(t *testing.T, s suite.Suite, b []byte) Tree {
	t.Helper()
	var rt wire.RatchetTree
	if err := wire.Unmarshal(b, &rt); err != nil {
		t.Fatal(err)
	}
	decoded, err := FromWire(s, rt)
	if err != nil {
		t.Fatal(err)
	}
	if again := encodeTree(decoded); !bytes.Equal(again, b) {
		t.Errorf("the tree does not round-trip: got %x, want %x", again, b)
	}
	return decoded
}

func encodeTree(t Tree) []byte {
	rt := t.Wire()
	return mustMarshal(&rt)
}

type treeOperation struct {
	Suite      wire.CipherSuite `json:"cipher_suite"`
	Before     vectors.Hex      `json:"tree_before"`
	Proposal   vectors.Hex      `json:"proposal"`
	Sender     tree.LeafIndex   `json:"proposal_sender"`
	HashBefore vectors.Hex      `json:"tree_hash_before"`
	After      vectors.Hex      `json:"tree_after"`
	HashAfter  vectors.Hex      `json:"tree_hash_after"`
}

func TestTreeOperations(t *testing.T) {
	vectors.Run(t, "tree-operations.json", func(t *testing.T, v treeOperation) {
		s := suiteOf(t, v.Suite)
		before := decodeTree(t, s, v.Before)
		if h := before.TreeHash(s); !bytes.Equal(h, v.HashBefore) {
			t.Errorf("tree_hash_before: got %x, want %x", h, v.HashBefore)
		}
		p := ProposalFrom{Sender: v.Sender, ByRef: true}
		if err := wire.Unmarshal(v.Proposal, &p.Proposal); err != nil {
			t.Fatal(err)
		}
		after, _, err := ApplyProposals(before, []ProposalFrom{p})
		if err != nil {
			t.Fatal(err)
		}
		if b := encodeTree(after); !bytes.Equal(b, v.After) {
			t.Errorf("tree_after: got %x, want %x", b, v.After)
		}
		if h := after.TreeHash(s); !bytes.Equal(h, v.HashAfter) {
			t.Errorf("tree_hash_after: got %x, want %x", h, v.HashAfter)
		}
	})
}

type treeValidation struct {
	Suite       wire.CipherSuite `json:"cipher_suite"`
	Tree        vectors.Hex      `json:"tree"`
	GroupID     vectors.Hex      `json:"group_id"`
	Resolutions [][]tree.Index   `json:"resolutions"`
	TreeHashes  []vectors.Hex    `json:"tree_hashes"`
}

func TestTreeValidation(t *testing.T) {
	vectors.Run(t, "tree-validation.json", func(t *testing.T, v treeValidation) {
		s := suiteOf(t, v.Suite)
		got := decodeTree(t, s, v.Tree)
		for i := range tree.Index(tree.Width(got.Leaves())) {
			if r := tree.Resolution(got, i); !slices.Equal(r, v.Resolutions[i]) {
				t.Errorf("resolutions[%d]: got %v, want %v", i, r, v.Resolutions[i])
			}
			if h := got.NodeHash(s, i); !bytes.Equal(h, v.TreeHashes[i]) {
				t.Errorf("tree_hashes[%d]: got %x, want %x", i, h, v.TreeHashes[i])
			}
		}
		if err := VerifyParentHashes(s, got); err != nil {
			t.Error(err)
		}
		gc := wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.Suite, GroupID: v.GroupID}
		if err := ValidateTree(s, got, gc, Policy{}); err != nil {
			t.Error(err)
		}
	})
}
