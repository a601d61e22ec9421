package groupkeys_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace/groupkeys"
)

// pair are alice's and bob's views of a group, and what alice has for its messages.
type pair struct {
	*testing.T
	rng        *rand.ChaCha8
	alice, bob *group.Group
	keys       groupkeys.Keys
}

func newPair(t *testing.T, seed byte) *pair {
	p := &pair{T: t, rng: rand.NewChaCha8([32]byte{seed})}
	s, err := suite.ByID(1)
	p.ok(err)
	a, err := group.NewClient(s, p.rng, "alice")
	p.ok(err)
	b, err := group.NewClient(s, p.rng, "bob")
	p.ok(err)
	kp, secrets, err := b.NewKeyPackage(p.rng)
	p.ok(err)
	g, err := a.Create(p.rng, []byte("room"))
	p.ok(err)
	pending, err := g.Commit(p.rng, group.CommitOptions{Add: []wire.KeyPackage{kp}})
	p.ok(err)
	var welcome []byte
	p.alice, welcome = pending.Accept()
	p.bob, err = b.Join(secrets, welcome, group.JoinOptions{})
	p.ok(err)
	p.keys, err = groupkeys.Of(p.alice)
	p.ok(err)
	return p
}

func (p *pair) ok(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *pair) signatureKey() []byte { return p.alice.Client().Identity.SignatureKey }

// honest are messages that alice would send now, by a copy of her: handshakes in both
// formats, and application data.
func (p *pair) honest() map[string][]byte {
	p.Helper()
	messages := map[string][]byte{}
	for name, format := range map[string]group.Format{"public": group.Public, "private": group.Private} {
		_, proposal, err := p.alice.Clone().ProposeUpdate(p.rng, group.LeafChange{}, format)
		p.ok(err)
		pending, err := p.alice.Clone().Commit(p.rng, group.CommitOptions{Format: format})
		p.ok(err)
		messages[name+" proposal"], messages[name+" commit"] = proposal, pending.Commit
	}
	data, err := p.alice.Clone().Send(p.rng, []byte("hello"), []byte("ad"))
	p.ok(err)
	messages["application data"] = data
	return messages
}

func (p *pair) open(message []byte) *wire.AuthenticatedContent {
	p.Helper()
	c, err := p.keys.Open(message)
	p.ok(err)
	return c
}

