package vectors

import (
	"errors"
	"fmt"

	"mlsref/impl/treedem"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// protection: PublicMessage and PrivateMessage, RFC 9420 §6. The sender is leaf 1
// of a group of two.
type protection struct {
	CipherSuite      wire.CipherSuite `json:"cipher_suite"`
	GroupID          Hex              `json:"group_id"`
	Epoch            uint64           `json:"epoch"`
	TreeHash         Hex              `json:"tree_hash"`
	Confirmed        Hex              `json:"confirmed_transcript_hash"`
	SignaturePriv    Hex              `json:"signature_priv"`
	SignaturePub     Hex              `json:"signature_pub"`
	EncryptionSecret Hex              `json:"encryption_secret"`
	SenderDataSecret Hex              `json:"sender_data_secret"`
	MembershipKey    Hex              `json:"membership_key"`
	Proposal         Hex              `json:"proposal"`
	ProposalPub      Hex              `json:"proposal_pub"`
	ProposalPriv     Hex              `json:"proposal_priv"`
	Commit           Hex              `json:"commit"`
	CommitPub        Hex              `json:"commit_pub"`
	CommitPriv       Hex              `json:"commit_priv"`
	Application      Hex              `json:"application"`
	ApplicationPriv  Hex              `json:"application_priv"`
}

var messageProtectionKind = newKind("message-protection", "PublicMessage and PrivateMessage, protected and opened",
	verifyProtection, generateProtection)

func (v *protection) context() wire.GroupContext {
	return wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite, GroupID: v.GroupID,
		Epoch: v.Epoch, TreeHash: v.TreeHash, ConfirmedTranscriptHash: v.Confirmed}
}

// content frames a payload as leaf 1 would, or says why it cannot be read.
func (v *protection) content(kind wire.ContentType, raw []byte) (wire.FramedContent, error) {
	f := wire.FramedContent{GroupID: v.GroupID, Epoch: v.Epoch, ContentType: kind,
		Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: 1}}
	switch kind {
	case wire.ContentProposal:
		f.Proposal = new(wire.Proposal)
		return f, wire.Unmarshal(raw, f.Proposal)
	case wire.ContentCommit:
		f.Commit = new(wire.Commit)
		return f, wire.Unmarshal(raw, f.Commit)
	}
	f.ApplicationData = raw
	return f, nil
}

func verifyProtection(c *checker, v *protection) {
	if !c.secret("encryption_secret", v.EncryptionSecret) || !c.secret("sender_data_secret", v.SenderDataSecret) {
		return
	}
	for _, x := range []struct {
		kind           wire.ContentType
		field          string
		raw, pub, priv Hex
	}{
		{wire.ContentProposal, "proposal", v.Proposal, v.ProposalPub, v.ProposalPriv},
		{wire.ContentCommit, "commit", v.Commit, v.CommitPub, v.CommitPriv},
		{wire.ContentApplication, "application", v.Application, nil, v.ApplicationPriv},
	} {
		content, err := v.content(x.kind, x.raw)
		if !c.ok(x.field, err) {
			continue
		}
		if x.kind == wire.ContentApplication {
			v.refusePublic(c, content)
		} else if v.open(c, x.field+"_pub", x.kind, x.pub, x.raw) {
			v.again(c, x.field+", protected here as a PublicMessage", content, wire.WireFormatPublicMessage, x.raw)
		}
		if v.open(c, x.field+"_priv", x.kind, x.priv, x.raw) {
			v.again(c, x.field+", protected here as a PrivateMessage", content, wire.WireFormatPrivateMessage, x.raw)
		}
	}
}

// open unprotects an MLSMessage and compares what was in it with raw.
func (v *protection) open(c *checker, field string, kind wire.ContentType, msg, raw []byte) bool {
	var m wire.MLSMessage
	if !c.decode(field, msg, &m) {
		return false
	}
	s := c.suite
	var got *treedem.Content
	var err error
	consume := func() {}
	r := treedem.NewRatchets(s, 2, v.EncryptionSecret, treedem.Limits{})
	switch {
	case m.PublicMessage != nil:
		got, err = treedem.UnprotectPublic(s, v.MembershipKey, m.PublicMessage, v.context())
	case m.PrivateMessage != nil:
		got, consume, err = treedem.UnprotectPrivate(s, v.SenderDataSecret, r, m.PrivateMessage, v.context(), 0)
	default:
		err = fmt.Errorf("the message has wire format %v", m.WireFormat)
	}
	if !c.ok(field, err) || !c.ok(field, treedem.VerifySignature(s, v.SignaturePub, got, v.context())) {
		return false
	}
	if t := got.Content.ContentType; t != kind {
		return c.fail(field, "content type %v, expected %v", t, kind)
	}
	payload, err := payloadOf(got)
	if !c.ok(field, err) || !c.equal(field, payload, raw) {
		return false
	}
	if m.PrivateMessage == nil {
		return true
	}
	consume()
	_, _, err = treedem.UnprotectPrivate(s, v.SenderDataSecret, r, m.PrivateMessage, v.context(), 0)
	return c.holds(field, errors.Is(err, spec.GenerationOnce), "the message opens twice")
}

