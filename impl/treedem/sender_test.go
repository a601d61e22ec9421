package treedem

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// outsider is an honest PublicMessage from outside of the group, signed with the
// channel's key: an external sender's Remove, an Add of one who would like to
// join, or the Commit of one who does.
func (c *channel) outsider(sender wire.SenderType) *wire.PublicMessage {
	f := c.content(wire.ContentProposal)
	f.Sender = wire.Sender{Type: sender}
	switch sender {
	case wire.SenderNewMemberProposal:
		f.Proposal = c.add()
	case wire.SenderNewMemberCommit:
		f.ContentType, f.Proposal, f.Commit = wire.ContentCommit, nil, &wire.Commit{}
	}
	content := must[*Content](c.t)(Sign(c.s, c.sk, wire.WireFormatPublicMessage, f, c.context))
	return must[*wire.PublicMessage](c.t)(ProtectPublic(c.s, nil, content, c.context))
}

// add is an Add proposal that encodes; this layer looks no further.
func (c *channel) add() *wire.Proposal {
	return &wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: wire.KeyPackage{
		LeafNode: wire.LeafNode{Source: wire.LeafSourceKeyPackage, Credential: wire.Credential{Type: wire.CredentialBasic}},
	}}}
}

// resign signs a changed message of an outsider again.
func (c *channel) resign(m *wire.PublicMessage) {
	content := &Content{WireFormat: wire.WireFormatPublicMessage, Content: m.Content}
	tbs := must[[]byte](c.t)(wire.Marshal(contentTBS(content, &c.context)))
	m.Auth.Signature = must[[]byte](c.t)(c.s.SignWithLabel(c.sk, "FramedContentTBS", tbs))
}

// Each case breaks one thing in an outsider's honest message and signs it again.
// Subtle point 27: none has a membership_tag, and none is asked for.
func TestOutsiderRules(t *testing.T) {
	proposal := func(p wire.Proposal) func(*channel, *wire.PublicMessage) {
		return func(c *channel, m *wire.PublicMessage) {
			m.Content.ContentType, m.Content.Commit, m.Content.Proposal = wire.ContentProposal, nil, &p
		}
	}
	commit := func(c *channel, m *wire.PublicMessage) {
		m.Content.ContentType, m.Content.Proposal, m.Content.Commit = wire.ContentCommit, nil, &wire.Commit{}
	}
	application := func(c *channel, m *wire.PublicMessage) {
		m.Content.ContentType, m.Content.Proposal, m.Content.Commit = wire.ContentApplication, nil, nil
	}
	remove := wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{}}
	reInit := wire.Proposal{Type: wire.ProposalReInit, ReInit: &wire.ReInit{}}
	psk := wire.Proposal{Type: wire.ProposalPSK, PreSharedKey: &wire.PreSharedKey{PSK: wire.PreSharedKeyID{PSKType: wire.PSKExternal}}}
	extensions := wire.Proposal{Type: wire.ProposalGroupContextExtensions, GroupContextExtensions: &wire.GroupContextExtensions{}}
	externalInit := wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{}}
	update := wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: wire.LeafNode{
		Source: wire.LeafSourceUpdate, Credential: wire.Credential{Type: wire.CredentialBasic}}}}
	for _, v := range []struct {
		what   string
		sender wire.SenderType
		rule   error
		bend   func(*channel, *wire.PublicMessage)
	}{
		{"external: an Add", wire.SenderExternal, nil, func(c *channel, m *wire.PublicMessage) { m.Content.Proposal = c.add() }},
		{"external: a PreSharedKey", wire.SenderExternal, nil, proposal(psk)},
		{"external: a ReInit", wire.SenderExternal, nil, proposal(reInit)},
		{"external: GroupContextExtensions", wire.SenderExternal, nil, proposal(extensions)},
		{"external: an Update", wire.SenderExternal, spec.ExternalProposalType, proposal(update)},
		{"external: an ExternalInit", wire.SenderExternal, spec.ExternalProposalType, proposal(externalInit)},
		{"external: a Commit", wire.SenderExternal, spec.ExternalProposal, commit},
		{"external: application data", wire.SenderExternal, spec.ApplicationPrivate, application},
		{"external: another group", wire.SenderExternal, spec.SameGroup, func(c *channel, m *wire.PublicMessage) { m.Content.GroupID = nil }},
		{"external: another epoch", wire.SenderExternal, spec.SameEpoch, func(c *channel, m *wire.PublicMessage) { m.Content.Epoch-- }},
		{"new_member_proposal: a Commit", wire.SenderNewMemberProposal, spec.NewMemberProposal, commit},
		{"new_member_proposal: a Remove", wire.SenderNewMemberProposal, spec.NewMemberAdd, proposal(remove)},
		{"new_member_proposal: an Update", wire.SenderNewMemberProposal, spec.NewMemberAdd, proposal(update)},
		{"new_member_commit: an Add", wire.SenderNewMemberCommit, spec.NewMemberCommit, func(c *channel, m *wire.PublicMessage) { proposal(*c.add())(c, m) }},
		{"new_member_commit: application data", wire.SenderNewMemberCommit, spec.ApplicationPrivate, application},
	} {
		t.Run(v.what, func(t *testing.T) {
			c := newChannel(t)
			m := c.outsider(v.sender)
			if err := c.receivePublic(m); err != nil {
				t.Fatalf("the honest message: %v", err)
			}
			v.bend(c, m)
			c.resign(m)
			if err := c.receivePublic(m); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
			if _, err := OpenPublic(m, c.context); !errors.Is(err, v.rule) {
				t.Errorf("without secrets: got %v, want %v", err, v.rule)
			}
			content := &Content{WireFormat: wire.WireFormatPublicMessage, Content: m.Content}
			if err := CheckSender(content); v.rule != spec.SameGroup && v.rule != spec.SameEpoch && !errors.Is(err, v.rule) {
				t.Errorf("CheckSender: got %v, want %v", err, v.rule)
			}
		})
	}
}

