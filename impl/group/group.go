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
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Group is one member's view of a group at one epoch.
type Group struct {
	client Client

	// Layer 1: who is in the group, and what this epoch has seen proposed.
	public treesync.State

	// Layer 2: the private half of the tree, and the epoch's keys.
	private treekem.Member
	secrets treekem.Secrets
	updates []pendingUpdate // of this member's own Update proposals

	// Layer 3: messages.
	ratchets        *treedem.Ratchets
	interim         []byte // interim_transcript_hash, Nh bytes
	confirmationTag []byte // of the Commit that began this epoch, Nh bytes

	// What is left of earlier epochs, newest first, as far as the Config keeps it.
	past       []pastEpoch
	resumption []resumption

	// Set once a ReInit was committed: the group sends nothing more.
	reinit *wire.ReInit

	// Set in a Clone, and in what follows from it.
	copied bool

	// Set when the group was saved and loaded, until a path of its own (save.go).
	loaded bool
}

// pendingUpdate is what this member's own Update proposal will make of its leaf.
type pendingUpdate struct {
	publicKey, privateKey []byte
	identity              Identity
}

// Client is whose view this is.
func (g *Group) Client() Client { return g.client }

// Epoch is the number of the epoch.
func (g *Group) Epoch() uint64 { return g.public.Context.Epoch }

// GroupID is the group's identifier.
func (g *Group) GroupID() []byte { return g.public.Context.GroupID }

// Leaf is this member's own leaf.
func (g *Group) Leaf() tree.LeafIndex { return g.private.LeafIndex() }

// Tree is the public ratchet tree.
func (g *Group) Tree() treesync.Tree { return g.public.Tree }

// Context is the GroupContext of this epoch.
func (g *Group) Context() wire.GroupContext { return g.public.Context }

// Proposals lists what this epoch has seen proposed.
func (g *Group) Proposals() []treesync.ProposalFrom {
	list, _ := g.public.Proposals()
	return list
}

// ReInit is the ReInit that ended this group, or nil (RFC 9420 §11.2).
func (g *Group) ReInit() *wire.ReInit { return g.reinit }

// EpochAuthenticator is equal for all members that agree (RFC 9420 §8.7); Nh bytes.
func (g *Group) EpochAuthenticator() []byte { return g.secrets.Authenticator }

// Export is MLS-Exporter (RFC 9420 §8.5); n bytes.
func (g *Group) Export(label string, context []byte, n int) []byte {
	return treekem.Export(g.client.Suite, g.secrets.Exporter, label, context, n)
}

// epochState is what the three layers have to say about a new epoch.
type epochState struct {
	public          treesync.State
	private         treekem.Member
	secrets         treekem.Secrets
	interim         []byte
	confirmationTag []byte
	reinit          *wire.ReInit
}

// begin is the group at the start of an epoch. The secret tree alone holds the
// encryption_secret from here on (RFC 9420 §9.2).
func (c Client) begin(e epochState) *Group {
	ratchets := treedem.NewRatchets(c.Suite, e.public.Tree.Leaves(), e.secrets.Encryption, c.Config.Limits)
	e.secrets.Encryption = nil
	return &Group{
		client: c, public: e.public,
		private: e.private, secrets: e.secrets,
		ratchets: ratchets, interim: e.interim, confirmationTag: e.confirmationTag,
		reinit: e.reinit,
	}
}

// next is the group at the epoch after g, with as much of the past as the Config
// keeps.
func (g *Group) next(c Client, e epochState) *Group {
	next := c.begin(e)
	if g.ratchets == nil {
		return next // g is what somebody outside knew
	}
	next.loaded, next.copied = g.loaded, g.copied
	past := treesync.State{Suite: c.Suite, Policy: g.public.Policy, Context: g.Context(), Tree: g.Tree()} // no proposals
	next.past = keep(c.Config.PastEpochs, pastEpoch{past, g.secrets.SenderData, g.ratchets}, g.past)
	next.resumption = keep(c.Config.PastResumption, resumption{g.Epoch(), g.secrets.Resumption}, g.resumption)
	return next
}

// keep is newest and the older ones after it, at most n in all.
func keep[T any](n int, newest T, older []T) []T {
	if n <= 0 {
		return nil
	}
	return append([]T{newest}, older[:min(len(older), n-1)]...)
}
