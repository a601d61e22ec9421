package insider

import (
	"fmt"
	"io"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ExternalCommit breaks the honest Commit with which joiner comes from outside (RFC
// 9420 §12.4.3.2). info is the GroupInfo that it was made from, an MLSMessage; beside
// is the ratchet_tree if that is not in it.
func ExternalCommit(rng io.Reader, joiner group.Client, info, beside, honest []byte) ([]Broken, error) {
	in, _, err := joining(rng, joiner, info, beside)
	if err != nil {
		return nil, err
	}
	if err := in.read(honest); err != nil {
		return nil, fmt.Errorf("insider: reading the honest Commit: %w", err)
	}
	in.address()
	in.signatures()
	in.commit()
	in.externalList()
	return in.out, in.err
}

// joining is the insider who joins with a GroupInfo from outside.
func joining(rng io.Reader, joiner group.Client, info, beside []byte) (*insider, *wire.GroupInfo, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(info, &m); err != nil {
		return nil, nil, fmt.Errorf("insider: reading the GroupInfo: %w", err)
	}
	if m.GroupInfo == nil {
		return nil, nil, fmt.Errorf("insider: a %v is no GroupInfo", m.WireFormat)
	}
	s, err := suite.ByID(joiner.Suite.ID())
	if err != nil {
		return nil, nil, err
	}
	public, err := treesync.FromGroupInfo(s, joiner.Config.Policy, m.GroupInfo, beside)
	if err != nil {
		return nil, nil, fmt.Errorf("insider: %w", err)
	}
	in, err := outsider(rng, joiner, wire.Sender{Type: wire.SenderNewMemberCommit}, public)
	return in, m.GroupInfo, err
}

// externalList breaks the list of an external Commit (RFC 9420 §12.2, §12.4.3.2).
func (in *insider) externalList() {
	honest, ch := in.honestCommit()
	if in.err != nil {
		return
	}
	in.externalInit(honest, ch)
	in.externalRemoves(ch)
	who := in.invented("mallory")
	in.beside(spec.ExternalOthers, "an Add from outside", addOf(in.keyPackage(who)))
	in.beside(spec.ExternalOthers, "GroupContextExtensions from outside", extensionsOf(in.public.Context.Extensions...))
	in.beside(spec.ExternalOthers, "a ReInit from outside", in.reinit())
	in.beside(spec.ExternalOthers, "an Update from outside",
		&wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: honest.Path.LeafNode}})
	psk := in.unheld()
	in.beside(spec.PSKsDistinct, "one PreSharedKeyID twice", psk, psk)
	for _, b := range in.psks() {
		in.beside(b.rule, b.what, b.proposal)
	}
	in.addCommit(spec.ExternalByValue, "a reference", nil, func(c *wire.Commit) {
		c.Proposals = append(c.Proposals, wire.ProposalOrRef{Type: wire.ProposalOrRefReference, Reference: in.random(in.suite.Nh())})
	})
	in.addCommit(spec.ExternalPath, "no path", nil, func(c *wire.Commit) { c.Path = nil })
	in.add(spec.NewMemberCommit, "a new_member_commit with a proposal", func(c *wire.AuthenticatedContent) { in.propose(c, psk) })
	in.add(spec.ApplicationPrivate, "application data from outside", asApplication)
}

// beside puts proposals by value after the honest ones.
func (in *insider) beside(rule *spec.Rule, what string, proposals ...*wire.Proposal) {
	in.addCommit(rule, what, nil, func(c *wire.Commit) {
		for _, p := range proposals {
			c.Proposals = append(c.Proposals, byValue(p))
		}
	})
}

func isExternalInit(p wire.ProposalOrRef) bool { return p.Proposal.Type == wire.ProposalExternalInit }

