package group

import (
	"math/rand/v2"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// TestMakeVectors makes one small entry per suite and file. They were made by
// this implementation at a moment when it passed all official vectors, so that
// they only guard against change.
func TestMakeVectors(t *testing.T) {
	t.Run("welcome", func(t *testing.T) { makeAll(t, "welcome.json", makeWelcome) })
	t.Run("treekem", func(t *testing.T) { makeAll(t, "treekem.json", makeTreeKEM) })
}

func makeAll[T any](t *testing.T, file string, f func(*testing.T, suite.Suite, *rand.ChaCha8) T) {
	vectors.Make(t, file, func(rng *rand.ChaCha8) []T {
		var list []T
		for _, name := range suite.Names() {
			s, err := suite.ByName(name)
			check(t, err)
			list = append(list, f(t, s, rng))
		}
		return list
	})
}

func makeWelcome(t *testing.T, s suite.Suite, rng *rand.ChaCha8) welcomeVector {
	alice, err := NewIdentity(s, rng, "alice")
	check(t, err)
	bob, err := NewIdentity(s, rng, "bob")
	check(t, err)
	g, err := Create(s, rng, alice, []byte("room"))
	check(t, err)
	kp, secrets, err := NewKeyPackage(s, rng, bob)
	check(t, err)
	pending, err := g.Commit(rng, CommitOptions{Add: []wire.KeyPackage{kp}})
	check(t, err)
	msg, err := wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp})
	check(t, err)
	return welcomeVector{CipherSuite: s.ID(), InitPriv: secrets.InitKey, SignerPub: alice.SignaturePub,
		KeyPackage: msg, Welcome: pending.Welcome}
}

// makeTreeKEM is a group of five, of whom two commit.
func makeTreeKEM(t *testing.T, s suite.Suite, rng *rand.ChaCha8) treekemVector {
	f := newFullGroup(t, s, rng, 5)
	rt := f.tree.Wire()
	ratchetTree, err := wire.Marshal(&rt)
	check(t, err)
	v := treekemVector{CipherSuite: s.ID(), GroupID: f.context.GroupID, Epoch: f.context.Epoch,
		Confirmed: f.context.ConfirmedTranscriptHash, RatchetTree: ratchetTree}
	for i := range f.ids {
		leaf := leafVector{Index: uint32(i), EncryptionPriv: f.leafKeys[i], SignaturePriv: f.ids[i].SignatureKey,
			PathSecrets: []pathSecretVector{}}
		for _, n := range tree.DirectPath(leaf.Index, f.tree.Leaves()) {
			if !f.tree.Blank(n) {
				leaf.PathSecrets = append(leaf.PathSecrets, pathSecretVector{Node: n, PathSecret: f.secrets[n]})
			}
		}
		v.Leaves = append(v.Leaves, leaf)
	}
	for _, sender := range []int{1, 4} {
		v.Updates = append(v.Updates, makeUpdate(t, f, rng, v, sender))
	}
	return v
}

func makeUpdate(t *testing.T, f *fullGroup, rng *rand.ChaCha8, v treekemVector, sender int) updateVector {
	own, err := v.member(t, f.s, f.tree, sender).newPath(rng, f.tree, nil)
	check(t, err)
	path, err := wire.Marshal(&own.update)
	check(t, err)
	u := updateVector{Sender: uint32(sender), Path: path, CommitSecret: own.commitSecret, HashAfter: own.tree.TreeHash(f.s)}
	for leaf := range f.tree.Leaves() {
		var secret vectors.Hex
		if f.tree.Leaf(leaf) != nil && int(leaf) != sender {
			secret = own.path.SecretFor(leaf)
		}
		u.PathSecrets = append(u.PathSecrets, secret)
	}
	return u
}
