package treedem

import (
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// leafRatchets are the two hash ratchets of one sender (RFC 9420 §9.1).
type leafRatchets struct {
	handshake, application ratchet
	spent                  uint64 // what this member, if it is its own leaf, has encrypted: see aeadCost
}

// ratchet is one hash ratchet: the secret of the next generation, and the keys
// of generations that were skipped, oldest first.
//
// Subtle point 32: §9.1 does not say what follows generation 2^32-1. Nothing
// does: next then is 2^32, which no message can name, and there is no secret.
type ratchet struct {
	secret  []byte // Nh bytes; nil when all generations are used up
	next    uint64
	skipped []generationKey
}

// generationKey is the single-use key and nonce of one generation.
type generationKey struct {
	generation uint32
	key, nonce []byte
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
//
// Subtle point 33: §9.2 counts j consumed secrets for generation j, its example
// j+1. The example is right: the secret of generation j gave the key, so it goes.
func (r ratchet) take(s suite.Suite, l Limits, generation uint32) (ratchet, generationKey, error) {
	if uint64(generation) < r.next {
		return r.takeSkipped(generation)
	}
	if ahead := uint64(generation) - r.next; ahead > uint64(l.MaxForward) {
		return r, generationKey{}, spec.ForwardBound.Broken("generation %d, %d ahead, the most is %d", generation, ahead, l.MaxForward)
	}
	out := ratchet{secret: r.secret, next: r.next, skipped: slices.Clone(r.skipped)}
	for {
		k := out.step(s)
		if k.generation == generation {
			return out.bounded(l.MaxSkipped), k, nil
		}
		out.skipped = append(out.skipped, k)
	}
}

// step gives the next generation's key, and moves on.
func (r *ratchet) step(s suite.Suite) generationKey {
	generation := uint32(r.next)
	k := generationKey{
		generation: generation,
		key:        s.DeriveTreeSecret(r.secret, "key", generation, s.Nk()),
		nonce:      s.DeriveTreeSecret(r.secret, "nonce", generation, s.Nn()),
	}
	if r.next++; r.next < generations {
		r.secret = s.DeriveTreeSecret(r.secret, "secret", generation, s.Nh())
	} else {
		r.secret = nil
	}
	return k
}

func (r ratchet) takeSkipped(generation uint32) (ratchet, generationKey, error) {
	for i, k := range r.skipped {
		if k.generation == generation {
			r.skipped = slices.Concat(r.skipped[:i], r.skipped[i+1:])
			return r, k, nil
		}
	}
	return r, generationKey{}, spec.GenerationOnce.Broken("generation %d was used before, or its key was dropped", generation)
}

// bounded drops the oldest skipped keys beyond most.
func (r ratchet) bounded(most int) ratchet {
	if extra := len(r.skipped) - most; extra > 0 {
		r.skipped = slices.Clone(r.skipped[extra:])
	}
	return r
}

// notExhausted: a sender has a generation left (RFC 9420 §9.1; a uint32 on the wire).
func (r *ratchet) notExhausted() error {
	if r.next >= generations {
		return spec.GenerationsLeft.Broken("all %d generations were used", r.next)
	}
	return nil
}