// An honest message, opened and sealed again, is the same content; bob accepts it; and
// alice's group has not changed.
func TestRoundTrip(t *testing.T) {
	p := newPair(t, 1)
	before, err := p.alice.Save()
	p.ok(err)
	for name, message := range p.honest() {
		for skip := range 3 {
			c := p.open(message)
			p.ok(p.keys.Sign(c, p.signatureKey()))
			again, generation, err := p.keys.Seal(p.rng, c, skip)
			p.ok(err)
			if !reflect.DeepEqual(p.open(message), p.open(again)) {
				t.Errorf("%s: another content after sealing it again", name)
			}
			switch {
			case c.WireFormat == wire.WireFormatPublicMessage && !bytes.Equal(again, message):
				t.Errorf("%s: tagged again, it is another message", name)
			case c.WireFormat == wire.WireFormatPrivateMessage && generation != uint32(skip):
				t.Errorf("%s: generation %d, want %d", name, generation, skip)
			}
			if _, err := p.bob.Clone().Receive(again); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if after, err := p.alice.Save(); err != nil || !bytes.Equal(before, after) {
		t.Error("alice's group has changed")
	}
}

// Keys stay what they were when alice goes on.
func TestKeysStay(t *testing.T) {
	p := newPair(t, 1)
	message, err := p.alice.Send(p.rng, []byte("hello"), nil)
	p.ok(err)
	if _, generation, err := p.keys.Seal(p.rng, p.open(message), 0); err != nil || generation != 0 {
		t.Errorf("generation %d, %v", generation, err)
	}
}

// What alice never said bob takes for hers, in the other format too.
func TestMadeUp(t *testing.T) {
	p := newPair(t, 1)
	messages := p.honest()
	c := p.open(messages["application data"])
	c.Content.ApplicationData = []byte("goodbye")
	p.ok(p.keys.Sign(c, p.signatureKey()))
	sealed, _, err := p.keys.Seal(p.rng, c, 0)
	p.ok(err)
	r, err := p.bob.Clone().Receive(sealed)
	p.ok(err)
	if string(r.Application) != "goodbye" {
		t.Errorf("bob reads %q", r.Application)
	}
	for name, to := range map[string]wire.WireFormat{
		"public proposal": wire.WireFormatPrivateMessage, "private proposal": wire.WireFormatPublicMessage} {
		c := p.open(messages[name])
		c.WireFormat = to
		p.ok(p.keys.Sign(c, p.signatureKey()))
		sealed, _, err := p.keys.Seal(p.rng, c, 0)
		p.ok(err)
		if _, err := p.bob.Clone().Receive(sealed); err != nil {
			t.Errorf("%s, now %v: %v", name, to, err)
		}
	}
}

// Each key that is somebody else's breaks the rule that it is for.
func TestOtherKeys(t *testing.T) {
	p, other := newPair(t, 1), newPair(t, 2)
	messages := p.honest()
	for _, c := range []struct {
		what, message string
		rule          *spec.Rule
		bend          func(*wire.AuthenticatedContent) (groupkeys.Keys, error)
	}{
		{"changed and not signed again", "public proposal", spec.ContentSignature, func(c *wire.AuthenticatedContent) (groupkeys.Keys, error) {
			c.Content.AuthenticatedData = []byte("x")
			return p.keys, nil
		}},
		{"changed and not signed again", "application data", spec.ContentSignature, func(c *wire.AuthenticatedContent) (groupkeys.Keys, error) {
			c.Content.ApplicationData = []byte("x")
			return p.keys, nil
		}},
		{"another's signature key", "public commit", spec.ContentSignature, func(c *wire.AuthenticatedContent) (groupkeys.Keys, error) {
			return p.keys, p.keys.Sign(c, other.signatureKey())
		}},
		{"another's signature key", "private commit", spec.ContentSignature, func(c *wire.AuthenticatedContent) (groupkeys.Keys, error) {
			return p.keys, p.keys.Sign(c, other.signatureKey())
		}},
		{"another group's GroupContext", "private proposal", spec.ContentSignature, func(c *wire.AuthenticatedContent) (groupkeys.Keys, error) {
			return p.keys, other.keys.Sign(c, p.signatureKey())
		}},
		{"another group's membership_key", "public proposal", spec.MembershipTag, func(*wire.AuthenticatedContent) (groupkeys.Keys, error) {
			k := p.keys
			k.Secrets = other.keys.Secrets
			return k, nil
		}},
		{"another group's sender_data_secret", "private proposal", spec.SenderDataOpens, func(*wire.AuthenticatedContent) (groupkeys.Keys, error) {
			k := p.keys
			k.Secrets = other.keys.Secrets
			return k, nil
		}},
		{"another group's message key", "private proposal", spec.PrivateOpens, func(*wire.AuthenticatedContent) (groupkeys.Keys, error) {
			k := other.keys
			k.Secrets = p.keys.Secrets
			return k, nil
		}},
	} {
		content := p.open(messages[c.message])
		k, err := c.bend(content)
		p.ok(err)
		sealed, _, err := k.Seal(p.rng, content, 0)
		p.ok(err)
		if _, err := p.bob.Clone().Receive(sealed); !errors.Is(err, c.rule) {
			t.Errorf("%s, %s: %v, want %s", c.message, c.what, err, c.rule.ID)
		}
	}
}

// What Private lets be bent is what is encrypted.
func TestBent(t *testing.T) {
	p := newPair(t, 1)
	c := p.open(p.honest()["application data"])
	for _, b := range []struct {
		what string
		rule *spec.Rule // nil: it is accepted
		bend func(*groupkeys.Sealed)
	}{
		{"nothing", nil, func(*groupkeys.Sealed) {}},
		{"padding of zero", nil, func(s *groupkeys.Sealed) { s.Plaintext = append(s.Plaintext, 0) }},
		{"padding of one", spec.PaddingZero, func(s *groupkeys.Sealed) { s.Plaintext = append(s.Plaintext, 1) }},
		{"the key", spec.PrivateOpens, func(s *groupkeys.Sealed) { s.Key[0] ^= 1 }},
		{"the nonce", spec.PrivateOpens, func(s *groupkeys.Sealed) { s.Nonce[0] ^= 1 }},
		{"the additional data", spec.PrivateOpens, func(s *groupkeys.Sealed) { s.AAD[0] ^= 1 }},
		{"the generation", spec.PrivateOpens, func(s *groupkeys.Sealed) { s.Data.Generation++ }},
	} {
		message, err := p.keys.Private(p.rng, c, 0, b.bend)
		p.ok(err)
		_, err = p.bob.Clone().Receive(message)
		if b.rule == nil && err != nil || b.rule != nil && !errors.Is(err, b.rule) {
			t.Errorf("%s: %v", b.what, err)
		}
	}
}

// Without keys there is no tag and no PrivateMessage, and no format but the two has a
// content.
func TestRefused(t *testing.T) {
	p := newPair(t, 1)
	outside := groupkeys.Keys{Suite: p.keys.Suite, Context: p.keys.Context}
	messages := p.honest()
	if _, err := outside.Open(messages["application data"]); err == nil {
		t.Error("a PrivateMessage opens without keys")
	}
	if _, _, err := outside.Seal(p.rng, p.open(messages["application data"]), 0); err == nil {
		t.Error("a PrivateMessage is made without keys")
	}
	c := p.open(messages["public proposal"])
	untagged, _, err := outside.Seal(p.rng, c, 0)
	p.ok(err)
	if _, err := p.bob.Clone().Receive(untagged); err == nil {
		t.Error("a member's PublicMessage needs no tag")
	}
	if tag, err := outside.MembershipTag(c); tag != nil || err != nil {
		t.Errorf("a tag without keys: %x, %v", tag, err)
	}
	c.WireFormat = wire.WireFormatWelcome
	if _, _, err := p.keys.Seal(p.rng, c, 0); err == nil {
		t.Error("a Welcome is made of a content")
	}
	kp, _, err := p.alice.Client().NewKeyPackage(p.rng)
	p.ok(err)
	message, err := wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp})
	p.ok(err)
	for _, b := range [][]byte{nil, {1}, message} {
		if _, err := p.keys.Open(b); err == nil {
			t.Errorf("%x opens", b)
		}
	}
}
