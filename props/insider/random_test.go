package insider

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// TestRandomGroups breaks every message of groups of any shape: blanks, unmerged
// leaves, pending proposals, both framings. Of each message's broken versions every
// member gets some.
func TestRandomGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := configs[rapid.IntRange(0, len(configs)-1).Draw(t, "config")]
		w := newWorld(t, 1, group.Private, config.make())
		w.rng = rand.NewChaCha8([32]byte{rapid.Byte().Draw(t, "seed")})
		w.some = true
		var extensions []wire.Extension
		if rapid.Bool().Draw(t, "required") {
			extensions = []wire.Extension{w.required()}
		}
		w.create(extensions...)
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			w.step(t)
		}
	})
}

// step has a random member do something.
func (w *world) step(t *rapid.T) {
	w.format = rapid.SampledFrom([]group.Format{group.Public, group.Private}).Draw(t, "format")
	i := rapid.IntRange(0, len(w.members)-1).Draw(t, "who")
	switch rapid.SampledFrom([]string{"grow", "grow", "shrink", "refresh", "update", "say", "join"}).Draw(t, "what") {
	case "grow":
		w.commit(i, rapid.IntRange(1, 3).Draw(t, "adds"), group.CommitOptions{NoPath: rapid.Bool().Draw(t, "no path")})
	case "shrink":
		var remove []tree.LeafIndex
		for k, g := range w.members {
			if k != i && rapid.IntRange(0, 2).Draw(t, "remove") == 0 {
				remove = append(remove, g.Leaf())
			}
		}
		w.commit(i, rapid.IntRange(0, 1).Draw(t, "adds"), group.CommitOptions{Remove: remove})
	case "refresh":
		w.commit(i, 0, group.CommitOptions{})
	case "update":
		w.update(i)
	case "say":
		if w.members[i].MaySend() == nil {
			w.say(i)
		}
	case "join":
		w.external(w.client(), group.ExternalOptions{})
	}
}
