// Package toy is another layer 2: pairwise channels in place of TreeKEM (RFC 9420
// §7.4 to §7.6). A group whose Config has Pairwise works as any other, which shows that
// the layers are separable: 1 and 3 are as they were, and so is the key schedule.
//
// A committer draws one secret and encrypts it to the leaf of each other member: n-1
// encryptions, where TreeKEM needs log2 n once all members have committed. Layer 1 wants the RFC's path, so it
// gets one: each node of the path has a fresh public key, whose private key nobody
// keeps, and each of its ciphertexts is a list, for all the leaves that TreeKEM would
// reach with one.
//
// What is given up: the price, in work and bytes; and private keys up the tree, so
// that nobody can be sent anything but through a leaf. There is nothing by which a
// receiver could check what the others were sent: a committer who sends different
// secrets is found by the confirmation tag only. What stays is what the leaf keys
// give: a Commit heals its committer, an Update its proposer, a Remove shuts out.
package toy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Pairwise is the key agreement, for group.Config.
type Pairwise struct{}

// NewMember knows its leaf's private key, and will never know more.
func (Pairwise) NewMember(leaf tree.LeafIndex, leafKey []byte) treekem.Member {
	return &member{leaf: leaf, key: leafKey}
}

// label separates these encryptions from all of RFC 9420.
const label = "toy pairwise"

// reached are the members to whom a recipient's ciphertext goes: those below the node,
// but for the unmerged leaves, which are recipients themselves.
func reached(t treekem.Tree, n tree.Index) []tree.LeafIndex {
	var leaves []tree.LeafIndex
	unmerged := t.Unmerged(n)
	first, last := tree.Span(n)
	for leaf := first; leaf <= last; leaf++ {
		if !t.Blank(tree.LeafNode(leaf)) && !slices.Contains(unmerged, leaf) {
			leaves = append(leaves, leaf)
		}
	}
	return leaves
}

// packed is the list that stands in one HPKECiphertext, whose KEM output is empty.
type packed struct{ list []wire.HPKECiphertext }

func (p *packed) Wire(c *wire.Codec) { wire.Vector(c, "pairwise", &p.list) }

// path is a committer's.
type path struct {
	tree   treekem.Tree
	keys   [][]byte // public, one for each step
	secret []byte   // the commit_secret, Nh bytes
}

func (p *path) PublicKeys() [][]byte { return p.keys }

// SecretFor is nil: who joins needs nothing but its own leaf key.
func (p *path) SecretFor(tree.LeafIndex) []byte { return nil }

func (p *path) Adopt(leaf tree.LeafIndex, leafKey []byte) (treekem.Member, []byte) {
	return &member{leaf: leaf, key: leafKey}, p.secret
}

func (p *path) Encrypt(s suite.Suite, rng io.Reader, steps []treekem.Step, provisional []byte) ([]wire.UpdatePathNode, error) {
	nodes := make([]wire.UpdatePathNode, len(steps))
	for i, step := range steps {
		nodes[i].EncryptionKey = p.keys[i]
		for _, to := range step.Recipients {
			ct, err := p.pack(s, rng, reached(p.tree, to.Node), provisional)
			if err != nil {
				return nil, err
			}
			nodes[i].EncryptedPathSecret = append(nodes[i].EncryptedPathSecret, ct)
		}
	}
	return nodes, nil
}

// pack encrypts the secret to each of the leaves.
func (p *path) pack(s suite.Suite, rng io.Reader, leaves []tree.LeafIndex, provisional []byte) (wire.HPKECiphertext, error) {
	var each packed
	for _, leaf := range leaves {
		ct, err := s.EncryptWithLabel(rng, p.tree.EncryptionKey(tree.LeafNode(leaf)), label, provisional, p.secret)
		if err != nil {
			return wire.HPKECiphertext{}, err
		}
		each.list = append(each.list, ct)
	}
	b, err := wire.Marshal(&each)
	return wire.HPKECiphertext{Ciphertext: b}, err
}

// member holds the private key of its leaf.
type member struct {
	leaf tree.LeafIndex
	key  []byte
}

