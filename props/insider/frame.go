package insider

import (
	"errors"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/wire"
)

// read opens the honest message (RFC 9420 §6). A member's own PrivateMessage opens
// with the keys from before it was sent.
func (in *insider) read(honest []byte) error {
	var m wire.MLSMessage
	if err := wire.Unmarshal(honest, &m); err != nil {
		return err
	}
	c := &wire.AuthenticatedContent{WireFormat: m.WireFormat}
	switch {
	case m.PublicMessage != nil:
		c.Content, c.Auth = m.PublicMessage.Content, m.PublicMessage.Auth
	case m.PrivateMessage != nil && in.ratchets != nil:
		const nobody tree.LeafIndex = 1<<32 - 1
		opened, _, err := treedem.UnprotectPrivate(in.suite, in.secrets.SenderData, in.ratchets.Clone(), m.PrivateMessage, in.public.Context, nobody)
		if err != nil {
			return err
		}
		c = opened
	default:
		return errors.New("this is no message to a group")
	}
	if c.Content.Sender != in.sender {
		return errors.New("this is somebody else's message")
	}
	in.format, in.honest = m.WireFormat, in.marshal(c)
	return in.err
}

func tbs(c *wire.AuthenticatedContent, context wire.GroupContext) wire.FramedContentTBS {
	t := wire.FramedContentTBS{Version: wire.ProtocolMLS10, WireFormat: c.WireFormat, Content: c.Content}
	if s := c.Content.Sender.Type; s == wire.SenderMember || s == wire.SenderNewMemberCommit {
		t.Context = &context
	}
	return t
}

// sign signs what nobody honest would (RFC 9420 §6.1).
func (in *insider) sign(c *wire.AuthenticatedContent, sk []byte) {
	t := tbs(c, in.public.Context)
	var err error
	c.Auth.Signature, err = in.suite.SignWithLabel(sk, "FramedContentTBS", in.marshal(&t))
	in.check(err)
}

// frame makes an MLSMessage of signed content.
func (in *insider) frame(c *wire.AuthenticatedContent) []byte {
	if c.WireFormat == wire.WireFormatPrivateMessage {
		return in.framePrivate(c, func(*sealed) {})
	}
	return in.framePublic(c, in.membershipTag(c))
}

func (in *insider) framePublic(c *wire.AuthenticatedContent, tag []byte) []byte {
	m := &wire.PublicMessage{Content: c.Content, Auth: c.Auth, MembershipTag: tag}
	return in.marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatPublicMessage, PublicMessage: m})
}

// membershipTag is RFC 9420 §6.2; nil for who is no member.
func (in *insider) membershipTag(c *wire.AuthenticatedContent) []byte {
	if c.Content.Sender.Type != wire.SenderMember || in.secrets == nil {
		return nil
	}
	return in.suite.MAC(in.secrets.Membership, in.marshal(&wire.AuthenticatedContentTBM{TBS: tbs(c, in.public.Context), Auth: c.Auth}))
}

// sealed is what goes into the two encryptions of a PrivateMessage (RFC 9420 §6.3).
type sealed struct {
	key, nonce, aad, plaintext []byte // of the content; the nonce is guarded
	data                       wire.SenderData
}

// framePrivate seals content under the sender's next key, with what bend makes of it.
// The sender's ratchet is a copy, so that the next message has the same key.
func (in *insider) framePrivate(c *wire.AuthenticatedContent, bend func(*sealed)) []byte {
	var seals seals
	m, err := treedem.ProtectPrivate(in.suite.Observed(&seals), in.rng, in.secrets.SenderData, in.ratchets.Clone(), c, in.client.Config.Padding)
	if in.check(err); err != nil {
		return nil
	}
	content, data := seals[0], seals[1]
	x := sealed{key: content[0], nonce: content[1], aad: content[2], plaintext: content[3]}
	in.check(wire.Unmarshal(data[3], &x.data))
	bend(&x)
	s := in.suite
	m.Ciphertext, err = s.Seal(x.key, x.nonce, x.aad, x.plaintext)
	in.check(err)
	sample := m.Ciphertext[:min(len(m.Ciphertext), s.Nh())]
	key := s.ExpandWithLabel(in.secrets.SenderData, "key", sample, s.Nk())
	nonce := s.ExpandWithLabel(in.secrets.SenderData, "nonce", sample, s.Nn())
	m.EncryptedSenderData, err = s.Seal(key, nonce, data[2], in.marshal(&x.data))
	in.check(err)
	return in.private(m)
}

func (in *insider) private(m *wire.PrivateMessage) []byte {
	return in.marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatPrivateMessage, PrivateMessage: m})
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
