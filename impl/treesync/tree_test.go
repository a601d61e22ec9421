package treesync

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// withUnmerged is a group of eight, whose leaf 7 is unmerged at the root (7) and at
// node 11; node 13 is blank.
func withUnmerged(t *testing.T) *honest {
	h := honestGroup(t, 6)
	h.commit(0, true, h.add()) // leaf 6; the root is new
	h.commit(4, true)          // 9, 11, the root
	h.commit(6, true)          // 11 and the root; 13 is filtered out
	h.commit(1, false, h.add())
	return h
}

// clone copies a ratchet_tree so deeply that a test may change nodes.
func clone(t *testing.T, h *honest) wire.RatchetTree {
	var rt wire.RatchetTree
	if err := wire.Unmarshal(encodeTree(h.tree), &rt); err != nil {
		t.Fatal(err)
	}
	return rt
}

// Each case breaks one thing in an honest tree: what a joiner checks of all members
// (valn1406 to valn1410) and of the form (X10, X26, X31).
func TestTreeRules(t *testing.T) {
	h := withUnmerged(t)
	resign := func(rt wire.RatchetTree, i tree.LeafIndex) { h.sign(rt.Nodes[2*i].Leaf, i) }
	for _, v := range []struct {
		what string
		rule *spec.Rule
		bend func(rt *wire.RatchetTree)
	}{
		{"nothing", nil, func(*wire.RatchetTree) {}},
		// Subtle point 7: form, and what is where.
		{"empty", spec.TreeLastNode, func(rt *wire.RatchetTree) { rt.Nodes = nil }},
		{"trailing blank", spec.TreeLastNode, func(rt *wire.RatchetTree) { rt.Nodes = append(rt.Nodes, nil) }},
		{"a leaf in a parent's place", spec.TreeNodePlace, func(rt *wire.RatchetTree) { rt.Nodes[7] = rt.Nodes[6] }},
		{"a parent in a leaf's place", spec.TreeNodePlace, func(rt *wire.RatchetTree) { rt.Nodes[6] = rt.Nodes[7] }},
		{"leaf signature", spec.LeafSignature, func(rt *wire.RatchetTree) { rt.Nodes[4].Leaf.Signature[0] ^= 1 }},
		{"leaves swapped", spec.LeafSignature, func(rt *wire.RatchetTree) { rt.Nodes[0], rt.Nodes[2] = rt.Nodes[2], rt.Nodes[0] }},
		// Subtle point 8: sorted strictly, though no joiner is told to look.
		{"unmerged twice", spec.UnmergedSorted, func(rt *wire.RatchetTree) {
			rt.Nodes[7].Parent.UnmergedLeaves = []uint32{7, 7}
		}},
		{"unmerged out of order", spec.UnmergedSorted, func(rt *wire.RatchetTree) {
			rt.Nodes[7].Parent.UnmergedLeaves = []uint32{7, 6}
		}},
		{"unmerged elsewhere", spec.UnmergedIsMember, func(rt *wire.RatchetTree) {
			rt.Nodes[1].Parent.UnmergedLeaves = []uint32{7}
		}},
		{"unmerged far outside", spec.UnmergedIsMember, func(rt *wire.RatchetTree) {
			rt.Nodes[7].Parent.UnmergedLeaves = []uint32{7, 1<<31 + 1}
		}},
		{"unmerged and blank", spec.UnmergedIsMember, func(rt *wire.RatchetTree) { rt.Nodes[14], rt.Nodes[13] = nil, rt.Nodes[11]; rt.Nodes = rt.Nodes[:14] }},
		{"unmerged not between", spec.UnmergedBetween, func(rt *wire.RatchetTree) { rt.Nodes[11].Parent.UnmergedLeaves = nil }},
		// Subtle point 9: node 3 lists no unmerged leaf, and yet its key must be its own.
		{"parent key twice", spec.ParentKeysUnique, func(rt *wire.RatchetTree) {
			rt.Nodes[3].Parent.EncryptionKey = rt.Nodes[7].Parent.EncryptionKey
		}},
		{"parent key is a leaf's", spec.ParentKeysUnique, func(rt *wire.RatchetTree) {
			rt.Nodes[3].Parent.EncryptionKey = rt.Nodes[14].Leaf.EncryptionKey
		}},
		{"leaf key twice", spec.EncryptionKeysUnique, func(rt *wire.RatchetTree) {
			rt.Nodes[6].Leaf.EncryptionKey = rt.Nodes[14].Leaf.EncryptionKey
			resign(*rt, 3)
		}},
		{"signature key twice", spec.SignatureKeysUnique, func(rt *wire.RatchetTree) {
			rt.Nodes[6].Leaf.SignatureKey, rt.Nodes[6].Leaf.Credential = rt.Nodes[14].Leaf.SignatureKey, rt.Nodes[14].Leaf.Credential
			resign(*rt, 3)
		}},
		{"credential type of its own", spec.CredentialsSupported, func(rt *wire.RatchetTree) {
			leaf := rt.Nodes[6].Leaf
			h.sks[""] = h.sks[string(leaf.Credential.Identity)]
			leaf.Credential = wire.Credential{Type: wire.CredentialX509}
			leaf.Capabilities.Credentials = append(leaf.Capabilities.Credentials, wire.CredentialX509)
			resign(*rt, 3)
		}},
		{"another parent key", spec.ParentHashValid, func(rt *wire.RatchetTree) { rt.Nodes[3].Parent.EncryptionKey = h.key() }},
		{"another root key", spec.ParentHashValid, func(rt *wire.RatchetTree) { rt.Nodes[7].Parent.EncryptionKey = h.key() }},
		{"another parent hash", spec.ParentHashValid, func(rt *wire.RatchetTree) { rt.Nodes[11].Parent.ParentHash[0] ^= 1 }},
		{"a parent made up", spec.ParentHashValid, func(rt *wire.RatchetTree) {
			rt.Nodes[13] = &wire.Node{Type: wire.NodeTypeParent, Parent: &wire.ParentNode{EncryptionKey: h.key(), UnmergedLeaves: []uint32{7}}}
		}},
		// Subtle point 12: neither more nor fewer than the unmerged leaves.
		{"unmerged no longer listed", spec.ParentHashValid, func(rt *wire.RatchetTree) {
			rt.Nodes[7].Parent.UnmergedLeaves = nil
		}},
		{"merged, yet listed", spec.ParentHashValid, func(rt *wire.RatchetTree) {
			rt.Nodes[1].Parent.UnmergedLeaves = []uint32{0}
			rt.Nodes[3].Parent.UnmergedLeaves = []uint32{0}
			rt.Nodes[7].Parent.UnmergedLeaves = []uint32{0, 7}
		}},
	} {
		t.Run(v.what, func(t *testing.T) {
			rt := clone(t, h)
			v.bend(&rt)
			got, err := FromWire(h.s, rt)
			if err == nil {
				err = ValidateTree(h.s, got, h.gc, Policy{})
			}
			brokenRule(t, err, v.rule)
		})
	}
}

