package insider

import (
	"errors"

	"mlsref/impl/wire"
	"mlsref/trace/groupkeys"
)

// read opens the honest message (RFC 9420 §6). A member's own PrivateMessage opens
// with the keys from before it was sent.
func (in *insider) read(honest []byte) error {
	c, err := in.keys.Open(honest)
	if err != nil {
		return err
	}
	if c.Content.Sender != in.sender {
		return errors.New("this is somebody else's message")
	}
	in.format, in.honest = c.WireFormat, in.marshal(c)
	return in.err
}

// sign signs what nobody honest would (RFC 9420 §6.1).
func (in *insider) sign(c *wire.AuthenticatedContent, sk []byte) { in.check(in.keys.Sign(c, sk)) }

// frame makes an MLSMessage of signed content.
func (in *insider) frame(c *wire.AuthenticatedContent) []byte {
	msg, _, err := in.keys.Seal(in.rng, c, 0)
	in.check(err)
	return msg
}

func (in *insider) framePublic(c *wire.AuthenticatedContent, tag []byte) []byte {
	msg, err := groupkeys.Public(c, tag)
	in.check(err)
	return msg
}

func (in *insider) membershipTag(c *wire.AuthenticatedContent) []byte {
	tag, err := in.keys.MembershipTag(c)
	in.check(err)
	return tag
}

// framePrivate encrypts content with what bend makes of it.
func (in *insider) framePrivate(c *wire.AuthenticatedContent, bend func(*groupkeys.Sealed)) []byte {
	msg, err := in.keys.Private(in.rng, c, 0, bend)
	in.check(err)
	return msg
}
