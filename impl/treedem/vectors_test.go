package treedem

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// suiteOf skips the vector if its suite is not supported.
func suiteOf(t *testing.T, id wire.CipherSuite) suite.Suite {
	s, err := suite.ByID(id)
	if err != nil {
		t.Skipf("not checked: %v", err)
	}
	return s
}

func equal(t *testing.T, field string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s is %x, want %x", field, got, want)
	}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

type generationVector struct {
	Generation       uint32      `json:"generation"`
	HandshakeKey     vectors.Hex `json:"handshake_key"`
	HandshakeNonce   vectors.Hex `json:"handshake_nonce"`
	ApplicationKey   vectors.Hex `json:"application_key"`
	ApplicationNonce vectors.Hex `json:"application_nonce"`
}

type secretTree struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	SenderData  struct {
		Secret     vectors.Hex `json:"sender_data_secret"`
		Ciphertext vectors.Hex `json:"ciphertext"`
		Key        vectors.Hex `json:"key"`
		Nonce      vectors.Hex `json:"nonce"`
	} `json:"sender_data"`
	EncryptionSecret vectors.Hex          `json:"encryption_secret"`
	Leaves           [][]generationVector `json:"leaves"`
}

func TestSecretTreeVectors(t *testing.T) {
	vectors.Run(t, "secret-tree.json", func(t *testing.T, v secretTree) {
		s := suiteOf(t, v.CipherSuite)
		key, nonce := senderDataKey(s, v.SenderData.Secret, v.SenderData.Ciphertext)
		equal(t, "sender_data.key", key, v.SenderData.Key)
		equal(t, "sender_data.nonce", nonce, v.SenderData.Nonce)
		r := NewRatchets(s, uint32(len(v.Leaves)), v.EncryptionSecret, Limits{})
		for leaf, generations := range v.Leaves {
			for _, g := range generations {
				for _, kind := range []wire.ContentType{wire.ContentProposal, wire.ContentApplication} {
					k, consume, err := r.key(uint32(leaf), kind, g.Generation)
					if err != nil {
						t.Fatal(err)
					}
					consume()
					key, nonce := g.HandshakeKey, g.HandshakeNonce
					if kind == wire.ContentApplication {
						key, nonce = g.ApplicationKey, g.ApplicationNonce
					}
					equal(t, kind.String()+" key", k.key, key)
					equal(t, kind.String()+" nonce", k.nonce, nonce)
				}
			}
		}
	})
}

type protection struct {
	CipherSuite      wire.CipherSuite `json:"cipher_suite"`
	GroupID          vectors.Hex      `json:"group_id"`
	Epoch            uint64           `json:"epoch"`
	TreeHash         vectors.Hex      `json:"tree_hash"`
	Confirmed        vectors.Hex      `json:"confirmed_transcript_hash"`
	SignaturePriv    vectors.Hex      `json:"signature_priv"`
	SignaturePub     vectors.Hex      `json:"signature_pub"`
	EncryptionSecret vectors.Hex      `json:"encryption_secret"`
	SenderDataSecret vectors.Hex      `json:"sender_data_secret"`
	MembershipKey    vectors.Hex      `json:"membership_key"`
	Proposal         vectors.Hex      `json:"proposal"`
	ProposalPub      vectors.Hex      `json:"proposal_pub"`
	ProposalPriv     vectors.Hex      `json:"proposal_priv"`
	Commit           vectors.Hex      `json:"commit"`
	CommitPub        vectors.Hex      `json:"commit_pub"`
	CommitPriv       vectors.Hex      `json:"commit_priv"`
	Application      vectors.Hex      `json:"application"`
	ApplicationPriv  vectors.Hex      `json:"application_priv"`
}

func (v protection) context() wire.GroupContext {
	return wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite, GroupID: v.GroupID,
		Epoch: v.Epoch, TreeHash: v.TreeHash, ConfirmedTranscriptHash: v.Confirmed}
}

