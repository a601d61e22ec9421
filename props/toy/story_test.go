package toy_test

import (
	"bytes"
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/props/toy"
)

// agreements are what a group is tried with: the default, the toy, and the default
// under another type, which a group that looks behind the interface would not know.
var agreements = map[string]treekem.Agreement{
	"TreeKEM": nil, "pairwise": toy.Pairwise{}, "TreeKEM wrapped": bent{Agreement: treekem.TreeKEM{}},
}

// each runs a test with each agreement and both framings.
func each(t *testing.T, f func(t *testing.T, a treekem.Agreement, format group.Format)) {
	for name, a := range agreements {
		t.Run(name+", public", func(t *testing.T) { f(t, a, group.Public) })
		t.Run(name+", private", func(t *testing.T) { f(t, a, group.Private) })
	}
}

// TestStory is the life of a group, with all that changes its keys.
func TestStory(t *testing.T) {
	each(t, func(t *testing.T, a treekem.Agreement, format group.Format) {
		w := newWorld(t, a, format)
		w.commit("alice", group.CommitOptions{}, "bob", "carol", "dave", "erin")
		w.say("alice")
		w.say("erin")
		w.commit("bob", group.CommitOptions{NoPath: true}, "frank")
		w.say("frank")
		w.update("carol")
		w.update("frank")
		w.commit("dave", group.CommitOptions{PSKs: []wire.PreSharedKeyID{group.ExternalPSK([]byte("psk"))}})
		w.say("carol")
		w.commit("frank", group.CommitOptions{Remove: []tree.LeafIndex{w.leaf("bob"), w.leaf("erin")}}, "grace")
		w.say("dave")
		w.external("heidi", "carol")
		w.external("dave", "grace") // a resync
		w.say("heidi")
		w.reload("carol")
		w.commit("heidi", group.CommitOptions{})
		w.say("carol")
		if have := len(w.members); have != 6 || len(w.left) != 2 {
			t.Errorf("there are %d members, and %d have left", have, len(w.left))
		}
	})
}

// TestLinkedGroups branches and reinitialises.
func TestLinkedGroups(t *testing.T) {
	each(t, func(t *testing.T, a treekem.Agreement, format group.Format) {
		w := newWorld(t, a, format)
		w.commit("alice", group.CommitOptions{}, "bob")
		bob := w.members["bob"].Client()
		kp, secrets, err := bob.NewKeyPackage(w.rng)
		w.ok(err)
		pending, err := w.members["alice"].Branch(w.rng, []byte("branch"), []wire.KeyPackage{kp}, group.CommitOptions{})
		w.ok(err)
		w.follow(pending, bob, secrets)

		w.commit("bob", group.CommitOptions{ReInit: &wire.ReInit{GroupID: []byte("next"), Version: 1, CipherSuite: 1}})
		kp, secrets, err = bob.NewKeyPackage(w.rng)
		w.ok(err)
		alice := w.members["alice"]
		pending, err = alice.Reinitialise(w.rng, alice.Client(), []wire.KeyPackage{kp}, group.CommitOptions{})
		w.ok(err)
		w.follow(pending, bob, secrets)
	})
}

// follow has bob join a group that follows this one, and the two go on there.
func (w *world) follow(pending *group.Pending, bob group.Client, secrets group.KeyPackageSecrets) {
	w.t.Helper()
	next, welcome := pending.Accept()
	joined, err := bob.Join(secrets, welcome, group.JoinOptions{From: w.members["bob"]})
	w.ok(err)
	later := &world{t: w.t, s: w.s, rng: w.rng, format: w.format, config: w.config,
		members: map[string]*group.Group{"alice": next, "bob": joined}}
	later.agree()
	later.commit("bob", group.CommitOptions{})
	later.commit("alice", group.CommitOptions{}, "carol")
	later.say("carol")
}

// counter is shown each primitive call.
type counter map[suite.Op]map[string]int

func (c counter) Observe(call suite.Call) {
	if c[call.Op] == nil {
		c[call.Op] = map[string]int{}
	}
	c[call.Op][call.Label]++
}

// TestNothingOfTreeKEM listens to a whole story on the toy: no path secret is ever
// made, encrypted or opened. A group that went past the interface would be heard.
func TestNothingOfTreeKEM(t *testing.T) {
	for name, a := range agreements {
		w := newWorld(t, a, group.Private)
		heard := counter{}
		w.s = w.s.Observed(heard)
		w.members = map[string]*group.Group{}
		var err error
		w.members["alice"], err = w.client("alice").Create(w.rng, []byte("room"))
		w.ok(err)
		w.commit("alice", group.CommitOptions{}, "bob", "carol", "dave")
		w.update("carol")
		w.commit("dave", group.CommitOptions{Remove: []tree.LeafIndex{1}}, "erin")
		w.external("frank", "carol")
		w.commit("frank", group.CommitOptions{})
		of := heard[suite.OpExpand]["path"] + heard[suite.OpExpand]["node"] +
			heard[suite.OpEncrypt]["UpdatePathNode"] + heard[suite.OpDecrypt]["UpdatePathNode"]
		if (name == "pairwise") != (of == 0) {
			t.Errorf("%s: %d calls are TreeKEM's", name, of)
		}
	}
}

// TestShutOut: in the Commit that removes bob, each member's key opens the same
// secret, and bob's opens nothing at all.
func TestShutOut(t *testing.T) {
	w := newWorld(t, toy.Pairwise{}, group.Public)
	kps := map[string]group.KeyPackageSecrets{}
	var add []wire.KeyPackage
	for _, name := range []string{"bob", "carol", "dave"} {
		kp, secrets, err := w.client(name).NewKeyPackage(w.rng)
		w.ok(err)
		kps[name], add = secrets, append(add, kp)
	}
	first, err := w.members["alice"].Commit(w.rng, group.CommitOptions{Add: add, Format: group.Public})
	w.ok(err)
	w.deliver("alice", first.Commit)
	w.members["alice"], _ = first.Accept()
	pending, err := w.members["alice"].Commit(w.rng, group.CommitOptions{Remove: []tree.LeafIndex{1}, Format: group.Public})
	w.ok(err)
	var m wire.MLSMessage
	w.ok(wire.Unmarshal(pending.Commit, &m))
	v := w.view(m.PublicMessage.Content)

	var want []byte
	for leaf, name := range map[tree.LeafIndex]string{2: "carol", 3: "dave"} {
		_, secret, err := v.process(toy.Pairwise{}, leaf, kps[name].EncryptionKey)
		w.ok(err)
		if want == nil {
			want = secret
		}
		if len(secret) != w.s.Nh() || !bytes.Equal(secret, want) {
			t.Errorf("%s opens %x", name, secret)
		}
	}
	for leaf := range tree.LeafIndex(4) { // whichever place bob says is his
		if _, _, err := v.process(toy.Pairwise{}, leaf, kps["bob"].EncryptionKey); err == nil {
			t.Errorf("bob opens the ciphertext for leaf %d", leaf)
		}
	}
}
