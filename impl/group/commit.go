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
	// Proposals by value.
	Add        []wire.KeyPackage
	Remove     []tree.LeafIndex
	PSKs       []wire.PreSharedKeyID // without nonces: these are drawn
	Extensions *[]wire.Extension     // the GroupContext's new extensions, all of them
	ReInit     *wire.ReInit

	Leaf              LeafChange // of the committer's own leaf
	NoPath            bool       // leave the path out, where RFC 9420 §12.4 allows it
	NoReferences      bool       // leave the proposals seen this epoch out
	Format            Format     // Private if zero
	AuthenticatedData []byte
	TreeBeside        bool // leave the ratchet tree out of the Welcome: it is sent otherwise
}

// LeafChange is what changes in a leaf along with its key.
type LeafChange struct {
	Identity   *Identity         // nil: the same
	Extensions *[]wire.Extension // nil: the same
}

// Commit commits the proposals of this epoch and those of opt (RFC 9420
// §12.4.1). The group itself stays as it is (§14; subtle point 46), but for the message key that
// a private Commit uses up.
func (g *Group) Commit(rng io.Reader, opt CommitOptions) (*Pending, error) {
	if err := g.mayCommit(); err != nil {
		return nil, err
	}
	if opt.Format == 0 {
		opt.Format = Private
	}
	if opt.Format == Private || opt.NoPath {
		if err := g.mayEncrypt(); err != nil { // the Welcome's key, without a path, is no fresh one either
			return nil, err
		}
	}
	byValue, err := g.byValue(rng, opt)
	if err != nil {
		return nil, err
	}
	sender := wire.Sender{Type: wire.SenderMember, LeafIndex: g.Leaf()}
	d := g.choose(draft{sender: sender, opt: opt, init: g.secrets.Init}, byValue)
	pending, err := g.commit(rng, d)
	if err != nil {
		return nil, err
	}
	pending.base = g
	return pending, nil
}

// draft is a Commit to be made.
type draft struct {
	vector []wire.ProposalOrRef
	list   []treesync.ProposalFrom
	sender wire.Sender
	init   treekem.InitSecret
	opt    CommitOptions
	op     treesync.Operation
	from   *Group // that the new group follows, for its resumption_psk
}

// add puts one proposal of the committer's own into the draft.
func (d *draft) add(p wire.Proposal) {
	d.vector = append(d.vector, wire.ProposalOrRef{Type: wire.ProposalOrRefProposal, Proposal: &p})
	d.list = append(d.list, treesync.ProposalFrom{Proposal: p, Sender: d.sender})
}

// commit makes the Commit: sign under the old GroupContext, encrypt the path
// under the provisional one, derive the keys under the new one (RFC 9420
// §12.4.1; subtle point 47). Public messages first; what consumes a key comes last, and nothing
// after it can fail.
func (g *Group) commit(rng io.Reader, d draft) (*Pending, error) {
	c := g.client
	ch, err := g.public.Plan(d.list, d.sender, !d.opt.NoPath, d.op)
	if err != nil {
		return nil, err
	}
	if err := g.ownAdds(d); err != nil {
		return nil, err
	}
	psks, err := c.pskKeys(ch.PSKs, g, d.from)
	if err != nil {
		return nil, err
	}
	commit := wire.Commit{Proposals: d.vector}
	p := pathResult{tree: ch.After, private: g.private.Prune(ch.After), commitSecret: treekem.Zero(c.Suite), client: c}
	if !d.opt.NoPath {
		if p, err = g.newPath(rng, ch, d.opt.Leaf); err != nil {
			return nil, err
		}
		commit.Path = &p.update
	}
	content := g.content(d.sender, wire.ContentCommit)
	content.Commit, content.AuthenticatedData = &commit, d.opt.AuthenticatedData
	signed, err := treedem.Sign(c.Suite, g.commitKey(d), d.opt.Format, content, g.Context())
	if err != nil {
		return nil, err
	}
	e, join, err := g.advance(ch, p.tree, signed, keyInputs{init: d.init, commitSecret: p.commitSecret, psks: psks})
	if err != nil {
		return nil, err
	}
	e.private = p.private
	signed.Auth.ConfirmationTag = e.confirmationTag
	pending := &Pending{next: g.next(p.client, e), Proposals: d.list}
	pending.next.loaded = false // a loaded group has made a path, or nothing
	if pending.welcome, err = pending.next.welcomeFor(rng, join, ch.Added, p.path, d.opt); err != nil {
		return nil, err
	}
	pending.Commit, err = g.protect(rng, signed)
	return pending, err
}

