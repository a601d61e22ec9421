package model

import (
	"errors"
	"fmt"
	"slices"
)

// commit makes the next state: Updates, Removes, Adds in this order (RFC 9420
// §12.3), then the path. The committer waits with both states in hand, and moves
// by its Process event.
func (w *world) commit(i int, e Event) error {
	from, at, err := w.commitsFrom(e)
	if err != nil {
		return err
	}
	d := &draft{world: w, event: e, next: &state{
		id: e.State, group: e.Group, epoch: e.Epoch, event: i, from: from, tree: from.tree.clone(),
		committer: e.Actor, coins: w.draws(i, e), updates: map[string]*proposal{},
		hasPath: e.Path, encrypted: e.Encrypted, external: e.External,
	}}
	for _, apply := range []func() error{d.psks, d.updates, d.removes, d.adds, d.external} {
		if err := apply(); err != nil {
			return err
		}
	}
	d.path() // nothing can fail from here on
	if e.Encrypted {
		var seat *seat // the attacker has none
		if e.By != Attacker {
			seat = at
		}
		d.next.handshake = sends(i, seat, e, true)
	}
	w.addState(d.next)
	if e.By != Attacker {
		if at == nil {
			at = &seat{}
			w.client(e.Actor).seats[e.Group] = at
		}
		at.waiting = append(at.waiting, held{d.next, newRatchets()})
	}
	return nil
}

// commitsFrom checks where a Commit starts, and who is allowed to make it there.
func (w *world) commitsFrom(e Event) (*state, *seat, error) {
	if err := w.newState(e.State); err != nil {
		return nil, nil, err
	}
	from := w.states[e.From]
	if from == nil {
		return nil, nil, fmt.Errorf("no state %q to commit from", e.From)
	}
	if e.Group != from.group || e.Epoch != from.epoch+1 {
		return nil, nil, fmt.Errorf("a Commit to %s epoch %d from %s", e.Group, e.Epoch, from.name())
	}
	at := w.client(e.Actor).seats[e.Group]
	switch {
	case e.External: // from outside: nothing is asked of a seat
	case e.By == Attacker:
		if from.tree.leafOf(e.Actor) < 0 {
			return nil, nil, fmt.Errorf("the attacker commits as %s, who has no leaf in %s", e.Actor, from.name())
		}
	case at == nil || at.state == nil:
		return nil, nil, errNotMember
	case at.state != from:
		return nil, nil, fmt.Errorf("the actor is in %s and commits from %s", at.state.name(), from.name())
	}
	return from, at, nil
}

// draft is a Commit in the making.
type draft struct {
	world *world
	event Event
	next  *state
}

func (d *draft) psks() error {
	for _, ref := range d.event.PSKs {
		p := pskRef{d.world.psks[ref.External], d.world.states[ref.State]}
		if (p.external == nil) == (p.state == nil) {
			return fmt.Errorf("no PSK %q%q", ref.External, ref.State)
		}
		d.next.psks = append(d.next.psks, p)
	}
	if d.event.By == Attacker {
		return nil
	}
	return d.world.client(d.event.Actor).holdsPSKs(d.next.psks)
}

func (d *draft) updates() error {
	e, tree := d.event, d.next.tree
	for _, u := range e.Updates {
		if d.next.updates[u.Name] != nil || slices.Contains(e.Removes, u.Name) {
			return fmt.Errorf("two proposals change %s", u.Name)
		}
		if u.Name == e.Actor {
			return errors.New("the committer applies its own Update")
		}
		p := d.world.proposals[u.Proposal]
		if p == nil || p.key == noKey || p.owner != u.Name || p.state != d.next.from {
			return fmt.Errorf("%s proposed no Update %q in %s", u.Name, u.Proposal, d.next.from.name())
		}
		tree.update(tree.leafOf(u.Name), p.key, p.verify)
		d.next.updates[u.Name] = p
		d.next.newLeaves = append(d.next.newLeaves, newLeaf{u.Name, p.key})
	}
	return nil
}

func (d *draft) removes() error {
	for _, name := range d.event.Removes {
		leaf := d.next.tree.leafOf(name)
		if leaf < 0 {
			return fmt.Errorf("removes %s, who is not a member", name)
		}
		if name == d.event.Actor && !d.event.External {
			return errors.New("the committer removes itself")
		}
		d.next.tree.remove(leaf)
	}
	return nil
}

func (d *draft) adds() error {
	tree := d.next.tree
	for _, a := range d.event.Adds {
		if tree.leafOf(a.Name) >= 0 {
			return fmt.Errorf("adds %s, who is a member", a.Name)
		}
		p := d.world.packages[a.Package]
		if p == nil || p.owner != a.Name {
			return fmt.Errorf("adds %s by %q, no key package of theirs", a.Name, a.Package)
		}
		if slices.ContainsFunc(tree.rows[0], func(n dumbNode) bool { return n.key == p.leaf }) {
			return fmt.Errorf("adds package %s, whose leaf key is in the tree already", p.id)
		}
		if !p.lastResort && joinedBefore(d.next.from, p) {
			return fmt.Errorf("adds package %s again", p.id)
		}
		tree.add(a.Name, p.leaf, p.verify)
		d.next.joiners = append(d.next.joiners, &joiner{name: a.Name, pack: p, pathIndex: -1})
		d.next.newLeaves = append(d.next.newLeaves, newLeaf{a.Name, p.leaf})
	}
	return nil
}

// joinedBefore: a Commit before has used the package. In another fork it may
// have been used, since nobody knows yet which Commit wins.
func joinedBefore(s *state, p *keyPackage) bool {
	for ; s != nil; s = s.from {
		if slices.ContainsFunc(s.joiners, func(j *joiner) bool { return j.pack == p }) {
			return true
		}
	}
	return false
}

// external gives an external committer its leaf (RFC 9420 §12.4.3.2).
func (d *draft) external() error {
	e := d.event
	if !e.External {
		return nil
	}
	if len(e.Adds)+len(e.Updates) > 0 || slices.ContainsFunc(e.Removes, func(n string) bool { return n != e.Actor }) {
		return errors.New("an external Commit may remove its own old leaf and do nothing else to others")
	}
	if !e.Path || e.Encrypted {
		return errors.New("an external Commit has a path and is public")
	}
	if d.next.tree.leafOf(e.Actor) >= 0 {
		return fmt.Errorf("%s joins from outside and has a leaf already", e.Actor)
	}
	d.next.tree.add(e.Actor, d.world.fresh(d.next.coins), d.world.signs(e.Actor)) // the path gives it another key
	return nil
}

func (d *draft) path() {
	next, e := d.next, d.event
	var leaves []int
	for _, j := range next.joiners {
		leaves = append(leaves, next.tree.leafOf(j.name))
	}
	if !next.hasPath {
		return
	}
	own := next.tree.leafOf(e.Actor)
	fresh := func() key { return d.world.fresh(next.coins) }
	path, lowest := next.tree.applyPath(own, d.world.signs(e.Actor), leaves, fresh)
	for i, node := range path {
		record := d.world.history.keys[node.key]
		record.path, record.index = next, i
	}
	next.path = path
	next.newLeaves = append(next.newLeaves, newLeaf{e.Actor, next.tree.rows[0][own].key})
	for i, j := range next.joiners {
		if at, given := lowest[leaves[i]]; given {
			j.pathIndex = at
		}
	}
}
