package insider

import (
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace/groupkeys"
)

// framing breaks the rules of RFC 9420 §6 for a member's message of any content.
func (in *insider) framing() {
	in.address()
	in.signatures()
	in.senders()
	if in.format == wire.WireFormatPublicMessage {
		in.membership()
		in.outsiders()
		return
	}
	in.privately()
	in.senderData()
}

// address sends the message to another group or epoch.
func (in *insider) address() {
	in.add(spec.SameGroup, "another group_id", func(c *wire.AuthenticatedContent) { c.Content.GroupID = flipped(c.Content.GroupID) })
	in.add(spec.SameGroup, "the group_id cut short", func(c *wire.AuthenticatedContent) {
		if id := c.Content.GroupID; len(id) > 0 {
			c.Content.GroupID = id[:len(id)-1]
		} else {
			c.Content.GroupID = []byte{0}
		}
	})
	in.add(spec.SameEpoch, "the next epoch", func(c *wire.AuthenticatedContent) { c.Content.Epoch++ })
	in.add(spec.SameEpoch, "an epoch 2^32 later", func(c *wire.AuthenticatedContent) { c.Content.Epoch += 1 << 32 })
}

// signatures are wrong under a membership_tag or AEAD that is right.
func (in *insider) signatures() {
	other := in.identity("mallory").SignatureKey
	for _, v := range []struct {
		what string
		bend func(*wire.AuthenticatedContent)
	}{
		{"a signature with one bit changed", func(c *wire.AuthenticatedContent) { c.Auth.Signature = flipped(c.Auth.Signature) }},
		{"no signature", func(c *wire.AuthenticatedContent) { c.Auth.Signature = nil }},
		{"a signature by another key", func(c *wire.AuthenticatedContent) { in.sign(c, other) }},
		{"a signature for the other wire format", func(c *wire.AuthenticatedContent) {
			has := c.WireFormat
			c.WireFormat = wire.WireFormatPublicMessage + wire.WireFormatPrivateMessage - has
			in.sign(c, in.client.Identity.SignatureKey)
			c.WireFormat = has
		}},
		{"authenticated_data changed after signing", func(c *wire.AuthenticatedContent) {
			c.Content.AuthenticatedData = append([]byte("x"), c.Content.AuthenticatedData...)
		}},
	} {
		c := in.content()
		v.bend(c)
		in.addBytes(spec.ContentSignature, v.what, in.frame(c))
	}
}

// senders: the insider speaks for another leaf.
func (in *insider) senders() {
	for other := range in.public.Tree.All() {
		if other != in.sender.LeafIndex {
			in.add(spec.ContentSignature, "another member as the sender",
				func(c *wire.AuthenticatedContent) { c.Content.Sender.LeafIndex = other }, other)
			break
		}
	}
	if blank, ok := in.blankLeaf(); ok {
		in.add(spec.SenderIsMember, "a blank leaf as the sender", func(c *wire.AuthenticatedContent) { c.Content.Sender.LeafIndex = blank })
	}
	if in.format == wire.WireFormatPublicMessage {
		in.add(spec.SenderIsMember, "a sender out of the tree", func(c *wire.AuthenticatedContent) {
			c.Content.Sender.LeafIndex = in.public.Tree.Leaves()
		})
	}
}

func (in *insider) blankLeaf() (tree.LeafIndex, bool) {
	for i := range in.public.Tree.Leaves() {
		if in.public.Tree.Leaf(i) == nil {
			return i, true
		}
	}
	return 0, false
}

// membership is RFC 9420 §6.2.
func (in *insider) membership() {
	c := in.content()
	for _, v := range wrongTags(in.membershipTag(c)) {
		in.addBytes(spec.MembershipTag, "membership_tag: "+v.what, in.framePublic(c, v.tag))
	}
	confused, secrets := *in, *in.keys.Secrets
	secrets.Membership = secrets.Confirmation
	confused.keys.Secrets = &secrets
	in.addBytes(spec.MembershipTag, "membership_tag: made with the confirmation_key", in.framePublic(c, confused.membershipTag(c)))
	c.Content.AuthenticatedData = append([]byte("x"), c.Content.AuthenticatedData...)
	in.sign(c, in.client.Identity.SignatureKey)
	in.addBytes(spec.MembershipTag, "membership_tag: of the message before it was changed and signed again",
		in.framePublic(c, in.membershipTag(in.content())))
}

// outsiders: content that a sender of its type may not send (RFC 9420 §6.1, §12.1.8).
// What is signed does not matter: the check comes before the signature's.
func (in *insider) outsiders() {
	update := &wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: *in.public.Tree.Leaf(in.sender.LeafIndex)}}
	remove := &wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: in.sender.LeafIndex}}
	external, joins, proposes := wire.Sender{Type: wire.SenderExternal}, wire.Sender{Type: wire.SenderNewMemberCommit}, wire.Sender{Type: wire.SenderNewMemberProposal}
	senders, err := treesync.ExternalSenders(in.public.Context)
	in.check(err)
	unlisted := wire.Sender{Type: wire.SenderExternal, SenderIndex: uint32(len(senders))}
	for _, v := range []struct {
		rule     *spec.Rule
		what     string
		sender   wire.Sender
		proposal *wire.Proposal // nil: a Commit
	}{
		{spec.ExternalProposal, "an external sender's Commit", external, nil},
		{spec.ExternalProposalType, "an external sender's Update", external, update},
		{spec.ExternalProposalType, "an external sender's ExternalInit", external,
			&wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: in.key()}}},
		{spec.ExternalSenderListed, "an external sender that is not listed", unlisted, remove},
		{spec.NewMemberCommit, "a new_member_commit with a proposal", joins, remove},
		{spec.NewMemberProposal, "a new_member_proposal with a Commit", proposes, nil},
		{spec.NewMemberAdd, "a new_member_proposal with a Remove", proposes, remove},
	} {
		in.add(v.rule, v.what, func(c *wire.AuthenticatedContent) {
			c.Content.Sender = v.sender
			if v.proposal != nil {
				in.propose(c, v.proposal)
			} else {
				in.asCommit(c)
			}
		})
	}
	in.add(spec.ApplicationPrivate, "application data in a PublicMessage", asApplication)
	for _, sender := range []wire.Sender{external, joins, proposes} {
		in.add(spec.ApplicationPrivate, "application data from outside", func(c *wire.AuthenticatedContent) {
			asApplication(c)
			c.Content.Sender = sender
		})
	}
}

