package treedem

import (
	"errors"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

func TestPaddingPolicies(t *testing.T) {
	for name, v := range map[string]struct {
		policy Padding
		most   func(n int) int // the most that may be added
		ok     func(length int) bool
	}{
		"none":         {NoPadding, func(int) int { return 0 }, func(int) bool { return true }},
		"multiple":     {ToMultiple(16), func(int) int { return 15 }, func(n int) bool { return n%16 == 0 }},
		"of one":       {ToMultiple(1), func(int) int { return 0 }, func(int) bool { return true }},
		"of none":      {ToMultiple(0), func(int) int { return 0 }, func(int) bool { return true }},
		"power of two": {PowerOfTwo, func(n int) int { return max(n-2, 0) }, func(n int) bool { return n&(n-1) == 0 }},
		"padme":        {Padme, func(n int) int { return n * 12 / 100 }, func(n int) bool { return true }},
	} {
		for n := range 5000 {
			if p := v.policy.bytes(n); p < 0 || p > v.most(n) || !v.ok(n+p) || v.policy.bytes(n+p) != 0 {
				t.Fatalf("%s: %d bytes are padded by %d, and that by %d", name, n, p, v.policy.bytes(n+p))
			}
		}
	}
	// From the paper: a length of 9 bits keeps 4 below its first.
	lengths := map[int]bool{}
	for n := 256; n < 512; n++ {
		lengths[n+Padme(n)] = true
	}
	if len(lengths) != 17 {
		t.Errorf("256 to 511 are padded to %d lengths, want 17", len(lengths))
	}
}

// Padding of handshakes is accepted as that of application data is (known bug of
// another implementation), and refused alike if it says something.
func TestPaddedHandshakes(t *testing.T) {
	for _, kind := range []wire.ContentType{wire.ContentProposal, wire.ContentCommit} {
		c := newChannel(t)
		f := c.content(wire.ContentProposal)
		if kind == wire.ContentCommit {
			f.ContentType, f.Proposal, f.Commit = kind, nil, &wire.Commit{}
		}
		signed := must[*Content](t)(Sign(c.s, c.sk, wire.WireFormatPrivateMessage, f, c.context))
		m := must[*wire.PrivateMessage](t)(ProtectPrivate(c.s, c.rng, c.senderData, c.sender, signed, func(int) int { return 100 }))
		if err := c.receivePrivate(c.ratchets(), m); err != nil {
			t.Errorf("%v: %v", kind, err)
		}
		c.reseal(m, func(_ *wire.SenderData, i *wire.PrivateMessageContent) { i.Padding[99] = 1 })
		if err := c.receivePrivate(c.ratchets(), m); !errors.Is(err, spec.PaddingZero) {
			t.Errorf("%v: got %v, want %v", kind, err, spec.PaddingZero)
		}
	}
}

// A policy is followed to the byte, and a mad one does no harm: nothing is
// allocated and no generation is used.
func TestPaddingIsBounded(t *testing.T) {
	c := newChannel(t)
	signed := c.signed(wire.ContentApplication, wire.WireFormatPrivateMessage)
	protect := func(p Padding) (*wire.PrivateMessage, error) {
		return ProtectPrivate(c.s, c.rng, c.senderData, c.sender, signed, p)
	}
	plain := must[*wire.PrivateMessage](t)(protect(nil))
	padded := must[*wire.PrivateMessage](t)(protect(ToMultiple(64)))
	if n := len(padded.Ciphertext) - tagSize; n%64 != 0 || n < len(plain.Ciphertext)-tagSize {
		t.Errorf("padded to %d bytes, want a multiple of 64", n)
	}
	for _, n := range []int{1 << 30, 1<<63 - 1} {
		if _, err := protect(func(int) int { return n }); !errors.Is(err, spec.AEADSize) {
			t.Errorf("%d bytes of padding: got %v, want %v", n, err, spec.AEADSize)
		}
	}
	if _, err := protect(func(int) int { return -1 }); err == nil {
		t.Error("less than no padding passes")
	}
	next := must[*wire.PrivateMessage](t)(protect(nil))
	if data := must[wire.SenderData](t)(openSenderData(c.s, c.senderData, next)); data.Generation != 2 {
		t.Errorf("the next generation is %d, want 2", data.Generation)
	}
}
