package toy_test

import (
	"errors"
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/props/toy"
	"mlsref/spec"
)

// A member with another key agreement is refused as it joins, or fails with the first
// path, and nobody panics.
func TestMixedGroups(t *testing.T) {
	for name, v := range map[string]struct {
		theirs, mine treekem.Agreement
		join         func(error) bool
	}{
		"TreeKEM among pairwise": {toy.Pairwise{}, nil, func(err error) bool { return errors.Is(err, spec.JoinComplete) }},
		"pairwise among TreeKEM": {nil, toy.Pairwise{}, func(err error) bool { return err != nil }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, v.theirs, group.Public)
			w.commit("alice", group.CommitOptions{}, "bob")
			_, err := w.stranger(v.mine, group.CommitOptions{})
			if !v.join(err) {
				t.Errorf("a Welcome of a Commit with a path: %v", err)
			}

			// Without a path, nothing tells.
			carol, err := w.stranger(v.mine, group.CommitOptions{NoPath: true})
			w.ok(err)
			w.agree()
			w.refuses("alice", carol)
			pending, err := carol.Commit(w.rng, group.CommitOptions{})
			w.ok(err)
			if _, err := w.members["alice"].Receive(pending.Commit); !errors.Is(err, spec.PathDecrypts) {
				t.Errorf("alice opens a path of carol's: %v", err)
			}

			dave := w.client("dave")
			dave.Config.KeyAgreement = v.mine
			pending, err = dave.JoinExternally(w.rng, w.info("alice"), group.ExternalOptions{})
			w.ok(err)
			if _, err := w.members["bob"].Receive(pending.Commit); !errors.Is(err, spec.PathDecrypts) {
				t.Errorf("bob opens a path of dave's: %v", err)
			}

			b, err := w.members["bob"].Save()
			w.ok(err)
			bob := w.members["bob"].Client()
			_, err = bob.Load(b)
			w.ok(err)
			bob.Config.KeyAgreement = v.mine
			if _, err := bob.Load(b); err == nil {
				t.Error("bob's state is loaded under another agreement")
			}
		})
	}
}

// stranger joins with an agreement of its own; if it can, it is carol.
func (w *world) stranger(mine treekem.Agreement, opt group.CommitOptions) (*group.Group, error) {
	w.t.Helper()
	c := w.client("carol")
	c.Config.KeyAgreement = mine
	kp, secrets, err := c.NewKeyPackage(w.rng)
	w.ok(err)
	opt.Add, opt.Format = []wire.KeyPackage{kp}, group.Public
	pending, err := w.members["alice"].Commit(w.rng, opt)
	w.ok(err)
	next, welcome := pending.Accept()
	g, err := c.Join(secrets, welcome, group.JoinOptions{})
	if err == nil {
		w.deliver("alice", pending.Commit)
		w.members["alice"] = next
	}
	return g, err
}

// refuses has g reject a path of a member's.
func (w *world) refuses(name string, g *group.Group) {
	w.t.Helper()
	pending, err := w.members[name].Commit(w.rng, group.CommitOptions{Format: group.Public})
	w.ok(err)
	if _, err := g.Receive(pending.Commit); !errors.Is(err, spec.PathDecrypts) {
		w.t.Fatalf("a path of %s's is opened: %v", name, err)
	}
}