func asApplication(c *wire.AuthenticatedContent) {
	c.Content.ContentType, c.Content.Proposal, c.Content.Commit = wire.ContentApplication, nil, nil
	c.Content.ApplicationData, c.Auth.ConfirmationTag = []byte("hello"), nil
}

// propose makes a proposal of the content.
func (in *insider) propose(c *wire.AuthenticatedContent, p *wire.Proposal) {
	c.Content.ContentType, c.Content.Proposal, c.Content.Commit = wire.ContentProposal, p, nil
	c.Auth.ConfirmationTag = nil
}

// privately is RFC 9420 §6.3.1: what only who has the message key can break.
func (in *insider) privately() {
	c := in.content()
	for _, v := range []struct {
		rule *spec.Rule
		what string
		bend func(*groupkeys.Sealed)
	}{
		{spec.PaddingZero, "padding that ends in a one", func(x *groupkeys.Sealed) { x.Plaintext = append(x.Plaintext, 0, 0, 0, 1) }},
		{spec.PaddingZero, "padding that begins with 128", func(x *groupkeys.Sealed) { x.Plaintext = append(x.Plaintext, 128, 0) }},
		{spec.PrivateOpens, "another reuse_guard", func(x *groupkeys.Sealed) { x.Data.ReuseGuard[3] ^= 1 }},
		{spec.PrivateOpens, "the next generation", func(x *groupkeys.Sealed) { x.Data.Generation++ }},
		{spec.PrivateOpens, "another message key", func(x *groupkeys.Sealed) { x.Key = flipped(x.Key) }},
		{spec.PrivateOpens, "no additional data", func(x *groupkeys.Sealed) { x.AAD = nil }},
		{spec.SenderIsMember, "sender data that name a leaf out of the tree", func(x *groupkeys.Sealed) { x.Data.LeafIndex = in.public.Tree.Leaves() }},
		{spec.SenderIsMember, "sender data that name leaf 2^31", func(x *groupkeys.Sealed) { x.Data.LeafIndex = 1 << 31 }},
	} {
		in.addBytes(v.rule, v.what, in.framePrivate(c, v.bend))
	}
	most := in.client.Config.Limits.MaxForward
	if most == 0 {
		most = treedem.DefaultMaxForward
	}
	if most < 1<<29 {
		in.addBytes(spec.ForwardBound, "a generation too far ahead", in.framePrivate(c, func(x *groupkeys.Sealed) { x.Data.Generation += 2*most + 2 }))
	}
	if c.Content.ContentType == wire.ContentApplication {
		public := in.content()
		public.WireFormat = wire.WireFormatPublicMessage
		in.sign(public, in.client.Identity.SignatureKey)
		in.addBytes(spec.ApplicationPrivate, "the same as a PublicMessage", in.framePublic(public, in.membershipTag(public)))
	}
}

// senderData is what anybody can do to a PrivateMessage on its way (RFC 9420 §6.3.2).
func (in *insider) senderData() {
	for _, v := range []struct {
		rule *spec.Rule
		what string
		bend func(*wire.PrivateMessage)
	}{
		{spec.SenderDataOpens, "encrypted sender data with one bit changed", func(m *wire.PrivateMessage) { m.EncryptedSenderData = flipped(m.EncryptedSenderData) }},
		{spec.SenderDataOpens, "no sender data", func(m *wire.PrivateMessage) { m.EncryptedSenderData = nil }},
		{spec.SenderDataOpens, "another first byte of the ciphertext, and so another sample", func(m *wire.PrivateMessage) { m.Ciphertext[0] ^= 1 }},
		{spec.SenderDataOpens, "another content_type in clear", func(m *wire.PrivateMessage) {
			if m.ContentType++; m.ContentType > wire.ContentCommit {
				m.ContentType = wire.ContentProposal
			}
		}},
		{spec.PrivateOpens, "another last byte of the ciphertext", func(m *wire.PrivateMessage) { m.Ciphertext[len(m.Ciphertext)-1] ^= 1 }},
		{spec.PrivateOpens, "another authenticated_data in clear", func(m *wire.PrivateMessage) {
			m.AuthenticatedData = append([]byte("x"), m.AuthenticatedData...)
		}},
	} {
		m := &wire.MLSMessage{}
		in.check(wire.Unmarshal(in.frame(in.content()), m))
		if in.err != nil {
			return
		}
		v.bend(m.PrivateMessage)
		in.addBytes(v.rule, v.what, in.marshal(m))
	}
}
