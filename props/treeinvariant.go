package props

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/model"
	"mlsref/trace"
)

// treeInvariant looks at every live group: at the private half of its tree, place by
// place, and at all that its member holds, for a private key that it should not have.
func treeInvariant(h *History) Checks {
	w := &invariant{h: h, public: map[string][]byte{}, seen: map[string]*group.Group{}}
	return Checks{Watch: trace.Watch{
		Step: func(s *trace.Session, _ int) error {
			for _, name := range s.Names() {
				if err := w.client(s, name); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			return nil
		},
		Read: func(s *trace.Session, reader string, _ trace.Message, refused error) error {
			if refused != nil {
				return nil
			}
			return w.client(s, reader)
		},
	}}
}

type invariant struct {
	h      *History
	public map[string][]byte       // public keys, by private key
	seen   map[string]*group.Group // by seat: the group that was looked at last
}

// client looks at the private halves that have changed, and at all that a client holds.
func (w *invariant) client(s *trace.Session, name string) error {
	for _, m := range s.Members() {
		at := m.Name + " in " + m.Room
		if m.Name != name || w.seen[at] == m.Group && !w.h.sometimes(16) {
			continue
		}
		w.seen[at] = m.Group
		if err := w.exactly(m.Group); err != nil {
			return fmt.Errorf("in %s: %w", m.State, err)
		}
		if m.Pending == nil {
			continue
		}
		next, _ := m.Pending.Accept()
		if err := w.exactly(next); err != nil {
			return fmt.Errorf("in its Commit that waits in %s: %w", m.State, err)
		}
	}
	return w.nothingElse(s, name)
}

// mine are the nodes whose private key a member at a leaf has (RFC 9420 §4.2): its leaf,
// and every non-blank node above it at which the leaf is not unmerged.
func mine(p picture, i tree.LeafIndex) []*node {
	leaf := p.leafAt(i)
	list := []*node{leaf}
	for _, above := range leaf.directPath() {
		if !above.blank() && !slices.Contains(above.unmerged(), i) {
			list = append(list, above)
		}
	}
	return list
}

// exactly: the private half has a key for each such node, in its place, and no more;
// and it is the node's.
func (w *invariant) exactly(g *group.Group) error {
	p, s := draw(g.Tree()), g.Client().Suite
	held := privateHalf(g)
	want := mine(p, g.Leaf())
	for _, n := range want {
		sk := held[n.index]
		if sk == nil {
			return fmt.Errorf("leaf %d has no private key of node %d", g.Leaf(), n.index)
		}
		pk, err := w.publicOf(s, sk)
		if err != nil {
			return err
		}
		if !bytes.Equal(pk, n.key()) {
			return fmt.Errorf("leaf %d's private key of node %d is not that of its public key", g.Leaf(), n.index)
		}
	}
	for i := range held {
		if !slices.ContainsFunc(want, func(n *node) bool { return n.index == i }) {
			return fmt.Errorf("leaf %d has a private key of node %d, which is blank, not above it, or where it is unmerged", g.Leaf(), i)
		}
	}
	if !w.h.sometimes(8) {
		return nil
	}
	n := want[w.h.Rand.IntN(len(want))]
	return opens(s, w.h.Rand, held[n.index], n)
}

// publicOf is the public key of a private one, which is remembered.
func (w *invariant) publicOf(s suite.Suite, sk []byte) ([]byte, error) {
	if pk := w.public[string(sk)]; pk != nil {
		return pk, nil
	}
	pk, err := s.PublicKey(sk)
	w.public[string(sk)] = pk
	return pk, err
}

// privateHalf reads the private keys in a group by reflection, since no method gives
// them away.
func privateHalf(g *group.Group) map[tree.Index][]byte {
	private := reflect.ValueOf(g).Elem().FieldByName("private").Elem().Elem() // of TreeKEM
	keys := map[tree.Index][]byte{tree.LeafNode(g.Leaf()): private.FieldByName("key").Bytes()}
	path := private.FieldByName("path")
	for i := range path.Len() {
		k := path.Index(i)
		keys[tree.Index(k.FieldByName("Node").Uint())] = k.FieldByName("PrivateKey").Bytes()
	}
	return keys
}

// opens: what is encrypted to a node's public key is opened by the private one.
func opens(s suite.Suite, rng *rand.Rand, sk []byte, n *node) error {
	text, context := []byte("a path secret"), []byte("context")
	ct, err := s.EncryptWithLabel(source{rng}, n.key(), "UpdatePathNode", context, text)
	if err != nil {
		return fmt.Errorf("encrypting to node %d: %w", n.index, err)
	}
	opened, err := s.DecryptWithLabel(sk, "UpdatePathNode", context, ct)
	if err != nil || !bytes.Equal(opened, text) {
		return fmt.Errorf("the private key of node %d does not open what was encrypted to it: %v", n.index, err)
	}
	return nil
}

// nothingElse: whatever HPKE private key is in the client's live state, anywhere, is one
// that it may have: of its nodes in a group or in its Commit that waits, of an Update of
// its own that may be committed yet, or of a KeyPackage that it has published.
func (w *invariant) nothingElse(s *trace.Session, name string) error {
	held, err := s.Holds(name)
	if err != nil {
		return err
	}
	var allowed map[model.TermID]bool
	for _, term := range held {
		if s.Term(term).Op != model.OpKEMKey {
			continue
		}
		if allowed == nil {
			allowed = allowedKeys(s, name)
		}
		if !allowed[term] {
			return fmt.Errorf("its live state holds the private key %s, which is of no node above its leaf, no Update and no package of its own", describeKey(s, term))
		}
	}
	return nil
}

func allowedKeys(s *trace.Session, name string) map[model.TermID]bool {
	may := map[model.TermID]bool{}
	allow := func(publicKey []byte) {
		if sk, known := s.PrivateKeyOf(publicKey); known {
			may[sk] = true
		}
	}
	for _, k := range s.Packages(name) {
		allow(k.InitKey)
		allow(k.LeafNode.EncryptionKey)
	}
	for _, m := range s.Members() {
		if m.Name != name {
			continue
		}
		groups := []*group.Group{m.Group}
		if m.Pending != nil {
			next, _ := m.Pending.Accept()
			groups = append(groups, next, m.Pending.Reject())
		}
		for _, g := range groups {
			for _, n := range mine(draw(g.Tree()), g.Leaf()) {
				allow(n.key())
			}
			for _, seen := range g.Proposals() {
				if u := seen.Proposal.Update; u != nil && seen.Sender.LeafIndex == g.Leaf() {
					allow(u.LeafNode.EncryptionKey)
				}
			}
		}
	}
	return may
}

// describeKey says of which node, in any tree of the run, a private key is.
func describeKey(s *trace.Session, term model.TermID) string {
	for _, m := range s.Members() {
		for _, n := range draw(m.Group.Tree()).nodes {
			if sk, known := s.PrivateKeyOf(n.key()); known && sk == term && !n.blank() {
				return fmt.Sprintf("of node %d in %s", n.index, m.State)
			}
		}
	}
	return fmt.Sprintf("with term %d, of no node in a current tree", term)
}

// source makes a property's randomness an io.Reader.
type source struct{ rng *rand.Rand }

func (s source) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s.rng.Uint32())
	}
	return len(b), nil
}
