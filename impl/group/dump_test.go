package group

import (
	"bytes"
	"fmt"
	"testing"

	"mlsref/impl/suite"
	"mlsref/props/dump"
)

// The dump would be worth nothing if it missed state: it sees a key go.
func TestDumpSeesChanges(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	p.create("alice")
	p.commit("alice", CommitOptions{}, "bob")
	alice, bob := p.members["alice"], p.members["bob"]
	before, hash := dump.Of(bob), dump.Hash(bob)
	for _, want := range [][]byte{bob.secrets.Membership, bob.interim, bob.client.Identity.SignatureKey, bob.GroupID()} {
		if !bytes.Contains([]byte(before), fmt.Appendf(nil, "%x", want)) {
			t.Errorf("%x is missing from\n%s", want, before)
		}
	}
	msg, err := alice.Send(p.rng, []byte("hello"), nil)
	check(t, err)
	if dump.Of(bob) != before || dump.Hash(bob) != hash {
		t.Error("sending to bob changes him")
	}
	_, err = bob.Receive(msg)
	check(t, err)
	if dump.Of(bob) == before || dump.Hash(bob) == hash {
		t.Error("a consumed key goes unseen")
	}
}
