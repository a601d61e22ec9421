package tree

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestOfficialTreeMath(t *testing.T) {
	var cases []struct {
		Leaves  uint32    `json:"n_leaves"`
		Nodes   uint32    `json:"n_nodes"`
		Root    Index     `json:"root"`
		Left    []*uint32 `json:"left"`
		Right   []*uint32 `json:"right"`
		Parent  []*uint32 `json:"parent"`
		Sibling []*uint32 `json:"sibling"`
	}
	var found bool
	for _, dir := range []string{os.Getenv("MLSREF_SHARED"), "../../../shared"} {
		b, err := os.ReadFile(filepath.Join(dir, "vectors", "tree-math.json"))
		if err != nil {
			continue
		}
		if err := json.Unmarshal(b, &cases); err != nil {
			t.Fatal(err)
		}
		found = true
		break
	}
	if !found {
		t.Log("official vectors tree-math.json not found: not checked")
	}
	check := func(t *testing.T, what string, i, n uint32, want *uint32, got Index, ok bool) {
		t.Helper()
		if ok != (want != nil) || ok && uint32(got) != *want {
			t.Fatalf("%s of %d among %d leaves: got %d, %v, want %v", what, i, n, got, ok, want)
		}
	}
	for _, v := range cases {
		if Width(v.Leaves) != v.Nodes || Root(v.Leaves) != v.Root {
			t.Fatalf("n_nodes, root of %d leaves: got %d, %d", v.Leaves, Width(v.Leaves), Root(v.Leaves))
		}
		for i := range v.Nodes {
			l, ok := Left(Index(i))
			check(t, "left", i, v.Leaves, v.Left[i], l, ok)
			r, ok := Right(Index(i))
			check(t, "right", i, v.Leaves, v.Right[i], r, ok)
			p, ok := Parent(Index(i), v.Leaves)
			check(t, "parent", i, v.Leaves, v.Parent[i], p, ok)
			s, ok := Sibling(Index(i), v.Leaves)
			check(t, "sibling", i, v.Leaves, v.Sibling[i], s, ok)
		}
	}
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
				if got := IsAncestor(i, a); got != slices.Contains(above, i) {
					t.Fatalf("is %d above leaf %d of %d: got %v", i, a, n, got)
				}
			}
		}
	}
}
