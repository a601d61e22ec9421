package treesync

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// tb is what tests, examples and rapid have in common.
type tb interface{ Fatal(...any) }

// honest is a group of honest members, seen from layer 1: nobody encrypts anything,
// so path keys are just fresh public keys.
type honest struct {
	tb
	s    suite.Suite
	rng  *rand.ChaCha8
	tree Tree
	gc   wire.GroupContext
	sks  map[string][]byte // signature keys by identity
	made int
}

func newHonest(t tb, id wire.CipherSuite) *honest {
	s, err := suite.ByID(id)
	h := &honest{tb: t, s: s, rng: rand.NewChaCha8([32]byte{byte(id)}), sks: map[string][]byte{}}
	h.check(err)
	h.gc = wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: id, GroupID: []byte("group")}
	kp := h.keyPackage()
	h.tree = New(kp.LeafNode)
	return h
}

func (h *honest) check(err error) {
	if err != nil {
		h.Fatal(err)
	}
}

func (h *honest) key() []byte {
	_, pk, err := h.s.GenerateKeyPair(h.rng)
	h.check(err)
	return pk
}

// keyPackage is a new client's.
func (h *honest) keyPackage() wire.KeyPackage {
	h.made++
	name := fmt.Sprint("client ", h.made)
	sk, pk, err := h.s.GenerateSignatureKeyPair(h.rng)
	h.check(err)
	h.sks[name] = sk
	kp := wire.KeyPackage{
		Version: h.gc.Version, CipherSuite: h.s.ID(), InitKey: h.key(),
		LeafNode: wire.LeafNode{
			EncryptionKey: h.key(), SignatureKey: pk,
			Credential: wire.Credential{Type: wire.CredentialBasic, Identity: []byte(name)},
			Capabilities: wire.Capabilities{
				Versions: []wire.ProtocolVersion{h.gc.Version}, CipherSuites: []wire.CipherSuite{h.s.ID()},
				Credentials: []wire.CredentialType{wire.CredentialBasic},
			},
			Source: wire.LeafSourceKeyPackage, Lifetime: wire.Lifetime{NotBefore: 100, NotAfter: 200},
		},
	}
	h.signKeyPackage(&kp)
	return kp
}

func (h *honest) sign(leaf *wire.LeafNode, i tree.LeafIndex) {
	h.check(SignLeaf(h.s, h.sks[string(leaf.Credential.Identity)], leaf, h.gc.GroupID, i))
}

func (h *honest) signKeyPackage(kp *wire.KeyPackage) {
	h.sign(&kp.LeafNode, 0)
	h.check(SignKeyPackage(h.s, h.sks[string(kp.LeafNode.Credential.Identity)], kp))
}

// updated is leaf i with a fresh key, for an Update.
func (h *honest) updated(i tree.LeafIndex) wire.LeafNode {
	leaf := *h.tree.Leaf(i)
	leaf.EncryptionKey, leaf.Source = h.key(), wire.LeafSourceUpdate
	leaf.Lifetime, leaf.ParentHash = wire.Lifetime{}, nil
	h.sign(&leaf, i)
	return leaf
}

func (h *honest) add() ProposalFrom {
	return ProposalFrom{Proposal: wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: h.keyPackage()}}, ByRef: true}
}

func (h *honest) update(i tree.LeafIndex) ProposalFrom {
	return ProposalFrom{
		Proposal: wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: h.updated(i)}},
		Sender:   member(i), ByRef: true,
	}
}

func member(i tree.LeafIndex) wire.Sender {
	return wire.Sender{Type: wire.SenderMember, LeafIndex: i}
}

// state is the group at this epoch.
func (h *honest) state() State {
	h.gc.TreeHash = h.tree.TreeHash(h.s)
	return State{Suite: h.s, Context: h.gc, Tree: h.tree}
}

// plan is what a Commit of leaf 0 makes of the list.
func (h *honest) plan(list []ProposalFrom, hasPath bool) error {
	_, err := h.state().Plan(list, member(0), hasPath, Ordinary)
	return err
}

func remove(i tree.LeafIndex) ProposalFrom {
	return ProposalFrom{Proposal: wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: i}}, ByRef: true}
}

// path is an honest UpdatePath for ch, with a leaf made of old, and the tree with
// it merged. Nothing is encrypted: only how many ciphertexts there are matters.
func (h *honest) path(ch Change, old wire.LeafNode) (wire.UpdatePath, Tree) {
	var path wire.UpdatePath
	var nodes []PathNode
	added := map[tree.Index]bool{}
	for _, a := range ch.Added {
		added[tree.LeafNode(a.Leaf)] = true
	}
	filtered, copath := tree.FilteredDirectPath(ch.After, ch.Committer)
	for k, i := range filtered {
		node := wire.UpdatePathNode{EncryptionKey: h.key()}
		for _, n := range tree.Resolution(ch.After, copath[k]) {
			if !added[n] {
				node.EncryptedPathSecret = append(node.EncryptedPathSecret, wire.HPKECiphertext{})
			}
		}
		nodes = append(nodes, PathNode{i, node.EncryptionKey})
		path.Nodes = append(path.Nodes, node)
	}
	next, parentHash, err := ch.After.ApplyPath(h.s, ch.Committer, nodes)
	h.check(err)
	old.EncryptionKey, old.Source = h.key(), wire.LeafSourceCommit
	old.Lifetime, old.ParentHash = wire.Lifetime{}, parentHash
	h.sign(&old, ch.Committer)
	path.LeafNode = old
	return path, next.SetLeaf(ch.Committer, old)
}

// emptyCommit is the path of a Commit of nothing, and the tree with it merged.
func (h *honest) emptyCommit(sender tree.LeafIndex) (wire.UpdatePath, Tree) {
	ch, err := h.state().Plan(nil, member(sender), true, Ordinary)
	h.check(err)
	return h.path(ch, *h.tree.Leaf(sender))
}

// commit moves the group on; every proposal list and path must be found valid.
func (h *honest) commit(sender tree.LeafIndex, withPath bool, list ...ProposalFrom) {
	ch, err := h.state().Plan(list, member(sender), withPath, Ordinary)
	h.check(err)
	next := ch.After
	if withPath {
		path, merged := h.path(ch, *h.tree.Leaf(sender))
		next, err = ch.Merge(&path)
		h.check(err)
		if !bytes.Equal(next.TreeHash(h.s), merged.TreeHash(h.s)) {
			h.Fatal("the path merges otherwise than it was made")
		}
	}
	h.tree, h.gc.Extensions = next, ch.Extensions
}

// grow makes the test vectors' get_tree(n): member i adds member i+1.
func (h *honest) grow(n int) *honest {
	for len(h.tree.Members()) < n {
		h.commit(uint32(len(h.tree.Members())-1), true, h.add())
	}
	return h
}

func honestGroup(t *testing.T, n int) *honest {
	t.Helper()
	return newHonest(t, 1).grow(n)
}

func encodeTree(t Tree) []byte {
	rt := t.Wire()
	return mustMarshal(&rt)
}