// Subtle point 30: whatever comes from outside is a PublicMessage; nothing else
// can even be made.
func TestOutsiderPublicRule(t *testing.T) {
	for _, sender := range []wire.SenderType{wire.SenderExternal, wire.SenderNewMemberProposal, wire.SenderNewMemberCommit} {
		c := newChannel(t)
		m := c.outsider(sender)
		content := &Content{WireFormat: wire.WireFormatPublicMessage, Content: m.Content, Auth: m.Auth}
		if err := CheckSender(content); err != nil {
			t.Fatalf("the honest message: %v", err)
		}
		content.WireFormat = wire.WireFormatPrivateMessage
		if err := CheckSender(content); !errors.Is(err, spec.OutsiderPublic) {
			t.Errorf("%v: got %v, want %v", sender, err, spec.OutsiderPublic)
		}
		if _, err := ProtectPublic(c.s, nil, content, c.context); !errors.Is(err, spec.OutsiderPublic) {
			t.Errorf("%v: got %v, want %v", sender, err, spec.OutsiderPublic)
		}
		if _, err := ProtectPrivate(c.s, c.rng, c.senderData, c.sender, content, nil); !errors.Is(err, spec.PrivateSenderMember) {
			t.Errorf("%v: got %v, want %v", sender, err, spec.PrivateSenderMember)
		}
	}
}

// A proposal that is not there is no reason to panic.
func TestCheckSenderOfNothing(t *testing.T) {
	for _, sender := range []wire.SenderType{wire.SenderExternal, wire.SenderNewMemberProposal} {
		c := &Content{WireFormat: wire.WireFormatPublicMessage, Content: wire.FramedContent{
			Sender: wire.Sender{Type: sender}, ContentType: wire.ContentProposal}}
		if CheckSender(c) == nil {
			t.Errorf("%v: content without its proposal passes", sender)
		}
	}
}

// Subtle point 25: by the struct of §6.1 a new_member_commit signs the
// GroupContext as members do; external and new_member_proposal do not.
func TestOutsidersSignature(t *testing.T) {
	for sender, rule := range map[wire.SenderType]error{
		wire.SenderNewMemberCommit: spec.ContentSignature, wire.SenderExternal: nil, wire.SenderNewMemberProposal: nil,
	} {
		c := newChannel(t)
		m := c.outsider(sender)
		c.context.TreeHash = []byte("another tree")
		if err := c.receivePublic(m); !errors.Is(err, rule) {
			t.Errorf("%v under another GroupContext: got %v, want %v", sender, err, rule)
		}
	}
}

