package treekem_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// keys is all that this layer sees of a ratchet tree: public keys, and nobody
// unmerged.
type keys struct {
	leaves uint32
	public map[tree.Index][]byte
}

func (k keys) Leaves() uint32                       { return k.leaves }
func (k keys) Blank(n tree.Index) bool              { return k.public[n] == nil }
func (k keys) Unmerged(tree.Index) []tree.LeafIndex { return nil }
func (k keys) EncryptionKey(n tree.Index) []byte    { return k.public[n] }

// fixture is a tree of four members without parents, of whom leaf 0 has made an
// honest path: {1: to leaf 1}, {3: to leaves 2 and 3}.
type fixture struct {
	t       *testing.T
	s       suite.Suite
	rng     *rand.ChaCha8
	tree    keys
	private []treekem.Private
	steps   []treekem.Step
	path    *treekem.NewPath
	nodes   []wire.UpdatePathNode
	context []byte
}

func newFixture(t *testing.T) *fixture {
	s, err := suite.ByID(1)
	f := &fixture{t: t, s: s, rng: rand.NewChaCha8([32]byte{6}), tree: keys{4, map[tree.Index][]byte{}}, context: []byte("provisional")}
	f.ok(err)
	for leaf := range f.tree.leaves {
		sk, pk, err := s.GenerateKeyPair(f.rng)
		f.ok(err)
		f.tree.public[tree.LeafNode(leaf)] = pk
		f.private = append(f.private, treekem.NewPrivate(leaf, sk))
	}
	f.steps = treekem.Steps(f.tree, 0, nil)
	f.path, err = treekem.Generate(s, f.rng, f.steps)
	f.ok(err)
	f.nodes, err = f.path.Encrypt(s, f.rng, f.steps, f.context)
	f.ok(err)
	return f
}

func (f *fixture) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// receive is what the member at leaf does with the path.
func (f *fixture) receive(leaf tree.LeafIndex) (treekem.Private, []byte, error) {
	return f.private[leaf].Process(f.s, f.tree, 0, f.steps, f.nodes, f.context)
}

// encrypt replaces the path secret of step i for its recipient j.
func (f *fixture) encrypt(i, j int, context, pathSecret []byte) {
	ct, err := f.s.EncryptWithLabel(f.rng, f.steps[i].Recipients[j].Key, "UpdatePathNode", context, pathSecret)
	f.ok(err)
	f.nodes[i].EncryptedPathSecret[j] = ct
}

// Each case breaks one thing in leaf 0's path as leaf 3 receives it.
func TestPathRules(t *testing.T) {
	for _, v := range []struct {
		what string
		rule error
		bend func(*fixture)
	}{
		{"nothing", nil, func(*fixture) {}},
		{"encrypted anew", nil, func(f *fixture) { f.encrypt(1, 1, f.context, f.path.SecretFor(3)) }},
		{"a node missing", treekem.ErrShape, func(f *fixture) { f.nodes = f.nodes[:1] }},
		{"no nodes", treekem.ErrShape, func(f *fixture) { f.nodes = nil }},
		{"a node too many", treekem.ErrShape, func(f *fixture) { f.nodes = append(f.nodes, f.nodes[0]) }},
		{"a ciphertext missing", treekem.ErrShape, func(f *fixture) { f.nodes[1].EncryptedPathSecret = f.nodes[1].EncryptedPathSecret[:1] }},
		{"a ciphertext too many", treekem.ErrShape, func(f *fixture) {
			f.nodes[0].EncryptedPathSecret = append(f.nodes[0].EncryptedPathSecret, f.nodes[1].EncryptedPathSecret...)
		}},
		{"none for another subtree", treekem.ErrShape, func(f *fixture) { f.nodes[0].EncryptedPathSecret = nil }},
		{"another's ciphertext", spec.PathDecrypts, func(f *fixture) {
			f.nodes[1].EncryptedPathSecret[1] = f.nodes[1].EncryptedPathSecret[0]
		}},
		{"another context", spec.PathDecrypts, func(f *fixture) { f.encrypt(1, 1, []byte("other"), f.path.SecretFor(3)) }},
		{"no KEM output", spec.PathDecrypts, func(f *fixture) { f.nodes[1].EncryptedPathSecret[1].KEMOutput = nil }},
		{"a path secret too short", spec.PathSecretSize, func(f *fixture) { f.encrypt(1, 1, f.context, f.path.SecretFor(3)[1:]) }},
		{"another path secret", spec.PathKeysMatch, func(f *fixture) { f.encrypt(1, 1, f.context, f.path.CommitSecret) }},
		{"the path secret of a lower node", spec.PathKeysMatch, func(f *fixture) { f.encrypt(1, 1, f.context, f.path.SecretFor(1)) }},
		{"another public key", spec.PathKeysMatch, func(f *fixture) { f.nodes[1].EncryptionKey = f.nodes[0].EncryptionKey }},
	} {
		t.Run(v.what, func(t *testing.T) {
			f := newFixture(t)
			_, commitSecret, err := f.receive(3)
			f.ok(err)
			equal(t, "commit_secret", commitSecret, f.path.CommitSecret)
			v.bend(f)
			if _, _, err := f.receive(3); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
}

// A receiver checks every node from its own step up, not its own step only.
func TestPathKeysMatchAbove(t *testing.T) {
	f := newFixture(t)
	_, _, err := f.receive(1)
	f.ok(err)
	f.nodes[1].EncryptionKey = f.nodes[0].EncryptionKey
	if _, _, err := f.receive(1); !errors.Is(err, spec.PathKeysMatch) {
		t.Errorf("got %v, want %v", err, spec.PathKeysMatch)
	}
}

// A path costs the receiver nothing if it is refused: Private is a value.
func TestRefusedPathChangesNothing(t *testing.T) {
	f := newFixture(t)
	f.nodes[1].EncryptionKey = f.nodes[0].EncryptionKey
	before := f.private[1].Holds()
	after, _, err := f.receive(1)
	if err == nil || len(after.Holds()) != len(before) || len(f.private[1].Holds()) != len(before) {
		t.Errorf("%v: holds %v, then %v", err, before, after.Holds())
	}
}

// Subtle point 2: leaves just added are left out of the recipients, and a step may
// have none.
func TestAddedLeavesGetNoCiphertext(t *testing.T) {
	f := newFixture(t)
	steps := treekem.Steps(f.tree, 0, []tree.LeafIndex{1, 3})
	if len(steps) != 2 || len(steps[0].Recipients) != 0 || len(steps[1].Recipients) != 1 ||
		!bytes.Equal(steps[1].Recipients[0].Key, f.tree.EncryptionKey(4)) {
		t.Errorf("steps %v", steps)
	}
}

func equal(t *testing.T, field string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s is %x, want %x", field, got, want)
	}
}
