package treesync

import (
	"slices"
	"testing"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Leaf 0 commits in an honest group of five; each case is a whole list.
func TestProposalListRules(t *testing.T) {
	h := honestGroup(t, 5)
	byValue := func(p ProposalFrom) ProposalFrom { p.ByRef = false; return p }
	sameClient := func(a, b ProposalFrom) ProposalFrom { // b, for the client of a
		kp := &b.Proposal.Add.KeyPackage
		kp.LeafNode.SignatureKey = a.Proposal.Add.KeyPackage.LeafNode.SignatureKey
		kp.LeafNode.Credential = a.Proposal.Add.KeyPackage.LeafNode.Credential
		h.signKeyPackage(kp)
		return b
	}
	addOf := func(i tree.LeafIndex) ProposalFrom { // an Add for the client at leaf i
		p := h.add()
		kp := &p.Proposal.Add.KeyPackage
		kp.LeafNode.SignatureKey, kp.LeafNode.Credential = h.tree.Leaf(i).SignatureKey, h.tree.Leaf(i).Credential
		h.signKeyPackage(kp)
		return p
	}
	withKey := func(p ProposalFrom, key []byte) ProposalFrom {
		kp := &p.Proposal.Add.KeyPackage
		kp.LeafNode.EncryptionKey = key
		h.signKeyPackage(kp)
		return p
	}
	x509Only := func(p ProposalFrom) ProposalFrom {
		kp := &p.Proposal.Add.KeyPackage
		identity := kp.LeafNode.Credential.Identity
		kp.LeafNode.Credential = wire.Credential{Type: wire.CredentialX509}
		kp.LeafNode.Capabilities.Credentials = append(slices.Clone(kp.LeafNode.Capabilities.Credentials), wire.CredentialX509)
		h.sks[""] = h.sks[string(identity)]
		h.signKeyPackage(kp)
		return p
	}
	add, updateOf2 := h.add(), h.update(2)
	for _, v := range []struct {
		what string
		rule *spec.Rule
		list []ProposalFrom
	}{
		{"all kinds", nil, []ProposalFrom{h.add(), h.update(1), remove(2), h.add()}},
		{"empty", nil, nil},
		{"Remove of a blank leaf", spec.RemovedIsMember, []ProposalFrom{remove(5)}},
		{"Remove of no leaf", spec.RemovedIsMember, []ProposalFrom{remove(1 << 31)}},
		{"Update by the committer", spec.CommitterUpdates, []ProposalFrom{h.update(0)}},
		{"Update by value", spec.CommitterUpdates, []ProposalFrom{byValue(h.update(2))}},
		{"Remove of the committer", spec.CommitterRemoved, []ProposalFrom{remove(0)}},
		{"two Updates of a leaf", spec.OneChangePerLeaf, []ProposalFrom{updateOf2, h.update(2)}},
		{"two Removes of a leaf", spec.OneChangePerLeaf, []ProposalFrom{remove(2), remove(2)}},
		{"Update and Remove of a leaf", spec.OneChangePerLeaf, []ProposalFrom{updateOf2, remove(2)}},
		{"two Adds of a client", spec.AddsDistinctClients, []ProposalFrom{add, sameClient(add, h.add())}},
		{"Add of a member", spec.AddsNewClient, []ProposalFrom{addOf(3)}},
		{"Add of the committer", spec.AddsNewClient, []ProposalFrom{addOf(0)}},
		{"Add of a member who is removed", nil, []ProposalFrom{addOf(3), remove(3)}},
		{"Add with a member's key", spec.EncryptionKeysUnique, []ProposalFrom{withKey(h.add(), h.tree.Leaf(3).EncryptionKey)}},
		{"Add with a removed member's key", nil, []ProposalFrom{withKey(h.add(), h.tree.Leaf(3).EncryptionKey), remove(3)}},
		{"Add with a parent's key", spec.ParentKeysUnique, []ProposalFrom{withKey(h.add(), h.tree.EncryptionKey(7))}},
		{"credential that others do not support", spec.CredentialsSupported, []ProposalFrom{x509Only(h.add())}},
	} {
		t.Run(v.what, func(t *testing.T) {
			brokenRule(t, h.plan(v.list, true), v.rule)
		})
	}
}

// An Update that takes over another member's signature key is no Add, and is found
// in the tree that results.
func TestSignatureKeysUniqueRule(t *testing.T) {
	h := honestGroup(t, 3)
	leaf := h.updated(1)
	leaf.SignatureKey, leaf.Credential = h.tree.Leaf(2).SignatureKey, h.tree.Leaf(2).Credential
	h.sign(&leaf, 1)
	p := ProposalFrom{Proposal: wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: leaf}}, Sender: member(1), ByRef: true}
	brokenRule(t, h.plan([]ProposalFrom{p}, true), spec.SignatureKeysUnique)
}

