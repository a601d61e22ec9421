package group

import (
	"io"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Format says how a handshake message is framed (RFC 9420 §6).
type Format = wire.WireFormat

// The two framings of a handshake message.
const (
	Public  = wire.WireFormatPublicMessage
	Private = wire.WireFormatPrivateMessage
)

// ProposeUpdate proposes a fresh key for this member's leaf, and what else change
// says (RFC 9420 §12.1.2). The key waits in the returned group until the epoch ends.
func (g *Group) ProposeUpdate(rng io.Reader, change LeafChange, f Format) (*Group, []byte, error) {
	c := g.client
	sk, pk, err := c.Suite.GenerateKeyPair(rng)
	if err != nil {
		return nil, nil, err
	}
	if change.Identity != nil {
		c.Identity = *change.Identity
	}
	leaf := c.changed(*g.public.Tree.Leaf(g.Leaf()), wire.LeafSourceUpdate, change, pk)
	if err := treesync.SignLeaf(c.Suite, c.Identity.SignatureKey, &leaf, g.GroupID(), g.Leaf()); err != nil {
		return nil, nil, err
	}
	next, msg, err := g.Propose(rng, wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: leaf}}, f)
	if err != nil {
		return nil, nil, err
	}
	next.updates = append(g.updates[:len(g.updates):len(g.updates)], pendingUpdate{pk, sk, c.Identity})
	return next, msg, nil
}

// ProposeAdd proposes a new member (RFC 9420 §12.1.1).
func (g *Group) ProposeAdd(rng io.Reader, kp wire.KeyPackage, f Format) (*Group, []byte, error) {
	if err := treesync.ValidateKeyPackage(g.client.Suite, &kp, g.Context(), g.client.Config.Policy, true); err != nil {
		return nil, nil, err
	}
	return g.Propose(rng, wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}}, f)
}

// ProposeRemove proposes that the member at leaf goes (RFC 9420 §12.1.3).
func (g *Group) ProposeRemove(rng io.Reader, leaf tree.LeafIndex, f Format) (*Group, []byte, error) {
	return g.Propose(rng, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: leaf}}, f)
}

// ProposePSK proposes to inject a PSK, under a fresh nonce (RFC 9420 §12.1.4).
func (g *Group) ProposePSK(rng io.Reader, id wire.PreSharedKeyID, f Format) (*Group, []byte, error) {
	p, err := g.client.pskProposal(rng, id)
	if err != nil {
		return nil, nil, err
	}
	return g.Propose(rng, p, f)
}

// ProposeReInit proposes to end this group and begin another (RFC 9420 §12.1.5).
func (g *Group) ProposeReInit(rng io.Reader, r wire.ReInit, f Format) (*Group, []byte, error) {
	return g.Propose(rng, wire.Proposal{Type: wire.ProposalReInit, ReInit: &r}, f)
}

// ProposeExtensions proposes to replace all extensions of the GroupContext
// (RFC 9420 §12.1.7).
func (g *Group) ProposeExtensions(rng io.Reader, extensions []wire.Extension, f Format) (*Group, []byte, error) {
	if err := treesync.ValidateSentGroupContext(extensions); err != nil {
		return nil, nil, err
	}
	return g.Propose(rng, wire.Proposal{
		Type:                   wire.ProposalGroupContextExtensions,
		GroupContextExtensions: &wire.GroupContextExtensions{Extensions: extensions}}, f)
}

// Propose sends a proposal as this member and keeps it for a Commit of the epoch.
func (g *Group) Propose(rng io.Reader, p wire.Proposal, f Format) (*Group, []byte, error) {
	if err := g.mayCommit(); err != nil {
		return nil, nil, err
	}
	sender := wire.Sender{Type: wire.SenderMember, LeafIndex: g.Leaf()}
	content := g.content(sender, wire.ContentProposal)
	content.Proposal = &p
	c, err := treedem.Sign(g.client.Suite, g.client.Identity.SignatureKey, f, content, g.Context())
	if err != nil {
		return nil, nil, err
	}
	next, err := g.receiveProposal(c)
	if err != nil {
		return nil, nil, err
	}
	msg, err := g.protect(rng, c)
	return next, msg, err
}

// mayCommit refuses to send anything in a group that a ReInit has ended.
func (g *Group) mayCommit() error {
	if g.reinit != nil {
		return spec.ReInitClosed.Broken("a ReInit was committed: the group goes on as %x", g.reinit.GroupID)
	}
	return nil
}

// MaySend refuses application data in an epoch in which there is something to be
// committed first (RFC 9420 §12.4). Receivers cannot tell, so only the sender does
// (subtle point 45).
func (g *Group) MaySend() error {
	if err := g.mayCommit(); err != nil {
		return err
	}
	if n := len(g.Proposals()); n > 0 {
		return spec.CommitFirst.Broken("%d proposals of this epoch wait for a Commit", n)
	}
	return nil
}

// content is a FramedContent of this epoch (RFC 9420 §6), still empty.
func (g *Group) content(sender wire.Sender, kind wire.ContentType) wire.FramedContent {
	return wire.FramedContent{GroupID: g.GroupID(), Epoch: g.Epoch(), Sender: sender, ContentType: kind}
}

// protect frames signed content with this epoch's keys (RFC 9420 §6.2, §6.3).
func (g *Group) protect(rng io.Reader, c *treedem.Content) ([]byte, error) {
	m := wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: c.WireFormat}
	s := g.client.Suite
	var err error
	if c.WireFormat == Private {
		if err := g.mayEncrypt(); err != nil {
			return nil, err
		}
		m.PrivateMessage, err = treedem.ProtectPrivate(s, rng, g.secrets.SenderData, g.ratchets, c, g.client.Config.Padding)
	} else {
		m.PublicMessage, err = treedem.ProtectPublic(s, g.secrets.Membership, c, g.Context())
	}
	if err != nil {
		return nil, err
	}
	return wire.Marshal(&m)
}

// Send protects application data (RFC 9420 §15); authenticated travels in clear.
func (g *Group) Send(rng io.Reader, data, authenticated []byte) ([]byte, error) {
	if err := g.MaySend(); err != nil {
		return nil, err
	}
	sender := wire.Sender{Type: wire.SenderMember, LeafIndex: g.Leaf()}
	content := g.content(sender, wire.ContentApplication)
	content.ApplicationData, content.AuthenticatedData = data, authenticated
	c, err := treedem.Sign(g.client.Suite, g.client.Identity.SignatureKey, Private, content, g.Context())
	if err != nil {
		return nil, err
	}
	return g.protect(rng, c)
}
