package treesync

import (
	"fmt"

	"mlsref/impl/tree"
)

type panics struct{}

func (panics) Fatal(v ...any) { panic(fmt.Sprint(v...)) }

// Five join one after the other. When leaf 2 goes, all that it could decrypt is
// blanked; when leaf 0 then commits, its path is filled again.
func Example() {
	h := newHonest(panics{}, 1).grow(5)
	show := func(what string) {
		root := tree.Root(h.tree.Leaves())
		fmt.Printf("%-18s members %v, to reach all: nodes %v\n", what, h.tree.Members(), tree.Resolution(h.tree, root))
	}
	show("five members")
	h.tree = h.tree.Remove(2)
	show("leaf 2 removed")
	h.commit(0, true)
	show("leaf 0 commits")
	h.commit(0, false, h.add())
	show("leaf 2 used again")
	fmt.Println("what a joiner finds wrong:", ValidateTree(h.s, h.tree, h.gc, Policy{}))
	// Output:
	// five members       members [0 1 2 3 4], to reach all: nodes [7]
	// leaf 2 removed     members [0 1 3 4], to reach all: nodes [1 6 8]
	// leaf 0 commits     members [0 1 3 4], to reach all: nodes [7]
	// leaf 2 used again  members [0 1 2 3 4], to reach all: nodes [7 4]
	// what a joiner finds wrong: <nil>
}