func TestPathRequiredRule(t *testing.T) {
	h := honestGroup(t, 3)
	for _, v := range []struct {
		what string
		rule *spec.Rule
		list []ProposalFrom
	}{
		{"Adds only", nil, []ProposalFrom{h.add(), h.add()}},
		{"nothing", spec.PathRequired, nil},
		{"Update", spec.PathRequired, []ProposalFrom{h.add(), h.update(1)}},
		{"Remove", spec.PathRequired, []ProposalFrom{remove(1), h.add()}},
	} {
		t.Run(v.what, func(t *testing.T) {
			brokenRule(t, h.plan(v.list, false), v.rule)
			brokenRule(t, h.plan(v.list, true), nil)
		})
	}
	// Only a path takes the committer's old key out of the tree.
	old := h.add()
	old.Proposal.Add.KeyPackage.LeafNode.EncryptionKey = h.tree.Leaf(0).EncryptionKey
	h.signKeyPackage(&old.Proposal.Add.KeyPackage)
	brokenRule(t, h.plan([]ProposalFrom{old}, false), spec.EncryptionKeysUnique)
	brokenRule(t, h.plan([]ProposalFrom{old}, true), nil)

	for _, k := range []wire.ProposalType{wire.ProposalExternalInit, wire.ProposalGroupContextExtensions} {
		list := []ProposalFrom{{Proposal: wire.Proposal{Type: k}}}
		brokenRule(t, pathRequired(proposalList{list: list}), spec.PathRequired)
	}
}

// Nobody validated this list: applying it must still not panic.
func TestApplyUnvalidated(t *testing.T) {
	h := honestGroup(t, 5)
	for _, list := range [][]ProposalFrom{
		{remove(4), remove(4)}, // the first truncates the tree
		{remove(1 << 31)},
		{h.update(1), {Proposal: h.update(1).Proposal, Sender: member(99)}},
	} {
		if _, err := h.state().applied(list); err == nil {
			t.Errorf("%v is applied", list)
		}
	}
}

// Updates before Removes before Adds, whatever the order of the list (§12.3).
func TestApplyOrder(t *testing.T) {
	h := honestGroup(t, 4)
	first, second := h.add(), h.add()
	ch, err := h.state().applied([]ProposalFrom{first, remove(2), second, h.update(1)})
	if err != nil {
		t.Fatal(err)
	}
	next, added := ch.After, ch.Added
	if len(added) != 2 || added[0].Leaf != 2 || added[1].Leaf != 4 || next.Leaves() != 8 {
		t.Errorf("added at %v in a tree of %d leaves, want leaves 2 and 4 of 8", added, next.Leaves())
	}
	if string(next.Leaf(2).SignatureKey) != string(first.Proposal.Add.KeyPackage.LeafNode.SignatureKey) {
		t.Error("the Adds are not in the order of the list")
	}
}

// Each case breaks one thing in an honest path of leaf 0. Subtle point 10: its keys
// differ from each other, and from those of nodes that it replaces.
func TestPathRules(t *testing.T) {
	h := honestGroup(t, 4)
	ch, err := h.state().Plan(nil, member(0), true, Ordinary)
	h.check(err)
	for _, v := range []struct {
		what string
		rule *spec.Rule
		bend func(*wire.UpdatePath)
	}{
		{"nothing", nil, func(*wire.UpdatePath) {}},
		{"a node missing", spec.PathLength, func(p *wire.UpdatePath) { p.Nodes = p.Nodes[1:] }},
		{"a ciphertext missing", spec.PathCiphertexts, func(p *wire.UpdatePath) { p.Nodes[1].EncryptedPathSecret = nil }},
		{"parent hash", spec.PathParentHash, func(p *wire.UpdatePath) { p.LeafNode.ParentHash = make([]byte, h.s.Nh()) }},
		{"source", spec.LeafSource, func(p *wire.UpdatePath) { p.LeafNode.Source = wire.LeafSourceUpdate }},
		{"same leaf key", spec.PathLeafKeyFresh, func(p *wire.UpdatePath) { p.LeafNode.EncryptionKey = h.tree.Leaf(0).EncryptionKey }},
		{"leaf key of a member", spec.EncryptionKeysUnique, func(p *wire.UpdatePath) { p.LeafNode.EncryptionKey = h.tree.Leaf(2).EncryptionKey }},
		{"node key of a leaf", spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[0].EncryptionKey = h.tree.Leaf(2).EncryptionKey }},
		{"node key as before", spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[1].EncryptionKey = h.tree.EncryptionKey(3) }},
		{"leaf key of a node before", spec.PathKeysFresh, func(p *wire.UpdatePath) { p.LeafNode.EncryptionKey = h.tree.EncryptionKey(3) }},
		{"two node keys the same", spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[0] = p.Nodes[1] }},
		{"node key of its leaf", spec.PathKeysFresh, func(p *wire.UpdatePath) { p.Nodes[0].EncryptionKey = p.LeafNode.EncryptionKey }},
		{"signature key of a member", spec.SignatureKeysUnique, func(p *wire.UpdatePath) {
			p.LeafNode.SignatureKey, p.LeafNode.Credential = h.tree.Leaf(2).SignatureKey, h.tree.Leaf(2).Credential
		}},
	} {
		t.Run(v.what, func(t *testing.T) {
			path, _ := h.path(ch, *h.tree.Leaf(0))
			v.bend(&path)
			h.sign(&path.LeafNode, 0)
			_, err := ch.Merge(&path)
			brokenRule(t, err, v.rule)
		})
	}
}
