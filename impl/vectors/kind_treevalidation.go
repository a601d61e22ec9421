package vectors

import (
	"fmt"
	"slices"

	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// treeValidation: a tree as a joiner sees it, RFC 9420 §7.3, §7.8, §7.9.2, §12.4.3.1.
type treeValidation struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	Tree        Hex              `json:"tree"`
	GroupID     Hex              `json:"group_id"`
	Resolutions [][]tree.Index   `json:"resolutions"`
	TreeHashes  []Hex            `json:"tree_hashes"`
}

var treeValidationKind = newKind("tree-validation", "resolutions, tree hashes, parent hashes and leaf signatures of whole trees",
	verifyTreeValidation, generateTreeValidation)

func verifyTreeValidation(c *checker, v *treeValidation) {
	t, well := c.tree("tree", v.Tree)
	if !well {
		return
	}
	width := int(tree.Width(t.Leaves()))
	if len(v.Resolutions) != width {
		c.fail("resolutions", "it has %d elements, the tree %d nodes", len(v.Resolutions), width)
		return
	}
	if len(v.TreeHashes) != width {
		c.fail("tree_hashes", "it has %d elements, the tree %d nodes", len(v.TreeHashes), width)
		return
	}
	for i := range tree.Index(width) {
		if r := tree.Resolution(t, i); !slices.Equal(r, v.Resolutions[i]) {
			c.fail(fmt.Sprintf("resolutions[%d]", i), "got %v, expected %v", r, v.Resolutions[i])
		}
		c.equal(fmt.Sprintf("tree_hashes[%d]", i), t.NodeHash(c.suite, i), v.TreeHashes[i])
	}
	c.ok("tree", treesync.VerifyParentHashes(c.suite, t))
	gc := wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite, GroupID: v.GroupID}
	for _, i := range t.Members() {
		c.leafSignature(fmt.Sprintf("tree (leaf %d)", i), t.Leaf(i), v.GroupID, i)
	}
	if len(c.failures) == 0 {
		// Whatever else a joiner must check holds too; the format does not ask for it.
		c.ok("tree", treesync.ValidateTree(c.suite, t, gc, treesync.Policy{}))
	}
}

// leafSignature checks a leaf's signature (RFC 9420 §7.2).
func (c *checker) leafSignature(field string, leaf *wire.LeafNode, groupID []byte, index tree.LeafIndex) bool {
	tbs, well := c.marshal(field, &wire.LeafNodeTBS{LeafNode: leaf, GroupID: groupID, LeafIndex: index})
	return well && c.holds(field, c.suite.VerifyWithLabel(leaf.SignatureKey, "LeafNodeTBS", tbs, leaf.Signature),
		"the leaf's signature does not verify in the given group")
}

// The trees of the format's "Origins of Test Trees", in its order.
func generateTreeValidation(g *generator) []treeValidation {
	var list []treeValidation
	for _, w := range testTrees(g, pick(g, []int{2, 4, 8, 32}, nil), pick(g, []int{3, 5, 7, 33, 34}, nil)) {
		list = append(list, validationOf(w))
	}
	return list
}

// testTrees grows trees of many shapes: full ones of the given sizes, ones with
// blanks at the end, and one for each other shape.
func testTrees(g *generator, full, trailing []int) []*world {
	if g.small && !g.curves() {
		return nil
	}
	if g.small { // one shape for each suite
		shapes := []func(*generator) *world{internalBlanks, skippingBlanks, unmergedLeaves, appendixA}
		return []*world{shapes[int(g.suite.ID())%len(shapes)](g)}
	}
	var list []*world
	for _, n := range full {
		list = append(list, growTree(g, n))
	}
	list = append(list, internalBlanks(g))
	for _, n := range trailing {
		list = append(list, growTree(g, n))
	}
	return append(list, skippingBlanks(g), unmergedLeaves(g), appendixA(g))
}

// internalBlanks: leaf 0 removes leaves 2 and 3 and adds one.
func internalBlanks(g *generator) *world {
	w := growTree(g, pick(g, 8, 5))
	w.remove(2)
	w.remove(3)
	w.commit(0, w.add())
	return w
}

// skippingBlanks: leaf 0 removes leaves 1, 2 and 3, so that parent hash links
// skip blank nodes.
func skippingBlanks(g *generator) *world {
	w := growTree(g, pick(g, 8, 6))
	for _, leaf := range []tree.LeafIndex{1, 2, 3} {
		w.remove(leaf)
	}
	w.commit(0)
	return w
}

// unmergedLeaves: leaf 0 adds a member without a path.
func unmergedLeaves(g *generator) *world {
	w := growTree(g, pick(g, 7, 3))
	w.add()
	return w
}

// appendixA is the tree of RFC 9420's Appendix A: an unmerged leaf below parent
// hash links that skip blanks.
func appendixA(g *generator) *world {
	w := newWorld(g)
	for range 6 {
		w.add()
	}
	w.remove(5)
	w.commit(0)
	w.commit(4)
	w.add() // at the place of the one removed
	return w
}

func validationOf(w *world) treeValidation {
	s := w.g.suite
	v := treeValidation{CipherSuite: s.ID(), Tree: treeBytes(w.tree), GroupID: w.groupID}
	for i := range tree.Index(tree.Width(w.tree.Leaves())) {
		resolution := tree.Resolution(w.tree, i)
		if resolution == nil {
			resolution = []tree.Index{}
		}
		v.Resolutions = append(v.Resolutions, resolution)
		v.TreeHashes = append(v.TreeHashes, w.tree.NodeHash(s, i))
	}
	return v
}
