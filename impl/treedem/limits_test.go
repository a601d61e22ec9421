package treedem

import (
	"errors"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

func (c *channel) send(kind wire.ContentType) (*wire.PrivateMessage, error) {
	return ProtectPrivate(c.s, c.rng, c.senderData, c.sender, c.signed(kind, wire.WireFormatPrivateMessage), nil)
}

func (c *channel) mustSend(kind wire.ContentType) *wire.PrivateMessage {
	c.t.Helper()
	return must[*wire.PrivateMessage](c.t)(c.send(kind))
}

func (c *channel) refuses(kind wire.ContentType, rule error) {
	c.t.Helper()
	before := c.sender.changes
	if _, err := c.send(kind); !errors.Is(err, rule) {
		c.t.Errorf("%v: got %v, want %v", kind, err, rule)
	}
	if c.sender.changes != before {
		c.t.Errorf("%v: a refusal used a generation", kind)
	}
}

// The epoch's budget ends application messages at its half, handshakes at its end.
func TestAEADUsageRule(t *testing.T) {
	c := newChannel(t)
	c.mustSend(wire.ContentApplication)
	own := c.sender.used[1]
	cost := own.spent
	if cost == 0 {
		t.Fatal("a message costs nothing")
	}
	own.spent = gcmBudget/2 - cost
	c.mustSend(wire.ContentApplication)
	c.refuses(wire.ContentApplication, spec.AEADUsage)
	c.mustSend(wire.ContentProposal)
	own.spent = gcmBudget - cost
	c.mustSend(wire.ContentProposal)
	c.refuses(wire.ContentProposal, spec.AEADUsage)

	// Receivers do not count: the sender is bound.
	r := c.ratchets()
	if err := c.receivePrivate(r, newChannel(t).private()); err != nil || r.used[1].spent != 0 {
		t.Errorf("received: %v, and %d spent", err, r.used[1].spent)
	}
}

// The client's own bound is on application messages: a Commit is the way out.
func TestMaxMessages(t *testing.T) {
	c := newChannel(t)
	c.sender = NewRatchets(c.s, 2, c.encryption, Limits{MaxMessages: 2})
	c.mustSend(wire.ContentApplication)
	c.mustSend(wire.ContentApplication)
	c.refuses(wire.ContentApplication, spec.AEADUsage)
	for range 3 {
		c.mustSend(wire.ContentProposal)
	}
}

// What a message costs is more than its blocks times its blocks and 161, as the
// bound for AES-GCM has it; two of half the length cost no more than one.
func TestAEADCost(t *testing.T) {
	for _, n := range []int{0, 1, 16, 17, 4096, 1 << 20, maxCiphertext} {
		blocks := uint64(n+15) / 16
		if got := aeadCost(n) << 16; got < blocks*(blocks+161) {
			t.Errorf("%d bytes cost %d, less than %d", n, got, blocks*(blocks+161))
		}
		if aeadCost(n, n) < aeadCost(2*n)/2 {
			t.Errorf("%d bytes twice cost %d", n, aeadCost(n, n))
		}
	}
	// The largest message of all, with the largest AADs: it does not overflow, and
	// some still fit.
	if most := aeadCost(maxCiphertext, 1<<31, 1<<31); most > gcmBudget/1000 {
		t.Errorf("the largest message costs %d of %d", most, uint64(gcmBudget))
	}
	for name, gcm := range map[string]bool{
		"MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519":        true,
		"MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519": false,
		"MLS_256_DHKEMP384_AES256GCM_SHA384_P384":             true,
	} {
		s := must[suite.Suite](t)(suite.ByName(name))
		if s.IsGCM() != gcm || (aeadBudget(s) == gcmBudget) != gcm {
			t.Errorf("%s: GCM is %v, budget %d", name, s.IsGCM(), aeadBudget(s))
		}
	}
}

func TestAEADSizeRule(t *testing.T) {
	for _, v := range []struct {
		plaintext, padding int
		rule               error
	}{
		{100, 0, nil},
		{100, maxCiphertext - tagSize - 100, nil},
		{100, maxCiphertext - tagSize - 99, spec.AEADSize},
		{maxCiphertext - tagSize, 0, nil},
		{maxCiphertext - tagSize + 1, 0, spec.AEADSize},
	} {
		if err := aeadSize(v.plaintext, v.padding); !errors.Is(err, v.rule) {
			t.Errorf("%d and %d bytes: got %v, want %v", v.plaintext, v.padding, err, v.rule)
		}
	}
}

// Subtle point 32: generation 2^32-1 is the last. The sender stops; at the
// receiver the count does not begin again, so that no old number opens anything.
func TestGenerationsEnd(t *testing.T) {
	c := newChannel(t)
	r := c.ratchets()
	first := c.mustSend(wire.ContentApplication)
	if err := c.receivePrivate(r, first); err != nil {
		t.Fatal(err)
	}
	// Both have the same secret; that it is said to be a later one is as good.
	c.sender.used[1].application.next = generations - 3
	r.used[1].application.next = generations - 3
	skipped, _, last := c.mustSend(wire.ContentApplication), c.mustSend(wire.ContentApplication), c.mustSend(wire.ContentApplication)
	c.refuses(wire.ContentApplication, spec.GenerationsLeft)
	c.mustSend(wire.ContentProposal)
	if data := must[wire.SenderData](t)(openSenderData(c.s, c.senderData, last)); data.Generation != 1<<32-1 {
		t.Errorf("the last generation is %d", data.Generation)
	}
	for _, v := range []struct {
		what string
		m    *wire.PrivateMessage
		rule error
	}{{"the last", last, nil}, {"the last again", last, spec.GenerationOnce}, {"the first", first, spec.GenerationOnce}, {"one skipped", skipped, nil}} {
		if err := c.receivePrivate(r, v.m); !errors.Is(err, v.rule) {
			t.Errorf("%s: got %v, want %v", v.what, err, v.rule)
		}
	}
	if a := r.used[1].application; a.secret != nil || a.next != generations {
		t.Errorf("after the last generation there is a secret for number %d", a.next)
	}
}
