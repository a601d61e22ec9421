package treekem

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// TreeKEM is the Agreement of RFC 9420 §7.4 to §7.6.
type TreeKEM struct{}

// NewMember is a TreeMember.
func (TreeKEM) NewMember(leaf tree.LeafIndex, leafKey []byte) Member {
	return (*TreeMember)(&Private{Leaf: leaf, key: leafKey})
}

// TreeMember is a Private as a Member. It adds nothing of its own.
type TreeMember Private

func (m *TreeMember) LeafIndex() tree.LeafIndex { return m.Leaf }

func (m *TreeMember) WithLeafKey(leafKey []byte) Member {
	return asMember(Private(*m).WithLeafKey(leafKey))
}

func (m *TreeMember) Prune(t Tree) Member { return asMember(Private(*m).Prune(t)) }

// NewPath needs neither what the member holds nor the tree.
func (m *TreeMember) NewPath(s suite.Suite, rng io.Reader, _ Tree, steps []Step) (Path, error) {
	return Generate(s, rng, steps)
}

func (m *TreeMember) Process(s suite.Suite, t Tree, sender tree.LeafIndex, steps []Step,
	nodes []wire.UpdatePathNode, provisional []byte) (Member, []byte, error) {
	next, commitSecret, err := Private(*m).Process(s, t, sender, steps, nodes, provisional)
	return asMember(next), commitSecret, err
}

func (m *TreeMember) Join(s suite.Suite, t Tree, committer tree.LeafIndex, pathSecret *wire.PathSecret) (Member, error) {
	next, err := Private(*m).Join(s, t, committer, pathSecret)
	return asMember(next), err
}

func (m *TreeMember) Complete(t Tree) bool                { return Private(*m).Complete(t) }
func (m *TreeMember) Matches(s suite.Suite, t Tree) error { return Private(*m).Matches(s, t) }
func (m *TreeMember) Wire(c *wire.Codec)                  { (*Private)(m).Wire(c) }

func asMember(p Private) Member { return (*TreeMember)(&p) }
