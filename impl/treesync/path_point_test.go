package treesync

import (
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// Subtle points 35 and 36: whether a Commit needs a path is a matter of the types in
// it, as in the pseudocode of §12.4: a GroupContextExtensions is enough, which the
// prose of §12.4.2 leaves out. All types but three require one.
func TestPathByType(t *testing.T) {
	optional := map[wire.ProposalType]bool{wire.ProposalAdd: true, wire.ProposalPSK: true, wire.ProposalReInit: true}
	for kind := wire.ProposalAdd; kind <= wire.ProposalGroupContextExtensions; kind++ {
		list := []ProposalFrom{{Proposal: wire.Proposal{Type: kind}}}
		var want *spec.Rule
		if !optional[kind] {
			want = spec.PathRequired
		}
		brokenRule(t, pathRequired(proposalList{list: list}), want)
		brokenRule(t, pathRequired(proposalList{list: list, hasPath: true}), nil)
		with := append(list, ProposalFrom{Proposal: wire.Proposal{Type: wire.ProposalAdd}})
		brokenRule(t, pathRequired(proposalList{list: with}), want) // one that requires it is enough
	}
	unknown := []ProposalFrom{{Proposal: wire.Proposal{Type: 0xf123}}}
	brokenRule(t, pathRequired(proposalList{list: unknown}), spec.PathRequired)
}

// An Update from a leaf that is blank, or from somebody who is no member. Layer 3
// and SenderKey refuse it before it comes here.
func TestUpdateSenderRule(t *testing.T) {
	h := honestGroup(t, 3)
	update := h.update(1)
	brokenRule(t, h.state().ValidateProposal(update, Ordinary), nil)
	update.Sender.LeafIndex = 3
	brokenRule(t, h.state().ValidateProposal(update, Ordinary), spec.SenderIsMember)
	update.Sender = wire.Sender{Type: wire.SenderExternal}
	brokenRule(t, h.state().ValidateProposal(update, Ordinary), spec.SenderIsMember)
}
