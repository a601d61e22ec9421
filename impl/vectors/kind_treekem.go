package vectors

import (
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// treeKEM: a tree with its members' private keys, and UpdatePaths of some of them,
// RFC 9420 §7.4 to §7.6.
type treeKEM struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	GroupID     Hex              `json:"group_id"`
	Epoch       uint64           `json:"epoch"`
	Confirmed   Hex              `json:"confirmed_transcript_hash"`
	RatchetTree Hex              `json:"ratchet_tree"`
	Leaves      []leafPrivate    `json:"leaves_private"`
	Updates     []updateVector   `json:"update_paths"`
}

type leafPrivate struct {
	Index          tree.LeafIndex `json:"index"`
	EncryptionPriv Hex            `json:"encryption_priv"`
	SignaturePriv  Hex            `json:"signature_priv"`
	PathSecrets    []nodeSecret   `json:"path_secrets"`
}

type nodeSecret struct {
	Node       tree.Index `json:"node"`
	PathSecret Hex        `json:"path_secret"`
}

type updateVector struct {
	Sender       tree.LeafIndex `json:"sender"`
	Path         Hex            `json:"update_path"`
	PathSecrets  []*Hex         `json:"path_secrets"`
	CommitSecret Hex            `json:"commit_secret"`
	HashAfter    Hex            `json:"tree_hash_after"`
}

var treeKEMKind = newKind("treekem", "UpdatePaths processed by every member, and made by every sender",
	verifyTreeKEM, generateTreeKEM)

// treeKEMCheck is an entry on its way through verification.
type treeKEMCheck struct {
	*checker
	v       *treeKEM
	tree    treesync.Tree
	private map[tree.LeafIndex]treekem.Private
	signing map[tree.LeafIndex]Hex
}

func verifyTreeKEM(c *checker, v *treeKEM) {
	t, well := c.tree("ratchet_tree", v.RatchetTree)
	if !well {
		return
	}
	k := &treeKEMCheck{c, v, t, map[tree.LeafIndex]treekem.Private{}, map[tree.LeafIndex]Hex{}}
	for i := range v.Leaves {
		well = k.addLeaf(fmt.Sprintf("leaves_private[%d]", i), &v.Leaves[i]) && well
	}
	for _, i := range t.Members() {
		if _, given := k.private[i]; !given {
			well = c.fail("leaves_private", "there is no leaf %d, which is a member", i)
		}
	}
	if !well || !c.holds("update_paths", len(v.Updates) > 0, "there is none") {
		return
	}
	for i := range v.Updates {
		field := fmt.Sprintf("update_paths[%d].", i)
		if u := &v.Updates[i]; t.Leaf(u.Sender) == nil {
			c.fail(field+"sender", "leaf %d is blank or not in the tree", u.Sender)
		} else if k.processGiven(field, u) {
			k.processOwn(field, u.Sender)
		}
	}
}

// addLeaf takes up a member's private keys, each of which must belong to a public
// one of the tree.
func (k *treeKEMCheck) addLeaf(field string, l *leafPrivate) bool {
	leaf := k.tree.Leaf(l.Index)
	if leaf == nil {
		return k.fail(field+".index", "leaf %d is blank or not in the tree", l.Index)
	}
	if _, twice := k.private[l.Index]; twice {
		return k.fail(field+".index", "leaf %d stands there twice", l.Index)
	}
	l.EncryptionPriv = k.scalar(l.EncryptionPriv)
	pk, err := k.suite.PublicKey(l.EncryptionPriv)
	well := k.ok(field+".encryption_priv", err) && k.equal(field+".encryption_priv (its public key)", pk, leaf.EncryptionKey)
	var keys []treekem.NodeKey
	known := map[tree.Index]bool{}
	for i, n := range l.PathSecrets {
		at := fmt.Sprintf("%s.path_secrets[%d].", field, i)
		if known[n.Node] {
			well = k.fail(at+"node", "node %d stands there twice", n.Node)
		}
		known[n.Node] = true
		if n.Node.IsLeaf() || !tree.IsAncestor(n.Node, l.Index) || k.tree.Blank(n.Node) {
			well = k.fail(at+"node", "node %d is no parent above leaf %d that has a key", n.Node, l.Index)
			continue
		}
		if !k.secret(at+"path_secret", n.PathSecret) {
			well = false
			continue
		}
		sk, pk, err := k.suite.DeriveKeyPair(k.suite.DeriveSecret(n.PathSecret, "node"))
		well = k.ok(at+"path_secret", err) && k.equal(at+"path_secret (its public key)", pk, k.tree.EncryptionKey(n.Node)) && well
		keys = append(keys, treekem.NodeKey{Node: n.Node, PrivateKey: sk, PublicKey: pk})
	}
	for _, n := range tree.DirectPath(l.Index, k.tree.Leaves()) {
		if unmerged := slices.Contains(k.tree.Unmerged(n), l.Index); !k.tree.Blank(n) && !unmerged && !known[n] {
			well = k.fail(field+".path_secrets", "there is none for node %d, whose key leaf %d holds", n, l.Index)
		}
	}
	k.private[l.Index] = treekem.NewPrivate(l.Index, l.EncryptionPriv, keys...)
	k.signing[l.Index] = l.SignaturePriv
	return well
}

