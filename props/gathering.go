package props

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace"
)

// gathering are copies of members in one state, and newcomers of the property's own.
// They go on together, and nobody else sees what they do. All that they try is what
// RFC 9420 allows, so that none of them may refuse anything.
type gathering struct {
	h       *History
	rng     io.Reader
	members []*group.Group
	gone    []*group.Group // removed by the last Commit
	now     time.Time      // the newcomers' clock
	invited int
}

// gather copies those who are in the state of one member.
func gather(h *History, s *trace.Session, state string) *gathering {
	g := &gathering{h: h, rng: h.source(), now: time.Unix(1_700_000_000, 0)}
	for _, m := range s.Members() {
		if m.State == state {
			g.members = append(g.members, m.Group.Clone())
		}
	}
	return g
}

// newcomer is a client that is about to be added.
type newcomer struct {
	client group.Client
	keys   group.KeyPackageSecrets
}

// newcomer has a Config that no client of a scenario has. It looks at the clock, and
// its KeyPackage may be valid for an hour only.
func (g *gathering) newcomer(labelled bool) (newcomer, error) {
	g.invited++
	c, err := group.NewClient(g.members[0].Client().Suite, g.rng, fmt.Sprintf("newcomer%d", g.invited))
	if err != nil {
		return newcomer{}, err
	}
	c.Config = group.Config{
		Policy:     treesync.Policy{Now: func() time.Time { return g.now }},
		Grease:     g.h.sometimes(2),
		Padding:    []treedem.Padding{nil, treedem.Padme, treedem.ToMultiple(32)}[g.h.Rand.IntN(3)],
		PastEpochs: g.h.Rand.IntN(2),
	}
	if labelled {
		c.Config.Capabilities.Extensions = []wire.ExtensionType{label}
	}
	if g.h.sometimes(2) {
		at := uint64(g.now.Unix())
		c.Config.Lifetime = wire.Lifetime{NotBefore: at, NotAfter: at + 3600}
	}
	_, keys, err := c.NewKeyPackage(g.rng)
	return newcomer{c, keys}, err
}

// deliver has all but one read a message; each must take it.
func (g *gathering) deliver(from int, msg []byte, read func(group.Received) error) error {
	for i, m := range g.members {
		if i == from {
			continue
		}
		r, err := m.Receive(msg)
		if err == nil {
			err = read(r)
		}
		if err != nil {
			return fmt.Errorf("leaf %d refuses it: %w", m.Leaf(), err)
		}
		g.members[i] = r.Next
	}
	return nil
}

// propose sends an Update of one member to all.
func (g *gathering) propose(by int, change group.LeafChange, format group.Format) error {
	next, msg, err := g.members[by].ProposeUpdate(g.rng, change, format)
	if err != nil {
		return err
	}
	g.members[by] = next
	return g.deliver(by, msg, func(group.Received) error { return nil })
}

// commit makes a Commit, and takes all into the next state: the committer, those who
// receive it, and those who join by its Welcome.
func (g *gathering) commit(by int, opt group.CommitOptions, coming []newcomer) error {
	before := g.members[by].Tree()
	pending, err := g.members[by].Commit(g.rng, opt)
	if err != nil {
		return fmt.Errorf("it cannot be made: %w", err)
	}
	g.gone = slices.DeleteFunc(slices.Clone(g.members), func(m *group.Group) bool { return !slices.Contains(opt.Remove, m.Leaf()) })
	if err := g.deliver(by, pending.Commit, func(r group.Received) error {
		if (r.Next == nil) != r.Removed || !bytes.Equal(r.AuthenticatedData, opt.AuthenticatedData) {
			return fmt.Errorf("removed: %v, authenticated_data: %x", r.Removed, r.AuthenticatedData)
		}
		return nil
	}); err != nil {
		return err
	}
	next, welcome := pending.Accept()
	g.members[by] = next
	g.members = slices.DeleteFunc(g.members, func(m *group.Group) bool { return m == nil })
	var beside []byte
	if opt.TreeBeside {
		if beside, err = next.RatchetTree(); err != nil {
			return err
		}
	}
	for _, n := range coming {
		if opt.TreeBeside {
			if err := g.wrongTree(n, welcome, before, next.Tree()); err != nil {
				return err
			}
		}
		joined, err := n.client.Join(n.keys, welcome, group.JoinOptions{Tree: beside})
		if err != nil {
			return fmt.Errorf("%s cannot join: %w", n.client.Identity.Name, err)
		}
		g.members = append(g.members, joined)
	}
	return g.agree()
}

