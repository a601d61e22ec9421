package props

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/model"
	"mlsref/trace"
)

// treeShape checks the tree of each state once, and at the end how trees became of one
// another.
func treeShape(h *History) Checks {
	checked := map[string]bool{}
	var played *trace.Session
	look := func(name string, s suite.Suite, t treesync.Tree, treeHash []byte) error {
		if checked[name] {
			return nil
		}
		checked[name] = true
		if err := shape(s, t, treeHash); err != nil {
			return fmt.Errorf("the tree of %s: %w", name, err)
		}
		if err := sameVerdict(s, t); err != nil {
			return fmt.Errorf("the tree of %s: %w", name, err)
		}
		spoiled, err := spoil(h.Rand, s, t)
		if err != nil {
			return err
		}
		if err := sameVerdict(s, spoiled); err != nil {
			return fmt.Errorf("the tree of %s with a change: %w", name, err)
		}
		return nil
	}
	return Checks{
		Watch: trace.Watch{Step: func(s *trace.Session, _ int) error {
			played = s
			for _, m := range s.Members() {
				if err := look(m.State, m.Group.Client().Suite, m.Group.Tree(), m.Group.Context().TreeHash); err != nil {
					return err
				}
			}
			return nil
		}},
		Judged: func(t *trace.Trace, _ *trace.Report) {
			if played != nil {
				h.Check(evolved(played, trace.Steps(t), checked))
			}
		},
		End: func(s *trace.Session) {
			if members := s.Members(); len(members) > 0 {
				h.Check(bareTrees(h.Rand.IntN, members[0].Group.Client().Suite, bareOperations))
			}
		},
	}
}

// bareOperations is how much is done to a bare tree at the end of a history.
const bareOperations = 30

// shape holds one tree against the text.
func shape(s suite.Suite, t treesync.Tree, treeHash []byte) error {
	p := draw(t)
	if have := len(p.leaves()); int(t.Leaves()) != have {
		return fmt.Errorf("it has %d leaves, and %d would do (RFC 9420 §7.7)", t.Leaves(), have)
	}
	h := hasher{p, s}
	hash, err := h.treeHash(p.root, nil)
	if err != nil {
		return err
	}
	if !bytes.Equal(hash, treeHash) || !bytes.Equal(hash, t.TreeHash(s)) {
		return fmt.Errorf("the tree hash is %x, the GroupContext has %x, the tree says %x (RFC 9420 §7.8)", hash, treeHash, t.TreeHash(s))
	}
	for _, check := range []func() error{h.parentHashes, p.unmergedLeaves, p.keysOnce, func() error { return p.relations(t) }} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// unmergedLeaves are sorted; each is a member below the node, and unmerged at every
// non-blank node in between (RFC 9420 §7.1, §12.4.3.1).
func (p picture) unmergedLeaves() error {
	for _, n := range p.nodes {
		for k, i := range n.unmerged() {
			leaf := p.leafAt(i)
			if k > 0 && n.unmerged()[k-1] >= i {
				return fmt.Errorf("unmerged_leaves of node %d are %v, not ascending (RFC 9420 §7.1)", n.index, n.unmerged())
			}
			if leaf == nil || leaf.blank() || !leaf.under(n) {
				return fmt.Errorf("leaf %d is unmerged at node %d, and is no member below it (RFC 9420 §12.4.3.1)", i, n.index)
			}
			for _, between := range leaf.directPath() {
				if between.under(n) && !between.blank() && !slices.Contains(between.unmerged(), i) {
					return fmt.Errorf("leaf %d is unmerged at node %d, but not at %d in between (RFC 9420 §12.4.3.1)", i, n.index, between.index)
				}
			}
		}
	}
	return nil
}

// keysOnce: no two nodes have the same public key (RFC 9420 §12.4.3.1, §7.3).
func (p picture) keysOnce() error {
	at := map[string]tree.Index{}
	for _, n := range p.nodes {
		if n.blank() {
			continue
		}
		if other, twice := at[string(n.key())]; twice {
			return fmt.Errorf("nodes %d and %d have the same key (RFC 9420 §12.4.3.1)", other, n.index)
		}
		at[string(n.key())] = n.index
	}
	return nil
}

// relations holds what the implementation computes of a tree against the definitions
// (RFC 9420 §4.1, App. C).
func (p picture) relations(t treesync.Tree) error {
	for _, n := range p.nodes {
		if have, want := tree.Resolution(t, n.index), indexes(p.resolution(n)); !slices.Equal(have, want) {
			return fmt.Errorf("the resolution of node %d is %v, want %v (RFC 9420 §4.1.1)", n.index, have, want)
		}
		if have, want := t.Populated(n.index), len(p.resolution(n)) > 0; have != want {
			return fmt.Errorf("node %d is populated: %v", n.index, have)
		}
	}
	for i, leaf := range p.leaves() {
		at := tree.LeafIndex(i)
		path, copath := tree.FilteredDirectPath(t, at)
		wantPath, wantCopath := p.filteredDirectPath(leaf)
		for _, c := range []struct {
			what string
			have []tree.Index
			want []*node
		}{
			{"direct path", tree.DirectPath(at, t.Leaves()), leaf.directPath()},
			{"copath", tree.Copath(at, t.Leaves()), leaf.copath()},
			{"filtered direct path", path, wantPath},
			{"copath of the filtered direct path", copath, wantCopath},
		} {
			if !slices.Equal(c.have, indexes(c.want)) {
				return fmt.Errorf("the %s of leaf %d is %v, want %v (RFC 9420 §4.1.2)", c.what, i, c.have, indexes(c.want))
			}
		}
	}
	return nil
}

func indexes(nodes []*node) []tree.Index {
	var list []tree.Index
	for _, n := range nodes {
		list = append(list, n.index)
	}
	return list
}

// evolved holds the real tree of each state against what the model's tree became by the
// same events: who sits where, what is blank, who is unmerged, which keys stayed and
// which are new (RFC 9420 §7.5, §7.7, §12.1.1 to §12.1.3).
func evolved(s *trace.Session, events []model.Event, states map[string]bool) error {
	abstract, err := model.Trees(events)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(states))
	for name := range states {
		names = append(names, name)
	}
	slices.Sort(names)
	same := keyPairs{map[int]string{}, map[string]int{}}
	for _, name := range names {
		t, known := s.Tree(name)
		want, there := abstract[name]
		if !known || !there {
			return fmt.Errorf("%s is a state that has no tree", name)
		}
		if err := same.compare(draw(t), want); err != nil {
			return fmt.Errorf("the tree of %s: %w", name, err)
		}
	}
	return nil
}

