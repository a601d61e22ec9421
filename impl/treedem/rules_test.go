package treedem

import (
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// channel is one epoch between two members, leaf 0 and leaf 1: what the other
// layers would hand to this one.
type channel struct {
	t          *testing.T
	s          suite.Suite
	rng        io.Reader
	context    wire.GroupContext
	sk, pk     []byte // of leaf 1
	encryption []byte
	senderData []byte
	membership []byte
	sender     *Ratchets // leaf 1's
}

func newChannel(t *testing.T) *channel {
	s := must[suite.Suite](t)(suite.ByID(1))
	rng := rand.NewChaCha8([32]byte{5})
	c := &channel{t: t, s: s, rng: rng,
		context:    wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: s.ID(), GroupID: []byte("group"), Epoch: 4},
		encryption: must[[]byte](t)(s.Random(rng, s.Nh())),
		senderData: must[[]byte](t)(s.Random(rng, s.Nh())),
		membership: must[[]byte](t)(s.Random(rng, s.Nh())),
	}
	var err error
	if c.sk, c.pk, err = s.GenerateSignatureKeyPair(rng); err != nil {
		t.Fatal(err)
	}
	c.sender = c.ratchets()
	return c
}

func (c *channel) ratchets() *Ratchets { return NewRatchets(c.s, 2, c.encryption, Limits{}) }

func (c *channel) content(kind wire.ContentType) wire.FramedContent {
	f := wire.FramedContent{GroupID: c.context.GroupID, Epoch: c.context.Epoch, ContentType: kind,
		Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: 1}}
	if kind == wire.ContentProposal {
		f.Proposal = &wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 0}}
	} else {
		f.ApplicationData = []byte("hello")
	}
	return f
}

func (c *channel) signed(kind wire.ContentType, f wire.WireFormat) *Content {
	return must[*Content](c.t)(Sign(c.s, c.sk, f, c.content(kind), c.context))
}

// public is an honest PublicMessage of leaf 1.
func (c *channel) public() *wire.PublicMessage {
	return must[*wire.PublicMessage](c.t)(ProtectPublic(c.s, c.membership, c.signed(wire.ContentProposal, wire.WireFormatPublicMessage), c.context))
}

// private is an honest PrivateMessage of leaf 1, with two bytes of padding.
func (c *channel) private() *wire.PrivateMessage {
	return must[*wire.PrivateMessage](c.t)(ProtectPrivate(c.s, c.rng, c.senderData, c.sender,
		c.signed(wire.ContentApplication, wire.WireFormatPrivateMessage), ToMultiple(50)))
}

// receivePublic is all that leaf 0 does with a PublicMessage.
func (c *channel) receivePublic(m *wire.PublicMessage) error {
	content, err := UnprotectPublic(c.s, c.membership, m, c.context)
	if err != nil {
		return err
	}
	return VerifySignature(c.s, c.pk, content, c.context)
}

// receivePrivate is all that leaf 0 does with a PrivateMessage.
func (c *channel) receivePrivate(r *Ratchets, m *wire.PrivateMessage) error {
	content, consume, err := UnprotectPrivate(c.s, c.senderData, r, m, c.context, 0)
	if err != nil {
		return err
	}
	if err := VerifySignature(c.s, c.pk, content, c.context); err != nil {
		return err
	}
	consume()
	return nil
}

// remac gives a changed PublicMessage a membership_tag that verifies.
func (c *channel) remac(m *wire.PublicMessage) {
	content := &Content{WireFormat: wire.WireFormatPublicMessage, Content: m.Content, Auth: m.Auth}
	tbm := must[[]byte](c.t)(membershipTBM(content, &c.context))
	m.MembershipTag = c.s.MAC(c.membership, tbm)
}

// reseal opens a PrivateMessage of leaf 1, lets the test change what is inside,
// and seals it again under the key of the generation that then stands there.
func (c *channel) reseal(m *wire.PrivateMessage, bend func(*wire.SenderData, *wire.PrivateMessageContent)) {
	c.t.Helper()
	data := must[wire.SenderData](c.t)(openSenderData(c.s, c.senderData, m))
	aad := must[[]byte](c.t)(contentAAD(m))
	k, _, err := c.ratchets().key(data.LeafIndex, m.ContentType, data.Generation)
	if err != nil {
		c.t.Fatal(err)
	}
	inner := wire.PrivateMessageContent{ContentType: m.ContentType}
	plaintext := must[[]byte](c.t)(c.s.Open(k.key, c.s.GuardNonce(k.nonce, data.ReuseGuard), aad, m.Ciphertext))
	if err := wire.Unmarshal(plaintext, &inner); err != nil {
		c.t.Fatal(err)
	}
	bend(&data, &inner)
	k = c.anyKey(data.LeafIndex, m.ContentType, data.Generation, k)
	plaintext = must[[]byte](c.t)(wire.Marshal(&inner))
	m.Ciphertext = must[[]byte](c.t)(c.s.Seal(k.key, c.s.GuardNonce(k.nonce, data.ReuseGuard), aad, plaintext))
	if err := sealSenderData(c.s, c.senderData, m, data); err != nil {
		c.t.Fatal(err)
	}
}

