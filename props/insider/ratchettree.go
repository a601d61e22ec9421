package insider

import (
	"slices"

	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// parents lists the nodes of the honest tree that are parents and not blank.
func (b *infoBreaker) parents() []tree.Index {
	var list []tree.Index
	for i := range tree.Width(b.tree.Leaves()) {
		if b.tree.Parent(tree.Index(i)) != nil {
			list = append(list, tree.Index(i))
		}
	}
	return list
}

// below lists the members below a node, from the left.
func (b *infoBreaker) below(n tree.Index) []tree.LeafIndex {
	return slices.DeleteFunc(b.tree.Members(), func(l tree.LeafIndex) bool { return !tree.IsAncestor(n, l) })
}

// unmerged breaks the lists of unmerged leaves (RFC 9420 §7.1, §12.4.3.1).
func (b *infoBreaker) unmerged() {
	list := func(rule *spec.Rule, what string, n tree.Index, leaves ...tree.LeafIndex) {
		b.withTree(rule, what, func(rt *wire.RatchetTree) { rt.Nodes[n].Parent.UnmergedLeaves = leaves })
	}
	for _, n := range b.parents() {
		have, members := b.tree.Unmerged(n), b.below(n)
		if len(members) > 0 {
			list(spec.UnmergedSorted, "an unmerged leaf twice", n, members[0], members[0])
		}
		if len(members) > 1 {
			list(spec.UnmergedSorted, "unmerged leaves in descending order", n, members[1], members[0])
		}
		list(spec.UnmergedIsMember, "an unmerged leaf out of the tree", n, append(slices.Clone(have), 1<<31+1)...)
		for l := range b.tree.Leaves() {
			if !slices.Contains(members, l) {
				list(spec.UnmergedIsMember, "an unmerged leaf that is blank or not below its parent", n, inserted(have, l)...)
				break
			}
		}
		b.between(n, list)
	}
}

// between lists a leaf at n that a parent between the two does not list.
func (b *infoBreaker) between(n tree.Index, list func(*spec.Rule, string, tree.Index, ...tree.LeafIndex)) {
	have := b.tree.Unmerged(n)
	for _, lower := range b.parents() {
		if first, _ := tree.Span(lower); lower == n || !tree.IsAncestor(n, first) || tree.Level(lower) > tree.Level(n) {
			continue
		}
		for _, l := range b.below(lower) {
			if !slices.Contains(b.tree.Unmerged(lower), l) && !slices.Contains(have, l) {
				list(spec.UnmergedBetween, "an unmerged leaf that a parent between does not list", n, inserted(have, l)...)
				return
			}
		}
	}
}

// inserted is a sorted list with one more.
func inserted(list []tree.LeafIndex, l tree.LeafIndex) []tree.LeafIndex {
	at, there := slices.BinarySearch(list, l)
	if there {
		return list
	}
	return slices.Insert(slices.Clone(list), at, l)
}

// keys are in two places (RFC 9420 §7.3, §12.4.3.1).
func (b *infoBreaker) keys() {
	signer := b.honest.Signer
	own := func(rule *spec.Rule, what string, bend func(*wire.LeafNode)) {
		leaf := copied(b.in, b.tree.Leaf(signer))
		bend(leaf)
		b.in.check(treesync.SignLeaf(b.in.suite, b.in.client.Identity.SignatureKey, leaf, b.honest.GroupContext.GroupID, signer))
		b.withTree(rule, what, func(rt *wire.RatchetTree) { rt.Nodes[tree.LeafNode(signer)].Leaf = leaf })
	}
	if others := b.in.others(); len(others) > 0 {
		key := b.tree.Leaf(others[0]).EncryptionKey
		own(spec.EncryptionKeysUnique, "the signer's leaf with another member's encryption_key", func(l *wire.LeafNode) { l.EncryptionKey = key })
	}
	if _, all := b.tree.AllSupportCredential(wire.CredentialX509); !all && b.in.public.Policy.Credentials == nil && len(b.in.others()) > 0 {
		own(spec.CredentialsSupported, "the signer's leaf with a credential type that not all support", func(l *wire.LeafNode) {
			l.Credential, l.Capabilities.Credentials = strangeX509, with(l.Capabilities.Credentials, wire.CredentialX509)
		})
	}
	b.ghost()
	parents := b.parents()
	if len(parents) == 0 {
		return
	}
	first, last := parents[0], parents[len(parents)-1]
	key := b.tree.Parent(first).EncryptionKey
	own(spec.ParentKeysUnique, "the signer's leaf with a parent's encryption_key", func(l *wire.LeafNode) { l.EncryptionKey = key })
	if first != last {
		b.withTree(spec.ParentKeysUnique, "two parents with one key", func(rt *wire.RatchetTree) { rt.Nodes[last].Parent.EncryptionKey = key })
	}
	for _, leaf := range b.tree.All() {
		b.withTree(spec.ParentKeysUnique, "a parent with a leaf's key", func(rt *wire.RatchetTree) { rt.Nodes[first].Parent.EncryptionKey = leaf.EncryptionKey })
		break
	}
}

// ghost is a second leaf of the signer, with the same signature key.
func (b *infoBreaker) ghost() {
	me := b.in.client
	kp := b.in.keyPackage(me)
	kp.LeafNode.Capabilities, kp.LeafNode.Extensions = copied(b.in, b.tree.Leaf(b.honest.Signer)).Capabilities, nil
	b.in.signPackage(me, kp)
	at, ok := b.in.blankLeaf()
	if !ok {
		at = b.tree.Leaves()
	}
	b.withTree(spec.SignatureKeysUnique, "a second leaf of the signer", func(rt *wire.RatchetTree) {
		for len(rt.Nodes) <= int(tree.LeafNode(at)) {
			rt.Nodes = append(rt.Nodes, nil)
		}
		rt.Nodes[tree.LeafNode(at)] = &wire.Node{Type: wire.NodeTypeLeaf, Leaf: &kp.LeafNode}
	})
}

// parentHashes is RFC 9420 §7.9.2: parents that were not set by a path.
func (b *infoBreaker) parentHashes() {
	for _, n := range b.parents() {
		b.withTree(spec.ParentHashValid, "a parent with a key of the signer's own", func(rt *wire.RatchetTree) { rt.Nodes[n].Parent.EncryptionKey = b.in.key() })
		if h := b.tree.Parent(n).ParentHash; len(h) > 0 {
			b.withTree(spec.ParentHashValid, "a parent with another parent_hash", func(rt *wire.RatchetTree) { rt.Nodes[n].Parent.ParentHash = flipped(h) })
		}
	}
	for i := range len(b.ratchetTree().Nodes) {
		if n := tree.Index(i); !n.IsLeaf() && b.tree.Blank(n) {
			invented := &wire.ParentNode{EncryptionKey: b.in.key(), UnmergedLeaves: b.unmergedAbove(n)}
			b.withTree(spec.ParentHashValid, "a parent where there was none", func(rt *wire.RatchetTree) {
				rt.Nodes[n] = &wire.Node{Type: wire.NodeTypeParent, Parent: invented}
			})
			break
		}
	}
	b.forgotten()
}

// unmergedAbove lists the leaves below a blank node that a parent above it lists, and
// that it would have to list too.
func (b *infoBreaker) unmergedAbove(n tree.Index) []tree.LeafIndex {
	var list []tree.LeafIndex
	for up, ok := tree.Parent(n, b.tree.Leaves()); ok; up, ok = tree.Parent(up, b.tree.Leaves()) {
		for _, l := range b.tree.Unmerged(up) {
			if tree.IsAncestor(n, l) {
				list = inserted(list, l)
			}
		}
	}
	return list
}

// forgotten drops an unmerged leaf from all parents that list it: they then pretend that
// it has their keys.
func (b *infoBreaker) forgotten() {
	for _, n := range b.parents() {
		for _, l := range b.tree.Unmerged(n) {
			b.withTree(spec.ParentHashValid, "an unmerged leaf that no parent lists any more", func(rt *wire.RatchetTree) {
				for _, p := range b.parents() {
					rt.Nodes[p].Parent.UnmergedLeaves = without(rt.Nodes[p].Parent.UnmergedLeaves, l)
				}
			})
			return
		}
	}
}
