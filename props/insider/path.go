package insider

import (
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// pathBreaker breaks the UpdatePath of the honest Commit.
type pathBreaker struct {
	in   *insider
	ch   treesync.Change
	path *wire.UpdatePath // the honest one
}

// path breaks what RFC 9420 §7.5, §7.6 and §12.4.2 ask of a path.
func (in *insider) path(ch treesync.Change) {
	p := pathBreaker{in, ch, in.content().Content.Commit.Path}
	p.leaf()
	p.shape()
	p.freshness()
	p.parentHash()
	p.clashes()
	if ciphertexts(p.path) > 0 {
		p.secrets()
	}
}

func ciphertexts(path *wire.UpdatePath) (n int) {
	for _, node := range path.Nodes {
		n += len(node.EncryptedPathSecret)
	}
	return n
}

// add changes the honest path.
func (p pathBreaker) add(rule *spec.Rule, what string, bend func(*wire.UpdatePath)) {
	p.in.addCommit(rule, what, p.ch.Removed, func(c *wire.Commit) { bend(c.Path) })
}

// addLeaf changes the leaf of the honest path, and signs it again.
func (p pathBreaker) addLeaf(rule *spec.Rule, what string, bend func(*wire.LeafNode)) {
	leaf := p.in.pathLeaf(p.ch)
	bend(leaf)
	p.in.check(treesync.SignLeaf(p.in.suite, p.in.client.Identity.SignatureKey, leaf, p.ch.State.Context.GroupID, p.ch.Committer))
	p.add(rule, what, func(path *wire.UpdatePath) { path.LeafNode = *leaf })
}

// addOwn puts a path of the insider's own into the Commit.
func (p pathBreaker) addOwn(rule *spec.Rule, what string, bend pathBend) {
	path := p.in.ownPath(p.ch, bend)
	p.add(rule, what, func(to *wire.UpdatePath) { *to = *path })
}

// current is the leaf that the path's replaces, or nil.
func (p pathBreaker) current() *wire.LeafNode {
	if p.ch.External() {
		return p.ch.Resync
	}
	return p.ch.After.Leaf(p.ch.Committer)
}

func (p pathBreaker) leaf() {
	context := p.ch.State.Context
	context.Extensions = p.ch.Extensions
	for _, b := range p.in.leaves(p.in.pathLeaf(p.ch), place{
		source: wire.LeafSourceCommit, index: p.ch.Committer, current: p.current(),
		context: context, sk: p.in.client.Identity.SignatureKey, bound: p.ch.External(),
	}) {
		if p.ch.Resync != nil && (b.rule == spec.LeafCredential || b.rule == spec.CredentialSuccessor) {
			continue // that it is nobody's successor is found before
		}
		p.add(b.rule, "the path's leaf with "+b.what, func(path *wire.UpdatePath) { path.LeafNode = *b.leaf })
	}
	if current := p.current(); current != nil {
		p.addLeaf(spec.PathLeafKeyFresh, "the path's leaf with the key of before", func(leaf *wire.LeafNode) { leaf.EncryptionKey = current.EncryptionKey })
	}
}

func (p pathBreaker) shape() {
	more := wire.UpdatePathNode{EncryptionKey: p.in.key()}
	p.add(spec.PathLength, "a path with a node too many", func(path *wire.UpdatePath) { path.Nodes = append(path.Nodes, more) })
	if len(p.path.Nodes) == 0 {
		return
	}
	p.add(spec.PathLength, "a path without its last node", func(path *wire.UpdatePath) { path.Nodes = path.Nodes[:len(path.Nodes)-1] })
	p.add(spec.PathLength, "a path without its first node", func(path *wire.UpdatePath) { path.Nodes = path.Nodes[1:] })
	p.add(spec.PathLength, "a path without nodes", func(path *wire.UpdatePath) { path.Nodes = nil })
	ct := wire.HPKECiphertext{KEMOutput: p.in.key(), Ciphertext: p.in.random(p.in.suite.Nh() + 16)}
	for i, node := range p.path.Nodes {
		p.add(spec.PathCiphertexts, "a ciphertext too many", func(path *wire.UpdatePath) {
			path.Nodes[i].EncryptedPathSecret = append(path.Nodes[i].EncryptedPathSecret, ct)
		})
		if len(node.EncryptedPathSecret) > 0 {
			p.add(spec.PathCiphertexts, "a ciphertext missing", func(path *wire.UpdatePath) {
				path.Nodes[i].EncryptedPathSecret = path.Nodes[i].EncryptedPathSecret[1:]
			})
		}
	}
}

// freshness gives a node of the path a key that is somewhere else.
func (p pathBreaker) freshness() {
	if len(p.path.Nodes) == 0 {
		return
	}
	last := len(p.path.Nodes) - 1
	p.add(spec.PathKeysFresh, "a path whose leaf has its first node's key, by the node", func(path *wire.UpdatePath) {
		path.Nodes[0].EncryptionKey = path.LeafNode.EncryptionKey
	})
	p.addLeaf(spec.PathKeysFresh, "a path whose leaf has its last node's key", func(leaf *wire.LeafNode) {
		leaf.EncryptionKey = p.path.Nodes[last].EncryptionKey
	})
	if last > 0 {
		p.add(spec.PathKeysFresh, "a path with one key twice", func(path *wire.UpdatePath) { path.Nodes[0].EncryptionKey = path.Nodes[last].EncryptionKey })
	}
	for i := range p.ch.After.Wire().Nodes {
		node := tree.Index(i)
		key := p.ch.After.EncryptionKey(node)
		if key == nil {
			continue
		}
		p.add(spec.PathKeysFresh, "a path with the key of another node of the tree", func(path *wire.UpdatePath) { path.Nodes[last].EncryptionKey = key })
	}
}

func (p pathBreaker) parentHash() {
	for _, v := range []struct {
		what string
		bend func([]byte) []byte
	}{
		{"one bit of the parent_hash changed", flipped},
		{"a parent_hash of zeros", func(h []byte) []byte { return make([]byte, max(1, len(h))) }},
		{"a byte after the parent_hash", func(h []byte) []byte { return append(h[:len(h):len(h)], 0) }},
	} {
		p.addLeaf(spec.PathParentHash, "the path's leaf with "+v.what, func(leaf *wire.LeafNode) { leaf.ParentHash = v.bend(leaf.ParentHash) })
	}
	if len(p.path.Nodes) > 0 {
		p.addLeaf(spec.PathParentHash, "the path's leaf without a parent_hash", func(leaf *wire.LeafNode) { leaf.ParentHash = nil })
	}
}

// clashes make a leaf that, valid by itself, cannot be beside the others (RFC 9420
// §7.3, §12.4.3.1).
func (p pathBreaker) clashes() {
	after := p.ch.After
	for i, leaf := range after.All() {
		if i != p.ch.Committer {
			p.addLeaf(spec.EncryptionKeysUnique, "the path's leaf with another member's encryption_key", func(l *wire.LeafNode) { l.EncryptionKey = leaf.EncryptionKey })
			break
		}
	}
	tried := map[bool]bool{}
	for i := range after.Wire().Nodes {
		parent, replaced := after.Parent(tree.Index(i)), tree.IsAncestor(tree.Index(i), p.ch.Committer)
		if parent == nil || tried[replaced] {
			continue
		}
		tried[replaced] = true
		what := map[bool]string{false: "of a parent", true: "of a parent that it replaces"}[replaced]
		p.addLeaf(spec.PathKeysFresh, "the path's leaf with the encryption_key "+what, func(l *wire.LeafNode) { l.EncryptionKey = parent.EncryptionKey })
	}
	if _, all := after.AllSupportCredential(wire.CredentialX509); !all && p.in.public.Policy.Credentials == nil && p.ch.Resync == nil && after.MemberCount() > 1 {
		p.addLeaf(spec.CredentialsSupported, "the path's leaf with a credential type that not all support", func(l *wire.LeafNode) {
			l.Credential, l.Capabilities.Credentials = strangeX509, with(l.Capabilities.Credentials, wire.CredentialX509)
		})
	}
	p.twins()
}

// twins: the committer adds an invented client, and takes its signature key itself.
func (p pathBreaker) twins() {
	in := p.in
	twin := in.invented("mallory")
	commit := in.content().Content.Commit
	if p.ch.External() || in.aloneIn(commit) || !in.welcomes(twin) {
		return
	}
	if check, current := in.public.Policy.Credentials, p.current(); check != nil && check.Successor(current.Credential, twin.Identity.Credential) != nil {
		return
	}
	commit.Proposals = append(commit.Proposals, byValue(addOf(in.keyPackage(twin))))
	path := in.ownPath(in.plan(commit), pathBend{signer: &twin, leaf: func(leaf *wire.LeafNode) {
		leaf.SignatureKey, leaf.Credential = twin.Identity.SignaturePub, twin.Identity.Credential
	}})
	in.addCommit(spec.SignatureKeysUnique, "the path's leaf with the signature_key of a client that is added", p.ch.Removed, func(c *wire.Commit) {
		c.Proposals, c.Path = commit.Proposals, path
	})
}

// secrets are wrong inside their ciphertexts, or these are (RFC 9420 §7.4, §7.5).
func (p pathBreaker) secrets() {
	each := func(bend func(*wire.HPKECiphertext)) func(*wire.UpdatePath) {
		return func(path *wire.UpdatePath) {
			for _, node := range path.Nodes {
				for j := range node.EncryptedPathSecret {
					bend(&node.EncryptedPathSecret[j])
				}
			}
		}
	}
	p.add(spec.PathDecrypts, "one bit of each ciphertext changed", each(func(ct *wire.HPKECiphertext) { ct.Ciphertext = flipped(ct.Ciphertext) }))
	p.add(spec.PathDecrypts, "another kem_output in each ciphertext", each(func(ct *wire.HPKECiphertext) { ct.KEMOutput = p.in.key() }))
	p.add(spec.PathDecrypts, "empty ciphertexts", each(func(ct *wire.HPKECiphertext) { ct.Ciphertext, ct.KEMOutput = nil, nil }))
	old := p.in.public.Context
	p.addOwn(spec.PathDecrypts, "path secrets under the old GroupContext", pathBend{context: func(c *wire.GroupContext) { *c = old }})
	p.addOwn(spec.PathDecrypts, "path secrets under the old tree_hash", pathBend{context: func(c *wire.GroupContext) { c.TreeHash = old.TreeHash }})
	p.addOwn(spec.PathDecrypts, "path secrets under the old epoch", pathBend{context: func(c *wire.GroupContext) { c.Epoch = old.Epoch }})
	nh := p.in.suite.Nh()
	p.addOwn(spec.PathSecretSize, "path secrets of five bytes", pathBend{secret: p.in.random(5)})
	p.addOwn(spec.PathSecretSize, "path secrets one byte too long", pathBend{secret: p.in.random(nh + 1)})
	p.addOwn(spec.PathKeysMatch, "path secrets that give other keys", pathBend{secret: p.in.random(nh)})
	p.addOwn(spec.PathKeysMatch, "another key at the top of the path", pathBend{keys: func(nodes []treesync.PathNode) {
		nodes[len(nodes)-1].EncryptionKey = p.in.key()
	}})
}
