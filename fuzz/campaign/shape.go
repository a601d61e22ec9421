package campaign

import (
	"fmt"
	"hash/fnv"

	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/props"
	"mlsref/trace"
)

// Shape is what a ratchet tree looks like, without its keys.
type Shape struct {
	Leaves, Members, Blank, Unmerged int    // leaves and members; blank parents; unmerged leaves, at all parents together
	Hash                             uint32 // of which leaves and parents are blank, and who is unmerged where
}

// The form of a Shape in a file: 8/5/2/1/9f3a2b11.
const shapeForm = "%d/%d/%d/%d/%08x"

func (s Shape) String() string {
	return fmt.Sprintf(shapeForm, s.Leaves, s.Members, s.Blank, s.Unmerged, s.Hash)
}

// parseShape reads what String writes.
func parseShape(text string) (s Shape, err error) {
	_, err = fmt.Sscanf(text, shapeForm, &s.Leaves, &s.Members, &s.Blank, &s.Unmerged, &s.Hash)
	if err == nil && s.String() != text {
		err = fmt.Errorf("more than a shape")
	}
	return s, err
}

// shapeOf looks at each node, from the left.
func shapeOf(t treesync.Tree) Shape {
	s := Shape{Leaves: int(t.Leaves()), Members: int(t.MemberCount())}
	hash := fnv.New32a()
	for i := range tree.Index(tree.Width(t.Leaves())) {
		blank := t.Blank(i)
		fmt.Fprintf(hash, "%d %v %v\n", i, blank, t.Unmerged(i))
		if !i.IsLeaf() {
			s.Unmerged += len(t.Unmerged(i))
			if blank {
				s.Blank++
			}
		}
	}
	s.Hash = hash.Sum32()
	return s
}

// shapes is a property that always holds: it counts the shapes of the trees of all
// states that somebody arrived at, each state once.
func shapes(into map[string]int) props.Property {
	seen := map[string]bool{}
	return props.Property{Name: "shapes", New: func(*props.History) props.Checks {
		return props.Checks{Watch: trace.Watch{Step: func(s *trace.Session, _ int) error {
			for _, m := range s.Members() {
				if m.Newest && !seen[m.State] {
					seen[m.State] = true
					into[shapeOf(m.Group.Tree()).String()]++
				}
			}
			return nil
		}}}
	}}
}