func (in *insider) externalInit(honest *wire.Commit, ch treesync.Change) {
	init := &wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: ch.KEMOutput}}
	in.beside(spec.ExternalInitOnce, "two ExternalInits", init)
	in.addCommit(spec.ExternalInitOnce, "no ExternalInit", nil, func(c *wire.Commit) { c.Proposals = withoutInit(c.Proposals) })
	for _, kem := range []struct {
		what   string
		output []byte
	}{{"a kem_output one byte short", ch.KEMOutput[1:]}, {"no kem_output", nil}, {"a kem_output that is no key", make([]byte, len(ch.KEMOutput))}} {
		in.addCommit(spec.ExternalInitOpens, kem.what, ch.Removed, func(c *wire.Commit) {
			for i, p := range c.Proposals {
				if isExternalInit(p) {
					c.Proposals[i].Proposal.ExternalInit.KEMOutput = kem.output
				}
			}
		})
	}
	in.addCommit(spec.ConfirmationTag, "another kem_output", ch.Removed, func(c *wire.Commit) {
		for i, p := range c.Proposals {
			if isExternalInit(p) {
				c.Proposals[i].Proposal.ExternalInit.KEMOutput = in.key()
			}
		}
	})
}

func withoutInit(list []wire.ProposalOrRef) []wire.ProposalOrRef {
	var rest []wire.ProposalOrRef
	for _, p := range list {
		if !isExternalInit(p) {
			rest = append(rest, p)
		}
	}
	return rest
}

// externalRemoves: who joins removes nobody but itself (RFC 9420 §12.2). One that
// rejoins and does not remove itself is there twice.
func (in *insider) externalRemoves(ch treesync.Change) {
	members := in.public.Tree.Members()
	in.addCommit(spec.ExternalRemoveOnce, "two Removes", nil, func(c *wire.Commit) {
		c.Proposals = append(c.Proposals, byValue(removeOf(members[0])), byValue(removeOf(members[len(members)-1])))
	})
	replace := func(leaf tree.LeafIndex) func(*wire.Commit) {
		return func(c *wire.Commit) {
			c.Proposals = append(withoutRemoves(c.Proposals), byValue(removeOf(leaf)))
		}
	}
	in.addCommit(spec.RemovedIsMember, "a Remove of a leaf out of the tree", nil, replace(in.public.Tree.Leaves()))
	if blank, ok := in.blankLeaf(); ok {
		in.addCommit(spec.RemovedIsMember, "a Remove of a blank leaf", nil, replace(blank))
	}
	for _, i := range members {
		if !in.isMine(in.public.Tree.Leaf(i)) {
			in.addCommit(spec.ExternalSuccessor, "a Remove of somebody else", []tree.LeafIndex{i}, replace(i))
			break
		}
	}
	if ch.Resync != nil {
		in.twice()
	}
}

func withoutRemoves(list []wire.ProposalOrRef) []wire.ProposalOrRef {
	var rest []wire.ProposalOrRef
	for _, p := range list {
		if p.Proposal.Type != wire.ProposalRemove {
			rest = append(rest, p)
		}
	}
	return rest
}

// isMine says whether the joiner could rejoin from this leaf.
func (in *insider) isMine(leaf *wire.LeafNode) bool {
	id := in.client.Identity
	if check := in.public.Policy.Credentials; check != nil {
		return check.Successor(leaf.Credential, id.Credential) == nil
	}
	return string(leaf.SignatureKey) == string(id.SignaturePub) || string(in.marshal(&leaf.Credential)) == string(in.marshal(&id.Credential))
}

// twice: the honest Commit without its Remove, and with a path that fits.
func (in *insider) twice() {
	commit := in.content().Content.Commit
	commit.Proposals = withoutRemoves(commit.Proposals)
	path := in.ownPath(in.plan(commit), pathBend{})
	in.addCommit(spec.SignatureKeysUnique, "a second appearance of one client", nil, func(c *wire.Commit) {
		c.Proposals, c.Path = commit.Proposals, path
	})
}
