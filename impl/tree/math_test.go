package tree

import (
	"slices"
	"testing"
)

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
