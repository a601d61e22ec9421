package treesync

import (
	"bytes"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// State is the public state of a group at one epoch: all that can be known, and
// checked, without a secret. A member's group has one; a follower is one. It is
// a value: what changes it returns the next one.
type State struct {
	Suite   suite.Suite
	Policy  Policy
	Context wire.GroupContext
	Tree    Tree

	proposals []seenProposal // of this epoch, in the order of receipt
}

// seenProposal is a proposal that a Commit of this epoch may refer to.
type seenProposal struct {
	reference []byte // ProposalRef, Nh bytes
	from      ProposalFrom
}

// SenderKey is the key that must have signed content (RFC 9420 §6.1): that of
// the member's leaf, the external_senders entry, the path's leaf or the Add's.
// A PublicMessage's blank leaf is refused as SenderData's is (§6.3.2).
func (st State) SenderKey(content *wire.FramedContent) ([]byte, error) {
	switch sender := content.Sender; sender.Type {
	case wire.SenderMember:
		if leaf := st.Tree.Leaf(sender.LeafIndex); leaf != nil {
			return leaf.SignatureKey, nil
		}
		return nil, spec.SenderIsMember.Broken("leaf %d is blank or not in the tree", sender.LeafIndex)
	case wire.SenderExternal:
		return st.externalSenderKey(sender.SenderIndex)
	case wire.SenderNewMemberCommit:
		if content.Commit == nil || content.Commit.Path == nil {
			return nil, spec.ExternalPath.Broken("nothing says under which key it is signed")
		}
		return content.Commit.Path.LeafNode.SignatureKey, nil
	default: // new_member_proposal
		if content.Proposal == nil || content.Proposal.Add == nil {
			return nil, spec.ContentSignature.Broken("a new member's proposal that is no Add has no key")
		}
		return content.Proposal.Add.KeyPackage.LeafNode.SignatureKey, nil
	}
}

func (st State) externalSenderKey(i uint32) ([]byte, error) {
	senders, err := ExternalSenders(st.Context)
	if err != nil {
		return nil, err
	}
	if uint64(i) >= uint64(len(senders)) {
		return nil, spec.ExternalSenderListed.Broken("sender %d, of %d in the extension", i, len(senders))
	}
	return senders[i].SignatureKey, nil
}

// Receive validates a proposal whose signature was verified, and keeps it under
// its ProposalRef for a Commit of this epoch (RFC 9420 §12.1).
func (st State) Receive(reference []byte, p wire.Proposal, sender wire.Sender) (State, error) {
	from := ProposalFrom{Proposal: p, Sender: sender, ByRef: true}
	if err := st.ValidateProposal(from, Ordinary); err != nil {
		return st, err
	}
	next := st
	next.proposals = append(append([]seenProposal(nil), st.proposals...), seenProposal{reference, from})
	return next, nil
}

// Proposals lists what this epoch has seen, with the references.
func (st State) Proposals() (list []ProposalFrom, references [][]byte) {
	for _, p := range st.proposals {
		list, references = append(list, p.from), append(references, p.reference)
	}
	return list, references
}

// Resolve replaces references by the proposals seen this epoch (RFC 9420 §12.4).
// A reference to an unseen proposal is refused, which §12.2 forgets to say
// (erratum 8815; subtle point 40). A proposal by value counts as sent by the committer.
func (st State) Resolve(commit *wire.Commit, sender wire.Sender) ([]ProposalFrom, error) {
	list := make([]ProposalFrom, 0, len(commit.Proposals))
	for i, p := range commit.Proposals {
		if p.Type == wire.ProposalOrRefProposal {
			list = append(list, ProposalFrom{Proposal: *p.Proposal, Sender: sender})
			continue
		}
		if sender.Type != wire.SenderMember {
			return nil, spec.ExternalByValue.Broken("proposal %d is by reference", i)
		}
		seen := st.seen(p.Reference)
		if seen == nil {
			return nil, spec.ProposalKnown.Broken("proposal %d refers to %x, which was not received this epoch", i, p.Reference)
		}
		list = append(list, *seen)
	}
	return list, nil
}

func (st State) seen(reference []byte) *ProposalFrom {
	for i := range st.proposals {
		if bytes.Equal(st.proposals[i].reference, reference) {
			return &st.proposals[i].from
		}
	}
	return nil
}

// Change is what the proposals of a Commit make of the public state, before the
// Commit's path (RFC 9420 §12.3).
type Change struct {
	State                     // as it was
	Committer  tree.LeafIndex // an external committer's is the leaf that it takes
	Resync     *wire.LeafNode // the leaf that an external committer gave up, or nil
	After      Tree           // with the proposals applied
	Extensions []wire.Extension
	Added      []Added
	Removed    []tree.LeafIndex
	PSKs       []wire.PreSharedKeyID
	KEMOutput  []byte // of an ExternalInit, or nil
	ReInit     *wire.ReInit
	external   bool
}

// External says whether it is an external Commit's.
func (ch Change) External() bool { return ch.external }

// Context is the GroupContext of the next epoch, with the transcript as it
// stands: with the old one it is the provisional context under which path
// secrets are encrypted, with the new one it goes into the key schedule (RFC
// 9420 §12.4.1). The signature is over the old one, so there are three.
func (ch Change) Context(t Tree, confirmedTranscriptHash []byte) wire.GroupContext {
	next := ch.State.Context
	next.Epoch++
	next.TreeHash = t.TreeHash(ch.Suite)
	next.ConfirmedTranscriptHash = confirmedTranscriptHash
	next.Extensions = ch.Extensions
	return next
}

// Next is the public state of the next epoch.
func (ch Change) Next(t Tree, context wire.GroupContext) State {
	return State{Suite: ch.Suite, Policy: ch.Policy, Context: context, Tree: t}
}