func (v protection) public(t *testing.T, s suite.Suite, msg []byte) *Content {
	t.Helper()
	var m wire.MLSMessage
	if err := wire.Unmarshal(msg, &m); err != nil {
		t.Fatal(err)
	}
	c := must[*Content](t)(UnprotectPublic(s, v.MembershipKey, m.PublicMessage, v.context()))
	if err := VerifySignature(s, v.SignaturePub, c, v.context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (v protection) private(t *testing.T, s suite.Suite, msg []byte) *Content {
	t.Helper()
	var m wire.MLSMessage
	if err := wire.Unmarshal(msg, &m); err != nil {
		t.Fatal(err)
	}
	r := NewRatchets(s, 2, v.EncryptionSecret, Limits{})
	c, consume, err := UnprotectPrivate(s, v.SenderDataSecret, r, m.PrivateMessage, v.context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := VerifySignature(s, v.SignaturePub, c, v.context()); err != nil {
		t.Fatal(err)
	}
	consume()
	if _, _, err := UnprotectPrivate(s, v.SenderDataSecret, r, m.PrivateMessage, v.context(), 0); !errors.Is(err, spec.GenerationOnce) {
		t.Errorf("the message opens twice: %v, want %v", err, spec.GenerationOnce)
	}
	return c
}

// raw is the content's payload as in the vector.
func raw(t *testing.T, c *Content) []byte {
	switch c.Content.ContentType {
	case wire.ContentProposal:
		return must[[]byte](t)(wire.Marshal(c.Content.Proposal))
	case wire.ContentCommit:
		return must[[]byte](t)(wire.Marshal(c.Content.Commit))
	}
	return c.Content.ApplicationData
}

func (v protection) again(t *testing.T, s suite.Suite, rng io.Reader, c *Content, f wire.WireFormat) []byte {
	t.Helper()
	signed := must[*Content](t)(Sign(s, v.SignaturePriv, f, c.Content, v.context()))
	signed.Auth.ConfirmationTag = c.Auth.ConfirmationTag
	m := wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: f}
	var err error
	if f == wire.WireFormatPublicMessage {
		m.PublicMessage, err = ProtectPublic(s, v.MembershipKey, signed, v.context())
	} else {
		m.PrivateMessage, err = ProtectPrivate(s, rng, v.SenderDataSecret, NewRatchets(s, 2, v.EncryptionSecret, Limits{}), signed, ToMultiple(7))
	}
	if err != nil {
		t.Fatal(err)
	}
	return must[[]byte](t)(wire.Marshal(&m))
}

func TestMessageProtectionVectors(t *testing.T) {
	vectors.Run(t, "message-protection.json", func(t *testing.T, v protection) {
		s := suiteOf(t, v.CipherSuite)
		for _, x := range []struct {
			name            string
			raw, pub, priv_ vectors.Hex
		}{{"proposal", v.Proposal, v.ProposalPub, v.ProposalPriv}, {"commit", v.Commit, v.CommitPub, v.CommitPriv}} {
			c := v.public(t, s, x.pub)
			equal(t, x.name+"_pub", raw(t, c), x.raw)
			equal(t, x.name+", our PublicMessage", raw(t, v.public(t, s, v.again(t, s, rand.Reader, c, wire.WireFormatPublicMessage))), x.raw)
			c = v.private(t, s, x.priv_)
			equal(t, x.name+"_priv", raw(t, c), x.raw)
			equal(t, x.name+", our PrivateMessage", raw(t, v.private(t, s, v.again(t, s, rand.Reader, c, wire.WireFormatPrivateMessage))), x.raw)
		}
		c := v.private(t, s, v.ApplicationPriv)
		equal(t, "application_priv", raw(t, c), v.Application)
		equal(t, "application, our PrivateMessage", raw(t, v.private(t, s, v.again(t, s, rand.Reader, c, wire.WireFormatPrivateMessage))), v.Application)
		if _, err := Sign(s, v.SignaturePriv, wire.WireFormatPublicMessage, c.Content, v.context()); !errors.Is(err, spec.ApplicationPrivate) {
			t.Errorf("application as a PublicMessage: %v, want %v", err, spec.ApplicationPrivate)
		}
	})
}

type transcript struct {
	CipherSuite     wire.CipherSuite `json:"cipher_suite"`
	ConfirmationKey vectors.Hex      `json:"confirmation_key"`
	Content         vectors.Hex      `json:"authenticated_content"`
	InterimBefore   vectors.Hex      `json:"interim_transcript_hash_before"`
	ConfirmedAfter  vectors.Hex      `json:"confirmed_transcript_hash_after"`
	InterimAfter    vectors.Hex      `json:"interim_transcript_hash_after"`
}

func TestTranscriptVectors(t *testing.T) {
	vectors.Run(t, "transcript-hashes.json", func(t *testing.T, v transcript) {
		s := suiteOf(t, v.CipherSuite)
		var c Content
		if err := wire.Unmarshal(v.Content, &c); err != nil {
			t.Fatal(err)
		}
		confirmed := must[[]byte](t)(ConfirmedTranscript(s, v.InterimBefore, &c))
		equal(t, "confirmed_transcript_hash_after", confirmed, v.ConfirmedAfter)
		if err := VerifyConfirmation(s, v.ConfirmationKey, confirmed, c.Auth.ConfirmationTag); err != nil {
			t.Error(err)
		}
		equal(t, "interim_transcript_hash_after", must[[]byte](t)(InterimTranscript(s, confirmed, c.Auth.ConfirmationTag)), v.InterimAfter)
	})
}
