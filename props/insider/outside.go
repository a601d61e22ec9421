package insider

import (
	"errors"
	"fmt"
	"io"

	"mlsref/impl/group"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace/groupkeys"
)

// Proposal breaks an honest proposal from outside (RFC 9420 §12.1.8): an external
// sender's, or that of a client who asks to be added. view is any member's group in
// that epoch, of which only what is public is used.
func Proposal(rng io.Reader, sender group.Client, view *group.Group, honest []byte) ([]Broken, error) {
	in, err := proposer(rng, sender, view, honest)
	if err != nil {
		return nil, err
	}
	if err := in.read(honest); err != nil {
		return nil, fmt.Errorf("insider: reading the proposal: %w", err)
	}
	in.address()
	in.signatures()
	in.add(spec.ApplicationPrivate, "application data from outside", asApplication)
	switch in.sender.Type {
	case wire.SenderExternal:
		in.externalSender()
	case wire.SenderNewMemberProposal:
		in.newMember(in.content().Content.Proposal)
	}
	return in.out, in.err
}

// proposer is the insider who sent an honest proposal from outside.
func proposer(rng io.Reader, sender group.Client, view *group.Group, honest []byte) (*insider, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(honest, &m); err != nil {
		return nil, fmt.Errorf("insider: reading the proposal: %w", err)
	}
	if m.PublicMessage == nil || m.PublicMessage.Content.Proposal == nil {
		return nil, errors.New("insider: a proposal from outside is a PublicMessage")
	}
	return outsider(rng, sender, m.PublicMessage.Content.Sender, groupkeys.State(view))
}

func (in *insider) externalSender() {
	update := &wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: *in.public.Tree.Leaf(in.public.Tree.Members()[0])}}
	in.add(spec.ExternalProposalType, "an external sender's Update", func(c *wire.AuthenticatedContent) { in.propose(c, update) })
	in.add(spec.ExternalProposal, "an external sender's Commit", in.asCommit)
	senders, err := treesync.ExternalSenders(in.public.Context)
	in.check(err)
	in.add(spec.ExternalSenderListed, "an external sender that is not listed", func(c *wire.AuthenticatedContent) {
		c.Content.Sender.SenderIndex = uint32(len(senders))
	})
	for _, b := range in.proposals() {
		in.add(b.rule, b.what+", from outside", func(c *wire.AuthenticatedContent) { in.propose(c, b.proposal) })
	}
}

// newMember: the signature is by the key in the KeyPackage, which is verified first.
func (in *insider) newMember(honest *wire.Proposal) {
	in.add(spec.NewMemberAdd, "a new_member_proposal with a Remove", func(c *wire.AuthenticatedContent) {
		in.propose(c, removeOf(in.public.Tree.Members()[0]))
	})
	in.add(spec.NewMemberProposal, "a new_member_proposal with a Commit", in.asCommit)
	if honest.Add == nil {
		return
	}
	for _, b := range in.adds(in.client, true) {
		in.add(b.rule, b.what+", from outside", func(c *wire.AuthenticatedContent) { in.propose(c, b.proposal) })
	}
}

// asCommit makes a Commit of the content, an empty one.
func (in *insider) asCommit(c *wire.AuthenticatedContent) {
	c.Content.ContentType, c.Content.Proposal, c.Content.Commit = wire.ContentCommit, nil, &wire.Commit{}
	c.Auth.ConfirmationTag = make([]byte, in.suite.Nh())
}
