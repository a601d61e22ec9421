package treedem

import (
	"mlsref/impl/wire"
	"mlsref/spec"
)

// CheckSender holds content against its sender's type: who may send what, and how
// framed (RFC 9420 §6, §6.1, §12.1.8). It needs no key and no group. Two more such
// rules are syntax, and the codec keeps them: a confirmation_tag stands beside a
// Commit and nothing else, a membership_tag beside a member's content (§6.1, §6.2).
func CheckSender(c *Content) error {
	for _, rule := range []func(*Content) error{
		applicationPrivate,
		outsiderPublic,
		externalProposal,
		externalProposalType,
		newMemberCommit,
		newMemberProposal,
		newMemberAdd,
	} {
		if err := rule(c); err != nil {
			return err
		}
	}
	return nil
}

// Subtle point 28: §6 forbids it to senders only; a receiver refuses it too.
func applicationPrivate(c *Content) error {
	if c.Content.ContentType == wire.ContentApplication && c.WireFormat != wire.WireFormatPrivateMessage {
		return spec.ApplicationPrivate.Broken("application data in %v", c.WireFormat)
	}
	return nil
}

// Subtle point 30: §12.1.8 says MUST of proposals; §6 means all that comes from
// outside, and an outsider has no keys for a PrivateMessage.
func outsiderPublic(c *Content) error {
	if c.Content.Sender.Type != wire.SenderMember && c.WireFormat != wire.WireFormatPublicMessage {
		return spec.OutsiderPublic.Broken("%v in %v", c.Content.Sender.Type, c.WireFormat)
	}
	return nil
}

func externalProposal(c *Content) error {
	if c.Content.Sender.Type == wire.SenderExternal && c.Content.ContentType != wire.ContentProposal {
		return spec.ExternalProposal.Broken("an external sender's %v", c.Content.ContentType)
	}
	return nil
}

func externalProposalType(c *Content) error {
	if c.Content.Sender.Type != wire.SenderExternal {
		return nil
	}
	switch t := proposalType(c); t {
	case wire.ProposalAdd, wire.ProposalRemove, wire.ProposalPSK, wire.ProposalReInit, wire.ProposalGroupContextExtensions:
		return nil
	default:
		return spec.ExternalProposalType.Broken("an external sender's %v", t)
	}
}

func newMemberCommit(c *Content) error {
	if c.Content.Sender.Type == wire.SenderNewMemberCommit && c.Content.ContentType != wire.ContentCommit {
		return spec.NewMemberCommit.Broken("a new_member_commit's %v", c.Content.ContentType)
	}
	return nil
}

func newMemberProposal(c *Content) error {
	if c.Content.Sender.Type == wire.SenderNewMemberProposal && c.Content.ContentType != wire.ContentProposal {
		return spec.NewMemberProposal.Broken("a new_member_proposal's %v", c.Content.ContentType)
	}
	return nil
}

func newMemberAdd(c *Content) error {
	if c.Content.Sender.Type != wire.SenderNewMemberProposal {
		return nil
	}
	if t := proposalType(c); t != wire.ProposalAdd {
		return spec.NewMemberAdd.Broken("a new_member_proposal's %v", t)
	}
	return nil
}

// proposalType is the type of the proposal in c, or 0, which no proposal has.
func proposalType(c *Content) wire.ProposalType {
	if c.Content.Proposal == nil {
		return 0
	}
	return c.Content.Proposal.Type
}
