// Package stolen does with the keys of a stolen group what no member does: it opens
// messages, changes them, and signs, MACs and encrypts them again (RFC 9420 §6).
package stolen

import (
	"errors"
	"io"
	"reflect"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Keys are a group's keys for messages, as whoever holds its memory finds them.
type Keys struct {
	suite    suite.Suite // whoever observes the group's does not see what a thief does
	context  wire.GroupContext
	leaf     tree.LeafIndex
	secrets  *treekem.Secrets
	ratchets *treedem.Ratchets
}

// From reads the keys in a stolen group, which stays as it is.
func From(g *group.Group) (Keys, error) {
	s, err := suite.ByID(g.Client().Suite.ID())
	return Keys{
		suite: s, context: peek[treesync.State](g, "public").Context, leaf: g.Leaf(),
		secrets: peek[treekem.Secrets](g, "secrets"), ratchets: *peek[*treedem.Ratchets](g, "ratchets"),
	}, err
}

// peek reads an unexported field of a group.
func peek[T any](g *group.Group, field string) *T {
	v := reflect.ValueOf(g).Elem().FieldByName(field)
	if !v.IsValid() || v.Type() != reflect.TypeFor[T]() {
		panic("stolen: internal: a Group has no such field " + field)
	}
	return (*T)(v.Addr().UnsafePointer())
}

// Open reads an MLSMessage, whoever sent it: a PublicMessage as it is, a
// PrivateMessage with the stolen ratchets, which stay as they are.
func (k *Keys) Open(message []byte) (*wire.AuthenticatedContent, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(message, &m); err != nil {
		return nil, err
	}
	switch {
	case m.PublicMessage != nil:
		return &wire.AuthenticatedContent{WireFormat: m.WireFormat, Content: m.PublicMessage.Content, Auth: m.PublicMessage.Auth}, nil
	case m.PrivateMessage == nil:
		return nil, errors.New("this is no message to a group")
	}
	const nobody tree.LeafIndex = 1<<32 - 1 // the victim's own open, too
	c, _, err := treedem.UnprotectPrivate(k.suite, k.secrets.SenderData, k.ratchets.Clone(), m.PrivateMessage, k.context, nobody)
	return c, err
}

// Frame makes an MLSMessage of content: as the victim's, whom it makes the sender, signed
// with sk, if that is not nil, and with the stolen membership_key, or with a message key of the victim's: the
// next one but so many. It returns the generation of that.
func (k *Keys) Frame(rng io.Reader, c *wire.AuthenticatedContent, sk []byte, skip int) (message []byte, generation uint32, err error) {
	c.Content.Sender = wire.Sender{Type: wire.SenderMember, LeafIndex: k.leaf}
	tbs := wire.FramedContentTBS{Version: wire.ProtocolMLS10, WireFormat: c.WireFormat, Content: c.Content, Context: &k.context}
	if sk != nil {
		b, err := wire.Marshal(&tbs)
		if err != nil {
			return nil, 0, err
		}
		if c.Auth.Signature, err = k.suite.SignWithLabel(sk, "FramedContentTBS", b); err != nil {
			return nil, 0, err
		}
	}
	m := wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: c.WireFormat}
	if c.WireFormat == wire.WireFormatPublicMessage {
		tbm, err := wire.Marshal(&wire.AuthenticatedContentTBM{TBS: tbs, Auth: c.Auth})
		if err != nil {
			return nil, 0, err
		}
		m.PublicMessage = &wire.PublicMessage{Content: c.Content, Auth: c.Auth, MembershipTag: k.suite.MAC(k.secrets.Membership, tbm)}
	} else if m.PrivateMessage, generation, err = k.seal(rng, c, skip); err != nil {
		return nil, 0, err
	}
	message, err = wire.Marshal(&m)
	return message, generation, err
}

func (k *Keys) seal(rng io.Reader, c *wire.AuthenticatedContent, skip int) (m *wire.PrivateMessage, generation uint32, err error) {
	var sealed senderData
	ratchets := k.ratchets.Clone()
	for ; skip >= 0; skip-- {
		if m, err = treedem.ProtectPrivate(k.suite.Observed(&sealed), rng, k.secrets.SenderData, ratchets, c, nil); err != nil {
			return nil, 0, err
		}
	}
	var data wire.SenderData
	err = wire.Unmarshal(sealed.plaintext, &data)
	return m, data.Generation, err
}

// senderData watches for the plaintext of the last encryption of a PrivateMessage,
// its SenderData (RFC 9420 §6.3.2).
type senderData struct{ plaintext []byte }

// Observe keeps a copy: the value is the caller's.
func (s *senderData) Observe(c suite.Call) {
	if c.Op == suite.OpSeal {
		s.plaintext = append([]byte(nil), c.In[3].Bytes...)
	}
}
