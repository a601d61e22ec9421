// Package treedem protects messages (RFC 9420 §6, §8.2, §9): framing, the secret
// tree and its ratchets, sender data, the transcript.
//
// It is given secrets and verification keys. It does not know the ratchet tree,
// credentials, proposals' meaning or how an epoch's secrets came about.
package treedem

import (
	"errors"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ErrCannotSend says that this state was loaded: it has no keys of the member's
// own leaf, since the state it was saved from may have used them.
var ErrCannotSend = errors.New("loaded state does not send in this epoch")

// Ratchets is the secret tree of one epoch with the message ratchets at its
// leaves (RFC 9420 §9). It is the one mutable value of a group: using a key
// consumes it in place. A secret is derived when first needed and gone once
// anything below it was consumed (§9.2).
type Ratchets struct {
	suite   suite.Suite
	limits  Limits
	leaves  uint32
	nodes   map[tree.Index][]byte // secrets of subtrees that nobody below has used yet
	used    map[tree.LeafIndex]*leafRatchets
	without *tree.LeafIndex // if it was loaded: the leaf whose keys were left out
	changes uint64          // how often something was consumed
}

// NewRatchets plants the secret tree of a group of n leaves (a power of two) in
// encryption_secret (Nh bytes), which only it holds from then on.
func NewRatchets(s suite.Suite, n uint32, encryptionSecret []byte, limits Limits) *Ratchets {
	return &Ratchets{
		suite:  s,
		limits: limits.orDefaults(),
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

// CanSend says whether the state holds the leaf's keys: not so for the leaf that
// was left out when it was saved.
func (r *Ratchets) CanSend(leaf tree.LeafIndex) bool {
	return leaf < r.leaves && (r.without == nil || *r.without != leaf)
}

// grow derives down to leaf, without changing r (RFC 9420 §9).
func (r *Ratchets) grow(leaf tree.LeafIndex) (growth, error) {
	if have := r.used[leaf]; have != nil {
		return growth{leaf: have}, nil
	}
	if leaf >= r.leaves {
		return growth{}, spec.SenderIsMember.Broken("leaf %d of a tree of %d leaves", leaf, r.leaves)
	}
	if !r.CanSend(leaf) {
		return growth{}, ErrCannotSend
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
	r.changes++
}

// key finds the key of one generation of a sender's ratchet. Nothing changes
// until consume is called, which deletes the key and all that led to it.
//
// Subtle point 34: only success consumes (§9.2), so a failed trial is simply not
// followed by consume. If two trials overlap, what the one consumed stays gone
// when the other consumes.
func (r *Ratchets) key(leaf tree.LeafIndex, kind wire.ContentType, generation uint32) (k generationKey, consume func(), err error) {
	g, err := r.grow(leaf)
	if err != nil {
		return k, nil, err
	}
	old := g.leaf.of(kind)
	next, k, err := old.take(r.suite, r.limits, generation)
	if err != nil {
		return k, nil, err
	}
	changes := r.changes
	return k, func() {
		if r.changes == changes {
			*old = next
			r.apply(leaf, g)
			return
		}
		if _, again, err := r.key(leaf, kind, generation); err == nil {
			again()
		}
	}, nil
}

// nextKey is the sender's own next key for a message of this cost (aeadCost),
// consumed at once: a key that may have been used must never come back.
func (r *Ratchets) nextKey(leaf tree.LeafIndex, kind wire.ContentType, cost uint64) (generationKey, error) {
	g, err := r.grow(leaf)
	if err != nil {
		return generationKey{}, err
	}
	ratchet := g.leaf.of(kind)
	if err := ratchet.notExhausted(); err != nil {
		return generationKey{}, err
	}
	if err := g.leaf.aeadUsage(r, kind, cost); err != nil {
		return generationKey{}, err
	}
	k := ratchet.step(r.suite)
	g.leaf.spent += cost
	r.apply(leaf, g)
	return k, nil
}
