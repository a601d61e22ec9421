package readers

import (
	"mlsref/fuzz/target"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/props"
	"mlsref/props/insider"
)

// The parts of a saved group that an input may change, and what it does besides.
const (
	partAll = iota
	partPublic
	partPrivate
	partRatchets
	partPast // the ratchets of the newest past epoch
	parts

	flagHash = 1 << 4 // sign the leaves anew, and correct tree hash and confirmation tag
)

// changed is the saved group that an input says: which one, which part, and how. nil: the
// change cannot be written.
func (s *saver) changed(in []byte) ([]byte, error) {
	honest, what, left := s.saved[int(in[0])%len(s.saved)], in[1], in[2:]
	var g savedGroup
	if err := wire.Unmarshal(honest, &g); err != nil {
		return nil, err
	}
	switch what % 16 % parts {
	case partAll:
		b := mutated[savedGroup](&left, honest)
		g = savedGroup{}
		if wire.Unmarshal(b, &g) != nil {
			return b, nil
		}
	case partPublic:
		if mutate(&left, &g.Public) != nil {
			return nil, nil
		}
	case partPrivate:
		if mutate(&left, &g.Private) != nil {
			return nil, nil
		}
	case partRatchets:
		g.Ratchets = mutated[savedRatchets](&left, g.Ratchets)
	case partPast:
		if n := len(g.Past); n > 0 {
			g.Past[n-1].Ratchets = mutated[savedRatchets](&left, g.Past[n-1].Ratchets)
		}
	}
	if what&flagHash != 0 {
		s.hash(&g)
	}
	b, err := wire.Marshal(&g)
	if err != nil {
		return nil, nil
	}
	return b, nil
}

type wirer[T any] interface {
	*T
	wire.Wirer
}

// mutated is the encoding of a T with some changes.
func mutated[T any, P wirer[T]](left *[]byte, b []byte) []byte {
	if len(*left) == 0 {
		return b
	}
	times, rng := 1+(*left)[0]%4, target.Drawn(left)
	for range times {
		b = props.Mutate(rng, b, b, func() wire.Wirer { return P(new(T)) })
	}
	return b
}

func mutate[T any, P wirer[T]](left *[]byte, v P) error {
	b, err := wire.Marshal(v)
	if err != nil {
		return err
	}
	*v = *new(T)
	return wire.Unmarshal(mutated[T, P](left, b), v)
}

// hash corrects what hashes, signatures and tags would find.
func (s *saver) hash(g *savedGroup) {
	as := s.client.Suite
	insider.SignLeaves(as, &g.Public.Tree, g.Public.Context.GroupID, func(pub []byte) []byte { return s.keys[string(pub)] })
	if t, err := treesync.FromWire(as, g.Public.Tree); err == nil {
		g.Public.Context.TreeHash = t.TreeHash(as)
	}
	g.ConfirmationTag = as.MAC(g.Secrets.Confirmation, g.Public.Context.ConfirmedTranscriptHash)
}
