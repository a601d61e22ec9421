package group

import (
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// This file is the bridge: what one layer hands to another goes through here,
// as plain values.

// pathNodes hands new public keys from treekem to treesync.
func pathNodes(steps []treekem.Step, keys [][]byte) []treesync.PathNode {
	nodes := make([]treesync.PathNode, len(steps))
	for i, step := range steps {
		nodes[i] = treesync.PathNode{Node: step.Node, EncryptionKey: keys[i]}
	}
	return nodes
}

// leavesOf hands the leaves just added from treesync to treekem.
func leavesOf(added []treesync.Added) []tree.LeafIndex {
	leaves := make([]tree.LeafIndex, len(added))
	for i, a := range added {
		leaves[i] = a.Leaf
	}
	return leaves
}

// provisional is the GroupContext under which path secrets are encrypted: new
// epoch and tree, old transcript (RFC 9420 §12.4.1); its bytes.
func (g *Group) provisional(s suite.Suite, t treesync.Tree) ([]byte, error) {
	next := g.context
	next.Epoch++
	next.TreeHash = t.TreeHash(s)
	return wire.Marshal(&next)
}

// advance carries a Commit through transcript and key schedule (RFC 9420
// §12.4.1, last steps): treesync's tree hash and treedem's transcript go into
// the GroupContext, which treekem binds into the epoch's secrets. The joiner
// secrets come back for the Welcome; they are not kept.
func (g *Group) advance(commit *treedem.Content, t treesync.Tree, private treekem.Private, commitSecret []byte) (epochState, joinSecrets, error) {
	e := epochState{tree: t, private: private, context: g.context}
	confirmed, err := treedem.ConfirmedTranscript(g.suite, g.interim, commit)
	if err != nil {
		return e, joinSecrets{}, err
	}
	e.context.Epoch++
	e.context.TreeHash = t.TreeHash(g.suite)
	e.context.ConfirmedTranscriptHash = confirmed
	context, err := wire.Marshal(&e.context)
	if err != nil {
		return e, joinSecrets{}, err
	}
	joiner := g.secrets.Init.Joiner(g.suite, commitSecret, context)
	member := joiner.Member(g.suite, treekem.Zero(g.suite))
	e.secrets = member.Epoch(g.suite, context).Secrets(g.suite)
	e.confirmationTag = treedem.ConfirmationTag(g.suite, e.secrets.Confirmation, confirmed)
	e.interim, err = treedem.InterimTranscript(g.suite, confirmed, e.confirmationTag)
	return e, joinSecrets{joiner: joiner, welcome: member.Welcome(g.suite)}, err
}

// joinSecrets are what a Welcome is made from, for as long as it takes.
type joinSecrets struct {
	joiner  treekem.JoinerSecret
	welcome []byte
}

// signatureKey hands the verification key of a member's leaf from treesync to treedem.
func signatureKey(t treesync.Tree, leaf tree.LeafIndex) []byte {
	if node := t.Leaf(leaf); node != nil {
		return node.SignatureKey
	}
	return nil
}
