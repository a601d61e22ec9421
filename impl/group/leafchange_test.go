package group

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// A member may change its credential and signature key, by Update or by path.
func TestNewIdentity(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	fresh, err := NewIdentity(p.s, p.rng, "bob")
	p.ok(err)
	next, msg, err := p.members["bob"].ProposeUpdate(p.rng, LeafChange{Identity: &fresh}, Private)
	p.propose("bob", next, msg, err)
	p.update("bob") // a later Update, with the old key, wins over it
	p.commit("alice", CommitOptions{})
	if bytes.Equal(p.members["bob"].client.Identity.SignaturePub, fresh.SignaturePub) {
		t.Error("bob's earlier Update won over his later one")
	}
	next, msg, err = p.members["bob"].ProposeUpdate(p.rng, LeafChange{Identity: &fresh}, Private)
	p.propose("bob", next, msg, err)
	p.commit("alice", CommitOptions{})
	again, err := NewIdentity(p.s, p.rng, "bob")
	p.ok(err)
	p.commit("bob", CommitOptions{Leaf: LeafChange{Identity: &again}})
	p.commit("bob", CommitOptions{})
	msg, err = p.members["bob"].Send(p.rng, []byte("it is me"), nil)
	p.ok(err)
	_, err = p.members["carol"].Receive(msg)
	p.ok(err)
}

// A member may change the extensions of its leaf, by Update or by path (§7.5), to those
// that its capabilities list.
func TestLeafExtensions(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	device := func(name string) *[]wire.Extension {
		data, err := wire.Marshal(&wire.ApplicationID{ApplicationID: []byte(name)})
		p.ok(err)
		return &[]wire.Extension{{Type: wire.ExtensionApplicationID, Data: data}}
	}
	next, msg, err := p.members["bob"].ProposeUpdate(p.rng, LeafChange{Extensions: device("phone")}, Private)
	p.propose("bob", next, msg, err)
	p.commit("alice", CommitOptions{Leaf: LeafChange{Extensions: device("laptop")}})
	for name, want := range map[string]string{"alice": "laptop", "bob": "phone"} {
		if got := p.members["carol"].Tree().Leaf(p.leaf(name)).Extensions; !treesync.SameExtensions(got, *device(want)) {
			t.Errorf("the leaf of %s has the extensions %v", name, got)
		}
	}
	unlisted := []wire.Extension{{Type: 0xff01}}
	if _, err := p.members["alice"].Commit(p.rng, CommitOptions{Leaf: LeafChange{Extensions: &unlisted}}); !errors.Is(err, spec.LeafExtensionsSupported) {
		t.Errorf("an extension that is not listed, by path: %v", err)
	}
	if _, _, err := p.members["bob"].ProposeUpdate(p.rng, LeafChange{Extensions: &unlisted}, Private); !errors.Is(err, spec.LeafExtensionsSupported) {
		t.Errorf("an extension that is not listed, by Update: %v", err)
	}
}
