package vectors

import (
	"io"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// newLeaf says how a committer's new leaf differs from its old one.
type newLeaf struct {
	sender    tree.LeafIndex
	pk        []byte // encryption_key
	signature []byte // private key
	groupID   []byte
}

// mergeNew puts a new path and its sender's new leaf into the tree (RFC 9420 §7.5).
func mergeNew(s suite.Suite, t treesync.Tree, steps []treekem.Step, path *treekem.NewPath, l newLeaf) (treesync.Tree, wire.LeafNode, error) {
	leaf := *t.Leaf(l.sender)
	nodes := make([]treesync.PathNode, len(steps))
	for i, step := range steps {
		nodes[i] = treesync.PathNode{Node: step.Node, EncryptionKey: path.Keys[i].PublicKey}
	}
	t, parentHash, err := t.ApplyPath(s, l.sender, nodes)
	if err != nil {
		return t, leaf, err
	}
	leaf.EncryptionKey, leaf.Source = l.pk, wire.LeafSourceCommit
	leaf.Lifetime, leaf.ParentHash = wire.Lifetime{}, parentHash
	if err := treesync.SignLeaf(s, l.signature, &leaf, l.groupID, l.sender); err != nil {
		return t, leaf, err
	}
	return t.SetLeaf(l.sender, leaf), leaf, nil
}

// newPath makes an UpdatePath of sender in the tree of v, under v's context.
func newPath(s suite.Suite, rng io.Reader, v *treeKEM, t treesync.Tree, sender tree.LeafIndex, signature []byte) (
	*wire.UpdatePath, []byte, *treekem.NewPath, error) {
	steps := treekem.Steps(t, sender, nil)
	path, err := treekem.Generate(s, rng, steps)
	if err != nil {
		return nil, nil, nil, err
	}
	_, pk, err := s.GenerateKeyPair(rng)
	if err != nil {
		return nil, nil, nil, err
	}
	merged, leaf, err := mergeNew(s, t, steps, path, newLeaf{sender, pk, signature, v.GroupID})
	if err != nil {
		return nil, nil, nil, err
	}
	context, err := wire.Marshal(v.context(s, merged))
	if err != nil {
		return nil, nil, nil, err
	}
	nodes, err := path.Encrypt(s, rng, steps, context)
	return &wire.UpdatePath{LeafNode: leaf, Nodes: nodes}, path.CommitSecret, path, err
}

func generateTreeKEM(g *generator) []treeKEM {
	var list []treeKEM
	for _, w := range testTrees(g, []int{2, 3, 4, 5, 6, 7, 8}, nil) {
		list = append(list, treeKEMOf(w))
	}
	return list
}

func treeKEMOf(w *world) treeKEM {
	g, t := w.g, w.tree
	v := treeKEM{CipherSuite: g.suite.ID(), GroupID: w.groupID, Epoch: uint64(g.number(1 << 20)),
		Confirmed: g.secret(), RatchetTree: treeBytes(t)}
	for _, i := range t.Members() {
		l := leafPrivate{Index: i, EncryptionPriv: w.leafKeys[i], SignaturePriv: w.signatures[i], PathSecrets: []nodeSecret{}}
		for _, n := range tree.DirectPath(i, t.Leaves()) {
			if !t.Blank(n) && !slices.Contains(t.Unmerged(n), i) {
				l.PathSecrets = append(l.PathSecrets, nodeSecret{Node: n, PathSecret: w.secrets[n]})
			}
		}
		v.Leaves = append(v.Leaves, l)
		if !g.small || i == 0 {
			v.Updates = append(v.Updates, updateVector{Sender: i})
		}
	}
	for i := range v.Updates {
		fillUpdate(w, &v, &v.Updates[i])
	}
	return v
}

func fillUpdate(w *world, v *treeKEM, u *updateVector) {
	s, t := w.g.suite, w.tree
	update, commitSecret, path, err := newPath(s, w.g.rng, v, t, u.Sender, w.signatures[u.Sender])
	ok(err)
	u.Path, u.CommitSecret = marshal(update), commitSecret
	c := &treeKEMCheck{checker: &checker{suite: s}, v: v, tree: t}
	p := &pathGiven{path: update, sender: u.Sender}
	if !c.merge("update_path", p) {
		panic("vectors: internal: " + c.failures[0].String())
	}
	u.HashAfter = p.tree.TreeHash(s)
	for i := range t.Leaves() {
		var secret *Hex
		if t.Leaf(i) != nil && i != u.Sender {
			h := Hex(path.SecretFor(i))
			secret = &h
		}
		u.PathSecrets = append(u.PathSecrets, secret)
	}
}
