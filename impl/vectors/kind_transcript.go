package vectors

import (
	"mlsref/impl/treedem"
	"mlsref/impl/wire"
)

// transcript: one Commit through the transcript hashes, RFC 9420 §8.2.
type transcript struct {
	CipherSuite     wire.CipherSuite `json:"cipher_suite"`
	ConfirmationKey Hex              `json:"confirmation_key"`
	Content         Hex              `json:"authenticated_content"`
	InterimBefore   Hex              `json:"interim_transcript_hash_before"`
	ConfirmedAfter  Hex              `json:"confirmed_transcript_hash_after"`
	InterimAfter    Hex              `json:"interim_transcript_hash_after"`
}

var transcriptHashesKind = newKind("transcript-hashes", "the transcript hashes and the confirmation tag",
	verifyTranscript, generateTranscript)

func verifyTranscript(c *checker, v *transcript) {
	const field = "authenticated_content"
	var commit treedem.Content
	if !c.decode(field, v.Content, &commit) ||
		!c.holds(field, commit.Content.ContentType == wire.ContentCommit, "it is no Commit") {
		return
	}
	confirmed, err := treedem.ConfirmedTranscript(c.suite, v.InterimBefore, &commit)
	if !c.ok(field, err) || !c.equal("confirmed_transcript_hash_after", confirmed, v.ConfirmedAfter) {
		return
	}
	c.ok(field, treedem.VerifyConfirmation(c.suite, v.ConfirmationKey, confirmed, commit.Auth.ConfirmationTag))
	interim, err := treedem.InterimTranscript(c.suite, confirmed, commit.Auth.ConfirmationTag)
	if c.ok("interim_transcript_hash_after", err) {
		c.equal("interim_transcript_hash_after", interim, v.InterimAfter)
	}
}

func generateTranscript(g *generator) []transcript {
	s := g.suite
	v := transcript{CipherSuite: s.ID(), ConfirmationKey: g.secret(), InterimBefore: g.secret()}
	sk, _ := g.signatureKey()
	context := wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: s.ID(), GroupID: g.bytes(16),
		Epoch: uint64(g.number(1 << 20)), TreeHash: g.secret(), ConfirmedTranscriptHash: g.secret()}
	c := must(treedem.Sign(s, sk, wire.WireFormatPublicMessage, wire.FramedContent{
		GroupID: context.GroupID, Epoch: context.Epoch, Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: 2},
		ContentType: wire.ContentCommit, Commit: &wire.Commit{Proposals: []wire.ProposalOrRef{
			{Type: wire.ProposalOrRefReference, Reference: g.secret()}}},
	}, context))
	confirmed := must(treedem.ConfirmedTranscript(s, v.InterimBefore, c))
	c.Auth.ConfirmationTag = treedem.ConfirmationTag(s, v.ConfirmationKey, confirmed)
	v.Content, v.ConfirmedAfter = marshal(c), confirmed
	v.InterimAfter = must(treedem.InterimTranscript(s, confirmed, c.Auth.ConfirmationTag))
	return []transcript{v}
}
