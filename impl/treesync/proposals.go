package treesync

import (
	"fmt"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ProposalFrom is a proposal and who sent it. One that a Commit carries by value
// comes from the committer.
type ProposalFrom struct {
	Proposal wire.Proposal
	Sender   tree.LeafIndex
	ByRef    bool
}

// Added is a new member's leaf and the KeyPackage that it came with.
type Added struct {
	Leaf       tree.LeafIndex
	KeyPackage wire.KeyPackage
}

// supported is the one place that refuses the proposal types that are still to come.
func supported(p *wire.Proposal) error {
	switch p.Type {
	case wire.ProposalAdd, wire.ProposalUpdate, wire.ProposalRemove:
		return nil
	default:
		return fmt.Errorf("treesync: a proposal of type %v is not supported yet", p.Type)
	}
}

// ValidateProposal checks one proposal by itself (RFC 9420 §12.1), whoever commits it.
func ValidateProposal(s suite.Suite, t Tree, gc wire.GroupContext, p ProposalFrom) error {
	if err := supported(&p.Proposal); err != nil {
		return err
	}
	switch p.Proposal.Type {
	case wire.ProposalAdd:
		return ValidateKeyPackage(s, &p.Proposal.Add.KeyPackage, gc, 0)
	case wire.ProposalUpdate:
		return validateUpdate(s, t, gc, p)
	default:
		return removedIsMember(t, p.Proposal.Remove.Removed)
	}
}

func validateUpdate(s suite.Suite, t Tree, gc wire.GroupContext, p ProposalFrom) error {
	current := t.Leaf(p.Sender)
	if current == nil {
		return fmt.Errorf("treesync: an Update from leaf %d, which is blank", p.Sender)
	}
	return ValidateLeaf(s, LeafCheck{
		Leaf: &p.Proposal.Update.LeafNode, Source: wire.LeafSourceUpdate,
		Index: p.Sender, Context: gc, Replaced: current,
	})
}

func removedIsMember(t Tree, removed tree.LeafIndex) error {
	if t.Leaf(removed) == nil {
		return spec.RemovedIsMember.Broken("leaf %d is blank or not in the tree", removed)
	}
	return nil
}

// proposalList is the input of the rules of RFC 9420 §12.2 for a regular Commit.
type proposalList struct {
	tree      Tree
	committer tree.LeafIndex
	list      []ProposalFrom
	hasPath   bool
}

// ValidateProposals checks the proposals of a regular Commit (RFC 9420 §12.2) and
// whether it needs a path (§12.4). The tree that results is checked too, but for
// the committer's leaf if a path is to replace it: that is ValidatePath's.
func ValidateProposals(s suite.Suite, t Tree, committer tree.LeafIndex, gc wire.GroupContext, list []ProposalFrom, hasPath bool) error {
	for _, p := range list {
		if err := ValidateProposal(s, t, gc, p); err != nil {
			return err
		}
	}
	for _, rule := range []func(proposalList) error{
		committerUpdates,
		committerRemoved,
		oneChangePerLeaf,
		addsDistinctClients,
		addsNewClient,
		pathRequired,
	} {
		if err := rule(proposalList{t, committer, list, hasPath}); err != nil {
			return err
		}
	}
	next, _, err := ApplyProposals(t, list)
	if err != nil {
		return err
	}
	if hasPath && next.Leaf(committer) != nil {
		next.nodes = next.nodes.SetLeaf(committer, nil)
	}
	return validateMembers(next)
}

func committerUpdates(l proposalList) error {
	for _, p := range l.list {
		if p.Proposal.Type == wire.ProposalUpdate && (p.Sender == l.committer || !p.ByRef) {
			return spec.CommitterUpdates.Broken("leaf %d commits its own Update", l.committer)
		}
	}
	return nil
}

func committerRemoved(l proposalList) error {
	for _, p := range l.list {
		if p.Proposal.Type == wire.ProposalRemove && p.Proposal.Remove.Removed == l.committer {
			return spec.CommitterRemoved.Broken("leaf %d commits its own Remove", l.committer)
		}
	}
	return nil
}

func oneChangePerLeaf(l proposalList) error {
	changed := map[tree.LeafIndex]bool{}
	for _, p := range l.list {
		leaf := p.Sender
		switch p.Proposal.Type {
		case wire.ProposalUpdate:
		case wire.ProposalRemove:
			leaf = p.Proposal.Remove.Removed
		default:
			continue
		}
		if changed[leaf] {
			return spec.OneChangePerLeaf.Broken("leaf %d is updated or removed twice", leaf)
		}
		changed[leaf] = true
	}
	return nil
}

func addsDistinctClients(l proposalList) error {
	seen := map[string]bool{}
	for _, p := range l.list {
		if p.Proposal.Type != wire.ProposalAdd {
			continue
		}
		key := string(p.Proposal.Add.KeyPackage.LeafNode.SignatureKey)
		if seen[key] {
			return spec.AddsDistinctClients.Broken("two Adds have the signature_key %x", key)
		}
		seen[key] = true
	}
	return nil
}

func addsNewClient(l proposalList) error {
	member := map[string]tree.LeafIndex{}
	for _, i := range l.tree.Members() {
		member[string(l.tree.Leaf(i).SignatureKey)] = i
	}
	for _, p := range l.list {
		if p.Proposal.Type == wire.ProposalRemove {
			delete(member, string(l.tree.Leaf(p.Proposal.Remove.Removed).SignatureKey))
		}
	}
	for _, p := range l.list {
		if p.Proposal.Type != wire.ProposalAdd {
			continue
		}
		if i, in := member[string(p.Proposal.Add.KeyPackage.LeafNode.SignatureKey)]; in {
			return spec.AddsNewClient.Broken("an Add has the signature_key of leaf %d", i)
		}
	}
	return nil
}

// pathRequired follows the pseudocode of §12.4, which names more types than the
// prose of §12.4.2.
func pathRequired(l proposalList) error {
	if l.hasPath {
		return nil
	}
	if len(l.list) == 0 {
		return spec.PathRequired.Broken("a Commit without proposals has no path")
	}
	for _, p := range l.list {
		switch p.Proposal.Type {
		case wire.ProposalUpdate, wire.ProposalRemove, wire.ProposalExternalInit, wire.ProposalGroupContextExtensions:
			return spec.PathRequired.Broken("a Commit with a proposal of type %v has no path", p.Proposal.Type)
		}
	}
	return nil
}

// ApplyProposals changes the tree (RFC 9420 §12.3): Updates, then Removes, then
// Adds in the order of the list.
func ApplyProposals(t Tree, list []ProposalFrom) (next Tree, added []Added, err error) {
	next = t
	order := []wire.ProposalType{wire.ProposalUpdate, wire.ProposalRemove, wire.ProposalAdd}
	for _, p := range list {
		if err := supported(&p.Proposal); err != nil {
			return t, nil, err
		}
	}
	for _, now := range order {
		for _, p := range list {
			if p.Proposal.Type != now {
				continue
			}
			a, err := next.apply(p)
			if err != nil {
				return t, nil, err
			}
			if a != nil {
				added = append(added, *a)
			}
		}
	}
	return next, added, nil
}

// apply takes up one proposal. It is sound on its own: a list that nobody has
// validated gives an error, not a panic.
func (t *Tree) apply(p ProposalFrom) (*Added, error) {
	switch p.Proposal.Type {
	case wire.ProposalUpdate:
		if t.Leaf(p.Sender) == nil {
			return nil, fmt.Errorf("treesync: an Update from leaf %d, which is blank", p.Sender)
		}
		*t = t.Update(p.Sender, p.Proposal.Update.LeafNode)
	case wire.ProposalRemove:
		if err := removedIsMember(*t, p.Proposal.Remove.Removed); err != nil {
			return nil, err
		}
		*t = t.Remove(p.Proposal.Remove.Removed)
	case wire.ProposalAdd:
		kp := p.Proposal.Add.KeyPackage
		next, leaf := t.Add(kp.LeafNode)
		*t = next
		return &Added{leaf, kp}, nil
	}
	return nil, nil
}
