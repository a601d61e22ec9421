package vectors

import (
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// treeOperation: what one proposal does to the tree, RFC 9420 §12.1 and §7.7.
type treeOperation struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	Before      Hex              `json:"tree_before"`
	Proposal    Hex              `json:"proposal"`
	Sender      tree.LeafIndex   `json:"proposal_sender"`
	HashBefore  Hex              `json:"tree_hash_before"`
	After       Hex              `json:"tree_after"`
	HashAfter   Hex              `json:"tree_hash_after"`
}

var treeOperationsKind = newKind("tree-operations", "Add, Update and Remove applied to a tree; its hash",
	verifyTreeOperation, generateTreeOperations)

func verifyTreeOperation(c *checker, v *treeOperation) {
	before, well := c.tree("tree_before", v.Before)
	if !well || !c.equal("tree_hash_before", before.TreeHash(c.suite), v.HashBefore) {
		return
	}
	var p wire.Proposal
	if !c.decode("proposal", v.Proposal, &p) {
		return
	}
	after, well := c.apply(before, p, v.Sender)
	if !well {
		return
	}
	encoded, well := c.encode("tree_after", after)
	if well && c.equal("tree_after", encoded, v.After) {
		c.equal("tree_hash_after", after.TreeHash(c.suite), v.HashAfter)
	}
}

// apply makes the change that a proposal of this member asks for. The format has
// Add, Update and Remove only.
func (c *checker) apply(t treesync.Tree, p wire.Proposal, sender tree.LeafIndex) (treesync.Tree, bool) {
	if t.Leaf(sender) == nil {
		return t, c.fail("proposal_sender", "leaf %d is blank or not in the tree", sender)
	}
	switch p.Type {
	case wire.ProposalAdd:
		t, _ = t.Add(p.Add.KeyPackage.LeafNode)
	case wire.ProposalUpdate:
		t = t.Update(sender, p.Update.LeafNode)
	case wire.ProposalRemove:
		if t.Leaf(p.Remove.Removed) == nil {
			return t, c.fail("proposal", "leaf %d, to be removed, is blank or not in the tree", p.Remove.Removed)
		}
		t = t.Remove(p.Remove.Removed)
	default:
		return t, c.fail("proposal", "it is of type %v, expected add, update or remove", p.Type)
	}
	return t, true
}

// tree reads a ratchet tree and sees that it is written as it was read.
func (c *checker) tree(field string, b []byte) (treesync.Tree, bool) {
	var rt wire.RatchetTree
	if !c.decode(field, b, &rt) {
		return treesync.Tree{}, false
	}
	t, err := treesync.FromWire(c.suite, rt)
	if !c.ok(field, err) {
		return t, false
	}
	again, well := c.encode(field, t)
	return t, well && c.equal(field+" (read and written again)", again, b)
}

func (c *checker) encode(field string, t treesync.Tree) ([]byte, bool) {
	rt := t.Wire()
	return c.marshal(field, &rt)
}

func generateTreeOperations(g *generator) []treeOperation {
	if g.small && !g.curves() {
		return nil
	}
	members := pick(g, 5, 3)
	w := growTree(g, members)             // the last leaves are blank
	extends := growTree(g, pick(g, 4, 2)) // full
	list := []treeOperation{
		operation(w, 1, wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: w.keyPackage()}}),
		operation(extends, 0, wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: extends.keyPackage()}}),
		operation(w, 1, wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: w.update(1)}}),
		operation(w, 0, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 1}}),
		operation(w, 0, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: tree.LeafIndex(members - 1)}}), // the tree shrinks
	}
	if g.small {
		i := int(g.suite.ID()) % len(list)
		return list[i : i+1]
	}
	return list
}

func operation(w *world, sender tree.LeafIndex, p wire.Proposal) treeOperation {
	s := w.g.suite
	c := &checker{suite: s}
	after, well := c.apply(w.tree, p, sender)
	if !well {
		panic("vectors: internal: " + c.failures[0].String())
	}
	return treeOperation{CipherSuite: s.ID(), Before: treeBytes(w.tree), Proposal: marshal(&p), Sender: sender,
		HashBefore: w.tree.TreeHash(s), After: treeBytes(after), HashAfter: after.TreeHash(s)}
}

func treeBytes(t treesync.Tree) Hex {
	rt := t.Wire()
	return marshal(&rt)
}
