package model

import "fmt"

// history is what the events say, told by group and epoch: the input of both the
// predicate and the theorem. Keys are numbered; there are no terms here.
type history struct {
	groups []*groupHistory // in order of creation
	// stolen says, for each key that some stolen state held, from whom and when.
	stolen map[key]loot
}

// loot is how a key was stolen.
type loot struct {
	how        string // "stolen from bob in epoch 1"
	keyPackage bool   // out of a key package that had not joined yet
}

type groupHistory struct {
	name     string
	epochs   []*epochHistory
	messages []*messageHistory // in order of sending
	byNumber map[int]*messageHistory
}

// epochHistory is one epoch and the Commit that made it (none for epoch 0).
type epochHistory struct {
	tree      *dumbTree
	committer string
	encrypted bool
	hasPath   bool
	path      []pathNode
	joiners   []joiner
	thefts    []theft // of states in this epoch
}

// joiner is a member that a Commit adds: its Welcome is encrypted to its init key.
type joiner struct {
	name      string
	initKey   key
	pathIndex int // which path secret the Welcome holds; -1 for none
	joined    bool
}

// theft is the theft of one member's state while it was in an epoch.
type theft struct {
	who   string
	event int
	// sentCommit: who had made, but not yet processed, the Commit that ends the
	// epoch. The key of its own message is gone then.
	sentCommit bool
}

// messageHistory is one application message, and the events after which each
// member that handled it no longer held its key.
type messageHistory struct {
	number int
	epoch  uint64
	sender string
	done   map[string]int // sender: when sent; receivers: when received
}

// readHistory plays the events, one after the other.
func readHistory(events []Event) (*history, error) {
	w := newWorld()
	for i, e := range events {
		if err := w.play(i, e); err != nil {
			return nil, fmt.Errorf("model: event %d (%s by %s): %w", i, e.Kind, e.Actor, err)
		}
	}
	return w.history, nil
}
