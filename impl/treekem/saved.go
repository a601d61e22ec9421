package treekem

import (
	"bytes"
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// The Wire methods of this file write private state for saving, secrets in clear;
// RFC 9420 has no format for it.

// Wire walks the private half of the tree.
func (p *Private) Wire(c *wire.Codec) {
	wire.Uint(c, "leaf", &p.Leaf)
	c.Opaque("leaf_key", &p.key)
	wire.Vector(c, "path", &p.path)
}

// Wire walks one node's key pair.
func (k *NodeKey) Wire(c *wire.Codec) {
	wire.Uint(c, "node", &k.Node)
	c.Opaque("private_key", &k.PrivateKey)
	c.Opaque("public_key", &k.PublicKey)
}

// Wire walks an epoch's secrets but the encryption_secret, which the secret tree
// has consumed.
func (s *Secrets) Wire(c *wire.Codec) {
	c.Opaque("init_secret", (*[]byte)(&s.Init))
	c.Opaque("sender_data_secret", &s.SenderData)
	c.Opaque("exporter_secret", &s.Exporter)
	c.Opaque("external_secret", &s.External)
	c.Opaque("confirmation_key", &s.Confirmation)
	c.Opaque("membership_key", &s.Membership)
	c.Opaque("resumption_psk", &s.Resumption)
	c.Opaque("epoch_authenticator", &s.Authenticator)
}

// Sizes checks that each secret has Nh bytes.
func (s Secrets) Sizes(nh int) error {
	for _, secret := range [][]byte{s.Init, s.SenderData, s.Exporter, s.External, s.Confirmation, s.Membership, s.Resumption, s.Authenticator} {
		if len(secret) != nh {
			return fmt.Errorf("a secret of the epoch has %d bytes, want %d", len(secret), nh)
		}
	}
	return nil
}

// Complete says whether p holds a private key for exactly the nodes that the tree
// invariant gives to its leaf: those above it that are not blank and do not list it
// as unmerged.
func (p Private) Complete(t Tree) bool {
	want := []tree.Index{tree.LeafNode(p.Leaf)}
	for _, n := range tree.DirectPath(p.Leaf, t.Leaves()) {
		if !t.Blank(n) && !slices.Contains(t.Unmerged(n), p.Leaf) {
			want = append(want, n)
		}
	}
	have := p.Holds()
	slices.Sort(have)
	slices.Sort(want)
	return slices.Equal(have, want)
}

// Matches checks that p is complete and that each private key is that of the node's
// public key.
func (p Private) Matches(s suite.Suite, t Tree) error {
	if !p.Complete(t) {
		return fmt.Errorf("leaf %d does not hold the private keys of exactly the nodes above it that know it", p.Leaf)
	}
	for _, n := range p.Holds() {
		pk, err := s.PublicKey(p.privateKey(n))
		if err != nil {
			return fmt.Errorf("the private key of node %d: %w", n, err)
		}
		if !bytes.Equal(pk, t.EncryptionKey(n)) {
			return fmt.Errorf("the private key of node %d is not that of its public key", n)
		}
	}
	return nil
}
