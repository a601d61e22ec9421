package group

import (
	"bytes"
	"errors"
	"fmt"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// A saved group may be loaded twice, or be an old copy that a backup brought back:
// bytes in a file cannot tell. Two that go on from the same bytes have the same
// ratchets, and would send different messages under one key and nonce. So what is
// saved cannot send: the keys of the member's own ratchets are not in it, and a
// loaded group encrypts nothing (RFC 9420 §6.3.1, §9.2) until it has itself made a
// Commit with a path. The fresh randomness of that path makes an epoch that no
// other copy has, whatever it does. Until then it receives, and its handshakes
// go out as PublicMessages, which use up no key.

// savedFormat changes when the encoding does.
const savedFormat = 1

var (
	errSavedFormat = fmt.Errorf("the saved group is not in format %d", savedFormat)
	errNotOurs     = errors.New("the saved group is not this client's: its leaf has another signature_key or cipher suite")
)

// saved is a group as it is saved, in the RFC's presentation language.
type saved struct {
	Magic           [8]byte
	Format          uint16
	Public          treesync.SavedState
	Private         treekem.Member
	Secrets         treekem.Secrets
	Updates         []pendingUpdate
	Ratchets        []byte
	ConfirmationTag []byte
	Past            []savedEpoch
	Resumption      []resumption
	ReInit          *wire.ReInit
}

var magic = [8]byte{'m', 'l', 's', 'r', 'e', 'f', ' ', 'g'}

func (s *saved) Wire(c *wire.Codec) {
	c.Fixed("magic", s.Magic[:])
	wire.Uint(c, "format", &s.Format)
	if s.Magic != magic || s.Format != savedFormat {
		c.Fail("format", "%v", errSavedFormat)
		return
	}
	wire.Struct(c, "public", &s.Public)
	wire.Struct(c, "private", s.Private)
	wire.Struct(c, "secrets", &s.Secrets)
	wire.Vector(c, "updates", &s.Updates)
	c.Opaque("ratchets", &s.Ratchets)
	c.Opaque("confirmation_tag", &s.ConfirmationTag)
	wire.Vector(c, "past", &s.Past)
	wire.Vector(c, "resumption", &s.Resumption)
	wire.Optional(c, "reinit", &s.ReInit)
}

func (u *pendingUpdate) Wire(c *wire.Codec) {
	c.Opaque("public_key", &u.publicKey)
	c.Opaque("private_key", &u.privateKey)
	name := []byte(u.identity.Name)
	c.Opaque("name", &name)
	u.identity.Name = string(name)
	wire.Struct(c, "credential", &u.identity.Credential)
	c.Opaque("signature_private_key", &u.identity.SignatureKey)
	c.Opaque("signature_key", &u.identity.SignaturePub)
}

func (r *resumption) Wire(c *wire.Codec) {
	wire.Uint(c, "epoch", &r.epoch)
	c.Opaque("resumption_psk", &r.psk)
}

// savedEpoch is a pastEpoch as it is saved.
type savedEpoch struct {
	Public     treesync.SavedState
	SenderData []byte
	Ratchets   []byte
}

func (e *savedEpoch) Wire(c *wire.Codec) {
	wire.Struct(c, "public", &e.Public)
	c.Opaque("sender_data_secret", &e.SenderData)
	c.Opaque("ratchets", &e.Ratchets)
}

// Save encodes the group, secrets in clear, but for the client itself: its identity
// and Config are given again to Load. Only the newest copy should be kept: an older
// one opens what was received since. g goes on as before, and sends.
func (g *Group) Save() ([]byte, error) {
	ratchets, err := g.ratchets.Save(g.Leaf())
	if err != nil {
		return nil, err
	}
	s := &saved{
		Magic: magic, Format: savedFormat,
		Public: g.public.Save(), Private: g.private, Secrets: g.secrets, Updates: g.updates,
		Ratchets: ratchets, ConfirmationTag: g.confirmationTag,
		Resumption: g.resumption, ReInit: g.reinit,
	}
	for _, e := range g.past {
		ratchets, err := e.ratchets.Save(g.Leaf())
		if err != nil {
			return nil, err
		}
		s.Past = append(s.Past, savedEpoch{e.public.Save(), e.senderData, ratchets})
	}
	return wire.Marshal(s)
}

// Load decodes what Save wrote and checks that it is whole: the tree is valid, the
// private keys are those of its public ones, the confirmation tag verifies. The
// group receives; it encrypts only after a Commit with a path of its own.
func (c Client) Load(b []byte) (*Group, error) {
	s := &saved{Private: c.agreement().NewMember(0, nil)}
	if err := wire.Unmarshal(b, s); err != nil {
		return nil, err
	}
	public, err := treesync.State{Suite: c.Suite, Policy: c.Config.Policy}.Load(s.Public)
	if err != nil {
		return nil, err
	}
	leaf := public.Tree.Leaf(s.Private.LeafIndex())
	if leaf == nil || !bytes.Equal(leaf.SignatureKey, c.Identity.SignaturePub) || public.Context.CipherSuite != c.Suite.ID() {
		return nil, errNotOurs
	}
	g := &Group{
		client: c, public: public, private: s.Private, secrets: s.Secrets, updates: s.Updates,
		confirmationTag: s.ConfirmationTag, resumption: s.Resumption, reinit: s.ReInit, loaded: true,
	}
	if g.ratchets, err = c.loadRatchets(s.Ratchets, public, g.Leaf()); err != nil {
		return nil, err
	}
	for _, e := range s.Past {
		past, err := c.loadEpoch(e, g.Leaf())
		if err != nil {
			return nil, err
		}
		g.past = append(g.past, past)
	}
	return g, g.whole()
}

func (c Client) loadRatchets(b []byte, public treesync.State, own tree.LeafIndex) (*treedem.Ratchets, error) {
	r, err := treedem.LoadRatchets(c.Suite, b, c.Config.Limits)
	if err != nil {
		return nil, err
	}
	return r, r.Fits(public.Tree.Leaves(), own)
}

func (c Client) loadEpoch(e savedEpoch, own tree.LeafIndex) (pastEpoch, error) {
	if n := len(e.SenderData); n != c.Suite.Nh() {
		return pastEpoch{}, fmt.Errorf("the sender_data_secret of epoch %d has %d bytes, want %d", e.Public.Context.Epoch, n, c.Suite.Nh())
	}
	public, err := treesync.State{Suite: c.Suite, Policy: c.Config.Policy}.Load(e.Public)
	if err != nil {
		return pastEpoch{}, err
	}
	ratchets, err := c.loadRatchets(e.Ratchets, public, own)
	return pastEpoch{public, e.SenderData, ratchets}, err
}

// whole checks the parts of a loaded group against each other, and finds the
// interim transcript hash again.
func (g *Group) whole() error {
	s, context := g.client.Suite, g.Context()
	if err := g.secrets.Sizes(s.Nh()); err != nil {
		return err
	}
	if hash := g.public.Tree.TreeHash(s); !bytes.Equal(hash, context.TreeHash) {
		return fmt.Errorf("the saved tree's hash is %x, the GroupContext's %x", hash, context.TreeHash)
	}
	if err := g.private.Matches(s, g.public.Tree); err != nil {
		return err
	}
	if err := g.spares(); err != nil {
		return err
	}
	if err := treedem.VerifyConfirmation(s, g.secrets.Confirmation, context.ConfirmedTranscriptHash, g.confirmationTag); err != nil {
		return err
	}
	var err error
	g.interim, err = treedem.InterimTranscript(s, context.ConfirmedTranscriptHash, g.confirmationTag)
	return err
}

// spares checks the keys that a member holds but does not use yet, or only seldom.
func (g *Group) spares() error {
	s := g.client.Suite
	for i, u := range g.updates {
		pk, err := s.PublicKey(u.privateKey)
		if err != nil {
			return fmt.Errorf("the private key of update %d: %w", i, err)
		}
		if !bytes.Equal(pk, u.publicKey) {
			return fmt.Errorf("the private key of update %d is not that of its public key", i)
		}
	}
	for _, r := range g.resumption {
		if len(r.psk) != s.Nh() {
			return fmt.Errorf("the resumption_psk of epoch %d has %d bytes, want %d", r.epoch, len(r.psk), s.Nh())
		}
	}
	return nil
}

// mayEncrypt refuses what a copy of this group might encrypt as well.
func (g *Group) mayEncrypt() error {
	if g.loaded {
		return ErrLoaded
	}
	return nil
}
