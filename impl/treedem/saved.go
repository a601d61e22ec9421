package treedem

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// Save encodes the ratchets of an epoch, for Load to go on receiving later. What
// would let this member send is left out: the ratchets of its leaf, and every
// secret above them. A copy may be old, so that keys in it may have been used
// since; to use one again would give a nonce twice (RFC 9420 §6.3.1). r itself does
// not change and still sends.
//
// The bytes are secret. An old copy also opens what was received since: a client
// keeps only the newest, as §9.2 demands.
func (r *Ratchets) Save(without tree.LeafIndex) ([]byte, error) {
	if r.without != nil && *r.without != without {
		return nil, fmt.Errorf("the state was loaded without leaf %d; it cannot be saved without leaf %d", *r.without, without)
	}
	nodes := maps.Clone(r.nodes)
	if r.without == nil {
		g, err := r.grow(without)
		if err != nil {
			return nil, err
		}
		for _, n := range g.gone {
			delete(nodes, n)
		}
		maps.Copy(nodes, g.fresh)
	}
	s := savedRatchets{Format: savedFormat, CipherSuite: r.suite.ID(), Leaves: r.leaves, Without: without}
	for n, secret := range nodes {
		s.Nodes = append(s.Nodes, savedNode{Index: uint32(n), Secret: secret})
	}
	slices.SortFunc(s.Nodes, func(a, b savedNode) int { return cmp.Compare(a.Index, b.Index) })
	for _, leaf := range slices.Sorted(maps.Keys(r.used)) {
		if leaf != without {
			l := r.used[leaf]
			s.Used = append(s.Used, savedLeaf{Leaf: leaf, Handshake: saveRatchet(l.handshake), Application: saveRatchet(l.application)})
		}
	}
	return wire.Marshal(&s)
}

// LoadRatchets decodes what Save wrote. The state receives; it does not send
// (ErrCannotSend). Secrets are copied out of b one by one, so that each can go when
// it is consumed.
func LoadRatchets(s suite.Suite, b []byte, limits Limits) (*Ratchets, error) {
	var saved savedRatchets
	if err := wire.Unmarshal(b, &saved); err != nil {
		return nil, err
	}
	if err := saved.check(s); err != nil {
		return nil, fmt.Errorf("the saved ratchets: %w", err)
	}
	r := &Ratchets{suite: s, limits: limits.orDefaults(), leaves: saved.Leaves, without: &saved.Without,
		nodes: map[tree.Index][]byte{}, used: map[tree.LeafIndex]*leafRatchets{}}
	for _, n := range saved.Nodes {
		r.nodes[tree.Index(n.Index)] = bytes.Clone(n.Secret)
	}
	for _, l := range saved.Used {
		r.used[l.Leaf] = &leafRatchets{
			handshake:   l.Handshake.load().bounded(r.limits.MaxSkipped),
			application: l.Application.load().bounded(r.limits.MaxSkipped),
		}
	}
	return r, nil
}

// Fits says why loaded ratchets are not those of a tree of so many leaves that were saved
// without a leaf.
func (r *Ratchets) Fits(leaves uint32, without tree.LeafIndex) error {
	switch {
	case r.leaves != leaves:
		return fmt.Errorf("the saved ratchets: they are of a tree of %d leaves, not %d", r.leaves, leaves)
	case r.without == nil || *r.without != without:
		return fmt.Errorf("the saved ratchets: they are not without leaf %d, their owner's", without)
	}
	return nil
}

// savedFormat changes when the encoding does.
const savedFormat = 1

// The structs below are this project's own, in the RFC's presentation language.

type savedRatchets struct {
	Format      uint16
	CipherSuite wire.CipherSuite
	Leaves      uint32
	Without     tree.LeafIndex
	Nodes       []savedNode // by index
	Used        []savedLeaf // by leaf
}

func (s *savedRatchets) Wire(c *wire.Codec) {
	wire.Uint(c, "format", &s.Format)
	wire.Uint(c, "cipher_suite", &s.CipherSuite)
	wire.Uint(c, "leaves", &s.Leaves)
	wire.Uint(c, "without", &s.Without)
	wire.Vector(c, "nodes", &s.Nodes)
	wire.Vector(c, "used", &s.Used)
}

type savedNode struct {
	Index  uint32
	Secret []byte
}

func (n *savedNode) Wire(c *wire.Codec) {
	wire.Uint(c, "index", &n.Index)
	c.Opaque("secret", &n.Secret)
}

type savedLeaf struct {
	Leaf                   tree.LeafIndex
	Handshake, Application savedRatchet
}

