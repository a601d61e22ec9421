package treesync

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Subtle point 1: the root too lists unmerged leaves, and is blanked by Updates and
// Removes, though §4.1 does not count it among intermediate nodes.
func TestRootIsIntermediate(t *testing.T) {
	h := honestGroup(t, 3)
	if h.tree.Blank(3) {
		t.Fatal("the root is blank at the start")
	}
	added, i := h.tree.Add(h.keyPackage().LeafNode)
	if got := added.Unmerged(3); i != 3 || !slices.Equal(got, []tree.LeafIndex{3}) {
		t.Errorf("leaf %d was added, unmerged at the root: %v", i, got)
	}
	if !h.tree.Update(0, h.updated(0)).Blank(3) || !h.tree.Remove(0).Blank(3) {
		t.Error("the root is not blank after an Update or a Remove")
	}
}

// Subtle point 5: the whole direct path is blanked, then the filtered one filled, so
// that parent hashes go by the next non-blank node above.
func TestFilteredNodesAreBlanked(t *testing.T) {
	h := honestGroup(t, 5)
	h.tree = h.tree.Remove(1)
	h.tree.nodes = h.tree.nodes.SetParent(1, &wire.ParentNode{EncryptionKey: h.key()}) // nobody is at leaf 1
	path, next := h.emptyCommit(0)
	if !next.Blank(1) || next.Blank(3) || next.Blank(7) || len(path.Nodes) != 2 {
		t.Fatalf("a path of %d nodes", len(path.Nodes))
	}
	if want := next.parentHash(h.s, next.Parent(3), 5); !bytes.Equal(path.LeafNode.ParentHash, want) {
		t.Errorf("the leaf's parent hash is %x, want node 3's, %x", path.LeafNode.ParentHash, want)
	}
	if want := next.parentHash(h.s, next.Parent(7), 11); !bytes.Equal(next.Parent(3).ParentHash, want) {
		t.Errorf("node 3's parent hash is %x, want the root's, %x", next.Parent(3).ParentHash, want)
	}
}

// Subtle point 6: each Remove truncates for itself, before any Add, until the right
// half has a member; the least tree has one leaf.
func TestTruncationPerRemove(t *testing.T) {
	h := honestGroup(t, 5)
	alone := h.tree
	for _, v := range []struct{ removed, leaves uint32 }{{2, 8}, {3, 8}, {4, 2}, {1, 1}} {
		if alone = alone.Remove(v.removed); alone.Leaves() != v.leaves {
			t.Fatalf("%d leaves without leaf %d, want %d", alone.Leaves(), v.removed, v.leaves)
		}
	}
	next, i := h.tree.Remove(4).Add(h.keyPackage().LeafNode)
	if i != 4 || next.Leaves() != 8 || next.Parent(7) != nil || !slices.Contains(next.Members(), 4) {
		t.Errorf("leaf %d was added to a tree of %d", i, next.Leaves())
	}
	if next, i := h.tree.Remove(4).Remove(2).Add(h.keyPackage().LeafNode); i != 2 || next.Leaves() != 4 {
		t.Errorf("leaf %d was added to a tree of %d", i, next.Leaves())
	}
}

// Subtle point 7: the tree is widened to 2^d leaves, whatever comes last. That the
// last is a parent, the RFC does not forbid as such.
func TestFromWireWidens(t *testing.T) {
	h := honestGroup(t, 5)
	if n := len(h.tree.Wire().Nodes); n != 9 {
		t.Fatalf("%d nodes are sent", n)
	}
	got, err := FromWire(h.s, h.tree.Wire())
	h.check(err)
	if got.Leaves() != 8 || got.MemberCount() != 5 {
		t.Errorf("%d leaves, %d members", got.Leaves(), got.MemberCount())
	}
	rt := clone(t, honestGroup(t, 2))
	rt.Nodes = rt.Nodes[:2]
	got, err = FromWire(h.s, rt)
	h.check(err)
	brokenRule(t, ValidateTree(h.s, got, h.gc, Policy{}), spec.ParentHashValid)
}

