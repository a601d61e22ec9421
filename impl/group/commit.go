package group

import (
	"fmt"
	"io"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// CommitOptions say what a Commit does beyond the proposals seen this epoch.
type CommitOptions struct {
	Add    []wire.KeyPackage // by value
	Remove []tree.LeafIndex  // by value
	NoPath bool              // leave the path out, where RFC 9420 §12.4 allows it
	Format Format            // Private if zero
	Now    uint64            // seconds since 1970, for the lifetimes of key packages; 0: not checked
}

// Pending is a Commit that the delivery service has not yet accepted. The group
// that made it stays at its epoch; Next takes its place once it is accepted.
type Pending struct {
	Commit  []byte // MLSMessage
	Welcome []byte // MLSMessage, nil if nobody was added
	Next    *Group
}

// Commit commits the proposals of this epoch and those of opt (RFC 9420 §12.4.1).
func (g *Group) Commit(rng io.Reader, opt CommitOptions) (*Pending, error) {
	if opt.Format == 0 {
		opt.Format = Private
	}
	vector, list := g.proposalsToCommit(opt)
	if err := treesync.ValidateProposals(g.suite, g.tree, g.Leaf(), g.context, list, !opt.NoPath); err != nil {
		return nil, err
	}
	for i := range opt.Add {
		if err := treesync.ValidateKeyPackage(g.suite, &opt.Add[i], g.context, opt.Now); err != nil {
			return nil, err
		}
	}
	t, added, err := treesync.ApplyProposals(g.tree, list)
	if err != nil {
		return nil, err
	}
	commit := wire.Commit{Proposals: vector}
	p := pathResult{tree: t, private: g.private.Prune(t), commitSecret: treekem.Zero(g.suite)}
	if !opt.NoPath {
		if p, err = g.newPath(rng, t, added); err != nil {
			return nil, err
		}
		commit.Path = &p.update
	}
	c, err := treedem.Sign(g.suite, g.identity.SignatureKey, opt.Format, g.content(wire.ContentCommit, nil, nil, &commit, nil), g.context)
	if err != nil {
		return nil, err
	}
	e, join, err := g.advance(c, p.tree, p.private, p.commitSecret)
	if err != nil {
		return nil, err
	}
	c.Auth.ConfirmationTag = e.confirmationTag
	pending := &Pending{Next: begin(g.suite, g.identity, e)}
	if pending.Welcome, err = pending.Next.welcome(rng, join, added, p.path); err != nil {
		return nil, err
	}
	// Framed last: it consumes a key, and nothing after it can fail.
	pending.Commit, err = g.protect(rng, c)
	return pending, err
}

// proposalsToCommit lists what a Commit by this member covers: every proposal
// seen that can stand beside the others, by reference, then opt's by value.
// RFC 9420 §12.2 forbids a committer's own Update and Remove, and a second
// change of one leaf; a Remove wins over an Update (§12.4).
func (g *Group) proposalsToCommit(opt CommitOptions) ([]wire.ProposalOrRef, []treesync.ProposalFrom) {
	changed := map[tree.LeafIndex]bool{g.Leaf(): true}
	var vector []wire.ProposalOrRef
	var list []treesync.ProposalFrom
	for _, leaf := range opt.Remove {
		changed[leaf] = true
	}
	take := func(kind wire.ProposalType, leafOf func(cachedProposal) tree.LeafIndex) {
		for _, p := range g.proposals {
			if p.proposal.Type != kind {
				continue
			}
			if leafOf != nil {
				leaf := leafOf(p)
				if changed[leaf] {
					continue
				}
				changed[leaf] = true
			}
			vector = append(vector, wire.ProposalOrRef{Type: wire.ProposalOrRefReference, Reference: p.reference})
			list = append(list, treesync.ProposalFrom{Proposal: p.proposal, Sender: p.sender, ByRef: true})
		}
	}
	take(wire.ProposalRemove, func(p cachedProposal) tree.LeafIndex { return p.proposal.Remove.Removed })
	take(wire.ProposalUpdate, func(p cachedProposal) tree.LeafIndex { return p.sender })
	take(wire.ProposalAdd, nil)
	byValue := func(p wire.Proposal) {
		vector = append(vector, wire.ProposalOrRef{Type: wire.ProposalOrRefProposal, Proposal: &p})
		list = append(list, treesync.ProposalFrom{Proposal: p, Sender: g.Leaf()})
	}
	for _, leaf := range opt.Remove {
		byValue(wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: leaf}})
	}
	for _, kp := range opt.Add {
		byValue(wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}})
	}
	return vector, list
}

// pathResult is what a path makes of the tree and of the committer's secrets.
type pathResult struct {
	tree         treesync.Tree
	private      treekem.Private
	commitSecret []byte
	update       wire.UpdatePath
	path         *treekem.NewPath // nil without a path
}

// newPath renews the committer's leaf and filtered direct path in t, the tree
// after the proposals (RFC 9420 §7.5, §12.4.1).
func (g *Group) newPath(rng io.Reader, t treesync.Tree, added []treesync.Added) (pathResult, error) {
	s := g.suite
	steps := treekem.Steps(t, g.Leaf(), leavesOf(added))
	path, err := treekem.Generate(s, rng, steps)
	if err != nil {
		return pathResult{}, err
	}
	leafKey, leafPub, err := s.GenerateKeyPair(rng)
	if err != nil {
		return pathResult{}, err
	}
	var keys [][]byte
	for _, k := range path.Keys {
		keys = append(keys, k.PublicKey)
	}
	t, parentHash, err := t.ApplyPath(s, g.Leaf(), pathNodes(steps, keys))
	if err != nil {
		return pathResult{}, err
	}
	leaf := *g.tree.Leaf(g.Leaf())
	leaf.EncryptionKey, leaf.Source = leafPub, wire.LeafSourceCommit
	leaf.Lifetime, leaf.ParentHash = wire.Lifetime{}, parentHash
	if err := treesync.SignLeaf(s, g.identity.SignatureKey, &leaf, g.GroupID(), g.Leaf()); err != nil {
		return pathResult{}, err
	}
	t = t.SetLeaf(g.Leaf(), leaf)
	provisional, err := g.provisional(s, t)
	if err != nil {
		return pathResult{}, err
	}
	nodes, err := path.Encrypt(s, rng, steps, provisional)
	if err != nil {
		return pathResult{}, fmt.Errorf("encrypting the path: %w", err)
	}
	return pathResult{
		tree: t, private: g.private.Adopt(leafKey, path), commitSecret: path.CommitSecret,
		update: wire.UpdatePath{LeafNode: leaf, Nodes: nodes}, path: path,
	}, nil
}
