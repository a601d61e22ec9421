package messages

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"mlsref/fuzz/target"
	"mlsref/impl/group"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/props"
	"mlsref/props/dump"
	"mlsref/spec"
)

// run gives the message to a copy of the reader.
func (a *attempt) run(seen *target.Seen) error {
	g := a.Readers[a.reader].Clone()
	r, err := g.Receive(a.msg)
	seen.Answer(err)
	if a.rule != nil && !errors.Is(err, a.rule.Rule) {
		return fmt.Errorf("%v: a message with %s breaks %s, and the answer is: %v", a, a.rule.What, a.rule.Rule.ID, err)
	}
	if err != nil {
		seen.Outcome("refused")
		if !props.Refusal(err) {
			return fmt.Errorf("%v refuses a message for an odd reason: %w", a, err)
		}
		if dump.Hash(g) != a.before[a.reader] {
			return fmt.Errorf("%v refuses a message (%w) and yet changes", a, err)
		}
		return nil
	}
	seen.Outcome("accepted: " + r.Kind.String())
	if err := a.accepted(g, r, seen); err != nil {
		return fmt.Errorf("%v takes a message of type %v: %w", a, r.Kind, err)
	}
	return nil
}

// accepted is what must hold after a message was taken.
func (a *attempt) accepted(g *group.Group, r group.Received, seen *target.Seen) error {
	if (r.Next == nil) != r.Removed {
		return fmt.Errorf("removed: %v, and the next state: %v", r.Removed, r.Next != nil)
	}
	if err := a.once(g, seen); err != nil {
		return err
	}
	if r.Next == nil {
		return nil
	}
	if r.Kind == wire.ContentCommit && r.Next.Epoch() != g.Epoch()+1 || r.Kind != wire.ContentCommit && r.Next.Epoch() != g.Epoch() {
		return fmt.Errorf("epoch %d follows %d", r.Next.Epoch(), g.Epoch())
	}
	if err := whole(r.Next); err != nil {
		return err
	}
	return a.others(r)
}

// once: a PrivateMessage does not open twice (RFC 9420 §9.2).
func (a *attempt) once(g *group.Group, seen *target.Seen) error {
	var m wire.MLSMessage
	if err := wire.Unmarshal(a.msg, &m); err != nil {
		return fmt.Errorf("it cannot be decoded: %w", err)
	}
	if m.PrivateMessage == nil {
		return nil
	}
	_, err := g.Receive(a.msg)
	seen.Answer(err)
	if !errors.Is(err, spec.GenerationOnce) {
		return fmt.Errorf("it opens again, or not for being used: %v", err)
	}
	return nil
}

// whole: a state is valid in itself, and can be saved and loaded.
func whole(g *group.Group) error {
	t, context := g.Tree(), g.Context()
	if !bytes.Equal(t.TreeHash(g.Client().Suite), context.TreeHash) {
		return errors.New("the tree hash is not the GroupContext's")
	}
	if err := validTree(g.Client(), t, context); err != nil {
		return err
	}
	saved, err := g.Save()
	if err != nil {
		return fmt.Errorf("what follows cannot be saved: %w", err)
	}
	loaded, err := g.Client().Load(saved)
	if err != nil {
		return fmt.Errorf("what follows, saved, does not load: %w", err)
	}
	again, err := loaded.Save()
	if err != nil || !bytes.Equal(saved, again) {
		return fmt.Errorf("saved, loaded and saved, it is something else (%v)", err)
	}
	return nil
}

// validTree reads the tree back from its wire form: what has been validated bit by bit
// must pass as a whole.
func validTree(c group.Client, t treesync.Tree, context wire.GroupContext) error {
	b, err := wire.Marshal(ptr(t.Wire()))
	if err != nil {
		return err
	}
	var rt wire.RatchetTree
	if err := wire.Unmarshal(b, &rt); err != nil {
		return fmt.Errorf("the tree cannot be decoded: %w", err)
	}
	fresh, err := treesync.FromWire(c.Suite, rt)
	if err != nil {
		return fmt.Errorf("the tree: %w", err)
	}
	if fresh.Leaves() < t.Leaves() {
		// Whoever sends a tree can put a parent above nobody at its right end, and RFC 9420
		// has no rule against it: the last node is not blank (§12.4.3.3), and only a Remove
		// truncates (§7.7). When a path then leaves that parent out, the ratchet_tree is that
		// of a smaller tree, with another hash.
		return nil
	}
	if !bytes.Equal(fresh.TreeHash(c.Suite), context.TreeHash) {
		return errors.New("the tree, decoded again, has another hash")
	}
	if err := treesync.ValidateTree(c.Suite, fresh, context, c.Config.Policy); err != nil {
		return fmt.Errorf("the tree: %w", err)
	}
	return nil
}

func ptr[T any](v T) *T { return &v }

// mine are the rules that one member may find broken and another not: a path is
// encrypted to each.
var mine = []*spec.Rule{spec.PathDecrypts, spec.PathKeysMatch, spec.PathSecretSize}

// others: whoever else reads the message takes it too, and is in the same state then. A
// member that is removed reads no further than that.
func (a *attempt) others(r group.Received) error {
	for i, g := range a.Readers {
		if i == a.reader {
			continue
		}
		other, err := g.Clone().Receive(a.msg)
		if err != nil {
			if slices.ContainsFunc(mine, func(rule *spec.Rule) bool { return errors.Is(err, rule) }) {
				continue
			}
			return fmt.Errorf("leaf %d does not: %w", g.Leaf(), err)
		}
		if other.Removed {
			continue
		}
		if !bytes.Equal(other.Next.EpochAuthenticator(), r.Next.EpochAuthenticator()) {
			return fmt.Errorf("leaf %d has another epoch_authenticator", g.Leaf())
		}
		if other.Kind != r.Kind || other.Sender != r.Sender || !bytes.Equal(other.Application, r.Application) || !bytes.Equal(other.AuthenticatedData, r.AuthenticatedData) {
			return fmt.Errorf("leaf %d reads something else", g.Leaf())
		}
		if len(other.Next.Proposals()) != len(r.Next.Proposals()) {
			return fmt.Errorf("leaf %d has seen %d proposals, not %d", g.Leaf(), len(other.Next.Proposals()), len(r.Next.Proposals()))
		}
		return nil
	}
	return nil
}
