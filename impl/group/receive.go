package group

import (
	"errors"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Received is what came of a message. Next takes the group's place; it is nil
// if the message removed this member, whose state should then be dropped
// (RFC 9420 §12.4.2, last paragraph).
type Received struct {
	Next        *Group
	Kind        wire.ContentType
	Sender      tree.LeafIndex
	Application []byte // application messages
	Removed     bool   // a Commit that removed this member
}

// ErrOwnMessage says that a message is this member's own.
var ErrOwnMessage = treedem.ErrOwnMessage

// Receive processes an MLSMessage of the current epoch (RFC 9420 §6, §12). On
// error nothing has changed; otherwise the key that opened it is gone.
func (g *Group) Receive(msg []byte) (Received, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(msg, &m); err != nil {
		return Received{}, err
	}
	c, consume, err := g.unprotect(&m)
	if err != nil {
		return Received{}, err
	}
	r := Received{Next: g, Kind: c.Content.ContentType, Sender: c.Content.Sender.LeafIndex}
	switch r.Kind {
	case wire.ContentApplication:
		r.Application = c.Content.ApplicationData
	case wire.ContentProposal:
		r.Next, err = g.receiveProposal(c)
	case wire.ContentCommit:
		r.Next, r.Removed, err = g.receiveCommit(c)
	}
	if err != nil {
		return Received{}, err
	}
	consume()
	return r, nil
}

// unprotect opens the framing and verifies the signature under the sender's leaf.
func (g *Group) unprotect(m *wire.MLSMessage) (c *treedem.Content, consume func(), err error) {
	consume = func() {}
	switch {
	case m.PublicMessage != nil:
		c, err = treedem.UnprotectPublic(g.suite, g.secrets.Membership, m.PublicMessage, g.context)
	case m.PrivateMessage != nil:
		c, consume, err = treedem.UnprotectPrivate(g.suite, g.secrets.SenderData, g.ratchets, m.PrivateMessage, g.context, g.Leaf())
	default:
		err = errors.New("the message is neither a PublicMessage nor a PrivateMessage")
	}
	if err != nil {
		return nil, nil, err
	}
	sender := c.Content.Sender
	if sender.Type != wire.SenderMember {
		return nil, nil, errors.New("messages from outside the group are not supported yet")
	}
	if sender.LeafIndex == g.Leaf() {
		return nil, nil, ErrOwnMessage
	}
	pk := signatureKey(g.tree, sender.LeafIndex)
	if pk == nil {
		return nil, nil, spec.SenderIsMember.Broken("leaf %d is blank", sender.LeafIndex)
	}
	return c, consume, treedem.VerifySignature(g.suite, pk, c, g.context)
}

// receiveProposal caches a valid proposal for the epoch's Commit (RFC 9420 §12.1).
func (g *Group) receiveProposal(c *treedem.Content) (*Group, error) {
	ref, err := treedem.ProposalRef(g.suite, c)
	if err != nil {
		return nil, err
	}
	p := cachedProposal{reference: ref, proposal: *c.Content.Proposal, sender: c.Content.Sender.LeafIndex}
	if err := g.validateProposal(p.proposal, p.sender); err != nil {
		return nil, err
	}
	return g.with(p), nil
}

func (g *Group) validateProposal(p wire.Proposal, sender tree.LeafIndex) error {
	return treesync.ValidateProposal(g.suite, g.tree, g.context, treesync.ProposalFrom{Proposal: p, Sender: sender, ByRef: true})
}
