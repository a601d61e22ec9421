package spec

// Kind says how RFC 9420 stands to a subtle point.
type Kind string

// The kinds.
const (
	TextError Kind = "error"  // the text is wrong, or contradicts itself
	Gap       Kind = "gap"    // the text is silent or ambiguous
	Subtle    Kind = "subtle" // the text decides, if it is read with care
)

// Reading is one subtle point of RFC 9420: where two careful readers may differ,
// how this implementation reads it, where its code says so, and which test shows it.
type Reading struct {
	Point    int
	Sections []string
	Kind     Kind
	Open     string // the readings that are possible
	Taken    string // the one taken; of an error of the text, it is what interoperates
	Code     []string
	Tests    []string
}

// Readings is the register, in the order of the points.
func Readings() []Reading {
	var all []Reading
	for _, part := range [][]Reading{readingsTree, readingsLeaf, readingsFraming, readingsCommit, readingsKeys} {
		all = append(all, part...)
	}
	return all
}
