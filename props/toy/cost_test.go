package toy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/props/toy"
)

// full is all that layer 2 sees of a tree in which every node has a key, or every leaf.
type full struct {
	leaves  uint32
	key     []byte // one for all: who can open what is not asked here
	parents bool   // have keys
}

func (f full) Leaves() uint32                       { return f.leaves }
func (f full) Blank(n tree.Index) bool              { return !f.parents && !n.IsLeaf() }
func (f full) Unmerged(tree.Index) []tree.LeafIndex { return nil }
func (f full) EncryptionKey(tree.Index) []byte      { return f.key }

// commit is layer 2's part of one Commit by leaf 0.
func (f full) commit(s suite.Suite, a treekem.Agreement) error {
	rng := rand.NewChaCha8([32]byte{8})
	steps := treekem.Steps(f, 0, nil)
	path, err := a.NewMember(0, nil).NewPath(s, rng, f, steps)
	if err != nil {
		return err
	}
	_, err = path.Encrypt(s, rng, steps, nil)
	return err
}

func newFull(t testing.TB, s suite.Suite, leaves uint32) full {
	_, pk, err := s.GenerateKeyPair(rand.NewChaCha8([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	return full{leaves, pk, true}
}

// encryptions counts those of one Commit.
func encryptions(t testing.TB, f full, a treekem.Agreement) int {
	s, err := suite.ByID(1)
	if err != nil {
		t.Fatal(err)
	}
	heard := counter{}
	if err := f.commit(s.Observed(heard), a); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, times := range heard[suite.OpEncrypt] {
		n += times
	}
	return n
}

// TestCost: a Commit among n members takes n-1 encryptions, TreeKEM's log2 n; before
// anybody has committed, there is no difference.
func TestCost(t *testing.T) {
	s, err := suite.ByID(1)
	if err != nil {
		t.Fatal(err)
	}
	for n, depth := range map[uint32]int{16: 4, 128: 7, 1024: 10} {
		f := newFull(t, s, n)
		if have := encryptions(t, f, treekem.TreeKEM{}); have != depth {
			t.Errorf("TreeKEM: %d encryptions among %d", have, n)
		}
		if have := encryptions(t, f, toy.Pairwise{}); have != int(n)-1 {
			t.Errorf("pairwise: %d encryptions among %d", have, n)
		}
		f.parents = false
		for _, a := range []treekem.Agreement{treekem.TreeKEM{}, toy.Pairwise{}} {
			if have := encryptions(t, f, a); have != int(n)-1 {
				t.Errorf("%T, without parents: %d encryptions among %d", a, have, n)
			}
		}
	}
}

// BenchmarkCommit is layer 2's part of a Commit, with its encryptions as a multiple of
// TreeKEM's.
func BenchmarkCommit(b *testing.B) {
	s, err := suite.ByID(1)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []uint32{16, 128, 1024} {
		f := newFull(b, s, n)
		for _, a := range []treekem.Agreement{treekem.TreeKEM{}, toy.Pairwise{}} {
			b.Run(fmt.Sprintf("%T/%d", a, n), func(b *testing.B) {
				for b.Loop() {
					if err := f.commit(s, a); err != nil {
						b.Fatal(err)
					}
				}
				have, least := encryptions(b, f, a), encryptions(b, f, treekem.TreeKEM{})
				b.ReportMetric(float64(have), "encryptions")
				b.ReportMetric(float64(have)/float64(least), "×TreeKEM")
			})
		}
	}
}