func (m *member) LeafIndex() tree.LeafIndex { return m.leaf }

func (m *member) WithLeafKey(leafKey []byte) treekem.Member {
	return &member{leaf: m.leaf, key: leafKey}
}

// Prune has nothing to forget: proposals of others leave this member's leaf alone.
func (m *member) Prune(treekem.Tree) treekem.Member { return m }

func (m *member) NewPath(s suite.Suite, rng io.Reader, t treekem.Tree, steps []treekem.Step) (treekem.Path, error) {
	p := &path{tree: t}
	for range steps {
		_, pk, err := s.GenerateKeyPair(rng) // nobody keeps the private key
		if err != nil {
			return nil, err
		}
		p.keys = append(p.keys, pk)
	}
	var err error
	p.secret, err = s.Random(rng, s.Nh())
	return p, err
}

// Process fails by the rules of RFC 9420 §7.5 that TreeKEM fails by, but that there is
// no key to compare.
func (m *member) Process(s suite.Suite, t treekem.Tree, _ tree.LeafIndex, steps []treekem.Step,
	nodes []wire.UpdatePathNode, provisional []byte) (treekem.Member, []byte, error) {
	ct, err := m.find(t, steps, nodes)
	if err != nil {
		return nil, nil, err
	}
	secret, err := s.DecryptWithLabel(m.key, label, provisional, ct)
	if err != nil {
		return nil, nil, spec.PathDecrypts.Broken("the ciphertext for leaf %d: %v", m.leaf, err)
	}
	if len(secret) != s.Nh() {
		return nil, nil, spec.PathSecretSize.Broken("it has %d bytes, want %d", len(secret), s.Nh())
	}
	return m, secret, nil
}

// find is the ciphertext for this member's leaf.
func (m *member) find(t treekem.Tree, steps []treekem.Step, nodes []wire.UpdatePathNode) (ct wire.HPKECiphertext, err error) {
	for i, step := range steps {
		for j, to := range step.Recipients {
			leaves := reached(t, to.Node)
			k := slices.Index(leaves, m.leaf)
			if k < 0 {
				continue
			}
			if i >= len(nodes) || j >= len(nodes[i].EncryptedPathSecret) {
				return ct, treekem.ErrShape
			}
			var each packed
			if err := wire.Unmarshal(nodes[i].EncryptedPathSecret[j].Ciphertext, &each); err != nil {
				return ct, spec.PathDecrypts.Broken("no list of ciphertexts is at node %d: %v", step.Node, err)
			}
			if len(each.list) != len(leaves) {
				return ct, spec.PathDecrypts.Broken("%d ciphertexts are at node %d for %d leaves", len(each.list), step.Node, len(leaves))
			}
			return each.list[k], nil
		}
	}
	return ct, errors.New("toy: the path is not encrypted to this member")
}

// Join has no use for a path_secret: one that is there comes from another key agreement.
func (m *member) Join(_ suite.Suite, _ treekem.Tree, _ tree.LeafIndex, pathSecret *wire.PathSecret) (treekem.Member, error) {
	if pathSecret != nil {
		return nil, errors.New("toy: the Welcome has a path_secret, so that the group is not one of pairwise channels")
	}
	return m, nil
}

func (m *member) Complete(treekem.Tree) bool { return true }

func (m *member) Matches(s suite.Suite, t treekem.Tree) error {
	pk, err := s.PublicKey(m.key)
	if err != nil || !bytes.Equal(pk, t.EncryptionKey(tree.LeafNode(m.leaf))) {
		return fmt.Errorf("toy: the private key of leaf %d is not that of its public key (%v)", m.leaf, err)
	}
	return nil
}

// Wire begins with a name, so that no other agreement's state is taken for one's own.
func (m *member) Wire(c *wire.Codec) {
	name := []byte(label)
	c.Opaque("agreement", &name)
	if string(name) != label {
		c.Fail("agreement", "the private half is not one of pairwise channels")
		return
	}
	wire.Uint(c, "leaf", &m.leaf)
	c.Opaque("leaf_key", &m.key)
}