func TestGroupExtensionsDistinct(t *testing.T) {
	h := honestGroup(t, 1)
	h.gc.Extensions = []wire.Extension{{Type: 5}, {Type: 5}}
	brokenRule(t, ValidateTree(h.s, h.tree, h.gc, Policy{}), spec.ExtensionsDistinct)
}

// Subtle point 11: as in §7.9's own picture, a subtree's hash counts as it was before an unmerged
// leaf came: the leaf blank, and in no list.
func TestOriginalSiblingTreeHash(t *testing.T) {
	h := withUnmerged(t)
	smaller := h.tree.nodes.SetLeaf(7, nil)
	for _, i := range []tree.Index{7, 11} {
		p := *h.tree.Parent(i)
		p.UnmergedLeaves = nil
		smaller = smaller.SetParent(i, &p)
	}
	if got, want := h.tree.originalHash(h.s, 7, []uint32{7}), (Tree{smaller}).NodeHash(h.s, 7); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

// Subtle point 14: the old root keeps its empty parent hash under a new root, and is still valid.
func TestExtensionKeepsParentHashes(t *testing.T) {
	h := withUnmerged(t)
	h.commit(0, false, h.add())
	if h.tree.Leaves() != 16 || h.tree.Parent(7) == nil {
		t.Fatal("the tree has not grown over its old root")
	}
	brokenRule(t, ValidateTree(h.s, h.tree, h.gc, Policy{}), nil)
}

// Subtle point 12: a parent that lists a leaf which the child's resolution lacks was not set together
// with anything there, even where ValidateTree's earlier rules have not looked.
func TestUnmergedOutsideTheResolution(t *testing.T) {
	h := withUnmerged(t)
	rt := clone(t, h)
	rt.Nodes[11].Parent.UnmergedLeaves = nil // the root still lists leaf 7
	got, err := FromWire(h.s, rt)
	h.check(err)
	root := got.Parent(7)
	if got.linked(h.s, root, 11, 3) || got.linked(h.s, root, 3, 11) {
		t.Error("the root is linked")
	}
}

// Subtle point 4: the sole member of a group has no path: its leaf's parent hash has no bytes.
func TestPathOfOne(t *testing.T) {
	h := honestGroup(t, 1)
	path, next := h.emptyCommit(0)
	if len(path.Nodes) != 0 || path.LeafNode.ParentHash != nil {
		t.Errorf("got %v", path)
	}
	brokenRule(t, ValidateTree(h.s, next, h.gc, Policy{}), nil)
}

func TestApplyPathRefusesOtherNodes(t *testing.T) {
	h := honestGroup(t, 4)
	if _, _, err := h.tree.ApplyPath(h.s, 0, []PathNode{{Node: 3}}); err == nil {
		t.Error("a path of one node is applied where two are needed")
	}
}

// Subtle point 6: removing the right half truncates, more than once if need be (§12.1.3).
func TestRemoveTruncates(t *testing.T) {
	h := honestGroup(t, 5)
	for _, v := range []struct{ removed, leaves uint32 }{{3, 8}, {2, 8}, {4, 2}, {1, 1}} {
		h.commit(0, true, remove(v.removed))
		if h.tree.Leaves() != v.leaves {
			t.Fatalf("%d leaves without leaf %d, want %d", h.tree.Leaves(), v.removed, v.leaves)
		}
		brokenRule(t, ValidateTree(h.s, h.tree, h.gc, Policy{}), nil)
	}
}

// Whatever honest members do, a joiner finds the tree valid, and its hash does not
// depend on what nodes remember.
func TestHonestTreesAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHonest(t, 1)
		for range rapid.IntRange(1, 12).Draw(t, "commits") {
			members := h.tree.Members()
			committer := rapid.SampledFrom(members).Draw(t, "committer")
			var list []ProposalFrom
			for _, i := range members {
				switch k := rapid.IntRange(0, 9).Draw(t, "what happens"); {
				case i != committer && k == 0:
					list = append(list, h.update(i))
				case i != committer && k <= 2:
					list = append(list, remove(i))
				}
			}
			pathNeeded := len(list) > 0
			for range rapid.IntRange(0, 3).Draw(t, "adds") {
				list = append(list, h.add())
			}
			h.commit(committer, pathNeeded || len(list) == 0 || rapid.Bool().Draw(t, "path"), list...)
		}
		var rt wire.RatchetTree
		h.check(wire.Unmarshal(encodeTree(h.tree), &rt))
		joined, err := FromWire(h.s, rt)
		h.check(err)
		h.check(ValidateTree(h.s, joined, h.gc, Policy{}))
		if !bytes.Equal(joined.TreeHash(h.s), h.tree.TreeHash(h.s)) {
			t.Fatal("the joiner has another tree hash")
		}
		if !slices.Equal(joined.Members(), h.tree.Members()) {
			t.Fatal("the joiner sees other members")
		}
	})
}
