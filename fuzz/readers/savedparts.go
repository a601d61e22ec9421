package readers

import (
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// savedGroup is a saved group once more, so that a part of it can change and all around
// it fit: format 1 of package group.
type savedGroup struct {
	Head            [10]byte // magic and format
	Public          treesync.SavedState
	Private         treekem.Private
	Secrets         treekem.Secrets
	Updates         []savedUpdate
	Ratchets        []byte // a savedRatchets
	ConfirmationTag []byte
	Past            []savedEpoch
	Resumption      []savedPSK
	ReInit          *wire.ReInit
}

func (g *savedGroup) Wire(c *wire.Codec) {
	c.Fixed("head", g.Head[:])
	wire.Struct(c, "public", &g.Public)
	wire.Struct(c, "private", &g.Private)
	wire.Struct(c, "secrets", &g.Secrets)
	wire.Vector(c, "updates", &g.Updates)
	c.Opaque("ratchets", &g.Ratchets)
	c.Opaque("confirmation_tag", &g.ConfirmationTag)
	wire.Vector(c, "past", &g.Past)
	wire.Vector(c, "resumption", &g.Resumption)
	wire.Optional(c, "reinit", &g.ReInit)
}

type savedUpdate struct {
	PublicKey, PrivateKey, Name []byte
	Credential                  wire.Credential
	SignatureKey, SignaturePub  []byte
}

func (u *savedUpdate) Wire(c *wire.Codec) {
	c.Opaque("public_key", &u.PublicKey)
	c.Opaque("private_key", &u.PrivateKey)
	c.Opaque("name", &u.Name)
	wire.Struct(c, "credential", &u.Credential)
	c.Opaque("signature_private_key", &u.SignatureKey)
	c.Opaque("signature_key", &u.SignaturePub)
}

type savedEpoch struct {
	Public     treesync.SavedState
	SenderData []byte
	Ratchets   []byte // a savedRatchets
}

func (e *savedEpoch) Wire(c *wire.Codec) {
	wire.Struct(c, "public", &e.Public)
	c.Opaque("sender_data_secret", &e.SenderData)
	c.Opaque("ratchets", &e.Ratchets)
}

type savedPSK struct {
	Epoch uint64
	PSK   []byte
}

func (p *savedPSK) Wire(c *wire.Codec) {
	wire.Uint(c, "epoch", &p.Epoch)
	c.Opaque("resumption_psk", &p.PSK)
}

type savedRatchets struct {
	Format, Suite   uint16
	Leaves, Without uint32
	Nodes           []savedNode
	Used            []savedLeaf
}

func (r *savedRatchets) Wire(c *wire.Codec) {
	wire.Uint(c, "format", &r.Format)
	wire.Uint(c, "cipher_suite", &r.Suite)
	wire.Uint(c, "leaves", &r.Leaves)
	wire.Uint(c, "without", &r.Without)
	wire.Vector(c, "nodes", &r.Nodes)
	wire.Vector(c, "used", &r.Used)
}

type savedNode struct {
	Index  uint32
	Secret []byte
}

func (n *savedNode) Wire(c *wire.Codec) {
	wire.Uint(c, "index", &n.Index)
	c.Opaque("secret", &n.Secret)
}

type savedLeaf struct {
	Leaf                   uint32
	Handshake, Application savedRatchet
}

func (l *savedLeaf) Wire(c *wire.Codec) {
	wire.Uint(c, "leaf", &l.Leaf)
	wire.Struct(c, "handshake", &l.Handshake)
	wire.Struct(c, "application", &l.Application)
}

type savedRatchet struct {
	Secret  []byte
	Next    uint64
	Skipped []savedKey
}

func (r *savedRatchet) Wire(c *wire.Codec) {
	c.Opaque("secret", &r.Secret)
	wire.Uint(c, "next", &r.Next)
	wire.Vector(c, "skipped", &r.Skipped)
}

type savedKey struct {
	Generation uint32
	Key, Nonce []byte
}

func (k *savedKey) Wire(c *wire.Codec) {
	wire.Uint(c, "generation", &k.Generation)
	c.Opaque("key", &k.Key)
	c.Opaque("nonce", &k.Nonce)
}
