package insider

import (
	"bytes"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// pathBend is what to change in a path of the insider's own. What follows from it is
// made to fit: the parent hash, the leaf's signature, the GroupContext of the secrets.
type pathBend struct {
	keys    func([]treesync.PathNode) // public keys, leaf to root
	leaf    func(*wire.LeafNode)      // before it is signed
	signer  *group.Client             // of the leaf; nil: the insider
	context func(*wire.GroupContext)  // that the secrets are encrypted under
	secret  []byte                    // sent to everybody in place of the path secrets; nil: these
}

// ownPath is a fresh UpdatePath of the insider's after the proposals of ch (RFC 9420
// §7.5, §12.4.1).
func (in *insider) ownPath(ch treesync.Change, bend pathBend) *wire.UpdatePath {
	update, _, _ := in.freshPath(ch, bend)
	return update
}

// freshPath is ownPath, with the tree that it leads to and the commit_secret.
func (in *insider) freshPath(ch treesync.Change, bend pathBend) (*wire.UpdatePath, treesync.Tree, []byte) {
	steps := in.steps(ch)
	path, err := treekem.Generate(in.suite, in.rng, steps)
	if in.check(err); err != nil {
		return nil, ch.After, nil
	}
	nodes := make([]treesync.PathNode, len(path.Keys))
	for i, k := range path.Keys {
		nodes[i] = treesync.PathNode{Node: k.Node, EncryptionKey: k.PublicKey}
	}
	if bend.keys != nil {
		bend.keys(nodes)
	}
	t, parentHash, err := ch.After.ApplyPath(in.suite, ch.Committer, nodes)
	in.check(err)
	leaf := in.pathLeaf(ch)
	leaf.EncryptionKey, leaf.ParentHash = in.key(), parentHash
	if bend.leaf != nil {
		bend.leaf(leaf)
	}
	signer := in.client
	if bend.signer != nil {
		signer = *bend.signer
	}
	in.check(treesync.SignLeaf(in.suite, signer.Identity.SignatureKey, leaf, ch.State.Context.GroupID, ch.Committer))
	t = t.SetLeaf(ch.Committer, *leaf)
	context := ch.Context(t, ch.State.Context.ConfirmedTranscriptHash)
	if bend.context != nil {
		bend.context(&context)
	}
	update := &wire.UpdatePath{LeafNode: *leaf}
	if update.Nodes, err = path.Encrypt(in.suite, in.rng, steps, in.marshal(&context)); err != nil {
		in.check(err)
		return update, t, nil
	}
	for i := range update.Nodes {
		update.Nodes[i].EncryptionKey = nodes[i].EncryptionKey
		if bend.secret != nil {
			in.send(bend.secret, steps[i], &update.Nodes[i], in.marshal(&context))
		}
	}
	return update, t, path.CommitSecret
}

// send encrypts a path secret to all who are to have the step's.
func (in *insider) send(secret []byte, step treekem.Step, node *wire.UpdatePathNode, context []byte) {
	for j, to := range step.Recipients {
		ct, err := in.suite.EncryptWithLabel(in.rng, to.Key, "UpdatePathNode", context, secret)
		in.check(err)
		node.EncryptedPathSecret[j] = ct
	}
}

func (in *insider) steps(ch treesync.Change) []treekem.Step {
	var added []tree.LeafIndex
	for _, a := range ch.Added {
		added = append(added, a.Leaf)
	}
	return treekem.Steps(ch.After, ch.Committer, added)
}

// pathLeaf is the leaf of the honest path, or what it would be, but for what is the
// path's to say. The honest Commit may bring a new identity, whose key the insider's
// group does not yet have: here it is the old one.
func (in *insider) pathLeaf(ch treesync.Change) *wire.LeafNode {
	id := in.client.Identity
	if c := in.content().Content.Commit; c != nil && c.Path != nil {
		leaf := &c.Path.LeafNode
		if !bytes.Equal(leaf.SignatureKey, id.SignaturePub) {
			leaf.SignatureKey, leaf.Credential = id.SignaturePub, id.Credential
		}
		return leaf
	}
	leaf := copied(in, ch.After.Leaf(ch.Committer))
	leaf.Source, leaf.Lifetime = wire.LeafSourceCommit, wire.Lifetime{}
	return leaf
}
