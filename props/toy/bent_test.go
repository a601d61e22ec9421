package toy_test

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// bent is an agreement whose committers spoil what they send; nil: they do not, and it
// is the same agreement under another type.
type bent struct {
	treekem.Agreement
	bend func([]wire.UpdatePathNode) []wire.UpdatePathNode
}

type bentMember struct {
	treekem.Member
	by bent
}

type bentPath struct {
	treekem.Path
	by bent
}

func (b bent) NewMember(leaf tree.LeafIndex, leafKey []byte) treekem.Member {
	return b.member(b.Agreement.NewMember(leaf, leafKey))
}

func (b bent) member(m treekem.Member) treekem.Member { return bentMember{m, b} }

func (m bentMember) WithLeafKey(leafKey []byte) treekem.Member {
	return m.by.member(m.Member.WithLeafKey(leafKey))
}

func (m bentMember) Prune(t treekem.Tree) treekem.Member { return m.by.member(m.Member.Prune(t)) }

func (m bentMember) NewPath(s suite.Suite, rng io.Reader, t treekem.Tree, steps []treekem.Step) (treekem.Path, error) {
	p, err := m.Member.NewPath(s, rng, t, steps)
	return bentPath{p, m.by}, err
}

func (m bentMember) Process(s suite.Suite, t treekem.Tree, sender tree.LeafIndex, steps []treekem.Step,
	nodes []wire.UpdatePathNode, provisional []byte) (treekem.Member, []byte, error) {
	next, secret, err := m.Member.Process(s, t, sender, steps, nodes, provisional)
	return m.by.member(next), secret, err
}

func (m bentMember) Join(s suite.Suite, t treekem.Tree, committer tree.LeafIndex, pathSecret *wire.PathSecret) (treekem.Member, error) {
	next, err := m.Member.Join(s, t, committer, pathSecret)
	return m.by.member(next), err
}

func (p bentPath) Adopt(leaf tree.LeafIndex, leafKey []byte) (treekem.Member, []byte) {
	next, secret := p.Path.Adopt(leaf, leafKey)
	return p.by.member(next), secret
}

func (p bentPath) Encrypt(s suite.Suite, rng io.Reader, steps []treekem.Step, provisional []byte) ([]wire.UpdatePathNode, error) {
	nodes, err := p.Path.Encrypt(s, rng, steps, provisional)
	if p.by.bend != nil {
		nodes = p.by.bend(nodes)
	}
	return nodes, err
}

// view is what a receiver's layer 2 is given of a Commit.
type view struct {
	s       suite.Suite
	tree    treekem.Tree
	sender  tree.LeafIndex
	steps   []treekem.Step
	nodes   []wire.UpdatePathNode
	context []byte
}

// view is found by layer 1 alone, from where the follower is.
func (w *world) view(c wire.FramedContent) view {
	w.t.Helper()
	st := w.f.Public()
	list, err := st.Resolve(c.Commit, c.Sender)
	w.ok(err)
	ch, err := st.Plan(list, c.Sender, true, treesync.Ordinary)
	w.ok(err)
	merged, err := ch.Merge(c.Commit.Path)
	w.ok(err)
	provisional := ch.Context(merged, st.Context.ConfirmedTranscriptHash)
	context, err := wire.Marshal(&provisional)
	w.ok(err)
	return view{w.s, ch.After, ch.Committer, treekem.Steps(ch.After, ch.Committer, nil), c.Commit.Path.Nodes, context}
}

// process has a at leaf, with that leaf's key, open the path.
func (v view) process(a treekem.Agreement, leaf tree.LeafIndex, key []byte) (treekem.Member, []byte, error) {
	return a.NewMember(leaf, key).Process(v.s, v.tree, v.sender, v.steps, v.nodes, v.context)
}