// Subtle point 11: the original tree hash keeps the shape, even where a whole half
// came later.
func TestOriginalHashKeepsTheShape(t *testing.T) {
	h := honestGroup(t, 4)
	h.tree.nodes = h.tree.nodes.SetParent(5, nil)
	empty := h.tree.withoutLeaf(2).withoutLeaf(3)
	if got, want := h.tree.originalHash(h.s, 5, []tree.LeafIndex{2, 3}), empty.NodeHash(h.s, 5); !bytes.Equal(got, want) {
		t.Errorf("got %x, want that of two blank leaves, %x", got, want)
	}
	blank := h.tree.withoutLeaf(3)
	if got, want := h.tree.originalHash(h.s, 5, []tree.LeafIndex{3}), blank.NodeHash(h.s, 5); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

// Subtle point 12: D is in C's resolution, and the rest of it is p's unmerged leaves
// under C, neither more nor fewer.
func TestParentHashConditions(t *testing.T) {
	for _, v := range []struct {
		what     string
		unmerged []tree.LeafIndex // of the root, where leaf 7 is
		bend     func(Tree) Tree
		linked   bool
	}{
		{"as it was", []tree.LeafIndex{7}, func(t Tree) Tree { return t }, true},
		{"resolution has more", nil, func(t Tree) Tree { return t }, false},
		{"resolution has another", []tree.LeafIndex{6}, func(t Tree) Tree { return t }, false},
		{"resolution has less", []tree.LeafIndex{7}, func(t Tree) Tree {
			p := *t.Parent(11)
			p.UnmergedLeaves = nil
			t.nodes = t.nodes.SetParent(11, &p)
			return t
		}, false},
		{"D is gone", []tree.LeafIndex{7}, func(t Tree) Tree {
			t.nodes = t.nodes.SetParent(11, nil)
			return t
		}, false},
	} {
		t.Run(v.what, func(t *testing.T) {
			h := withUnmerged(t)
			root := *h.tree.Parent(7)
			root.UnmergedLeaves = v.unmerged
			if got := v.bend(h.tree).linked(h.s, &root, 11, 3); got != v.linked {
				t.Errorf("linked: %v", got)
			}
		})
	}
}

// Subtle point 13: a parent_hash that fits nothing above is no error, and a leaf
// without one starts no chain.
func TestOnlyCoverageCounts(t *testing.T) {
	h := honestGroup(t, 4)
	if h.tree.Leaf(3).Source != wire.LeafSourceKeyPackage {
		h.Fatal("leaf 3 has committed")
	}
	h.commit(3, true)
	stale := h.tree.Leaf(3).ParentHash
	h.commit(0, true, h.update(2)) // blanks what leaf 3's hash was of
	if !bytes.Equal(h.tree.Leaf(3).ParentHash, stale) || len(stale) == 0 || !h.tree.Blank(5) {
		t.Fatal("leaf 3 holds no stale parent hash")
	}
	brokenRule(t, ValidateTree(h.s, h.tree, h.gc, Policy{}), nil)
	for _, source := range []wire.LeafNodeSource{wire.LeafSourceKeyPackage, wire.LeafSourceUpdate} {
		leaf := *h.tree.Leaf(0)
		leaf.Source = source // with its parent_hash, which is not sent
		brokenRule(t, VerifyParentHashes(h.s, h.tree.SetLeaf(0, leaf)), spec.ParentHashValid)
	}
}

// Subtle point 14: truncation leaves a root whose parent_hash is not empty, and what
// is below it was made with that. (TestExtensionKeepsParentHashes is the other case.)
func TestTruncationKeepsParentHashes(t *testing.T) {
	h := honestGroup(t, 5)
	h.commit(0, true)
	next := h.tree.Remove(4)
	if next.Leaves() != 4 || next.Parent(3) == nil || len(next.Parent(3).ParentHash) == 0 {
		t.Fatal("the new root has no parent hash")
	}
	brokenRule(t, ValidateTree(h.s, next, h.gc, Policy{}), nil)
	root := *next.Parent(3)
	root.ParentHash = nil // recomputed from its place
	next.nodes = next.nodes.SetParent(3, &root)
	brokenRule(t, VerifyParentHashes(h.s, next), spec.ParentHashValid)
}

// Subtle point 15: tree hashes begin with a node_type, parent hashes with nothing,
// and neither has a label.
func TestHashInputs(t *testing.T) {
	h := honestGroup(t, 1)
	hash := func(parts ...[]byte) []byte { return h.s.Hash(bytes.Join(parts, nil)) }
	opaque := func(b []byte) []byte { return append([]byte{byte(len(b))}, b...) }
	leaf := func(i byte) []byte { return hash([]byte{1, 0, 0, 0, i, 0}) } // type, index, absent
	blank := h.tree
	blank.nodes = blank.nodes.SetLeaf(0, nil).Extend()
	if got, want := blank.NodeHash(h.s, 2), leaf(1); !bytes.Equal(got, want) {
		t.Errorf("blank leaf: got %x, want %x", got, want)
	}
	if got, want := blank.TreeHash(h.s), hash([]byte{2, 0}, opaque(leaf(0)), opaque(leaf(1))); !bytes.Equal(got, want) {
		t.Errorf("blank parent: got %x, want %x", got, want)
	}
	p := &wire.ParentNode{EncryptionKey: []byte("key"), ParentHash: []byte("above")}
	if got, want := blank.parentHash(h.s, p, 2), hash(opaque(p.EncryptionKey), opaque(p.ParentHash), opaque(leaf(1))); !bytes.Equal(got, want) {
		t.Errorf("parent hash: got %x, want %x", got, want)
	}
}

// The lowest leaf that is not valid is the one reported, in whatever order they are
// looked at; an observer sees one call at a time.
func TestLowestLeafIsReported(t *testing.T) {
	for _, parallel := range []bool{false, true} {
		var calls atomic.Int32
		err := firstError(1000, parallel, func(k int) error {
			calls.Add(1)
			if k >= 700 {
				return fmt.Errorf("%d", k)
			}
			return nil
		})
		if err == nil || err.Error() != "700" || calls.Load() < 701 {
			t.Errorf("parallel %v: got %v after %d calls", parallel, err, calls.Load())
		}
		brokenRule(t, firstError(1000, parallel, func(int) error { return nil }), nil)
	}
	h := newHonest(t, 1)
	for range 200 {
		h.tree, _ = h.tree.Add(h.keyPackage().LeafNode)
	}
	watch := &oneAtATime{}
	brokenRule(t, ValidateTree(h.s.Observed(watch), h.tree, h.gc, Policy{}), nil)
	if watch.calls < 200 || watch.together {
		t.Errorf("%d calls, several at a time: %v", watch.calls, watch.together)
	}
	brokenRule(t, ValidateTree(h.s, h.tree, h.gc, Policy{}), nil)
}

type oneAtATime struct {
	busy     sync.Mutex
	calls    int
	together bool
}

func (o *oneAtATime) Observe(suite.Call) {
	if !o.busy.TryLock() {
		o.together = true
		return
	}
	o.calls++
	time.Sleep(100 * time.Microsecond)
	o.busy.Unlock()
}

// What a change costs grows with the depth of the tree: 64 times the members are
// six levels more.
func TestChangesDoNotCopyTheTree(t *testing.T) {
	small, large := newBenchGroup(t, 64, full), newBenchGroup(t, 4096, full)
	for what, operation := range map[string]func(g *benchGroup) Tree{
		"Add":    func(g *benchGroup) Tree { next, _ := g.tree.withoutLeaf(1).Add(*g.tree.Leaf(1)); return next },
		"Update": func(g *benchGroup) Tree { return g.tree.Update(1, g.leaf()) },
		"Remove": func(g *benchGroup) Tree { return g.tree.Remove(1) },
		"path":   func(g *benchGroup) Tree { return g.path(g.tree, 0) },
	} {
		cost := func(g *benchGroup) float64 {
			return testing.AllocsPerRun(10, func() {
				next := operation(g)
				g.ok(validateMembers(next))
				next.TreeHash(g.s)
			})
		}
		if a, b := cost(small), cost(large); b > 2.5*a {
			t.Errorf("%s: %v allocations among 64 members, %v among 4096", what, a, b)
		}
	}
}

// Subtle point 10: the keys of a path differ from each other, from its leaf's, and
// from all of the tree before it, the committer's own old nodes among them. And X14:
// the leaf has the parent hash that the path gives.
func TestPathIsFreshAndChained(t *testing.T) {
	h := honestGroup(t, 4)
	ch, err := h.state().Plan(nil, member(0), true, Ordinary)
	h.check(err)
	for what, v := range map[string]struct {
		rule *spec.Rule
		bend func(*wire.UpdatePath)
	}{
		"nothing":                    {nil, func(*wire.UpdatePath) {}},
		"a node's old key":           {spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[1].EncryptionKey = h.tree.EncryptionKey(3) }},
		"another node's old key":     {spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[0].EncryptionKey = h.tree.EncryptionKey(3) }},
		"the committer's old key":    {spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[0].EncryptionKey = h.tree.EncryptionKey(0) }},
		"one key for both nodes":     {spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[0].EncryptionKey = p.Nodes[1].EncryptionKey }},
		"the key of the path's leaf": {spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[0].EncryptionKey = p.LeafNode.EncryptionKey }},
		"another fresh key":          {spec.PathParentHash, func(p *wire.UpdatePath) { p.Nodes[0].EncryptionKey = h.key() }},
		"another parent hash": {spec.PathParentHash, func(p *wire.UpdatePath) {
			p.LeafNode.ParentHash = bytes.Repeat([]byte{1}, h.s.Nh())
			h.sign(&p.LeafNode, 0)
		}},
	} {
		t.Run(what, func(t *testing.T) {
			path, _ := h.path(ch, *h.tree.Leaf(0))
			v.bend(&path)
			_, err := ch.Merge(&path)
			brokenRule(t, err, v.rule)
		})
	}
}
