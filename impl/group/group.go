// Package group is the public API, and the only package that sees all three
// layers: create, join, propose, commit, process, send, receive (RFC 9420 §11
// and §12).
//
// A Group is a value at one epoch. Processing a message returns the next value
// and leaves the old one as it was, except that a message key, once used, is
// gone; a rejected message changes nothing at all. Randomness is an argument of
// whatever needs it.
package group

import (
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Group is one member's view of a group at one epoch.
type Group struct {
	suite    suite.Suite
	identity Identity

	// Layer 1: who is in the group.
	context wire.GroupContext
	tree    treesync.Tree

	// Layer 2: the private half of the tree, and the epoch's keys.
	private treekem.Private
	secrets treekem.Secrets

	// Layer 3: messages.
	ratchets        *treedem.Ratchets
	interim         []byte // interim_transcript_hash, Nh bytes
	confirmationTag []byte // of the Commit that began this epoch, Nh bytes

	// What this epoch has seen proposed (RFC 9420 §12.1), and the key of this
	// member's own Update, if it proposed one.
	proposals []cachedProposal
	update    *pendingUpdate
}

// cachedProposal is a proposal that a Commit of this epoch may refer to.
type cachedProposal struct {
	reference []byte // ProposalRef, Nh bytes
	proposal  wire.Proposal
	sender    tree.LeafIndex
}

// pendingUpdate is the new leaf key of this member's own Update proposal.
type pendingUpdate struct {
	publicKey, privateKey []byte
}

// Epoch is the number of the epoch.
func (g *Group) Epoch() uint64 { return g.context.Epoch }

// GroupID is the group's identifier.
func (g *Group) GroupID() []byte { return g.context.GroupID }

// Leaf is this member's own leaf.
func (g *Group) Leaf() tree.LeafIndex { return g.private.Leaf }

// Tree is the public ratchet tree.
func (g *Group) Tree() treesync.Tree { return g.tree }

// Context is the GroupContext of this epoch.
func (g *Group) Context() wire.GroupContext { return g.context }

// EpochAuthenticator is equal for all members that agree (RFC 9420 §8.7); Nh bytes.
func (g *Group) EpochAuthenticator() []byte { return g.secrets.Authenticator }

// Export is MLS-Exporter (RFC 9420 §8.5); n bytes.
func (g *Group) Export(label string, context []byte, n int) []byte {
	return treekem.Export(g.suite, g.secrets.Exporter, label, context, n)
}

// begin is the group at the start of an epoch. The secret tree alone holds the
// encryption_secret from here on (RFC 9420 §9.2).
func begin(s suite.Suite, id Identity, e epochState) *Group {
	ratchets := treedem.NewRatchets(s, e.tree.Leaves(), e.secrets.Encryption, treedem.Limits{})
	e.secrets.Encryption = nil
	return &Group{
		suite: s, identity: id,
		context: e.context, tree: e.tree,
		private: e.private, secrets: e.secrets,
		ratchets: ratchets, interim: e.interim, confirmationTag: e.confirmationTag,
	}
}

// epochState is what the three layers have to say about a new epoch.
type epochState struct {
	context         wire.GroupContext
	tree            treesync.Tree
	private         treekem.Private
	secrets         treekem.Secrets
	interim         []byte
	confirmationTag []byte
}

// with returns a copy of g that has also seen a proposal.
func (g *Group) with(p cachedProposal) *Group {
	next := *g
	next.proposals = append(append([]cachedProposal(nil), g.proposals...), p)
	return &next
}