// pathGiven is an UpdatePath in this tree, ready to be opened.
type pathGiven struct {
	path         *wire.UpdatePath
	sender       tree.LeafIndex
	steps        []treekem.Step
	tree         treesync.Tree // merged
	context      []byte
	pathSecrets  []*Hex // to be compared; nil: not known
	commitSecret []byte
}

// processGiven merges the vector's UpdatePath and opens it as each other member.
func (k *treeKEMCheck) processGiven(field string, u *updateVector) bool {
	p := &pathGiven{path: new(wire.UpdatePath), sender: u.Sender, pathSecrets: u.PathSecrets, commitSecret: u.CommitSecret}
	if !k.decode(field+"update_path", u.Path, p.path) || !k.merge(field+"update_path", p) ||
		!k.equal(field+"tree_hash_after", p.tree.TreeHash(k.suite), u.HashAfter) {
		return false
	}
	if uint64(len(u.PathSecrets)) > uint64(k.tree.Leaves()) {
		return k.fail(field+"path_secrets", "it has %d elements, the tree %d leaves", len(u.PathSecrets), k.tree.Leaves())
	}
	for i, secret := range u.PathSecrets {
		leaf := tree.LeafIndex(i)
		if member := k.tree.Leaf(leaf) != nil && leaf != u.Sender; member != (secret != nil) {
			return k.fail(fmt.Sprintf("%spath_secrets[%d]", field, i), "a secret stands there for each member but the sender, and null for others")
		}
	}
	return k.openAll(field, p)
}

// merge puts a path into the tree, if it has the right shape and parent hash.
func (k *treeKEMCheck) merge(field string, p *pathGiven) bool {
	p.steps = treekem.Steps(k.tree, p.sender, nil)
	if len(p.path.Nodes) != len(p.steps) {
		return k.fail(field, "it has %d nodes, the filtered direct path %d", len(p.path.Nodes), len(p.steps))
	}
	nodes := make([]treesync.PathNode, len(p.steps))
	for i, step := range p.steps {
		if got, want := len(p.path.Nodes[i].EncryptedPathSecret), len(step.Recipients); got != want {
			return k.fail(field, "node %d has %d ciphertexts, its copath resolves to %d nodes", i, got, want)
		}
		nodes[i] = treesync.PathNode{Node: step.Node, EncryptionKey: p.path.Nodes[i].EncryptionKey}
	}
	merged, parentHash, err := k.tree.ApplyPath(k.suite, p.sender, nodes)
	if !k.ok(field, err) || !k.equal(field+" (parent_hash of its leaf)", parentHash, p.path.LeafNode.ParentHash) ||
		!k.leafSignature(field, &p.path.LeafNode, k.v.GroupID, p.sender) {
		return false
	}
	p.tree = merged.SetLeaf(p.sender, p.path.LeafNode)
	context, well := k.marshal(field, k.v.context(k.suite, p.tree))
	p.context = context
	return well
}

// context is the GroupContext for a path: tree_hash is that of the merged tree.
func (v *treeKEM) context(s suite.Suite, merged treesync.Tree) *wire.GroupContext {
	return &wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite, GroupID: v.GroupID,
		Epoch: v.Epoch, TreeHash: merged.TreeHash(s), ConfirmedTranscriptHash: v.Confirmed}
}

// openAll opens a merged path as each member but its sender.
func (k *treeKEMCheck) openAll(field string, p *pathGiven) bool {
	well := true
	for _, leaf := range k.tree.Members() {
		if leaf == p.sender {
			continue
		}
		private := k.private[leaf]
		at, secret, err := private.Open(k.suite, p.steps, p.path.Nodes, p.context)
		if err != nil {
			well = k.fail(field+"update_path", "leaf %d: %v", leaf, err)
			continue
		}
		if p.pathSecrets != nil {
			name := fmt.Sprintf("%spath_secrets[%d]", field, leaf)
			if int(leaf) >= len(p.pathSecrets) {
				return k.fail(field+"path_secrets", "it has %d elements and none for leaf %d", len(p.pathSecrets), leaf)
			}
			well = k.equal(name, secret, *p.pathSecrets[leaf]) && well
		}
		var public [][]byte
		for _, n := range p.path.Nodes[at:] {
			public = append(public, n.EncryptionKey)
		}
		_, commitSecret, err := private.Climb(k.suite, k.tree, p.sender, p.steps[at:], public, secret)
		if err != nil {
			well = k.fail(field+"update_path", "leaf %d: %v", leaf, err)
			continue
		}
		well = k.equal(field+"commit_secret", commitSecret, p.commitSecret) && well
	}
	return well
}

// processOwn makes a new UpdatePath as the sender, and opens that.
func (k *treeKEMCheck) processOwn(field string, sender tree.LeafIndex) {
	path, commitSecret, _, err := newPath(k.suite, k.rng, k.v, k.tree, sender, k.signing[sender])
	if !k.ok(field+"sender (making a new path)", err) {
		return
	}
	p := &pathGiven{path: path, sender: sender, commitSecret: commitSecret}
	if k.merge(field+"sender (a new path)", p) {
		k.openAll(field+"sender (a new path).", p)
	}
}
