package group

import (
	"math"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Received is what came of a message. Next takes the group's place; it is nil
// if the message removed this member, whose state should then be dropped
// (RFC 9420 §12.4.2, last paragraph).
type Received struct {
	Next              *Group
	Kind              wire.ContentType
	Epoch             uint64 // in which it was sent
	Sender            wire.Sender
	Application       []byte // application messages
	AuthenticatedData []byte
	Removed           bool // a Commit that removed this member
}

// Receive processes an MLSMessage of the current epoch, or an application
// message of an earlier one that the Config keeps (RFC 9420 §6, §12, §15.3). On
// error nothing has changed; otherwise the key that opened it is gone.
func (g *Group) Receive(msg []byte) (Received, error) {
	m, err := parse(msg)
	if err != nil {
		return Received{}, err
	}
	if past := g.pastEpochOf(m); past != nil {
		return g.receiveLate(past, m.PrivateMessage)
	}
	c, consume, err := g.unprotect(m)
	if err != nil {
		return Received{}, err
	}
	r := receivedFrom(c)
	r.Next = g
	switch r.Kind {
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

func receivedFrom(c *treedem.Content) Received {
	return Received{
		Kind: c.Content.ContentType, Epoch: c.Content.Epoch, Sender: c.Content.Sender,
		Application: c.Content.ApplicationData, AuthenticatedData: c.Content.AuthenticatedData,
	}
}

// parse reads an MLSMessage. One of another version has another syntax.
func parse(msg []byte) (*wire.MLSMessage, error) {
	m := &wire.MLSMessage{}
	return m, wire.Unmarshal(msg, m)
}

// unprotect opens the framing and verifies the signature under the sender's key.
func (g *Group) unprotect(m *wire.MLSMessage) (c *treedem.Content, consume func(), err error) {
	s := g.client.Suite
	consume = func() {}
	switch {
	case m.PublicMessage != nil:
		c, err = treedem.UnprotectPublic(s, g.secrets.Membership, m.PublicMessage, g.Context())
	case m.PrivateMessage != nil:
		c, consume, err = treedem.UnprotectPrivate(s, g.secrets.SenderData, g.ratchets, m.PrivateMessage, g.Context(), g.self())
	default:
		err = ErrNotFramed
	}
	if err != nil {
		return nil, nil, err
	}
	if sender := c.Content.Sender; sender.Type == wire.SenderMember && sender.LeafIndex == g.self() {
		return nil, nil, ErrOwnMessage
	}
	return c, consume, verify(g.public, c)
}

// self is the leaf whose messages this member cannot open, having sent them itself:
// its own, but none for a thief's copy.
func (g *Group) self() tree.LeafIndex {
	if g.copied {
		return math.MaxUint32 // no tree has such a leaf
	}
	return g.Leaf()
}

// verify checks the signature of an opened message (RFC 9420 §6.1): layer 1 says
// whose key it is, layer 3 what was signed.
func verify(public treesync.State, c *treedem.Content) error {
	pk, err := public.SenderKey(&c.Content)
	if err != nil {
		return err
	}
	return treedem.VerifySignature(public.Suite, pk, c, public.Context)
}

// receiveProposal keeps a valid proposal for the epoch's Commit (RFC 9420 §12.1).
func (g *Group) receiveProposal(c *treedem.Content) (*Group, error) {
	ref, err := treedem.ProposalRef(g.client.Suite, c)
	if err != nil {
		return nil, err
	}
	public, err := g.public.Receive(ref, *c.Content.Proposal, c.Content.Sender)
	if err != nil {
		return nil, err
	}
	next := *g
	next.public = public
	return &next, nil
}