// commitKey signs a Commit: a member's current key, even if the path brings a
// new one; for an external Commit the path's own (RFC 9420 §6.1).
func (g *Group) commitKey(d draft) []byte {
	if d.sender.Type == wire.SenderNewMemberCommit && d.opt.Leaf.Identity != nil {
		return d.opt.Leaf.Identity.SignatureKey
	}
	return g.client.Identity.SignatureKey
}

// ownAdds holds the key packages that this Commit sends by value against the
// clock: a sender must, where a receiver need not (RFC 9420 §7.3).
func (g *Group) ownAdds(d draft) error {
	for i := range d.opt.Add {
		if err := treesync.CheckOwnLifetime(&d.opt.Add[i].LeafNode, g.client.Config.Policy); err != nil {
			return err
		}
	}
	return nil
}

// pathResult is what a path makes of the tree and of a member's secrets.
type pathResult struct {
	tree         treesync.Tree
	private      treekem.Member
	commitSecret []byte

	// The committer's only:
	client Client // with the identity of the new leaf
	update wire.UpdatePath
	path   treekem.Path // nil without a path
}

// newPath renews the committer's leaf and filtered direct path in the tree after
// the proposals (RFC 9420 §7.5, §12.4.1).
func (g *Group) newPath(rng io.Reader, ch treesync.Change, change LeafChange) (pathResult, error) {
	c := g.client
	if change.Identity != nil {
		c.Identity = *change.Identity
	}
	steps := stepsOf(ch)
	path, err := g.private.NewPath(c.Suite, rng, ch.After, steps)
	if err != nil {
		return pathResult{}, err
	}
	leafKey, leafPub, err := c.Suite.GenerateKeyPair(rng)
	if err != nil {
		return pathResult{}, err
	}
	t, parentHash, err := ch.After.ApplyPath(c.Suite, ch.Committer, pathNodes(steps, path.PublicKeys()))
	if err != nil {
		return pathResult{}, err
	}
	leaf, err := c.renewed(rng, g.public.Tree.Leaf(ch.Committer), ch, change, leafPub)
	if err != nil {
		return pathResult{}, err
	}
	leaf.ParentHash = parentHash
	if err := treesync.SignLeaf(c.Suite, c.Identity.SignatureKey, &leaf, g.GroupID(), ch.Committer); err != nil {
		return pathResult{}, err
	}
	context, err := provisional(ch, t.SetLeaf(ch.Committer, leaf))
	if err != nil {
		return pathResult{}, err
	}
	nodes, err := path.Encrypt(c.Suite, rng, steps, context)
	if err != nil {
		return pathResult{}, fmt.Errorf("encrypting the path: %w", err)
	}
	update := wire.UpdatePath{LeafNode: leaf, Nodes: nodes}
	merged, err := ch.Merge(&update) // what every receiver will check
	if err != nil {
		return pathResult{}, err
	}
	private, commitSecret := path.Adopt(ch.Committer, leafKey)
	return pathResult{
		tree: merged, private: private, commitSecret: commitSecret,
		client: c, update: update, path: path,
	}, nil
}

// renewed is a committer's leaf with a new key: its current one changed, or a new
// one for somebody who comes from outside.
func (c Client) renewed(rng io.Reader, current *wire.LeafNode, ch treesync.Change, change LeafChange, key []byte) (wire.LeafNode, error) {
	if ch.External() || current == nil {
		leaf, err := c.leaf(rng, key, wire.LeafSourceCommit)
		if err != nil {
			return leaf, err
		}
		if change.Extensions != nil {
			leaf.Extensions = append(leaf.Extensions, *change.Extensions...)
		}
		return leaf, treesync.ValidateOwnLeaf(&leaf, c.capabilities())
	}
	return c.changed(*current, wire.LeafSourceCommit, change, key), nil
}

// changed is leaf, for an Update or a path, with a new key and what else changes.
func (c Client) changed(leaf wire.LeafNode, source wire.LeafNodeSource, change LeafChange, key []byte) wire.LeafNode {
	leaf.EncryptionKey, leaf.Source = key, source
	leaf.Lifetime, leaf.ParentHash = wire.Lifetime{}, nil
	if change.Identity != nil {
		leaf.SignatureKey, leaf.Credential = change.Identity.SignaturePub, change.Identity.Credential
	}
	if change.Extensions != nil {
		leaf.Extensions = *change.Extensions
	}
	return leaf
}
