package treesync

import (
	"bytes"
	"fmt"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ProposalFrom is a proposal and who sent it. One that a Commit carries by value
// comes from the committer.
type ProposalFrom struct {
	Proposal wire.Proposal
	Sender   wire.Sender
	ByRef    bool
}

// Added is a new member's leaf and the KeyPackage that it came with.
type Added struct {
	Leaf       tree.LeafIndex
	KeyPackage wire.KeyPackage
}

// Operation is what a Commit is part of. PSKs of usage reinit and branch are
// valid in the first Commit of the new group only: §11.2 and §11.3 call them
// invalid outright and then ask for them, which §12.1.4 resolves.
type Operation int

// The operations.
const (
	Ordinary Operation = iota
	Reinitialisation
	Branching
)

// ValidateProposal checks one proposal by itself (RFC 9420 §12.1), whoever
// commits it.
func (st State) ValidateProposal(p ProposalFrom, op Operation) error {
	switch p.Proposal.Type {
	case wire.ProposalAdd:
		return ValidateKeyPackage(st.Suite, &p.Proposal.Add.KeyPackage, st.Context, st.Policy, false)
	case wire.ProposalUpdate:
		return st.validateUpdate(p)
	case wire.ProposalRemove:
		return removedIsMember(st.Tree, p.Proposal.Remove.Removed)
	case wire.ProposalPSK:
		return st.validatePSK(p.Proposal.PreSharedKey.PSK, op)
	case wire.ProposalReInit:
		return reInitVersion(st, p.Proposal.ReInit)
	case wire.ProposalExternalInit:
		return externalInitPlace(p)
	case wire.ProposalGroupContextExtensions:
		context := st.Context
		context.Extensions = p.Proposal.GroupContextExtensions.Extensions
		return ValidateGroupContext(st.Suite, context, st.Policy)
	default:
		return fmt.Errorf("treesync: internal: the codec let a proposal of type %v through", p.Proposal.Type)
	}
}

func (st State) validateUpdate(p ProposalFrom) error {
	current := st.Tree.Leaf(p.Sender.LeafIndex)
	if p.Sender.Type != wire.SenderMember || current == nil {
		return spec.SenderIsMember.Broken("an Update from leaf %d, which is blank", p.Sender.LeafIndex)
	}
	return ValidateLeaf(st.Suite, LeafCheck{
		Leaf: &p.Proposal.Update.LeafNode, Source: wire.LeafSourceUpdate,
		Index: p.Sender.LeafIndex, Context: st.Context, Replaced: current, Policy: st.Policy,
	})
}

func removedIsMember(t Tree, removed tree.LeafIndex) error {
	if t.Leaf(removed) == nil {
		return spec.RemovedIsMember.Broken("leaf %d is blank or not in the tree", removed)
	}
	return nil
}

func (st State) validatePSK(id wire.PreSharedKeyID, op Operation) error {
	for _, rule := range []func(State, wire.PreSharedKeyID, Operation) error{pskUsage, pskReInit, pskBranch, pskNonce} {
		if err := rule(st, id, op); err != nil {
			return err
		}
	}
	return nil
}

func pskUsage(_ State, id wire.PreSharedKeyID, _ Operation) error {
	if id.PSKType == wire.PSKResumption && (id.Usage < wire.ResumptionApplication || id.Usage > wire.ResumptionBranch) {
		return spec.PSKUsage.Broken("usage %d", id.Usage)
	}
	return nil
}

// pskReInit and pskBranch: valid in the one operation, as §12.1.4 resolves what §11.2
// and §11.3 contradict each other in (subtle point 42).
func pskReInit(_ State, id wire.PreSharedKeyID, op Operation) error {
	if id.PSKType == wire.PSKResumption && id.Usage == wire.ResumptionReInit && op != Reinitialisation {
		return spec.PSKReInit.Broken("the Commit reinitialises no group")
	}
	return nil
}

func pskBranch(_ State, id wire.PreSharedKeyID, op Operation) error {
	if id.PSKType == wire.PSKResumption && id.Usage == wire.ResumptionBranch && op != Branching {
		return spec.PSKBranch.Broken("the Commit branches no group")
	}
	return nil
}

func pskNonce(st State, id wire.PreSharedKeyID, _ Operation) error {
	if len(id.PSKNonce) != st.Suite.Nh() {
		return spec.PSKNonce.Broken("it has %d bytes, want %d", len(id.PSKNonce), st.Suite.Nh())
	}
	return nil
}

func reInitVersion(st State, r *wire.ReInit) error {
	if r.Version < st.Context.Version {
		return spec.ReInitVersion.Broken("version is %d, the group's is %d", r.Version, st.Context.Version)
	}
	return nil
}

func externalInitPlace(p ProposalFrom) error {
	if p.Sender.Type != wire.SenderNewMemberCommit || p.ByRef {
		return spec.ExternalInit.Broken("sender type %v", p.Sender.Type)
	}
	return nil
}

// apply changes the tree by all proposals of one type (RFC 9420 §12.3). It is
// sound on its own: a list that nobody has validated gives an error, not a panic.
func (ch *Change) apply(kind wire.ProposalType, list []ProposalFrom) error {
	for _, p := range list {
		if p.Proposal.Type != kind {
			continue
		}
		switch kind {
		case wire.ProposalGroupContextExtensions:
			ch.Extensions = p.Proposal.GroupContextExtensions.Extensions
		case wire.ProposalUpdate:
			if p.Sender.Type != wire.SenderMember || ch.After.Leaf(p.Sender.LeafIndex) == nil {
				return fmt.Errorf("treesync: an Update from leaf %d, which is blank", p.Sender.LeafIndex)
			}
			ch.After = ch.After.Update(p.Sender.LeafIndex, p.Proposal.Update.LeafNode)
		case wire.ProposalRemove:
			removed := p.Proposal.Remove.Removed
			if err := removedIsMember(ch.After, removed); err != nil {
				return err
			}
			ch.After = ch.After.Remove(removed)
			ch.Removed = append(ch.Removed, removed)
		case wire.ProposalAdd:
			kp := p.Proposal.Add.KeyPackage
			next, leaf := ch.After.Add(kp.LeafNode)
			ch.After = next
			ch.Added = append(ch.Added, Added{leaf, kp})
		case wire.ProposalPSK:
			ch.PSKs = append(ch.PSKs, p.Proposal.PreSharedKey.PSK)
		case wire.ProposalExternalInit:
			ch.KEMOutput = p.Proposal.ExternalInit.KEMOutput
		case wire.ProposalReInit:
			ch.ReInit = p.Proposal.ReInit
		}
	}
	return nil
}

// applied is st with the list applied in the order of RFC 9420 §12.3, whatever
// the list's; only Adds and PSKs keep theirs among themselves.
func (st State) applied(list []ProposalFrom) (Change, error) {
	ch := Change{State: st, After: st.Tree, Extensions: st.Context.Extensions}
	for _, kind := range []wire.ProposalType{
		wire.ProposalGroupContextExtensions, wire.ProposalUpdate, wire.ProposalRemove, wire.ProposalAdd,
		wire.ProposalPSK, wire.ProposalExternalInit, wire.ProposalReInit,
	} {
		if err := ch.apply(kind, list); err != nil {
			return ch, err
		}
	}
	return ch, nil
}

// sameClient says whether two leaves are one client's: by their signature keys,
// as §12.2 suggests, or by the application's word.
func (p Policy) sameClient(a, b *wire.LeafNode) bool {
	return bytes.Equal(a.SignatureKey, b.SignatureKey) ||
		p.Credentials != nil && p.Credentials.SameClient(a.Credential, b.Credential)
}
