package insider

import (
	"fmt"
	"io"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// GroupInfo breaks an honest GroupInfo, an MLSMessage, that somebody may join from
// outside with (RFC 9420 §12.4.3). signer is the member who signed it.
func GroupInfo(rng io.Reader, signer group.Client, honest []byte) ([]Broken, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(honest, &m); err != nil {
		return nil, fmt.Errorf("insider: reading the GroupInfo: %w", err)
	}
	if m.GroupInfo == nil {
		return nil, fmt.Errorf("insider: a %v is no GroupInfo", m.WireFormat)
	}
	b, err := newInfoBreaker(rng, signer, m.GroupInfo)
	if err != nil {
		return nil, err
	}
	b.all()
	if b.has(wire.ExtensionExternalPub) {
		b.add(spec.ExternalPubPresent, "no external_pub", func(info *wire.GroupInfo) {
			info.Extensions = slices.DeleteFunc(info.Extensions, func(e wire.Extension) bool { return e.Type == wire.ExtensionExternalPub })
		})
	}
	b.externalPub()
	b.unsupported()
	for _, x := range b.out {
		b.in.addBytes(x.rule, x.what, b.in.marshal(&wire.MLSMessage{
			Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatGroupInfo, GroupInfo: x.info}))
	}
	return b.in.out, b.in.err
}

// externalPub puts what is no public key into the extension, if there is one.
func (b *infoBreaker) externalPub() {
	for i, e := range b.honest.Extensions {
		if e.Type != wire.ExtensionExternalPub {
			continue
		}
		key := b.in.key()
		for _, v := range []struct {
			what string
			key  []byte
		}{{"a key one byte short", key[1:]}, {"no key", nil}, {"a key of zeros", make([]byte, len(key))}} {
			b.add(spec.ExternalPubPresent, "an external_pub with "+v.what, func(info *wire.GroupInfo) {
				info.Extensions[i].Data = b.in.marshal(&wire.ExternalPub{ExternalPub: v.key})
			})
		}
	}
}

// unsupported: the one member of a group supports what nobody else does, and has the
// group need it (RFC 9420 §13.4).
func (b *infoBreaker) unsupported() {
	if !b.inside || b.tree.MemberCount() != 1 {
		return
	}
	leaf := copied(b.in, b.tree.Leaf(b.honest.Signer))
	leaf.Capabilities.Extensions = with(leaf.Capabilities.Extensions, 0xf0f1)
	b.in.check(treesync.SignLeaf(b.in.suite, b.in.client.Identity.SignatureKey, leaf, b.honest.GroupContext.GroupID, b.honest.Signer))
	b.withTree(spec.ClientSupportsGroup, "a GroupContext with an extension that the joiner does not support", func(rt *wire.RatchetTree) {
		rt.Nodes[tree.LeafNode(b.honest.Signer)].Leaf = leaf
	})
	last := &b.out[len(b.out)-1]
	last.info.GroupContext.Extensions = append(last.info.GroupContext.Extensions, wire.Extension{Type: 0xf0f1})
	b.sign(last.info)
}

// brokenInfo is a GroupInfo, signed, that breaks one rule.
type brokenInfo struct {
	rule *spec.Rule
	what string
	info *wire.GroupInfo
}

// infoBreaker breaks a GroupInfo, and the ratchet_tree in it.
type infoBreaker struct {
	in     *insider
	honest *wire.GroupInfo
	tree   treesync.Tree
	inside bool // the tree is in the GroupInfo
	out    []brokenInfo
}

func newInfoBreaker(rng io.Reader, signer group.Client, info *wire.GroupInfo) (*infoBreaker, error) {
	s, err := suite.ByID(signer.Suite.ID())
	if err != nil {
		return nil, err
	}
	in := &insider{rng: rng, suite: s, client: signer, public: treesync.State{Suite: s, Policy: signer.Config.Policy, Context: info.GroupContext}}
	in.client.Suite = s
	in.sender = wire.Sender{Type: wire.SenderMember, LeafIndex: info.Signer}
	b := &infoBreaker{in: in, honest: info}
	if b.inside = b.has(wire.ExtensionRatchetTree); b.inside {
		b.tree, err = treesync.FromWire(s, *b.ratchetTree())
		in.public.Tree = b.tree
	}
	return b, err
}

func (b *infoBreaker) has(x wire.ExtensionType) bool {
	return slices.ContainsFunc(b.honest.Extensions, func(e wire.Extension) bool { return e.Type == x })
}

// ratchetTree is a fresh copy of the tree in the honest GroupInfo.
func (b *infoBreaker) ratchetTree() *wire.RatchetTree {
	rt := &wire.RatchetTree{}
	for _, e := range b.honest.Extensions {
		if e.Type == wire.ExtensionRatchetTree {
			b.in.check(wire.Unmarshal(e.Data, rt))
			break
		}
	}
	return rt
}

// add signs what bend makes of the honest GroupInfo.
func (b *infoBreaker) add(rule *spec.Rule, what string, bend func(*wire.GroupInfo)) {
	info := copied(b.in, b.honest)
	bend(info)
	b.sign(info)
	b.out = append(b.out, brokenInfo{rule, what, info})
}

func (b *infoBreaker) sign(info *wire.GroupInfo) { b.in.signInfo(info) }

func (in *insider) signInfo(info *wire.GroupInfo) {
	var err error
	info.Signature, err = in.suite.SignWithLabel(in.client.Identity.SignatureKey, "GroupInfoTBS", in.marshal(&wire.GroupInfoTBS{GroupInfo: info}))
	in.check(err)
}

// unsigned leaves the signature as it was, or to bend.
func (b *infoBreaker) unsigned(rule *spec.Rule, what string, bend func(*wire.GroupInfo)) {
	info := copied(b.in, b.honest)
	bend(info)
	b.out = append(b.out, brokenInfo{rule, what, info})
}

// all breaks what whoever joins checks before the confirmation_tag (RFC 9420 §12.4.3,
// §12.4.3.1).
func (b *infoBreaker) all() {
	b.add(spec.JoinSuite, "a GroupInfo with another cipher suite", func(i *wire.GroupInfo) { i.GroupContext.CipherSuite = otherSuite(b.in.suite) })
	b.add(spec.GroupVersion, "a GroupContext with version 2", func(i *wire.GroupInfo) { i.GroupContext.Version = 2 })
	b.signature()
	b.extensions()
	b.add(spec.JoinTreeHash, "a tree_hash with one bit changed", func(i *wire.GroupInfo) { i.GroupContext.TreeHash = flipped(i.GroupContext.TreeHash) })
	b.add(spec.JoinTreeHash, "no tree_hash", func(i *wire.GroupInfo) { i.GroupContext.TreeHash = nil })
	if b.inside {
		b.form()
		b.leaves()
		b.unmerged()
		b.keys()
		b.parentHashes()
	}
}

func (b *infoBreaker) signature() {
	other := b.in.identity("mallory").SignatureKey
	b.unsigned(spec.GroupInfoSignature, "a signature with one bit changed", func(i *wire.GroupInfo) { i.Signature = flipped(i.Signature) })
	b.unsigned(spec.GroupInfoSignature, "no signature", func(i *wire.GroupInfo) { i.Signature = nil })
	b.unsigned(spec.GroupInfoSignature, "another epoch after signing", func(i *wire.GroupInfo) { i.GroupContext.Epoch++ })
	b.unsigned(spec.GroupInfoSignature, "a signature by another key", func(i *wire.GroupInfo) {
		mine := b.in.client.Identity.SignatureKey
		b.in.client.Identity.SignatureKey = other
		b.sign(i)
		b.in.client.Identity.SignatureKey = mine
	})
	b.add(spec.GroupInfoSignature, "a signer out of the tree", func(i *wire.GroupInfo) { i.Signer = 1<<32 - 1 })
	if !b.inside {
		return
	}
	if blank, ok := b.in.blankLeaf(); ok {
		b.add(spec.GroupInfoSignature, "a signer that is blank", func(i *wire.GroupInfo) { i.Signer = blank })
	}
	if others := b.in.others(); len(others) > 0 {
		b.add(spec.GroupInfoSignature, "another member as the signer", func(i *wire.GroupInfo) { i.Signer = others[0] })
	}
}

// extensions breaks those of the GroupInfo and of the GroupContext in it.
func (b *infoBreaker) extensions() {
	b.add(spec.ExtensionsDistinct, "two extensions of one type in the GroupInfo", func(i *wire.GroupInfo) {
		i.Extensions = append(i.Extensions, wire.Extension{Type: 0xf0f1}, wire.Extension{Type: 0xf0f1})
	})
	for _, x := range []wire.ExtensionType{wire.ExtensionApplicationID, wire.ExtensionRequiredCapabilities, wire.ExtensionExternalSenders} {
		b.add(spec.ExtensionPlace, "the extension "+x.String()+" in the GroupInfo", func(i *wire.GroupInfo) {
			i.Extensions = append(i.Extensions, wire.Extension{Type: x, Data: []byte{0}})
		})
	}
	if !b.inside {
		return // the tree is looked at first
	}
	for _, v := range b.in.contextExtensions() {
		b.add(v.rule, "a GroupContext with "+v.what, func(i *wire.GroupInfo) { i.GroupContext.Extensions = v.list })
	}
	required := wire.RequiredCapabilities{ExtensionTypes: []wire.ExtensionType{0xf0f1}}
	b.add(spec.LeafRequiredCapabilities, "a GroupContext that requires what nobody has", func(i *wire.GroupInfo) {
		i.GroupContext.Extensions = []wire.Extension{{Type: wire.ExtensionRequiredCapabilities, Data: b.in.marshal(&required)}}
	})
	b.add(spec.LeafGroupExtensions, "a GroupContext with an extension that nobody supports", func(i *wire.GroupInfo) {
		i.GroupContext.Extensions = []wire.Extension{{Type: 0xf0f1}}
	})
}

// withTree puts another tree into the GroupInfo, and its hash if it has one.
func (b *infoBreaker) withTree(rule *spec.Rule, what string, bend func(*wire.RatchetTree)) {
	rt := b.ratchetTree()
	bend(rt)
	data := b.in.marshal(rt)
	b.add(rule, what, func(i *wire.GroupInfo) {
		for k := range i.Extensions {
			if i.Extensions[k].Type == wire.ExtensionRatchetTree {
				i.Extensions[k].Data = data
			}
		}
		if t, err := treesync.FromWire(b.in.suite, *rt); err == nil && rule != spec.JoinTreeHash {
			i.GroupContext.TreeHash = t.TreeHash(b.in.suite)
		}
	})
}

// form is RFC 9420 §12.4.3.3.
func (b *infoBreaker) form() {
	b.withTree(spec.TreeLastNode, "a ratchet_tree that ends in a blank node", func(rt *wire.RatchetTree) { rt.Nodes = append(rt.Nodes, nil) })
	b.withTree(spec.TreeLastNode, "a ratchet_tree without nodes", func(rt *wire.RatchetTree) { rt.Nodes = nil })
	signer := tree.LeafNode(b.honest.Signer)
	parent := &wire.Node{Type: wire.NodeTypeParent, Parent: &wire.ParentNode{EncryptionKey: b.in.key()}}
	b.withTree(spec.TreeNodePlace, "a parent in a leaf's place", func(rt *wire.RatchetTree) { rt.Nodes[signer] = parent })
	b.withTree(spec.TreeNodePlace, "a leaf in a parent's place", func(rt *wire.RatchetTree) {
		if len(rt.Nodes) == 1 {
			rt.Nodes = append(rt.Nodes, nil)
		}
		rt.Nodes[1] = rt.Nodes[signer]
	})
	b.withTree(spec.JoinTreeHash, "a tree without one of its leaves' capabilities, under the hash of before", func(rt *wire.RatchetTree) {
		rt.Nodes[signer].Leaf.Capabilities = wire.Capabilities{}
	})
}

// leaves are the signer's own, since it cannot sign the others'.
func (b *infoBreaker) leaves() {
	i := b.honest.Signer
	leaf := b.tree.Leaf(i)
	for _, x := range b.in.leaves(leaf, place{index: i, context: b.honest.GroupContext, sk: b.in.client.Identity.SignatureKey, bound: true}) {
		b.withTree(x.rule, "the signer's leaf with "+x.what, func(rt *wire.RatchetTree) { rt.Nodes[tree.LeafNode(i)].Leaf = x.leaf })
	}
	if others := b.in.others(); len(others) > 0 {
		other := tree.LeafNode(others[len(others)-1])
		b.withTree(spec.LeafSignature, "another member's leaf with another encryption_key", func(rt *wire.RatchetTree) {
			rt.Nodes[other].Leaf.EncryptionKey = b.in.key()
		})
	}
}
