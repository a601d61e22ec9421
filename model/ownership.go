package model

import (
	"errors"
	"fmt"
	"slices"
)

// world is who holds what at one moment, under RFC 9420's rules of deletion
// (§9.2, §14): the live states that a theft takes.
type world struct {
	history  *history
	groups   map[string]*groupHistory
	states   map[seat]*memberState
	packages map[string][]*keyPackage // by owner; unused or not yet joined
	lastKey  key
}

// seat is a member in a group.
type seat struct{ member, group string }

// memberState is what a member keeps of a group. Being in an epoch it holds that
// epoch's init_secret and message ratchets, and the keys of its leaf and of the
// ancestors that it was given; not epoch_secret, joiner_secret, commit_secret.
type memberState struct {
	epoch   uint64
	updates []key // leaf keys of the Updates it proposed in this epoch
	// committed: it made the Commit that ends this epoch and waits for it to
	// be delivered, so it holds the next epoch's state as well (§14).
	committed bool
}

// keyPackage is an init key and a leaf key, kept by the owner until it joins.
type keyPackage struct {
	init, leaf key
	used       bool // by a Commit
}

func newWorld() *world {
	return &world{
		history:  &history{stolen: map[key]loot{}},
		groups:   map[string]*groupHistory{},
		states:   map[seat]*memberState{},
		packages: map[string][]*keyPackage{},
	}
}

func (w *world) fresh() key {
	w.lastKey++
	return w.lastKey
}

var errNotMember = errors.New("the actor has no state in the group")

func (w *world) play(i int, e Event) error {
	if e.Actor == "" {
		return errors.New("no actor")
	}
	switch e.Kind {
	case KeyPackage:
		kp := &keyPackage{init: w.fresh(), leaf: w.fresh()}
		w.packages[e.Actor] = append(w.packages[e.Actor], kp)
		return nil
	case Compromise:
		w.steal(i, e.Actor)
		return nil
	case Create:
		return w.create(e)
	case Join:
		return w.join(e)
	}
	g, state := w.groups[e.Group], w.states[seat{e.Actor, e.Group}]
	if g == nil || state == nil {
		return errNotMember
	}
	switch e.Kind {
	case Propose:
		return w.propose(state, e)
	case Commit:
		return w.commit(g, state, e)
	case Process:
		return g.process(state, e)
	case Leave:
		return w.leave(g, state, e)
	case Send:
		return g.send(i, state, e)
	case Receive:
		return g.receive(i, state, e)
	default:
		return fmt.Errorf("no event of kind %q", e.Kind)
	}
}

func (w *world) create(e Event) error {
	if w.groups[e.Group] != nil {
		return fmt.Errorf("group %q is there already", e.Group)
	}
	if e.Epoch != 0 {
		return fmt.Errorf("a group starts at epoch 0, not %d", e.Epoch)
	}
	tree := newDumbTree()
	tree.add(e.Actor, w.fresh())
	g := &groupHistory{
		name:     e.Group,
		epochs:   []*epochHistory{{tree: tree, committer: e.Actor}},
		byNumber: map[int]*messageHistory{},
	}
	w.groups[e.Group] = g
	w.history.groups = append(w.history.groups, g)
	w.states[seat{e.Actor, e.Group}] = &memberState{}
	return nil
}

// join drops the init key; the key package's leaf key is in the tree by now.
func (w *world) join(e Event) error {
	g := w.groups[e.Group]
	if g == nil || e.Epoch >= uint64(len(g.epochs)) {
		return fmt.Errorf("no epoch %d of group %q to join", e.Epoch, e.Group)
	}
	joiners := g.epochs[e.Epoch].joiners
	at := slices.IndexFunc(joiners, func(j joiner) bool { return j.name == e.Actor })
	if at < 0 || joiners[at].joined {
		return fmt.Errorf("no Welcome to epoch %d is waiting for the actor", e.Epoch)
	}
	joiners[at].joined = true
	w.packages[e.Actor] = slices.DeleteFunc(w.packages[e.Actor], func(kp *keyPackage) bool {
		return kp.init == joiners[at].initKey
	})
	w.states[seat{e.Actor, e.Group}] = &memberState{epoch: e.Epoch}
	return nil
}

func (w *world) propose(state *memberState, e Event) error {
	if e.Epoch != state.epoch {
		return fmt.Errorf("the actor is in epoch %d, not %d", state.epoch, e.Epoch)
	}
	switch e.Proposes {
	case "update":
		state.updates = append(state.updates, w.fresh())
		return nil
	case "add", "remove":
		return nil
	default:
		return fmt.Errorf("no proposal of kind %q", e.Proposes)
	}
}

// process moves to the next epoch: everything of the old one is dropped.
func (g *groupHistory) process(state *memberState, e Event) error {
	if e.Epoch != state.epoch+1 {
		return fmt.Errorf("from epoch %d to epoch %d", state.epoch, e.Epoch)
	}
	if e.Epoch >= uint64(len(g.epochs)) {
		return fmt.Errorf("no Commit to epoch %d", e.Epoch)
	}
	if g.stays(e.Actor, e.Epoch) {
		*state = memberState{epoch: e.Epoch}
		return nil
	}
	return fmt.Errorf("the Commit to epoch %d removes the actor", e.Epoch)
}

// stays: the member keeps its seat in the Commit to an epoch. Removed and added
// anew in one Commit, it has to join.
func (g *groupHistory) stays(member string, epoch uint64) bool {
	next := g.epochs[epoch]
	anew := slices.ContainsFunc(next.joiners, func(j joiner) bool { return j.name == member })
	return !anew && next.tree.leafOf(member) >= 0
}

func (w *world) leave(g *groupHistory, state *memberState, e Event) error {
	next := state.epoch + 1
	if next >= uint64(len(g.epochs)) || g.stays(e.Actor, next) {
		return fmt.Errorf("no Commit to epoch %d removes the actor", next)
	}
	delete(w.states, seat{e.Actor, e.Group})
	return nil
}

func (g *groupHistory) send(i int, state *memberState, e Event) error {
	if e.Epoch != state.epoch {
		return fmt.Errorf("the actor is in epoch %d, not %d", state.epoch, e.Epoch)
	}
	if e.Message < 1 || g.byNumber[e.Message] != nil {
		return fmt.Errorf("message number %d is not a new one", e.Message)
	}
	m := &messageHistory{number: e.Message, epoch: e.Epoch, sender: e.Actor, done: map[string]int{e.Actor: i}}
	g.messages = append(g.messages, m)
	g.byNumber[e.Message] = m
	return nil
}

func (g *groupHistory) receive(i int, state *memberState, e Event) error {
	m := g.byNumber[e.Message]
	if m == nil {
		return fmt.Errorf("message %d was not sent", e.Message)
	}
	if m.epoch != state.epoch || m.epoch != e.Epoch {
		return fmt.Errorf("message %d is of epoch %d, the actor is in %d", e.Message, m.epoch, state.epoch)
	}
	if _, twice := m.done[e.Actor]; twice {
		return fmt.Errorf("the actor already had message %d", e.Message)
	}
	m.done[e.Actor] = i
	return nil
}
