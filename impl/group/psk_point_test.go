package group

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/wire"
	"mlsref/props/dump"
	"mlsref/spec"
)

// A PSK is injected under a fresh nonce each time (§8.4), by value and by reference.
func TestNonceIsFresh(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	c, seen := p.members["alice"].client, [][]byte{}
	for range 3 {
		proposal, err := c.pskProposal(p.rng, ExternalPSK([]byte("psk")))
		p.ok(err)
		seen = append(seen, proposal.PreSharedKey.PSK.PSKNonce)
	}
	_, msg, err := p.members["alice"].ProposePSK(p.rng, ExternalPSK([]byte("psk")), Public)
	p.ok(err)
	var m wire.MLSMessage
	p.ok(wire.Unmarshal(msg, &m))
	seen = append(seen, m.PublicMessage.Content.Proposal.PreSharedKey.PSK.PSKNonce)
	for i, nonce := range seen {
		if len(nonce) != p.s.Nh() {
			t.Errorf("nonce %d has %d bytes", i, len(nonce))
		}
		for _, other := range seen[:i] {
			if bytes.Equal(nonce, other) {
				t.Errorf("the nonce %x comes twice", nonce)
			}
		}
	}
}

// A member that lacks a PSK refuses the Commit that names it (§12.4.2), and can take
// it once it holds the PSK: bob's store is filled between the two.
func TestReceivedPSKNotHeld(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	alice, bob, id := p.members["alice"], p.members["bob"], ExternalPSK([]byte("coffee"))
	alice.client.Config.PSKs, bob.client.Config.PSKs = &PSKStore{}, &PSKStore{}
	alice.client.Config.PSKs.Put(id, []byte("secret"))
	pending, err := alice.Commit(p.rng, CommitOptions{PSKs: []wire.PreSharedKeyID{id}, Format: Public})
	p.ok(err)
	before := dump.Of(bob)
	if _, err := bob.Receive(pending.Commit); !errors.Is(err, spec.PSKsHeld) {
		t.Errorf("got %v, want %v", err, spec.PSKsHeld)
	}
	if dump.Of(bob) != before {
		t.Error("the refused Commit changed bob")
	}
	bob.client.Config.PSKs.Put(id, []byte("secret"))
	r, err := bob.Receive(pending.Commit)
	p.ok(err)
	if next, _ := pending.Accept(); !bytes.Equal(r.Next.EpochAuthenticator(), next.EpochAuthenticator()) {
		t.Error("alice and bob do not agree")
	}
}
