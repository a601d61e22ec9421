package vectors

import (
	"fmt"

	"mlsref/impl/tree"
)

// treeMath: RFC 9420 Appendix C.
type treeMath struct {
	Leaves  uint32        `json:"n_leaves"`
	Nodes   uint32        `json:"n_nodes"`
	Root    tree.Index    `json:"root"`
	Left    []*tree.Index `json:"left"`
	Right   []*tree.Index `json:"right"`
	Parent  []*tree.Index `json:"parent"`
	Sibling []*tree.Index `json:"sibling"`
}

var treeMathKind = newKind("tree-math", "array indexes of the tree's nodes", verifyTreeMath, generateTreeMath)

func verifyTreeMath(c *checker, v *treeMath) {
	if v.Leaves == 0 || v.Leaves > 1<<31 || v.Leaves&(v.Leaves-1) != 0 {
		c.fail("n_leaves", "a tree has 1, 2, 4, … leaves, not %d", v.Leaves)
		return
	}
	if n := tree.Width(v.Leaves); n != v.Nodes {
		c.fail("n_nodes", "got %d, expected %d", n, v.Nodes)
		return
	}
	if r := tree.Root(v.Leaves); r != v.Root {
		c.fail("root", "got %d, expected %d", r, v.Root)
	}
	for _, x := range []struct {
		field string
		want  []*tree.Index
		of    func(tree.Index) (tree.Index, bool)
	}{
		{"left", v.Left, tree.Left},
		{"right", v.Right, tree.Right},
		{"parent", v.Parent, func(i tree.Index) (tree.Index, bool) { return tree.Parent(i, v.Leaves) }},
		{"sibling", v.Sibling, func(i tree.Index) (tree.Index, bool) { return tree.Sibling(i, v.Leaves) }},
	} {
		if uint64(len(x.want)) != uint64(v.Nodes) {
			c.fail(x.field, "it has %d elements, n_nodes is %d", len(x.want), v.Nodes)
			continue
		}
		for i, want := range x.want {
			if got, ok := x.of(tree.Index(i)); ok != (want != nil) || ok && got != *want {
				c.fail(fmt.Sprintf("%s[%d]", x.field, i), "got %s, expected %s", indexOrNull(optional(got, ok)), indexOrNull(want))
			}
		}
	}
}

func optional(i tree.Index, ok bool) *tree.Index {
	if !ok {
		return nil
	}
	return &i
}

func indexOrNull(i *tree.Index) string {
	if i == nil {
		return "null"
	}
	return fmt.Sprint(*i)
}

func generateTreeMath(g *generator) []treeMath {
	var list []treeMath
	for n := uint32(1); n <= pick[uint32](g, 512, 16); n *= 2 {
		v := treeMath{Leaves: n, Nodes: tree.Width(n), Root: tree.Root(n)}
		for i := range tree.Index(v.Nodes) {
			v.Left = append(v.Left, optional(tree.Left(i)))
			v.Right = append(v.Right, optional(tree.Right(i)))
			v.Parent = append(v.Parent, optional(tree.Parent(i, n)))
			v.Sibling = append(v.Sibling, optional(tree.Sibling(i, n)))
		}
		list = append(list, v)
	}
	return list
}
