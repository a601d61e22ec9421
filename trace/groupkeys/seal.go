package groupkeys

import (
	"fmt"
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/treedem"
	"mlsref/impl/wire"
)

// tbs is what a signature covers (RFC 9420 §6.1).
func (k Keys) tbs(c *wire.AuthenticatedContent) wire.FramedContentTBS {
	t := wire.FramedContentTBS{Version: wire.ProtocolMLS10, WireFormat: c.WireFormat, Content: c.Content}
	if s := c.Content.Sender.Type; s == wire.SenderMember || s == wire.SenderNewMemberCommit {
		t.Context = &k.Context
	}
	return t
}

// Sign signs any content of any sender (RFC 9420 §6.1).
func (k Keys) Sign(c *wire.AuthenticatedContent, sk []byte) error {
	t := k.tbs(c)
	b, err := wire.Marshal(&t)
	if err != nil {
		return err
	}
	c.Auth.Signature, err = k.Suite.SignWithLabel(sk, "FramedContentTBS", b)
	return err
}

// MembershipTag is that of a member's signed content (RFC 9420 §6.2); nil if the sender or
// the keys' owner is no member.
func (k Keys) MembershipTag(c *wire.AuthenticatedContent) ([]byte, error) {
	if c.Content.Sender.Type != wire.SenderMember || k.Secrets == nil {
		return nil, nil
	}
	b, err := wire.Marshal(&wire.AuthenticatedContentTBM{TBS: k.tbs(c), Auth: c.Auth})
	if err != nil {
		return nil, err
	}
	return k.Suite.MAC(k.Secrets.Membership, b), nil
}

// Seal makes an MLSMessage of signed content, as its wire_format says: tagged, or encrypted
// with the sender's next message key but so many. It returns the generation of that.
func (k Keys) Seal(rng io.Reader, c *wire.AuthenticatedContent, skip int) (message []byte, generation uint32, err error) {
	switch c.WireFormat {
	case wire.WireFormatPublicMessage:
		tag, err := k.MembershipTag(c)
		if err != nil {
			return nil, 0, err
		}
		message, err = Public(c, tag)
		return message, 0, err
	case wire.WireFormatPrivateMessage:
		message, err = k.Private(rng, c, skip, func(s *Sealed) { generation = s.Data.Generation })
		return message, generation, err
	}
	return nil, 0, fmt.Errorf("groupkeys: wire_format %d has no content to seal", c.WireFormat)
}

// Public is a PublicMessage of signed content, as an MLSMessage.
func Public(c *wire.AuthenticatedContent, membershipTag []byte) ([]byte, error) {
	m := &wire.PublicMessage{Content: c.Content, Auth: c.Auth, MembershipTag: membershipTag}
	return wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatPublicMessage, PublicMessage: m})
}

// Sealed is what goes into the two encryptions of a PrivateMessage (RFC 9420 §6.3).
type Sealed struct {
	Key, Nonce, AAD, Plaintext []byte // of the content; the nonce is guarded
	Data                       wire.SenderData
}

// Private is a PrivateMessage of signed content, as an MLSMessage: encrypted with the
// sender's next message key but so many, and what bend makes of all that.
func (k Keys) Private(rng io.Reader, c *wire.AuthenticatedContent, skip int, bend func(*Sealed)) ([]byte, error) {
	if k.ratchets == nil {
		return nil, errNoMember
	}
	var m *wire.PrivateMessage
	var seals seals
	ratchets := k.ratchets.Clone()
	for ; skip >= 0; skip-- {
		var err error
		seals = nil
		if m, err = treedem.ProtectPrivate(k.Suite.Observed(&seals), rng, k.Secrets.SenderData, ratchets, c, k.Padding); err != nil {
			return nil, err
		}
	}
	content, data := seals[0], seals[1]
	x := Sealed{Key: content[0], Nonce: content[1], AAD: content[2], Plaintext: content[3]}
	err := wire.Unmarshal(data[3], &x.Data)
	if err != nil {
		return nil, err
	}
	bend(&x)
	s := k.Suite
	if m.Ciphertext, err = s.Seal(x.Key, x.Nonce, x.AAD, x.Plaintext); err != nil {
		return nil, err
	}
	plaintext, err := wire.Marshal(&x.Data)
	if err != nil {
		return nil, err
	}
	sample := m.Ciphertext[:min(len(m.Ciphertext), s.Nh())]
	key := s.ExpandWithLabel(k.Secrets.SenderData, "key", sample, s.Nk())
	nonce := s.ExpandWithLabel(k.Secrets.SenderData, "nonce", sample, s.Nn())
	if m.EncryptedSenderData, err = s.Seal(key, nonce, data[2], plaintext); err != nil {
		return nil, err
	}
	return wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatPrivateMessage, PrivateMessage: m})
}

// seals watches the AEAD: key, nonce, additional data and plaintext of each call.
type seals [][4][]byte

// Observe keeps copies: the values are the caller's.
func (s *seals) Observe(c suite.Call) {
	if c.Op == suite.OpSeal {
		var in [4][]byte
		for i, v := range c.In {
			in[i] = append([]byte(nil), v.Bytes...)
		}
		*s = append(*s, in)
	}
}
