package group

import (
	"bytes"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// receiveCommit applies a verified Commit (RFC 9420 §12.4.2), one call per
// bullet, in the RFC's order, and returns the next epoch. On error nothing has
// changed.
func (g *Group) receiveCommit(c *treedem.Content) (next *Group, removed bool, err error) {
	commit, committer := c.Content.Commit, c.Content.Sender.LeafIndex
	list, err := g.resolve(commit, committer)
	if err != nil {
		return nil, false, err
	}
	if err := treesync.ValidateProposals(g.suite, g.tree, committer, g.context, list, commit.Path != nil); err != nil {
		return nil, false, err
	}
	t, added, err := treesync.ApplyProposals(g.tree, list)
	if err != nil {
		return nil, false, err
	}
	if g.removes(list) {
		return nil, true, nil
	}
	p := pathResult{tree: t, private: g.ownUpdate(t).Prune(t), commitSecret: treekem.Zero(g.suite)}
	if commit.Path != nil {
		if p, err = g.processPath(c, t, added, p.private); err != nil {
			return nil, false, err
		}
	}
	e, _, err := g.advance(c, p.tree, p.private, p.commitSecret)
	if err != nil {
		return nil, false, err
	}
	if err := treedem.VerifyConfirmation(g.suite, e.secrets.Confirmation, e.context.ConfirmedTranscriptHash, c.Auth.ConfirmationTag); err != nil {
		return nil, false, err
	}
	return begin(g.suite, g.identity, e), false, nil
}

// resolve replaces references by the proposals seen this epoch (RFC 9420 §12.4).
// A reference to an unseen proposal is refused, which §12.2 forgets to say.
// A proposal by value counts as sent by the committer.
func (g *Group) resolve(commit *wire.Commit, committer tree.LeafIndex) ([]treesync.ProposalFrom, error) {
	var list []treesync.ProposalFrom
	for i, p := range commit.Proposals {
		if p.Type == wire.ProposalOrRefProposal {
			list = append(list, treesync.ProposalFrom{Proposal: *p.Proposal, Sender: committer})
			continue
		}
		seen := g.seen(p.Reference)
		if seen == nil {
			return nil, spec.ProposalKnown.Broken("proposal %d refers to %x, which was not received this epoch", i, p.Reference)
		}
		list = append(list, treesync.ProposalFrom{Proposal: seen.proposal, Sender: seen.sender, ByRef: true})
	}
	return list, nil
}

func (g *Group) seen(reference []byte) *cachedProposal {
	for i := range g.proposals {
		if bytes.Equal(g.proposals[i].reference, reference) {
			return &g.proposals[i]
		}
	}
	return nil
}

func (g *Group) removes(list []treesync.ProposalFrom) bool {
	for _, p := range list {
		if p.Proposal.Type == wire.ProposalRemove && p.Proposal.Remove.Removed == g.Leaf() {
			return true
		}
	}
	return false
}

// ownUpdate is the private half with the new leaf key, if t has taken up this
// member's own Update.
func (g *Group) ownUpdate(t treesync.Tree) treekem.Private {
	leaf := t.Leaf(g.Leaf())
	if g.update != nil && leaf != nil && bytes.Equal(leaf.EncryptionKey, g.update.publicKey) {
		return g.private.WithLeafKey(g.update.privateKey)
	}
	return g.private
}

// processPath validates the UpdatePath, merges it into t, the tree after the
// proposals, and opens the path secret for this member (RFC 9420 §12.4.2, §7.5).
func (g *Group) processPath(c *treedem.Content, t treesync.Tree, added []treesync.Added, private treekem.Private) (pathResult, error) {
	sender, path := c.Content.Sender.LeafIndex, c.Content.Commit.Path
	if err := treesync.ValidatePath(g.suite, t, sender, g.context, path); err != nil {
		return pathResult{}, err
	}
	return g.mergePath(sender, path, t, added, private)
}

// mergePath is processPath for a path that layer 1 has found valid.
func (g *Group) mergePath(sender tree.LeafIndex, path *wire.UpdatePath, t treesync.Tree, added []treesync.Added, private treekem.Private) (pathResult, error) {
	steps := treekem.Steps(t, sender, leavesOf(added))
	if err := treekem.PathShape(steps, path.Nodes); err != nil {
		return pathResult{}, err
	}
	var keys [][]byte
	for _, n := range path.Nodes {
		keys = append(keys, n.EncryptionKey)
	}
	merged, parentHash, err := t.ApplyPath(g.suite, sender, pathNodes(steps, keys))
	if err != nil {
		return pathResult{}, err
	}
	if !bytes.Equal(parentHash, path.LeafNode.ParentHash) {
		return pathResult{}, spec.PathParentHash.Broken("the leaf's parent_hash is %x, want %x", path.LeafNode.ParentHash, parentHash)
	}
	merged = merged.SetLeaf(sender, path.LeafNode)
	provisional, err := g.provisional(g.suite, merged)
	if err != nil {
		return pathResult{}, err
	}
	next, commitSecret, err := private.Process(g.suite, t, sender, steps, path.Nodes, provisional)
	return pathResult{tree: merged, private: next, commitSecret: commitSecret}, err
}
