package model

import (
	"errors"
	"fmt"
	"slices"
)

// commit makes the next epoch: Updates, Removes, Adds in this order (RFC 9420
// §12.3), then the path. The committer itself moves by its Process event.
func (w *world) commit(g *groupHistory, state *memberState, e Event) error {
	if newest := uint64(len(g.epochs)); e.Epoch != newest || e.Epoch != state.epoch+1 {
		return fmt.Errorf("a Commit to epoch %d by a member in epoch %d of a group whose next epoch is %d",
			e.Epoch, state.epoch, newest)
	}
	tree := g.epochs[state.epoch].tree.clone()
	if err := w.applyUpdates(tree, e); err != nil {
		return err
	}
	if err := applyRemoves(tree, e); err != nil {
		return err
	}
	used, err := w.applyAdds(tree, e)
	if err != nil {
		return err
	}
	next := &epochHistory{tree: tree, committer: e.Actor, encrypted: e.Encrypted, hasPath: e.Path}
	w.applyPath(next, e.Adds, used)
	for _, kp := range used { // only now that nothing can fail
		kp.used = true
	}
	g.epochs = append(g.epochs, next)
	state.committed = true
	return nil
}

func (w *world) applyUpdates(tree *dumbTree, e Event) error {
	for i, name := range e.Updates {
		if slices.Contains(e.Updates[:i], name) || slices.Contains(e.Removes, name) {
			return fmt.Errorf("two proposals change %s", name)
		}
		if name == e.Actor {
			return errors.New("the committer applies its own Update")
		}
		leaf, state := tree.leafOf(name), w.states[seat{name, e.Group}]
		if leaf < 0 || state == nil || state.epoch+1 != e.Epoch || len(state.updates) == 0 {
			return fmt.Errorf("%s proposed no Update in epoch %d", name, e.Epoch-1)
		}
		tree.update(leaf, state.updates[len(state.updates)-1]) // the newest one
	}
	return nil
}

func applyRemoves(tree *dumbTree, e Event) error {
	for _, name := range e.Removes {
		leaf := tree.leafOf(name)
		if leaf < 0 {
			return fmt.Errorf("removes %s, who is not a member", name)
		}
		if name == e.Actor {
			return errors.New("the committer removes itself")
		}
		tree.remove(leaf)
	}
	return nil
}

// applyAdds uses up each new member's oldest key package that is not yet used.
func (w *world) applyAdds(tree *dumbTree, e Event) ([]*keyPackage, error) {
	var used []*keyPackage
	for _, name := range e.Adds {
		if tree.leafOf(name) >= 0 {
			return nil, fmt.Errorf("adds %s, who is a member", name)
		}
		packages := w.packages[name]
		at := slices.IndexFunc(packages, func(kp *keyPackage) bool { return !kp.used })
		if at < 0 {
			return nil, fmt.Errorf("adds %s, who has no key package left", name)
		}
		tree.add(name, packages[at].leaf)
		used = append(used, packages[at])
	}
	return used, nil
}

func (w *world) applyPath(next *epochHistory, adds []string, used []*keyPackage) {
	var leaves []int
	for _, name := range adds {
		leaves = append(leaves, next.tree.leafOf(name))
	}
	lowest := map[int]int{}
	if next.hasPath {
		next.path, lowest = next.tree.applyPath(next.tree.leafOf(next.committer), leaves, w.fresh)
	}
	for i, name := range adds {
		j := joiner{name: name, initKey: used[i].init, pathIndex: -1}
		if at, given := lowest[leaves[i]]; given {
			j.pathIndex = at
		}
		next.joiners = append(next.joiners, j)
	}
}
