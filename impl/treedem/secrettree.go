// Package treedem protects messages (RFC 9420 §6, §8.2, §9): framing, the secret
// tree and its ratchets, sender data, the transcript.
//
// It is given secrets and verification keys. It does not know the ratchet tree,
// credentials, proposals' meaning or how an epoch's secrets came about.
package treedem

import (
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// MaxForward bounds how many generations one message may skip, and so the work
// and the memory that a message can cost (RFC 9420 §6.3.1, §9.1).
const MaxForward = 1024

// Limits are what a client may set for itself. Zero means the default.
type Limits struct {
	MaxForward  uint32 // how many generations one message may skip
	MaxSkipped  int    // how many skipped keys a ratchet keeps
	MaxMessages uint64 // how many messages a ratchet of this member's may protect
}

// Ratchets is the secret tree of one epoch with the message ratchets at its
// leaves (RFC 9420 §9). It is the one mutable value of a group: using a key
// consumes it in place. A secret is derived when first needed and gone once
// anything below it was consumed (§9.2).
type Ratchets struct {
	suite  suite.Suite
	leaves uint32
	nodes  map[tree.Index][]byte // secrets of subtrees that nobody below has used yet
	used   map[tree.LeafIndex]*leafRatchets
}

// leafRatchets are the two hash ratchets of one sender (RFC 9420 §9.1).
type leafRatchets struct {
	handshake, application ratchet
}

// ratchet is one hash ratchet: the secret of the next generation, and the keys
// of generations that were skipped.
type ratchet struct {
	secret  []byte
	next    uint32
	skipped []generationKey
}

// generationKey is the single-use key and nonce of one generation.
type generationKey struct {
	generation uint32
	key, nonce []byte
}

// NewRatchets plants the secret tree of a group of n leaves (a power of two) in
// encryption_secret (Nh bytes), which only it holds from then on.
func NewRatchets(s suite.Suite, n uint32, encryptionSecret []byte, limits Limits) *Ratchets {
	return &Ratchets{
		suite:  s,
		leaves: n,
		nodes:  map[tree.Index][]byte{tree.Root(n): encryptionSecret},
		used:   map[tree.LeafIndex]*leafRatchets{},
	}
}

// growth is what has to change in a secret tree so that a leaf's ratchets exist:
// it is worked out first and applied only once a message proved good.
type growth struct {
	gone  []tree.Index
	fresh map[tree.Index][]byte
	leaf  *leafRatchets
}

// grow derives down to leaf, without changing r (RFC 9420 §9).
func (r *Ratchets) grow(leaf tree.LeafIndex) (growth, error) {
	if have := r.used[leaf]; have != nil {
		return growth{leaf: have}, nil
	}
	if leaf >= r.leaves {
		return growth{}, spec.SenderIsMember.Broken("leaf %d of a tree of %d leaves", leaf, r.leaves)
	}
	at := tree.LeafNode(leaf)
	var below []tree.Index // from at's parent side down to the leaf
	for r.nodes[at] == nil {
		below = append(below, at)
		parent, ok := tree.Parent(at, r.leaves)
		if !ok {
			panic("treedem: internal: no secret above a leaf without ratchets")
		}
		at = parent
	}
	g := growth{gone: []tree.Index{at}, fresh: map[tree.Index][]byte{}}
	secret := r.nodes[at]
	for i := len(below) - 1; i >= 0; i-- {
		left, right := r.children(secret)
		l, _ := tree.Left(at)
		sibling, _ := tree.Sibling(below[i], r.leaves)
		if below[i] == l {
			g.fresh[sibling], secret = right, left
		} else {
			g.fresh[sibling], secret = left, right
		}
		at = below[i]
	}
	s := r.suite
	g.leaf = &leafRatchets{
		handshake:   ratchet{secret: s.ExpandWithLabel(secret, "handshake", nil, s.Nh())},
		application: ratchet{secret: s.ExpandWithLabel(secret, "application", nil, s.Nh())},
	}
	return g, nil
}

// children derives the secrets of a node's two children (RFC 9420 §9).
func (r *Ratchets) children(secret []byte) (left, right []byte) {
	s := r.suite
	return s.ExpandWithLabel(secret, "tree", []byte("left"), s.Nh()),
		s.ExpandWithLabel(secret, "tree", []byte("right"), s.Nh())
}

// apply makes the growth real: ancestors' secrets are consumed by it.
func (r *Ratchets) apply(leaf tree.LeafIndex, g growth) {
	for _, n := range g.gone {
		delete(r.nodes, n)
	}
	for n, secret := range g.fresh {
		r.nodes[n] = secret
	}
	r.used[leaf] = g.leaf
}

// key finds the key of one generation of a sender's ratchet. Nothing changes
// until consume is called, which deletes the key and all that led to it.
func (r *Ratchets) key(leaf tree.LeafIndex, kind wire.ContentType, generation uint32) (k generationKey, consume func(), err error) {
	g, err := r.grow(leaf)
	if err != nil {
		return k, nil, err
	}
	old := g.leaf.of(kind)
	next, k, err := old.take(r.suite, generation)
	if err != nil {
		return k, nil, err
	}
	return k, func() {
		*old = next
		r.apply(leaf, g)
	}, nil
}

// nextKey is the sender's own next key, consumed at once: a key that may have
// been used must never come back.
func (r *Ratchets) nextKey(leaf tree.LeafIndex, kind wire.ContentType) (generationKey, error) {
	g, err := r.grow(leaf)
	if err != nil {
		return generationKey{}, err
	}
	k, consume, err := r.key(leaf, kind, g.leaf.of(kind).next)
	if err != nil {
		return k, err
	}
	consume()
	return k, nil
}

// of selects the ratchet for a content type (RFC 9420 §6.3.1).
func (l *leafRatchets) of(kind wire.ContentType) *ratchet {
	if kind == wire.ContentApplication {
		return &l.application
	}
	return &l.handshake
}

// take returns generation's key and the ratchet without it. The keys of skipped
// generations are kept; the secrets that led to them are not (RFC 9420 §9.2).
func (r ratchet) take(s suite.Suite, generation uint32) (ratchet, generationKey, error) {
	if generation < r.next {
		return r.takeSkipped(generation)
	}
	if generation-r.next > MaxForward {
		return r, generationKey{}, spec.ForwardBound.Broken("generation %d, at most %d is accepted now", generation, r.next+MaxForward)
	}
	out := ratchet{secret: r.secret, next: r.next, skipped: append([]generationKey(nil), r.skipped...)}
	for {
		k := generationKey{
			generation: out.next,
			key:        s.DeriveTreeSecret(out.secret, "key", out.next, s.Nk()),
			nonce:      s.DeriveTreeSecret(out.secret, "nonce", out.next, s.Nn()),
		}
		out.secret = s.DeriveTreeSecret(out.secret, "secret", out.next, s.Nh())
		out.next++
		if k.generation == generation {
			return out.bounded(), k, nil
		}
		out.skipped = append(out.skipped, k)
	}
}

func (r ratchet) takeSkipped(generation uint32) (ratchet, generationKey, error) {
	for i, k := range r.skipped {
		if k.generation == generation {
			r.skipped = append(append([]generationKey(nil), r.skipped[:i]...), r.skipped[i+1:]...)
			return r, k, nil
		}
	}
	return r, generationKey{}, spec.GenerationOnce.Broken("generation %d was used before, or its key was dropped", generation)
}

// bounded drops the oldest skipped keys beyond MaxForward.
func (r ratchet) bounded() ratchet {
	if extra := len(r.skipped) - MaxForward; extra > 0 {
		r.skipped = append([]generationKey(nil), r.skipped[extra:]...)
	}
	return r
}
