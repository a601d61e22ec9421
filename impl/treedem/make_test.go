package treedem

import (
	"math/rand/v2"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// TestMakeVectors makes one small entry per suite and file. They were made by
// this implementation at a moment when it passed all official vectors, so that
// they only guard against change.
func TestMakeVectors(t *testing.T) {
	t.Run("secret tree", func(t *testing.T) { makeAll(t, "secret-tree.json", makeSecretTree) })
	t.Run("protection", func(t *testing.T) { makeAll(t, "message-protection.json", makeProtection) })
	t.Run("transcript", func(t *testing.T) { makeAll(t, "transcript-hashes.json", makeTranscript) })
}

func makeAll[T any](t *testing.T, file string, f func(*testing.T, suite.Suite, *rand.ChaCha8) T) {
	vectors.Make(t, file, func(rng *rand.ChaCha8) []T {
		var list []T
		for _, name := range suite.Names() {
			list = append(list, f(t, must[suite.Suite](t)(suite.ByName(name)), rng))
		}
		return list
	})
}

func makeSecretTree(t *testing.T, s suite.Suite, rng *rand.ChaCha8) secretTree {
	v := secretTree{CipherSuite: s.ID(), EncryptionSecret: vectors.Fresh(rng, s.Nh())}
	v.SenderData.Secret, v.SenderData.Ciphertext = vectors.Fresh(rng, s.Nh()), vectors.Fresh(rng, 50)
	v.SenderData.Key, v.SenderData.Nonce = senderDataKey(s, v.SenderData.Secret, v.SenderData.Ciphertext)
	const leaves = 4
	r := NewRatchets(s, leaves, v.EncryptionSecret, Limits{})
	for leaf := range uint32(leaves) {
		var list []generationVector
		for _, n := range []uint32{0, 15} {
			keys := map[wire.ContentType]generationKey{}
			for _, kind := range []wire.ContentType{wire.ContentProposal, wire.ContentApplication} {
				k, consume, err := r.key(leaf, kind, n)
				if err != nil {
					t.Fatal(err)
				}
				consume()
				keys[kind] = k
			}
			h, a := keys[wire.ContentProposal], keys[wire.ContentApplication]
			list = append(list, generationVector{
				Generation: n, HandshakeKey: h.key, HandshakeNonce: h.nonce, ApplicationKey: a.key, ApplicationNonce: a.nonce})
		}
		v.Leaves = append(v.Leaves, list)
	}
	return v
}

func makeProtection(t *testing.T, s suite.Suite, rng *rand.ChaCha8) protection {
	v := protection{CipherSuite: s.ID(), GroupID: vectors.Fresh(rng, 6), Epoch: 1<<33 + 5,
		TreeHash: vectors.Fresh(rng, s.Nh()), Confirmed: vectors.Fresh(rng, s.Nh()),
		EncryptionSecret: vectors.Fresh(rng, s.Nh()), SenderDataSecret: vectors.Fresh(rng, s.Nh()),
		MembershipKey: vectors.Fresh(rng, s.Nh()), Application: vectors.Fresh(rng, 40),
	}
	sk, pk, err := s.GenerateSignatureKeyPair(rng)
	if err != nil {
		t.Fatal(err)
	}
	v.SignaturePriv, v.SignaturePub = sk, pk
	proposal := wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 9}}
	commit := wire.Commit{Proposals: []wire.ProposalOrRef{
		{Type: wire.ProposalOrRefReference, Reference: vectors.Fresh(rng, s.Nh())},
		{Type: wire.ProposalOrRefProposal, Proposal: &proposal}}}
	v.Proposal = must[[]byte](t)(wire.Marshal(&proposal))
	v.Commit = must[[]byte](t)(wire.Marshal(&commit))

	content := func(kind wire.ContentType) *Content {
		c := &Content{Content: wire.FramedContent{GroupID: v.GroupID, Epoch: v.Epoch, ContentType: kind,
			Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: 1}, AuthenticatedData: vectors.Fresh(rng, 3)}}
		switch kind {
		case wire.ContentProposal:
			c.Content.Proposal = &proposal
		case wire.ContentCommit:
			c.Content.Commit = &commit
			c.Auth.ConfirmationTag = vectors.Fresh(rng, s.Nh())
		default:
			c.Content.ApplicationData = v.Application
		}
		return c
	}
	v.ProposalPub = v.again(t, s, rng, content(wire.ContentProposal), wire.WireFormatPublicMessage)
	v.ProposalPriv = v.again(t, s, rng, content(wire.ContentProposal), wire.WireFormatPrivateMessage)
	v.CommitPub = v.again(t, s, rng, content(wire.ContentCommit), wire.WireFormatPublicMessage)
	v.CommitPriv = v.again(t, s, rng, content(wire.ContentCommit), wire.WireFormatPrivateMessage)
	v.ApplicationPriv = v.again(t, s, rng, content(wire.ContentApplication), wire.WireFormatPrivateMessage)
	return v
}

func makeTranscript(t *testing.T, s suite.Suite, rng *rand.ChaCha8) transcript {
	v := transcript{CipherSuite: s.ID(), ConfirmationKey: vectors.Fresh(rng, s.Nh()), InterimBefore: vectors.Fresh(rng, s.Nh())}
	c := &Content{WireFormat: wire.WireFormatPublicMessage, Content: wire.FramedContent{
		GroupID: vectors.Fresh(rng, 4), Epoch: 8, Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: 2},
		ContentType: wire.ContentCommit, Commit: &wire.Commit{},
	}}
	c.Auth.Signature = vectors.Fresh(rng, 64)
	confirmed := must[[]byte](t)(ConfirmedTranscript(s, v.InterimBefore, c))
	c.Auth.ConfirmationTag = ConfirmationTag(s, v.ConfirmationKey, confirmed)
	v.Content = must[[]byte](t)(wire.Marshal(c))
	v.ConfirmedAfter = confirmed
	v.InterimAfter = must[[]byte](t)(InterimTranscript(s, confirmed, c.Auth.ConfirmationTag))
	return v
}