// anyKey is a generation's key without the bound on how far one may go; for a
// leaf outside the tree, which has no key, it is otherwise.
func (c *channel) anyKey(leaf uint32, kind wire.ContentType, generation uint32, otherwise generationKey) generationKey {
	r := c.ratchets()
	for n := uint32(0); leaf < r.leaves; n += DefaultMaxForward {
		k, consume, err := r.key(leaf, kind, min(n, generation))
		if err != nil {
			c.t.Fatal(err)
		}
		if k.generation == generation {
			return k
		}
		consume()
	}
	return otherwise
}

// Each case breaks one thing in an honest PublicMessage; where the check sits
// behind the MAC, the MAC is made anew. Subtle point 28: a receiver refuses
// application data here, though §6 speaks to the sender.
func TestPublicMessageRules(t *testing.T) {
	for _, v := range []struct {
		what string
		rule error
		bend func(*channel, *wire.PublicMessage)
	}{
		{"nothing", nil, func(*channel, *wire.PublicMessage) {}},
		{"application data", spec.ApplicationPrivate, func(c *channel, m *wire.PublicMessage) {
			m.Content = c.content(wire.ContentApplication)
			c.remac(m)
		}},
		{"another group", spec.SameGroup, func(c *channel, m *wire.PublicMessage) { m.Content.GroupID = []byte("other"); c.remac(m) }},
		{"the next epoch", spec.SameEpoch, func(c *channel, m *wire.PublicMessage) { m.Content.Epoch++; c.remac(m) }},
		{"the tag of other content", spec.MembershipTag, func(c *channel, m *wire.PublicMessage) { m.Content.Proposal.Remove.Removed = 1 }},
		{"no tag", spec.MembershipTag, func(c *channel, m *wire.PublicMessage) { m.MembershipTag = nil }},
		{"the tag of another epoch's key", spec.MembershipTag, func(c *channel, m *wire.PublicMessage) {
			c.membership = c.s.Hash(c.membership)
			c.remac(m)
			c.membership = nil
		}},
		{"other content", spec.ContentSignature, func(c *channel, m *wire.PublicMessage) { m.Content.Proposal.Remove.Removed = 1; c.remac(m) }},
		{"other authenticated data", spec.ContentSignature, func(c *channel, m *wire.PublicMessage) { m.Content.AuthenticatedData = []byte{0}; c.remac(m) }},
		{"another's leaf", spec.ContentSignature, func(c *channel, m *wire.PublicMessage) { m.Content.Sender.LeafIndex = 0; c.remac(m) }},
		{"a signature for the other wire format", spec.ContentSignature, func(c *channel, m *wire.PublicMessage) {
			m.Auth = c.signed(wire.ContentProposal, wire.WireFormatPrivateMessage).Auth
			c.remac(m)
		}},
		{"a signature under another GroupContext", spec.ContentSignature, func(c *channel, m *wire.PublicMessage) {
			honest := c.context
			c.context.TreeHash = []byte{1}
			m.Auth = c.signed(wire.ContentProposal, wire.WireFormatPublicMessage).Auth
			c.context = honest
			c.remac(m)
		}},
	} {
		t.Run(v.what, func(t *testing.T) {
			c := newChannel(t)
			m := c.public()
			if err := c.receivePublic(m); err != nil {
				t.Fatalf("the honest message: %v", err)
			}
			v.bend(c, m)
			if err := c.receivePublic(m); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
}

// Each case breaks one thing in an honest PrivateMessage; where the check sits
// behind the AEAD, everything is sealed anew.
func TestPrivateMessageRules(t *testing.T) {
	type inside = wire.PrivateMessageContent
	for _, v := range []struct {
		what string
		rule error
		bend func(*channel, *wire.PrivateMessage)
	}{
		{"nothing", nil, func(*channel, *wire.PrivateMessage) {}},
		{"sealed anew", nil, func(c *channel, m *wire.PrivateMessage) { c.reseal(m, func(*wire.SenderData, *inside) {}) }},
		{"another group", spec.SameGroup, func(c *channel, m *wire.PrivateMessage) { m.GroupID = []byte("other") }},
		{"the epoch before", spec.SameEpoch, func(c *channel, m *wire.PrivateMessage) { m.Epoch-- }},
		{"sender data changed", spec.SenderDataOpens, func(c *channel, m *wire.PrivateMessage) { m.EncryptedSenderData[0] ^= 1 }},
		{"a sample of other ciphertext", spec.SenderDataOpens, func(c *channel, m *wire.PrivateMessage) { m.Ciphertext[0] ^= 1 }},
		{"no ciphertext", spec.SenderDataOpens, func(c *channel, m *wire.PrivateMessage) { m.Ciphertext = nil }},
		{"another content type", spec.SenderDataOpens, func(c *channel, m *wire.PrivateMessage) { m.ContentType = wire.ContentProposal }},
		{"a leaf out of the tree", spec.SenderIsMember, func(c *channel, m *wire.PrivateMessage) {
			c.reseal(m, func(d *wire.SenderData, _ *inside) { d.LeafIndex = 2 })
		}},
		{"a leaf far out of the tree", spec.SenderIsMember, func(c *channel, m *wire.PrivateMessage) {
			c.reseal(m, func(d *wire.SenderData, _ *inside) { d.LeafIndex = 1<<32 - 1 })
		}},
		{"as far ahead as allowed", nil, func(c *channel, m *wire.PrivateMessage) {
			c.reseal(m, func(d *wire.SenderData, _ *inside) { d.Generation = DefaultMaxForward })
		}},
		{"one generation further", spec.ForwardBound, func(c *channel, m *wire.PrivateMessage) {
			c.reseal(m, func(d *wire.SenderData, _ *inside) { d.Generation = DefaultMaxForward + 1 })
		}},
		{"the last generation of all", spec.ForwardBound, func(c *channel, m *wire.PrivateMessage) {
			data := must[wire.SenderData](c.t)(openSenderData(c.s, c.senderData, m))
			data.Generation = 1<<32 - 1
			if err := sealSenderData(c.s, c.senderData, m, data); err != nil {
				c.t.Fatal(err)
			}
		}},
		{"the last byte of the ciphertext", spec.PrivateOpens, func(c *channel, m *wire.PrivateMessage) { m.Ciphertext[len(m.Ciphertext)-1] ^= 1 }},
		{"other authenticated data", spec.PrivateOpens, func(c *channel, m *wire.PrivateMessage) { m.AuthenticatedData = []byte{0} }},
		{"another reuse guard", spec.PrivateOpens, func(c *channel, m *wire.PrivateMessage) {
			data := must[wire.SenderData](c.t)(openSenderData(c.s, c.senderData, m))
			data.ReuseGuard[3] ^= 1
			if err := sealSenderData(c.s, c.senderData, m, data); err != nil {
				c.t.Fatal(err)
			}
		}},
		{"padding that says something", spec.PaddingZero, func(c *channel, m *wire.PrivateMessage) {
			c.reseal(m, func(_ *wire.SenderData, i *inside) { i.Padding[1] = 1 })
		}},
		{"more padding", nil, func(c *channel, m *wire.PrivateMessage) {
			c.reseal(m, func(_ *wire.SenderData, i *inside) { i.Padding = make([]byte, 999) })
		}},
		{"other content", spec.ContentSignature, func(c *channel, m *wire.PrivateMessage) {
			c.reseal(m, func(_ *wire.SenderData, i *inside) { i.ApplicationData = []byte("bye") })
		}},
		{"another's signature", spec.ContentSignature, func(c *channel, m *wire.PrivateMessage) {
			c.pk = nil
		}},
	} {
		t.Run(v.what, func(t *testing.T) {
			c := newChannel(t)
			m := c.private()
			if err := c.receivePrivate(c.ratchets(), m); err != nil {
				t.Fatalf("the honest message: %v", err)
			}
			v.bend(c, m)
			if err := c.receivePrivate(c.ratchets(), m); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
}

// A key opens one message: used, skipped and used, or dropped for want of room.
func TestGenerationOnceRule(t *testing.T) {
	c := newChannel(t)
	r := c.ratchets()
	var msgs []*wire.PrivateMessage
	for range DefaultMaxForward + 3 {
		msgs = append(msgs, c.private())
	}
	for _, v := range []struct {
		generation int
		rule       error
	}{
		{1, nil}, {1, spec.GenerationOnce}, // used
		{0, nil}, {0, spec.GenerationOnce}, // skipped, then used
		{DefaultMaxForward + 2, nil}, {3, nil}, {3, spec.GenerationOnce},
	} {
		if err := c.receivePrivate(r, msgs[v.generation]); !errors.Is(err, v.rule) {
			t.Errorf("generation %d: %v, want %v", v.generation, err, v.rule)
		}
	}
	// A rejected message consumes nothing: the honest one still opens.
	bad := *msgs[5]
	bad.AuthenticatedData = []byte("x")
	if err := c.receivePrivate(r, &bad); !errors.Is(err, spec.PrivateOpens) {
		t.Errorf("got %v, want %v", err, spec.PrivateOpens)
	}
	if err := c.receivePrivate(r, msgs[5]); err != nil {
		t.Error(err)
	}
}

func TestSenderRules(t *testing.T) {
	c := newChannel(t)
	honest := c.signed(wire.ContentProposal, wire.WireFormatPrivateMessage)
	for what, v := range map[string]struct {
		rule error
		bend func(*Content)
	}{
		"nothing":                  {nil, func(*Content) {}},
		"a sender from outside":    {spec.PrivateSenderMember, func(x *Content) { x.Content.Sender = wire.Sender{Type: wire.SenderExternal} }},
		"a new member":             {spec.PrivateSenderMember, func(x *Content) { x.Content.Sender.Type = wire.SenderNewMemberCommit }},
		"a leaf that there is not": {spec.SenderIsMember, func(x *Content) { x.Content.Sender.LeafIndex = 2 }},
	} {
		content := *honest
		v.bend(&content)
		if _, err := ProtectPrivate(c.s, c.rng, c.senderData, c.ratchets(), &content, nil); !errors.Is(err, v.rule) {
			t.Errorf("%s: got %v, want %v", what, err, v.rule)
		}
	}
	for f, rule := range map[wire.WireFormat]error{wire.WireFormatPrivateMessage: nil, wire.WireFormatPublicMessage: spec.ApplicationPrivate} {
		if _, err := Sign(c.s, c.sk, f, c.content(wire.ContentApplication), c.context); !errors.Is(err, rule) {
			t.Errorf("application data in %v: got %v, want %v", f, err, rule)
		}
	}
}

// What a member seals is decoded as strictly as what stands in the clear.
func TestInsideIsStrict(t *testing.T) {
	c := newChannel(t)
	var malformed *wire.SyntaxError

	long := c.private()
	data := must[wire.SenderData](t)(openSenderData(c.s, c.senderData, long))
	key, nonce := senderDataKey(c.s, c.senderData, long.Ciphertext)
	plaintext := append(must[[]byte](t)(wire.Marshal(&data)), 0)
	long.EncryptedSenderData = must[[]byte](t)(c.s.Seal(key, nonce, must[[]byte](t)(senderDataAAD(long)), plaintext))
	if err := c.receivePrivate(c.ratchets(), long); !errors.As(err, &malformed) {
		t.Errorf("sender data with a byte more: got %v, want a syntax error", err)
	}

	unknown := c.private()
	data = must[wire.SenderData](t)(openSenderData(c.s, c.senderData, unknown))
	unknown.ContentType = 9
	k, _, err := c.ratchets().key(1, unknown.ContentType, data.Generation)
	if err != nil {
		t.Fatal(err)
	}
	unknown.Ciphertext = must[[]byte](t)(c.s.Seal(k.key, c.s.GuardNonce(k.nonce, data.ReuseGuard), must[[]byte](t)(contentAAD(unknown)), make([]byte, 99)))
	if err := sealSenderData(c.s, c.senderData, unknown, data); err != nil {
		t.Fatal(err)
	}
	if err := c.receivePrivate(c.ratchets(), unknown); !errors.As(err, &malformed) {
		t.Errorf("an unknown content type: got %v, want a syntax error", err)
	}
}

// Content signed for one framing is not sent in the other.
func TestProtectWhatWasSigned(t *testing.T) {
	c := newChannel(t)
	if _, err := ProtectPublic(c.s, c.membership, c.signed(wire.ContentProposal, wire.WireFormatPrivateMessage), c.context); err == nil {
		t.Error("content signed for a PrivateMessage becomes a PublicMessage")
	}
	if _, err := ProtectPrivate(c.s, c.rng, c.senderData, c.sender, c.signed(wire.ContentProposal, wire.WireFormatPublicMessage), nil); err == nil {
		t.Error("content signed for a PublicMessage becomes a PrivateMessage")
	}
}

func TestConfirmationTagRule(t *testing.T) {
	s := must[suite.Suite](t)(suite.ByID(1))
	key, confirmed := make([]byte, s.Nh()), make([]byte, s.Nh())
	tag := ConfirmationTag(s, key, confirmed)
	if err := VerifyConfirmation(s, key, confirmed, tag); err != nil {
		t.Fatal(err)
	}
	other := append([]byte{1}, key[1:]...)
	for what, err := range map[string]error{
		"another key":        VerifyConfirmation(s, other, confirmed, tag),
		"another transcript": VerifyConfirmation(s, key, other, tag),
		"half the tag":       VerifyConfirmation(s, key, confirmed, tag[:16]),
		"no tag":             VerifyConfirmation(s, key, confirmed, nil),
	} {
		if !errors.Is(err, spec.ConfirmationTag) {
			t.Errorf("%s: got %v, want %v", what, err, spec.ConfirmationTag)
		}
	}
}
