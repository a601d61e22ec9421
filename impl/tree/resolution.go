package tree

// View is what resolutions depend on: which nodes are blank, and which leaves a
// parent has not merged.
type View interface {
	Leaves() uint32
	Blank(Index) bool
	Unmerged(Index) []LeafIndex
}

// A View may also know which subtrees are empty. Then nobody has to search them.
type counting interface{ Populated(Index) bool }

// Resolution lists the non-blank nodes that together cover the members below n
// (RFC 9420 §4.1.1). The RFC's "intermediate" includes the root: where it is blank
// it resolves like any other (subtle point 1).
func Resolution(v View, n Index) []Index { return appendResolution(nil, v, n) }

func appendResolution(to []Index, v View, n Index) []Index {
	if !v.Blank(n) {
		to = append(to, n)
		for _, leaf := range v.Unmerged(n) {
			to = append(to, LeafNode(leaf))
		}
		return to
	}
	if c, ok := v.(counting); n.IsLeaf() || ok && !c.Populated(n) {
		return to
	}
	l, _ := Left(n)
	r, _ := Right(n)
	return appendResolution(appendResolution(to, v, l), v, r)
}

// FilteredDirectPath lists the nodes above a leaf, less those whose other side is
// empty, and for each one kept the child on that other side (RFC 9420 §4.1.2).
func FilteredDirectPath(v View, leaf LeafIndex) (path, copath []Index) {
	other := Copath(leaf, v.Leaves())
	for k, n := range DirectPath(leaf, v.Leaves()) {
		if populated(v, other[k]) {
			path = append(path, n)
			copath = append(copath, other[k])
		}
	}
	return path, copath
}

// populated says whether the resolution of n is not empty.
func populated(v View, n Index) bool {
	if c, ok := v.(counting); ok {
		return c.Populated(n)
	}
	if !v.Blank(n) || n.IsLeaf() {
		return !v.Blank(n)
	}
	l, _ := Left(n)
	r, _ := Right(n)
	return populated(v, l) || populated(v, r)
}
