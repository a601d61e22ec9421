package group

import (
	"io"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Format says how a handshake message is framed (RFC 9420 §6).
type Format = wire.WireFormat

// The two framings of a handshake message.
const (
	Public  = wire.WireFormatPublicMessage
	Private = wire.WireFormatPrivateMessage
)

// ProposeUpdate proposes a fresh leaf key for this member (RFC 9420 §12.1.2).
// The key waits in the returned group until the epoch ends.
func (g *Group) ProposeUpdate(rng io.Reader, f Format) (*Group, []byte, error) {
	sk, pk, err := g.suite.GenerateKeyPair(rng)
	if err != nil {
		return nil, nil, err
	}
	leaf := *g.tree.Leaf(g.Leaf())
	leaf.EncryptionKey, leaf.Source = pk, wire.LeafSourceUpdate
	leaf.Lifetime, leaf.ParentHash = wire.Lifetime{}, nil
	if err := treesync.SignLeaf(g.suite, g.identity.SignatureKey, &leaf, g.GroupID(), g.Leaf()); err != nil {
		return nil, nil, err
	}
	next, msg, err := g.propose(rng, f, wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: leaf}})
	if err != nil {
		return nil, nil, err
	}
	next.update = &pendingUpdate{publicKey: pk, privateKey: sk}
	return next, msg, nil
}

// ProposeAdd proposes a new member (RFC 9420 §12.1.1).
func (g *Group) ProposeAdd(rng io.Reader, kp wire.KeyPackage, f Format) (*Group, []byte, error) {
	return g.propose(rng, f, wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}})
}

// ProposeRemove proposes that the member at leaf goes (RFC 9420 §12.1.3).
func (g *Group) ProposeRemove(rng io.Reader, leaf tree.LeafIndex, f Format) (*Group, []byte, error) {
	return g.propose(rng, f, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: leaf}})
}

func (g *Group) propose(rng io.Reader, f Format, p wire.Proposal) (*Group, []byte, error) {
	if err := g.validateProposal(p, g.Leaf()); err != nil {
		return nil, nil, err
	}
	c, err := treedem.Sign(g.suite, g.identity.SignatureKey, f, g.content(wire.ContentProposal, nil, &p, nil, nil), g.context)
	if err != nil {
		return nil, nil, err
	}
	ref, err := treedem.ProposalRef(g.suite, c)
	if err != nil {
		return nil, nil, err
	}
	msg, err := g.protect(rng, c)
	if err != nil {
		return nil, nil, err
	}
	return g.with(cachedProposal{reference: ref, proposal: p, sender: g.Leaf()}), msg, nil
}

// content is a FramedContent from this member at this epoch (RFC 9420 §6).
func (g *Group) content(kind wire.ContentType, application []byte, p *wire.Proposal, c *wire.Commit, authenticated []byte) wire.FramedContent {
	return wire.FramedContent{
		GroupID: g.GroupID(), Epoch: g.Epoch(),
		Sender:            wire.Sender{Type: wire.SenderMember, LeafIndex: g.Leaf()},
		AuthenticatedData: authenticated,
		ContentType:       kind, ApplicationData: application, Proposal: p, Commit: c,
	}
}

// protect frames signed content with this epoch's keys (RFC 9420 §6.2, §6.3).
func (g *Group) protect(rng io.Reader, c *treedem.Content) ([]byte, error) {
	m := wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: c.WireFormat}
	var err error
	if c.WireFormat == Private {
		m.PrivateMessage, err = treedem.ProtectPrivate(g.suite, rng, g.secrets.SenderData, g.ratchets, c, nil)
	} else {
		m.PublicMessage, err = treedem.ProtectPublic(g.suite, g.secrets.Membership, c, g.context)
	}
	if err != nil {
		return nil, err
	}
	return wire.Marshal(&m)
}

// Send protects application data (RFC 9420 §15); authenticated travels in clear.
func (g *Group) Send(rng io.Reader, data, authenticated []byte) ([]byte, error) {
	c, err := treedem.Sign(g.suite, g.identity.SignatureKey, Private,
		g.content(wire.ContentApplication, data, nil, nil, authenticated), g.context)
	if err != nil {
		return nil, err
	}
	return g.protect(rng, c)
}