// Subtle point 26: the signature is checked on decoding and says nothing of the
// confirmation_tag, which has its own check when the next epoch's key is known.
func TestTagIsNotSigned(t *testing.T) {
	c := newChannel(t)
	m := c.outsider(wire.SenderNewMemberCommit)
	confirmed := c.s.Hash([]byte("transcript"))
	m.Auth.ConfirmationTag = ConfirmationTag(c.s, c.membership, confirmed)
	if err := VerifyConfirmation(c.s, c.membership, confirmed, m.Auth.ConfirmationTag); err != nil {
		t.Fatal(err)
	}
	m.Auth.ConfirmationTag[0] ^= 1
	if err := c.receivePublic(m); err != nil {
		t.Errorf("the signature does not hold: %v", err)
	}
	if err := VerifyConfirmation(c.s, c.membership, confirmed, m.Auth.ConfirmationTag); !errors.Is(err, spec.ConfirmationTag) {
		t.Errorf("got %v, want %v", err, spec.ConfirmationTag)
	}
}

// Subtle point 29: a member's leaf_index that names no member passes the framing
// of one without secrets; its signature verifies under no key.
func TestPublicLeafOutOfTree(t *testing.T) {
	c := newChannel(t)
	m := c.public()
	m.Content.Sender.LeafIndex = 1<<32 - 1
	content := must[*Content](t)(OpenPublic(m, c.context))
	if err := VerifySignature(c.s, nil, content, c.context); !errors.Is(err, spec.ContentSignature) {
		t.Errorf("got %v, want %v", err, spec.ContentSignature)
	}
}

// OpenPublic checks what UnprotectPublic checks, but for the membership_tag.
func TestOpenPublicLooksAtNoTag(t *testing.T) {
	c := newChannel(t)
	m := c.public()
	m.MembershipTag = nil
	content := must[*Content](t)(OpenPublic(m, c.context))
	if err := VerifySignature(c.s, c.pk, content, c.context); err != nil {
		t.Error(err)
	}
	if _, err := UnprotectPublic(c.s, c.membership, m, c.context); !errors.Is(err, spec.MembershipTag) {
		t.Errorf("got %v, want %v", err, spec.MembershipTag)
	}
}

// Which tags stand in a message is syntax (subtle point 27 for membership_tag): the
// codec neither writes nor reads one where it does not belong, or lacks one.
func TestTagsAreSyntax(t *testing.T) {
	c := newChannel(t)
	member := c.public()
	commit := c.outsider(wire.SenderNewMemberCommit)
	commit.Auth.ConfirmationTag = bytes.Repeat([]byte{0xaa}, 32)
	external := c.outsider(wire.SenderExternal)
	tag := append([]byte{32}, bytes.Repeat([]byte{0xbb}, 32)...)
	encode := func(m *wire.PublicMessage) []byte { return must[[]byte](t)(wire.Marshal(m)) }
	for what, b := range map[string][]byte{
		"a member's proposal without membership_tag":     encode(member)[:len(encode(member))-len(tag)],
		"a member's proposal with another tag":           append(encode(member), tag...),
		"an external proposal with a tag":                append(encode(external), tag...),
		"a new member's Commit without confirmation_tag": encode(commit)[:len(encode(commit))-len(tag)],
		"a new member's Commit with a membership_tag":    append(encode(commit), tag...),
	} {
		var m wire.PublicMessage
		var malformed *wire.SyntaxError
		if err := wire.Unmarshal(b, &m); !errors.As(err, &malformed) {
			t.Errorf("%s: got %v, want a syntax error", what, err)
		}
	}
	external.MembershipTag, external.Auth.ConfirmationTag = tag[1:], tag[1:]
	if !bytes.Equal(encode(external), encode(c.outsider(wire.SenderExternal))) {
		t.Error("tags in memory that do not belong were written")
	}
}
