package tree

import (
	"math/rand/v2"
	"slices"
	"testing"

	"mlsref/impl/internal/vectors"
)

type treeMath struct {
	Leaves  uint32   `json:"n_leaves"`
	Nodes   uint32   `json:"n_nodes"`
	Root    Index    `json:"root"`
	Left    []*Index `json:"left"`
	Right   []*Index `json:"right"`
	Parent  []*Index `json:"parent"`
	Sibling []*Index `json:"sibling"`
}

func TestTreeMathVectors(t *testing.T) {
	check := func(t *testing.T, what string, i Index, n uint32, want *Index, got Index, ok bool) {
		t.Helper()
		if ok != (want != nil) || ok && got != *want {
			t.Fatalf("%s of %d among %d leaves: got %d, %v, want %v", what, i, n, got, ok, want)
		}
	}
	vectors.Run(t, "tree-math.json", func(t *testing.T, v treeMath) {
		if Width(v.Leaves) != v.Nodes || Root(v.Leaves) != v.Root {
			t.Fatalf("n_nodes, root of %d leaves: got %d, %d", v.Leaves, Width(v.Leaves), Root(v.Leaves))
		}
		for i := range Index(v.Nodes) {
			l, ok := Left(i)
			check(t, "left", i, v.Leaves, v.Left[i], l, ok)
			r, ok := Right(i)
			check(t, "right", i, v.Leaves, v.Right[i], r, ok)
			p, ok := Parent(i, v.Leaves)
			check(t, "parent", i, v.Leaves, v.Parent[i], p, ok)
			s, ok := Sibling(i, v.Leaves)
			check(t, "sibling", i, v.Leaves, v.Sibling[i], s, ok)
		}
	})
}

// TestMakeVectors makes one entry per size. They were made by this
// implementation at a moment when it passed all official ones, so that they only
// guard against change.
func TestMakeVectors(t *testing.T) {
	vectors.Make(t, "tree-math.json", func(*rand.ChaCha8) []treeMath {
		var list []treeMath
		optional := func(i Index, ok bool) *Index {
			if !ok {
				return nil
			}
			return &i
		}
		for n := uint32(1); n <= 16; n *= 2 {
			v := treeMath{Leaves: n, Nodes: Width(n), Root: Root(n)}
			for i := range Index(v.Nodes) {
				v.Left = append(v.Left, optional(Left(i)))
				v.Right = append(v.Right, optional(Right(i)))
				v.Parent = append(v.Parent, optional(Parent(i, n)))
				v.Sibling = append(v.Sibling, optional(Sibling(i, n)))
			}
			list = append(list, v)
		}
		return list
	})
}

// The figure of Appendix C, leaf 2 of 8.
func TestPaths(t *testing.T) {
	if got := DirectPath(2, 8); !slices.Equal(got, []Index{5, 3, 7}) {
		t.Errorf("direct path %v", got)
	}
	if got := Copath(2, 8); !slices.Equal(got, []Index{6, 1, 11}) {
		t.Errorf("copath %v", got)
	}
	if got := DirectPath(0, 1); len(got) != 0 {
		t.Errorf("direct path in a tree of one: %v", got)
	}
}

// The semantic definition of Appendix C: the lowest node in both direct paths.
func TestCommonAncestorIsLowestInBothPaths(t *testing.T) {
	for n := uint32(1); n <= 32; n *= 2 {
		for a := range n {
			above := append([]Index{LeafNode(a)}, DirectPath(a, n)...)
			for b := range n {
				aboveB := append([]Index{LeafNode(b)}, DirectPath(b, n)...)
				lowest := above[slices.IndexFunc(above, func(i Index) bool { return slices.Contains(aboveB, i) })]
				if got := CommonAncestor(a, b, n); got != lowest {
					t.Fatalf("leaves %d and %d of %d: got %d, want %d", a, b, n, got, lowest)
				}
			}
			for i := range Index(Width(n)) {
				if first, last := Span(i); slices.Contains(above, i) != (first <= a && a <= last) {
					t.Fatalf("leaf %d and the span of %d: %d to %d", a, i, first, last)
				}
				if got := IsAncestor(i, a); got != slices.Contains(above, i) {
					t.Fatalf("is %d above leaf %d of %d: got %v", i, a, n, got)
				}
			}
		}
	}
}
