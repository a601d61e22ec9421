package treedem

import (
	"errors"
	"fmt"
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ErrOwnMessage says that a PrivateMessage is this member's own: its key went
// when it was sent.
var ErrOwnMessage = errors.New("the message is this member's own")

// senderDataKey derives the key and nonce of the sender data from a sample of
// the ciphertext: its first Nh bytes, or all if it is shorter (RFC 9420 §6.3.2).
//
// Subtle point 31: the sample may reach into the tag, or be all of a short
// ciphertext with its tag.
func senderDataKey(s suite.Suite, senderDataSecret, ciphertext []byte) (key, nonce []byte) {
	sample := ciphertext[:min(len(ciphertext), s.Nh())]
	return s.ExpandWithLabel(senderDataSecret, "key", sample, s.Nk()),
		s.ExpandWithLabel(senderDataSecret, "nonce", sample, s.Nn())
}

func senderDataAAD(m *wire.PrivateMessage) ([]byte, error) {
	return wire.Marshal(&wire.SenderDataAAD{GroupID: m.GroupID, Epoch: m.Epoch, ContentType: m.ContentType})
}

func contentAAD(m *wire.PrivateMessage) ([]byte, error) {
	return wire.Marshal(&wire.PrivateContentAAD{
		GroupID: m.GroupID, Epoch: m.Epoch, ContentType: m.ContentType, AuthenticatedData: m.AuthenticatedData})
}

// ProtectPrivate frames signed content as a PrivateMessage, padded as the policy
// says (RFC 9420 §6.3). It consumes the sender's next key.
func ProtectPrivate(s suite.Suite, rng io.Reader, senderDataSecret []byte, r *Ratchets, c *Content, padding Padding) (*wire.PrivateMessage, error) {
	if c.Content.Sender.Type != wire.SenderMember {
		return nil, spec.PrivateSenderMember.Broken("sender type %d", c.Content.Sender.Type)
	}
	if err := signedFor(c, wire.WireFormatPrivateMessage); err != nil {
		return nil, err
	}
	m := &wire.PrivateMessage{
		GroupID: c.Content.GroupID, Epoch: c.Content.Epoch,
		ContentType: c.Content.ContentType, AuthenticatedData: c.Content.AuthenticatedData,
	}
	plaintext, err := padded(c, padding)
	if err != nil {
		return nil, err
	}
	aad, err := contentAAD(m)
	if err != nil {
		return nil, err
	}
	guard, err := s.Random(rng, 4)
	if err != nil {
		return nil, err
	}
	k, err := r.nextKey(c.Content.Sender.LeafIndex, m.ContentType, aeadCost(len(plaintext), len(aad), senderDataSize+len(aad)))
	if err != nil {
		return nil, err
	}
	data := wire.SenderData{LeafIndex: c.Content.Sender.LeafIndex, Generation: k.generation, ReuseGuard: [4]byte(guard)}
	if m.Ciphertext, err = s.Seal(k.key, s.GuardNonce(k.nonce, data.ReuseGuard), aad, plaintext); err != nil {
		return nil, err
	}
	return m, sealSenderData(s, senderDataSecret, m, data)
}

// senderDataSize is the length of SenderData on the wire.
const senderDataSize = 4 + 4 + 4

// padded encodes PrivateMessageContent, with the padding that the policy wants.
func padded(c *Content, padding Padding) ([]byte, error) {
	plaintext, err := wire.Marshal(&wire.PrivateMessageContent{
		ContentType: c.Content.ContentType, ApplicationData: c.Content.ApplicationData,
		Proposal: c.Content.Proposal, Commit: c.Content.Commit, Auth: c.Auth,
	})
	if err != nil {
		return nil, err
	}
	n := padding.bytes(len(plaintext))
	if n < 0 {
		return nil, fmt.Errorf("the padding policy wants %d bytes of padding", n)
	}
	if err := aeadSize(len(plaintext), n); err != nil {
		return nil, err
	}
	return append(plaintext, make([]byte, n)...), nil
}

func sealSenderData(s suite.Suite, senderDataSecret []byte, m *wire.PrivateMessage, data wire.SenderData) error {
	plaintext, err := wire.Marshal(&data)
	if err != nil {
		return err
	}
	aad, err := senderDataAAD(m)
	if err != nil {
		return err
	}
	key, nonce := senderDataKey(s, senderDataSecret, m.Ciphertext)
	m.EncryptedSenderData, err = s.Seal(key, nonce, aad, plaintext)
	return err
}

// UnprotectPrivate opens a PrivateMessage of the context's epoch (RFC 9420 §6.3)
// sent by somebody other than own. Nothing is consumed until the caller, having
// accepted the content, calls consume (§9.2: only success consumes).
//
// Subtle point 32: the reuse guard is in the sender data, so that these open
// before the content's nonce is known.
func UnprotectPrivate(s suite.Suite, senderDataSecret []byte, r *Ratchets, m *wire.PrivateMessage,
	context wire.GroupContext, own tree.LeafIndex) (c *Content, consume func(), err error) {
	if err := sameEpoch(m.GroupID, m.Epoch, context); err != nil {
		return nil, nil, err
	}
	data, err := openSenderData(s, senderDataSecret, m)
	if err != nil {
		return nil, nil, err
	}
	if data.LeafIndex == own {
		return nil, nil, ErrOwnMessage
	}
	k, consume, err := r.key(data.LeafIndex, m.ContentType, data.Generation)
	if err != nil {
		return nil, nil, err
	}
	aad, err := contentAAD(m)
	if err != nil {
		return nil, nil, err
	}
	plaintext, err := s.Open(k.key, s.GuardNonce(k.nonce, data.ReuseGuard), aad, m.Ciphertext)
	if err != nil {
		return nil, nil, spec.PrivateOpens.Broken("the content of leaf %d, generation %d: %v", data.LeafIndex, data.Generation, err)
	}
	c, err = parseContent(m, data, plaintext)
	if err != nil {
		return nil, nil, err
	}
	return c, consume, nil
}

func openSenderData(s suite.Suite, senderDataSecret []byte, m *wire.PrivateMessage) (data wire.SenderData, err error) {
	aad, err := senderDataAAD(m)
	if err != nil {
		return data, err
	}
	key, nonce := senderDataKey(s, senderDataSecret, m.Ciphertext)
	plaintext, err := s.Open(key, nonce, aad, m.EncryptedSenderData)
	if err != nil {
		return data, spec.SenderDataOpens.Broken("the sender data: %v", err)
	}
	return data, wire.Unmarshal(plaintext, &data)
}

// parseContent reads PrivateMessageContent; what follows auth is padding and
// must be zero (RFC 9420 §6.3.1), for handshakes as well.
//
// Subtle point 31: whatever trails the content is padding, so garbage there shows
// only by not being zero, and zeros pass.
func parseContent(m *wire.PrivateMessage, data wire.SenderData, plaintext []byte) (*Content, error) {
	inner := wire.PrivateMessageContent{ContentType: m.ContentType}
	if err := wire.Unmarshal(plaintext, &inner); err != nil {
		return nil, err
	}
	for i, b := range inner.Padding {
		if b != 0 {
			return nil, spec.PaddingZero.Broken("byte %d of the padding is not zero", i)
		}
	}
	return &Content{
		WireFormat: wire.WireFormatPrivateMessage,
		Content: wire.FramedContent{
			GroupID: m.GroupID, Epoch: m.Epoch,
			Sender:            wire.Sender{Type: wire.SenderMember, LeafIndex: data.LeafIndex},
			AuthenticatedData: m.AuthenticatedData, ContentType: m.ContentType,
			ApplicationData: inner.ApplicationData, Proposal: inner.Proposal, Commit: inner.Commit,
		},
		Auth: inner.Auth,
	}, nil
}