func (l *savedLeaf) Wire(c *wire.Codec) {
	wire.Uint(c, "leaf", &l.Leaf)
	wire.Struct(c, "handshake", &l.Handshake)
	wire.Struct(c, "application", &l.Application)
}

type savedRatchet struct {
	Secret  []byte
	Next    uint64
	Skipped []savedKey
}

func (r *savedRatchet) Wire(c *wire.Codec) {
	c.Opaque("secret", &r.Secret)
	wire.Uint(c, "next", &r.Next)
	wire.Vector(c, "skipped", &r.Skipped)
}

type savedKey struct {
	Generation uint32
	Key, Nonce []byte
}

func (k *savedKey) Wire(c *wire.Codec) {
	wire.Uint(c, "generation", &k.Generation)
	c.Opaque("key", &k.Key)
	c.Opaque("nonce", &k.Nonce)
}

func saveRatchet(r ratchet) savedRatchet {
	s := savedRatchet{Secret: r.secret, Next: r.next}
	for _, k := range r.skipped {
		s.Skipped = append(s.Skipped, savedKey{k.generation, k.key, k.nonce})
	}
	return s
}

func (s savedRatchet) load() ratchet {
	r := ratchet{secret: bytes.Clone(s.Secret), next: s.Next}
	for _, k := range s.Skipped {
		r.skipped = append(r.skipped, generationKey{k.Generation, bytes.Clone(k.Key), bytes.Clone(k.Nonce)})
	}
	return r
}

// check says whether a decoded state is one that Save could have written.
func (s *savedRatchets) check(suite suite.Suite) error {
	switch {
	case s.Format != savedFormat:
		return fmt.Errorf("format %d, want %d", s.Format, savedFormat)
	case s.CipherSuite != suite.ID():
		return fmt.Errorf("cipher suite 0x%04x, want 0x%04x", uint16(s.CipherSuite), uint16(suite.ID()))
	case s.Leaves == 0 || s.Leaves > 1<<31 || s.Leaves&(s.Leaves-1) != 0:
		return fmt.Errorf("%d leaves are no full tree", s.Leaves)
	case s.Without >= s.Leaves:
		return fmt.Errorf("without leaf %d of %d", s.Without, s.Leaves)
	}
	for _, n := range s.Nodes {
		if len(n.Secret) != suite.Nh() {
			return fmt.Errorf("node %d has a secret of %d bytes, want %d", n.Index, len(n.Secret), suite.Nh())
		}
	}
	for _, l := range s.Used {
		for _, r := range []savedRatchet{l.Handshake, l.Application} {
			if err := r.check(suite); err != nil {
				return fmt.Errorf("leaf %d: %w", l.Leaf, err)
			}
		}
	}
	return s.tile()
}

// tile: from left to right, each leaf has its ratchets or is below just one node
// that has a secret, except for the leaf left out, which has neither.
func (s *savedRatchets) tile() error {
	nodes, used := s.Nodes, s.Used
	for leaf := uint32(0); leaf < s.Leaves; {
		switch {
		case leaf == s.Without:
			leaf++
		case len(used) > 0 && used[0].Leaf == leaf:
			used = used[1:]
			leaf++
		case len(nodes) > 0 && firstLeaf(tree.Index(nodes[0].Index)) == leaf:
			n := tree.Index(nodes[0].Index)
			if tree.IsAncestor(n, s.Without) {
				return fmt.Errorf("node %d is above the leaf left out", n)
			}
			nodes = nodes[1:]
			leaf += 1 << tree.Level(n) // not past the end: only a node above all leaves is too wide
		default:
			return fmt.Errorf("leaf %d has no secret", leaf)
		}
	}
	if len(nodes) > 0 || len(used) > 0 {
		return fmt.Errorf("secrets of %d nodes and %d leaves come twice, unsorted or outside of the tree", len(nodes), len(used))
	}
	return nil
}

// firstLeaf is the leftmost leaf under n.
func firstLeaf(n tree.Index) tree.LeafIndex {
	return tree.Index(uint32(n) &^ (1<<tree.Level(n) - 1)).Leaf()
}

func (r savedRatchet) check(s suite.Suite) error {
	want := s.Nh()
	if r.Next == generations {
		want = 0
	}
	if r.Next > generations || len(r.Secret) != want {
		return fmt.Errorf("a ratchet at %d with a secret of %d bytes, want %d", r.Next, len(r.Secret), want)
	}
	from := uint64(0)
	for _, k := range r.Skipped {
		if uint64(k.Generation) < from || uint64(k.Generation) >= r.Next || len(k.Key) != s.Nk() || len(k.Nonce) != s.Nn() {
			return fmt.Errorf("the key of generation %d is out of order or of the wrong size", k.Generation)
		}
		from = uint64(k.Generation) + 1
	}
	return nil
}