// wrongTree: a joiner takes no other tree than that of the GroupInfo (RFC 9420
// §12.4.3.1): neither the one before, nor one with somebody else in a member's place.
// Who looks for the signer's key in a wrong tree may miss it.
func (g *gathering) wrongTree(n newcomer, welcome []byte, before, now treesync.Tree) error {
	other, err := g.newcomer(true)
	if err != nil {
		return err
	}
	members := now.Members()
	at := members[g.h.Rand.IntN(len(members))]
	for _, wrong := range []struct {
		what string
		tree treesync.Tree
	}{
		{"the tree before the Commit", before},
		{"a tree with a stranger in a member's place", now.SetLeaf(at, other.keys.KeyPackage.LeafNode)},
	} {
		rt := wrong.tree.Wire()
		b, err := wire.Marshal(&rt)
		if err != nil {
			return err
		}
		_, err = n.client.Join(n.keys, welcome, group.JoinOptions{Tree: b})
		if !errors.Is(err, spec.JoinTreeHash) && !errors.Is(err, spec.GroupInfoSignature) {
			return fmt.Errorf("with %s a joiner's error is %v, want %s", wrong.what, err, spec.JoinTreeHash.ID)
		}
	}
	return nil
}

// agree: all are in one state.
func (g *gathering) agree() error {
	var first view
	for i, m := range g.members {
		v, err := viewOf(trace.Member{Name: fmt.Sprint("leaf ", m.Leaf()), Group: m})
		if err != nil {
			return err
		}
		if i == 0 {
			first = v
		} else if what := v.differs(first); what != "" {
			return fmt.Errorf("%s and %s differ in: %s", first.who, v.who, what)
		}
	}
	return nil
}

// talk: what one says all others read, and nobody who is gone.
func (g *gathering) talk() error {
	from := g.h.Rand.IntN(len(g.members))
	text, data := []byte("text"), []byte("data")
	msg, err := g.members[from].Send(g.rng, text, data)
	if err != nil {
		return fmt.Errorf("leaf %d cannot send: %w", g.members[from].Leaf(), err)
	}
	for _, m := range g.gone {
		if _, err := m.Receive(msg); err == nil {
			return errors.New("a removed member reads a message")
		}
	}
	return g.deliver(from, msg, func(r group.Received) error {
		if !bytes.Equal(r.Application, text) || !bytes.Equal(r.AuthenticatedData, data) || r.Sender.LeafIndex != g.members[from].Leaf() {
			return fmt.Errorf("it reads %q and %q from leaf %d", r.Application, r.AuthenticatedData, r.Sender.LeafIndex)
		}
		return nil
	})
}

// whole: a member's state is one that loads, with the private keys of its public ones.
func (g *gathering) whole() error {
	m := g.members[g.h.Rand.IntN(len(g.members))]
	b, err := m.Save()
	if err == nil {
		_, err = m.Client().Load(b)
	}
	if err != nil {
		return fmt.Errorf("the state of leaf %d does not load: %w", m.Leaf(), err)
	}
	return nil
}

// lacking are the members whose leaves do not list the label extension.
func lacking(t treesync.Tree) []tree.LeafIndex {
	var list []tree.LeafIndex
	for i, leaf := range t.All() {
		if !slices.Contains(leaf.Capabilities.Extensions, label) {
			list = append(list, i)
		}
	}
	return list
}
