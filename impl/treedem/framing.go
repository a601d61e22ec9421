package treedem

import (
	"fmt"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Content is an AuthenticatedContent on its way in or out (RFC 9420 §6).
type Content = wire.AuthenticatedContent

// contentTBS writes FramedContentTBS.
//
// Subtle point 25: members and external committers sign the GroupContext too; the
// struct of §6.1 says so where its prose names members only. What other outsiders
// sign is bound to a group and an epoch by their numbers alone.
func contentTBS(c *Content, context *wire.GroupContext) *wire.FramedContentTBS {
	tbs := &wire.FramedContentTBS{Version: wire.ProtocolMLS10, WireFormat: c.WireFormat, Content: c.Content}
	if t := c.Content.Sender.Type; t == wire.SenderMember || t == wire.SenderNewMemberCommit {
		tbs.Context = context
	}
	return tbs
}

// Sign signs content for wire format f under the current GroupContext (RFC 9420
// §6.1). A Commit's confirmation_tag is added later, once it can be computed.
func Sign(s suite.Suite, sk []byte, f wire.WireFormat, content wire.FramedContent, context wire.GroupContext) (*Content, error) {
	c := &Content{WireFormat: f, Content: content}
	if err := applicationPrivate(c); err != nil {
		return nil, err
	}
	tbs, err := wire.Marshal(contentTBS(c, &context))
	if err != nil {
		return nil, err
	}
	c.Auth.Signature, err = s.SignWithLabel(sk, "FramedContentTBS", tbs)
	return c, err
}

// VerifySignature checks the signature of c under the sender's key (RFC 9420 §6.1).
//
// Subtle point 26: auth is valid when signature and confirmation_tag are, and is to
// be checked on decoding; but the tag needs the next epoch's key. So the signature
// is checked now, the tag (VerifyConfirmation) at the end of §12.4.2.
func VerifySignature(s suite.Suite, pk []byte, c *Content, context wire.GroupContext) error {
	tbs, err := wire.Marshal(contentTBS(c, &context))
	if err != nil {
		return err
	}
	if !s.VerifyWithLabel(pk, "FramedContentTBS", tbs, c.Auth.Signature) {
		return spec.ContentSignature.Broken("sender %d at leaf %d", c.Content.Sender.Type, c.Content.Sender.LeafIndex)
	}
	return nil
}

// signedFor: the signature covers the wire format, so it holds in no other.
func signedFor(c *Content, f wire.WireFormat) error {
	if c.WireFormat != f {
		return fmt.Errorf("content signed for %v cannot become %v", c.WireFormat, f)
	}
	return nil
}

// membershipTBM is what the MAC of RFC 9420 §6.2 covers.
func membershipTBM(c *Content, context *wire.GroupContext) ([]byte, error) {
	return wire.Marshal(&wire.AuthenticatedContentTBM{TBS: *contentTBS(c, context), Auth: c.Auth})
}

// ProtectPublic frames signed content as a PublicMessage (RFC 9420 §6.2). Only a
// member's has a tag; an outsider needs no membership key.
func ProtectPublic(s suite.Suite, membershipKey []byte, c *Content, context wire.GroupContext) (*wire.PublicMessage, error) {
	if err := CheckSender(c); err != nil {
		return nil, err
	}
	if err := signedFor(c, wire.WireFormatPublicMessage); err != nil {
		return nil, err
	}
	m := &wire.PublicMessage{Content: c.Content, Auth: c.Auth}
	if c.Content.Sender.Type != wire.SenderMember {
		return m, nil
	}
	tbm, err := membershipTBM(c, &context)
	if err != nil {
		return nil, err
	}
	m.MembershipTag = s.MAC(membershipKey, tbm)
	return m, nil
}

// UnprotectPublic checks the framing and the membership MAC of a PublicMessage
// (RFC 9420 §6.2). The signature is the caller's next step: only it knows whose
// key to use.
//
// Subtle point 27: §6.2 and §12.4.2 would have the tag of any PublicMessage
// checked; only a member's has one.
func UnprotectPublic(s suite.Suite, membershipKey []byte, m *wire.PublicMessage, context wire.GroupContext) (*Content, error) {
	c, err := OpenPublic(m, context)
	if err != nil {
		return nil, err
	}
	if c.Content.Sender.Type != wire.SenderMember {
		return c, nil
	}
	tbm, err := membershipTBM(c, &context)
	if err != nil {
		return nil, err
	}
	if !s.VerifyMAC(membershipKey, tbm, m.MembershipTag) {
		return nil, spec.MembershipTag.Broken("the tag of leaf %d does not verify", c.Content.Sender.LeafIndex)
	}
	return c, nil
}

// OpenPublic is UnprotectPublic for who follows a group without its secrets: the
// framing is checked, the membership MAC is not.
//
// Subtle point 29: no text says what a member's leaf_index that names a blank leaf,
// or none, is to do here (§6.3.2 does for SenderData). Its signature has no key to
// verify under, so it is refused there.
func OpenPublic(m *wire.PublicMessage, context wire.GroupContext) (*Content, error) {
	c := &Content{WireFormat: wire.WireFormatPublicMessage, Content: m.Content, Auth: m.Auth}
	if err := CheckSender(c); err != nil {
		return nil, err
	}
	if err := sameEpoch(c.Content.GroupID, c.Content.Epoch, context); err != nil {
		return nil, err
	}
	return c, nil
}

// sameEpoch: a message is processed in its own group and epoch only (RFC 9420 §6, §12.4.2).
func sameEpoch(groupID []byte, epoch uint64, context wire.GroupContext) error {
	if string(groupID) != string(context.GroupID) {
		return spec.SameGroup.Broken("group %x, want %x", groupID, context.GroupID)
	}
	if epoch != context.Epoch {
		return spec.SameEpoch.Broken("epoch %d, the group is at %d", epoch, context.Epoch)
	}
	return nil
}

// ProposalRef is RFC 9420 §5.2 over the AuthenticatedContent; Nh bytes.
func ProposalRef(s suite.Suite, c *Content) ([]byte, error) {
	b, err := wire.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("proposal reference: %w", err)
	}
	return s.RefHash("MLS 1.0 Proposal Reference", b), nil
}