// payloadOf is the content's payload as the vector has it.
func payloadOf(c *treedem.Content) ([]byte, error) {
	switch c.Content.ContentType {
	case wire.ContentProposal:
		return wire.Marshal(c.Content.Proposal)
	case wire.ContentCommit:
		return wire.Marshal(c.Content.Commit)
	}
	return c.Content.ApplicationData, nil
}

// again protects the payload here and opens the result.
func (v *protection) again(c *checker, field string, content wire.FramedContent, f wire.WireFormat, raw []byte) {
	if msg, err := v.protect(c, content, f); c.ok(field, err) {
		v.open(c, field, content.ContentType, msg, raw)
	}
}

func (v *protection) protect(c *checker, content wire.FramedContent, f wire.WireFormat) ([]byte, error) {
	s := c.suite
	signed, err := treedem.Sign(s, v.SignaturePriv, f, content, v.context())
	if err != nil {
		return nil, err
	}
	if content.ContentType == wire.ContentCommit {
		if signed.Auth.ConfirmationTag, err = s.Random(c.rng, s.Nh()); err != nil {
			return nil, err
		}
	}
	m := wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: f}
	if f == wire.WireFormatPublicMessage {
		m.PublicMessage, err = treedem.ProtectPublic(s, v.MembershipKey, signed, v.context())
	} else {
		m.PrivateMessage, err = treedem.ProtectPrivate(s, c.rng, v.SenderDataSecret, treedem.NewRatchets(s, 2, v.EncryptionSecret, treedem.Limits{}), signed, treedem.ToMultiple(32))
	}
	if err != nil {
		return nil, err
	}
	return wire.Marshal(&m)
}

// refusePublic: application data must not go out as a PublicMessage.
func (v *protection) refusePublic(c *checker, content wire.FramedContent) {
	_, err := treedem.Sign(c.suite, v.SignaturePriv, wire.WireFormatPublicMessage, content, v.context())
	c.holds("application", errors.Is(err, spec.ApplicationPrivate), "it can be protected as a PublicMessage")
}

func generateProtection(g *generator) []protection {
	s := g.suite
	v := protection{CipherSuite: s.ID(), GroupID: g.bytes(16), Epoch: 1<<33 + uint64(g.number(1<<20)),
		TreeHash: g.secret(), Confirmed: g.secret(), EncryptionSecret: g.secret(), SenderDataSecret: g.secret(),
		MembershipKey: g.secret(), Application: g.bytes(40)}
	v.SignaturePriv, v.SignaturePub = g.signatureKey()
	proposal := wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: uint32(g.number(100))}}
	v.Proposal = marshal(&proposal)
	v.Commit = marshal(&wire.Commit{Proposals: []wire.ProposalOrRef{
		{Type: wire.ProposalOrRefReference, Reference: g.secret()},
		{Type: wire.ProposalOrRefProposal, Proposal: &proposal}}})
	c := &checker{suite: s, rng: g.rng}
	message := func(kind wire.ContentType, raw []byte, f wire.WireFormat) Hex {
		content := must(v.content(kind, raw))
		content.AuthenticatedData = g.bytes(5)
		return must(v.protect(c, content, f))
	}
	v.ProposalPub = message(wire.ContentProposal, v.Proposal, wire.WireFormatPublicMessage)
	v.ProposalPriv = message(wire.ContentProposal, v.Proposal, wire.WireFormatPrivateMessage)
	v.CommitPub = message(wire.ContentCommit, v.Commit, wire.WireFormatPublicMessage)
	v.CommitPriv = message(wire.ContentCommit, v.Commit, wire.WireFormatPrivateMessage)
	v.ApplicationPriv = message(wire.ContentApplication, v.Application, wire.WireFormatPrivateMessage)
	return []protection{v}
}
