package treesync

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// The benchmarks show that what one Commit does to a tree does not grow with the
// group but by its depth: go test ./impl/treesync -run - -bench . -benchmem [-short].
// Keys and signatures are random bytes where nobody looks at them.

type benchGroup struct {
	testing.TB
	s    suite.Suite
	rng  *rand.ChaCha8
	tree Tree
}

func (b *benchGroup) ok(err error) {
	if err != nil {
		b.Helper()
		b.Fatal(err)
	}
}

func (b *benchGroup) key() []byte {
	k := make([]byte, 32)
	b.rng.Read(k)
	return k
}

func (b *benchGroup) leaf() wire.LeafNode {
	return wire.LeafNode{
		EncryptionKey: b.key(), SignatureKey: b.key(),
		Credential: wire.Credential{Type: wire.CredentialBasic, Identity: b.key()[:8]},
		Capabilities: wire.Capabilities{
			Versions: []wire.ProtocolVersion{wire.ProtocolMLS10}, CipherSuites: []wire.CipherSuite{b.s.ID()},
			Credentials: []wire.CredentialType{wire.CredentialBasic},
		},
		Source: wire.LeafSourceKeyPackage, Lifetime: wire.Lifetime{NotBefore: 100, NotAfter: 200},
		Signature: make([]byte, 64),
	}
}

// A shape is what a history leaves behind.
type shape string

const (
	full     shape = "full"     // everybody has committed: no parent above two members is blank
	fresh    shape = "fresh"    // nobody has: all parents are blank
	unmerged shape = "unmerged" // half have, then the others came: the longest lists there can be
)

func newBenchGroup(t testing.TB, n int, is shape) *benchGroup {
	s, err := suite.ByID(1)
	b := &benchGroup{TB: t, s: s, rng: rand.NewChaCha8([32]byte{1})}
	b.ok(err)
	b.tree = New(b.leaf())
	for range n - 1 {
		b.tree, _ = b.tree.Add(b.leaf())
	}
	others := tree.LeafIndex(1)
	for ; is == unmerged && others+1 < tree.LeafIndex(n); others += 2 {
		b.tree = b.tree.Remove(others)
	}
	for i := tree.LeafIndex(0); is != fresh && i < tree.LeafIndex(n); i += 2 {
		b.tree = b.path(b.tree, i)
	}
	for b.tree.MemberCount() < uint32(n) {
		b.tree, _ = b.tree.Add(b.leaf())
	}
	b.tree.TreeHash(s)
	return b
}

// path is what a Commit of leaf i makes of t.
func (b *benchGroup) path(t Tree, i tree.LeafIndex) Tree {
	filtered, _ := tree.FilteredDirectPath(t, i)
	nodes := make([]PathNode, len(filtered))
	for k, n := range filtered {
		nodes[k] = PathNode{n, b.key()}
	}
	next, parentHash, err := t.ApplyPath(b.s, i, nodes)
	b.ok(err)
	leaf := *t.Leaf(i)
	leaf.EncryptionKey, leaf.Source, leaf.ParentHash = b.key(), wire.LeafSourceCommit, parentHash
	return next.SetLeaf(i, leaf)
}

func benchSizes(b *testing.B, f func(b *testing.B, g *benchGroup)) {
	for _, is := range []shape{full, fresh, unmerged} {
		for _, n := range []int{2, 10, 100, 1000, 10000} {
			if n > 100 && testing.Short() {
				continue
			}
			var g *benchGroup
			b.Run(fmt.Sprintf("%s/%d", is, n), func(b *testing.B) {
				if g == nil {
					g = newBenchGroup(b, n, is)
				}
				g.TB = b
				b.ReportAllocs()
				f(b, g)
			})
		}
	}
}

// change measures an operation with all that a Commit asks of the tree after it:
// its hash, and whether its members agree with each other.
func change(b *testing.B, operation func(g *benchGroup) Tree) {
	benchSizes(b, func(b *testing.B, g *benchGroup) {
		for b.Loop() {
			next := operation(g)
			g.ok(validateMembers(next))
			next.TreeHash(g.s)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	change(b, func(g *benchGroup) Tree {
		next, _ := g.tree.withoutLeaf(1).Add(g.leaf()) // so that the tree never grows
		return next
	})
}

func BenchmarkRemove(b *testing.B) {
	change(b, func(g *benchGroup) Tree { return g.tree.Remove(1) })
}

func BenchmarkUpdate(b *testing.B) {
	change(b, func(g *benchGroup) Tree {
		leaf := *g.tree.Leaf(1)
		leaf.EncryptionKey = g.key()
		return g.tree.Update(1, leaf)
	})
}

func BenchmarkApplyPath(b *testing.B) {
	change(b, func(g *benchGroup) Tree { return g.path(g.tree, 0) })
}

// BenchmarkValidateMembers is of a tree that one leaf was changed in.
func BenchmarkValidateMembers(b *testing.B) {
	benchSizes(b, func(b *testing.B, g *benchGroup) {
		next := g.tree.SetLeaf(0, g.leaf())
		for b.Loop() {
			g.ok(validateMembers(next))
		}
	})
}

// BenchmarkFromWire reads a tree and finds out all about it that needs no signature:
// what a joiner does, who has to look at everything.
func BenchmarkFromWire(b *testing.B) {
	benchSizes(b, func(b *testing.B, g *benchGroup) {
		rt := g.tree.Wire()
		for b.Loop() {
			t, err := FromWire(g.s, rt)
			g.ok(err)
			t.TreeHash(g.s)
			for _, rule := range []func(Tree) error{unmergedSorted, unmergedAreMembers, unmergedBetween, validateMembers} {
				g.ok(rule(t))
			}
			g.ok(VerifyParentHashes(g.s, t))
		}
	})
}

// BenchmarkValidateTree is FromWire and all, with signatures that hold.
func BenchmarkValidateTree(b *testing.B) {
	for _, n := range []int{2, 10, 100, 1000, 10000} {
		if n > 100 && testing.Short() {
			continue
		}
		var h *honest
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if h == nil {
				h = newHonest(b, 1)
				for range n - 1 {
					h.tree, _ = h.tree.Add(h.keyPackage().LeafNode)
				}
				for i := tree.LeafIndex(0); i < tree.LeafIndex(n); i += 2 {
					_, h.tree = h.emptyCommit(i)
				}
			}
			rt := h.tree.Wire()
			b.ReportAllocs()
			for b.Loop() {
				t, err := FromWire(h.s, rt)
				h.check(err)
				h.check(ValidateTree(h.s, t, h.gc, Policy{}))
			}
		})
	}
}

func BenchmarkWire(b *testing.B) {
	benchSizes(b, func(b *testing.B, g *benchGroup) {
		for b.Loop() {
			g.tree.Wire()
		}
	})
}
