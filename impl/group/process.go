package group

import (
	"bytes"
	"slices"

	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// receiveCommit applies a verified Commit (RFC 9420 §12.4.2), one call per
// bullet, in the RFC's order, and returns the next epoch. On error nothing has
// changed.
func (g *Group) receiveCommit(c *treedem.Content) (next *Group, removed bool, err error) {
	commit, sender := c.Content.Commit, c.Content.Sender
	list, err := g.public.Resolve(commit, sender)
	if err != nil {
		return nil, false, err
	}
	ch, err := g.public.Plan(list, sender, commit.Path != nil, treesync.Ordinary)
	if err != nil {
		return nil, false, err
	}
	if slices.Contains(ch.Removed, g.Leaf()) {
		return nil, true, nil
	}
	in := keyInputs{init: g.secrets.Init, commitSecret: treekem.Zero(g.client.Suite)}
	if in.psks, err = g.client.pskKeys(ch.PSKs, g); err != nil {
		return nil, false, err
	}
	private, client := g.ownUpdate(ch.After)
	p := pathResult{tree: ch.After, private: private.Prune(ch.After), commitSecret: in.commitSecret}
	if commit.Path != nil {
		if p, err = g.processPath(ch, commit.Path, p.private); err != nil {
			return nil, false, err
		}
	}
	in.commitSecret = p.commitSecret
	if ch.External() {
		if in.init, err = g.externalInit(ch.KEMOutput); err != nil {
			return nil, false, err
		}
	}
	e, _, err := g.advance(ch, p.tree, c, in)
	if err != nil {
		return nil, false, err
	}
	e.private = p.private
	if err := treedem.VerifyConfirmation(g.client.Suite, e.secrets.Confirmation, e.public.Context.ConfirmedTranscriptHash, c.Auth.ConfirmationTag); err != nil {
		return nil, false, err
	}
	return g.next(client, e), false, nil
}

// ownUpdate is the private half with the new leaf key, and the client with the
// new identity, if t has taken up one of this member's own Updates.
func (g *Group) ownUpdate(t treesync.Tree) (treekem.Member, Client) {
	leaf, client := t.Leaf(g.Leaf()), g.client
	for _, u := range g.updates {
		if leaf != nil && bytes.Equal(leaf.EncryptionKey, u.publicKey) {
			client.Identity = u.identity
			return g.private.WithLeafKey(u.privateKey), client
		}
	}
	return g.private, client
}

// processPath validates the UpdatePath and merges it into the tree, which is
// layer 1's part, and opens the path secret for this member (RFC 9420 §12.4.2,
// §7.5).
func (g *Group) processPath(ch treesync.Change, path *wire.UpdatePath, private treekem.Member) (pathResult, error) {
	merged, err := ch.Merge(path)
	if err != nil {
		return pathResult{}, err
	}
	context, err := provisional(ch, merged)
	if err != nil {
		return pathResult{}, err
	}
	next, commitSecret, err := private.Process(g.client.Suite, ch.After, ch.Committer, stepsOf(ch), path.Nodes, context)
	return pathResult{tree: merged, private: next, commitSecret: commitSecret}, err
}