// keyPairs are the real public keys of the model's key numbers, and back.
type keyPairs struct {
	public map[int]string
	number map[string]int
}

func (k keyPairs) compare(p picture, want []model.TreeNode) error {
	if len(p.nodes) != len(want) {
		return fmt.Errorf("it has %d nodes, want %d (RFC 9420 §7.7)", len(p.nodes), len(want))
	}
	for i, n := range p.nodes {
		w := want[i]
		if n.blank() != (w.Key == 0) {
			return fmt.Errorf("node %d is blank: %v (RFC 9420 §7.5, §7.7, §12.1)", i, n.blank())
		}
		if n.leaf != nil && string(n.leaf.Credential.Identity) != w.Member {
			return fmt.Errorf("%s is at node %d, want %s (RFC 9420 §12.1.1)", n.leaf.Credential.Identity, i, w.Member)
		}
		var unmerged []tree.LeafIndex
		for _, l := range w.Unmerged {
			unmerged = append(unmerged, tree.LeafIndex(l))
		}
		if !slices.Equal(n.unmerged(), unmerged) {
			return fmt.Errorf("unmerged at node %d are %v, want %v (RFC 9420 §7.7)", i, n.unmerged(), unmerged)
		}
		if n.blank() {
			continue
		}
		if err := k.match(string(n.key()), w.Key); err != nil {
			return fmt.Errorf("node %d: %w (RFC 9420 §7.5)", i, err)
		}
	}
	return nil
}

// match: equal keys are equal numbers.
func (k keyPairs) match(public string, number int) error {
	before, known := k.public[number]
	of, used := k.number[public]
	k.public[number], k.number[public] = public, number
	switch {
	case known && before != public:
		return errors.New("it has another key than when it was last set")
	case used && of != number:
		return errors.New("its key is that of another node, or an old one")
	}
	return nil
}
