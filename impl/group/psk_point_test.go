package group

import (
	"bytes"
	"testing"

	"mlsref/impl/wire"
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
