package insider

import (
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/tree"
)

// life takes a group through growth, blanks, unmerged leaves and pending proposals.
func life(w *world) {
	w.create()
	w.commit(0, 1, group.CommitOptions{})
	w.say(0)
	w.commit(1, 2, group.CommitOptions{})
	w.commit(2, 1, group.CommitOptions{NoPath: true}) // unmerged
	w.say(3)
	w.update(1)
	w.update(2)
	w.commit(0, 1, group.CommitOptions{})
	w.commit(3, 0, group.CommitOptions{Remove: []tree.LeafIndex{1}})
	w.commit(0, 0, group.CommitOptions{})
}

func TestMessages(t *testing.T) {
	for _, format := range []group.Format{group.Public, group.Private} {
		t.Run(format.String(), func(t *testing.T) {
			w := newWorld(t, 1, format, group.Config{})
			life(w)
		})
	}
}
