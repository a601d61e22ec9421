package group

import (
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// This file is the bridge: what one layer hands to another goes through here,
// as plain values.

// pathNodes hands new public keys, one for each step, from treekem to treesync.
func pathNodes(steps []treekem.Step, keys [][]byte) []treesync.PathNode {
	nodes := make([]treesync.PathNode, len(steps))
	for i, step := range steps {
		nodes[i] = treesync.PathNode{Node: step.Node, EncryptionKey: keys[i]}
	}
	return nodes
}

// stepsOf hands the committer's filtered direct path, and the leaves just added,
// from treesync to treekem.
func stepsOf(ch treesync.Change) []treekem.Step {
	added := make([]tree.LeafIndex, len(ch.Added))
	for i, a := range ch.Added {
		added[i] = a.Leaf
	}
	return treekem.Steps(ch.After, ch.Committer, added)
}

// provisional is the GroupContext under which path secrets are encrypted: new
// epoch, tree and extensions, old transcript (RFC 9420 §12.4.1); its bytes.
func provisional(ch treesync.Change, t treesync.Tree) ([]byte, error) {
	context := ch.Context(t, ch.State.Context.ConfirmedTranscriptHash)
	return wire.Marshal(&context)
}

// keyInputs are what enters an epoch's key schedule beside the GroupContext.
type keyInputs struct {
	init         treekem.InitSecret
	commitSecret []byte
	psks         []treekem.PSK
}

// advance carries a Commit through transcript and key schedule (RFC 9420
// §12.4.1, last steps): treesync's tree hash and treedem's transcript go into
// the GroupContext, which treekem binds into the epoch's secrets. The joiner
// secrets come back for the Welcome; they are not kept.
func (g *Group) advance(ch treesync.Change, t treesync.Tree, commit *treedem.Content, in keyInputs) (epochState, joinSecrets, error) {
	var e epochState
	s := g.client.Suite
	confirmed, err := treedem.ConfirmedTranscript(s, g.interim, commit)
	if err != nil {
		return e, joinSecrets{}, err
	}
	next := ch.Context(t, confirmed)
	context, err := wire.Marshal(&next)
	if err != nil {
		return e, joinSecrets{}, err
	}
	pskSecret, err := treekem.PSKSecret(s, in.psks)
	if err != nil {
		return e, joinSecrets{}, err
	}
	joiner := in.init.Joiner(s, in.commitSecret, context)
	member := joiner.Member(s, pskSecret)
	e.public, e.reinit = ch.Next(t, next), ch.ReInit
	e.secrets = member.Epoch(s, context).Secrets(s)
	e.confirmationTag = treedem.ConfirmationTag(s, e.secrets.Confirmation, confirmed)
	e.interim, err = treedem.InterimTranscript(s, confirmed, e.confirmationTag)
	return e, joinSecrets{joiner: joiner, welcome: member.Welcome(s), psks: ch.PSKs}, err
}

// joinSecrets are what a Welcome is made from, for as long as it takes.
type joinSecrets struct {
	joiner  treekem.JoinerSecret
	welcome []byte
	psks    []wire.PreSharedKeyID
}
