package toy

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// four is a tree of four members, with a parent of leaves 2 and 3 that does not know
// leaf 3.
type four [7][]byte

func (f four) Leaves() uint32                    { return 4 }
func (f four) Blank(n tree.Index) bool           { return f[n] == nil }
func (f four) EncryptionKey(n tree.Index) []byte { return f[n] }
func (f four) Unmerged(n tree.Index) []tree.LeafIndex {
	if n == 5 {
		return []tree.LeafIndex{3}
	}
	return nil
}

// The toy's own sites of these rules. They stand outside the test: one that names a rule
// counts as a test of the implementation (spec/coverage).
var size, decrypts = spec.PathSecretSize, spec.PathDecrypts

// Each case breaks one thing in leaf 0's path as leaf 2 receives it; leaf 3, unmerged
// at the node that is also above leaf 2, has a recipient of its own.
func TestProcess(t *testing.T) {
	s, err := suite.ByID(1)
	ok(t, err)
	rng := rand.NewChaCha8([32]byte{2})
	f := four{5: {1}}
	var keys [4][]byte
	for leaf := range keys {
		keys[leaf], f[2*leaf], err = s.GenerateKeyPair(rng)
		ok(t, err)
	}
	steps := treekem.Steps(f, 0, nil)
	made, err := Pairwise{}.NewMember(0, nil).NewPath(s, rng, f, steps)
	ok(t, err)
	p := made.(*path)
	pack := func(secret []byte, leaves ...tree.LeafIndex) wire.HPKECiphertext {
		ct, err := (&path{tree: f, secret: secret}).pack(s, rng, leaves, nil)
		ok(t, err)
		return ct
	}
	for _, v := range []struct {
		what string
		rule error
		bend func([]wire.UpdatePathNode) []wire.UpdatePathNode
	}{
		{"nothing", nil, nil},
		{"a node missing", treekem.ErrShape, func(n []wire.UpdatePathNode) []wire.UpdatePathNode { return n[:1] }},
		{"no ciphertexts", treekem.ErrShape, func(n []wire.UpdatePathNode) []wire.UpdatePathNode {
			n[1].EncryptedPathSecret = nil
			return n
		}},
		{"a short secret", size, to2(pack(p.secret[1:], 2))},
		{"two for one leaf", decrypts, to2(pack(p.secret, 2, 2))},
		{"none for the leaf", decrypts, to2(pack(p.secret))},
		{"another's", decrypts, to2(pack(p.secret, 1))},
		{"not packed", decrypts, to2(wire.HPKECiphertext{Ciphertext: []byte("?")})},
	} {
		nodes, err := p.Encrypt(s, rng, steps, nil)
		ok(t, err)
		if v.bend != nil {
			nodes = v.bend(nodes)
		}
		for _, leaf := range []tree.LeafIndex{2, 3} {
			next, secret, err := Pairwise{}.NewMember(leaf, keys[leaf]).Process(s, f, 0, steps, nodes, nil)
			if leaf == 3 && v.rule != treekem.ErrShape {
				ok(t, err)
			} else if !errors.Is(err, v.rule) {
				t.Errorf("%s: %v", v.what, err)
			}
			if err == nil && (!slices.Equal(secret, p.secret) || next.LeafIndex() != leaf) {
				t.Errorf("%s: leaf %d has %x", v.what, next.LeafIndex(), secret)
			}
		}
	}
	if _, _, err := (Pairwise{}).NewMember(0, keys[0]).Process(s, f, 0, steps, nil, nil); err == nil {
		t.Error("the committer opens its own path")
	}
}

// to2 replaces what goes to leaf 2.
func to2(ct wire.HPKECiphertext) func([]wire.UpdatePathNode) []wire.UpdatePathNode {
	return func(n []wire.UpdatePathNode) []wire.UpdatePathNode {
		n[1].EncryptedPathSecret[0] = ct
		return n
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What stands for leaf 3 is sent to it once.
func TestReached(t *testing.T) {
	f := four{{1}, nil, {1}, nil, {1}, {1}, {1}}
	for n, want := range map[tree.Index][]tree.LeafIndex{0: {0}, 1: {0, 1}, 5: {2}, 6: {3}, 3: {0, 1, 2, 3}} {
		if have := reached(f, n); !slices.Equal(have, want) {
			t.Errorf("node %d stands for leaves %v, want %v", n, have, want)
		}
	}
}
