package insider

import (
	"bytes"
	"fmt"
	"io"

	"mlsref/impl/group"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/trace/groupkeys"
)

// Sealer signs, tags and encrypts any content with the real keys of who sent an honest
// message. It is a value that stays as it is.
type Sealer struct {
	in          insider
	from        *group.Group
	interim     []byte // interim_transcript_hash
	externalPub []byte // of an external Commit's GroupInfo
	stranger    group.Client
}

// Sealer is that of the message's sender.
func (sit Situation) Sealer(rng io.Reader) (*Sealer, error) {
	x := &Sealer{from: sit.From}
	var in *insider
	var err error
	switch {
	case sit.From != nil:
		in, err = member(rng, sit.From)
		x.interim = groupkeys.Interim(sit.From)
	case sit.Info != nil:
		in, err = x.joining(rng, sit)
	default:
		in, err = proposer(rng, sit.Sender, sit.Readers[0], sit.Honest)
	}
	if err != nil {
		return nil, err
	}
	x.stranger = in.invented("mallory")
	if err := in.read(sit.Honest); err != nil {
		return nil, fmt.Errorf("insider: reading the honest message: %w", err)
	}
	x.in = *in
	return x, in.err
}

// joining is who commits from outside, with what only that takes.
func (x *Sealer) joining(rng io.Reader, sit Situation) (*insider, error) {
	in, info, err := joining(rng, sit.Sender, sit.Info, sit.Beside)
	if err != nil {
		return nil, err
	}
	for _, e := range info.Extensions {
		if e.Type == wire.ExtensionExternalPub {
			var pub wire.ExternalPub
			if err := wire.Unmarshal(e.Data, &pub); err != nil {
				return nil, err
			}
			x.externalPub = pub.ExternalPub
		}
	}
	x.interim, err = treedem.InterimTranscript(in.suite, info.GroupContext.ConfirmedTranscriptHash, info.ConfirmationTag)
	return in, err
}

// with is an insider that draws from rng.
func (x *Sealer) with(rng io.Reader) *insider {
	in := x.in
	in.rng = rng
	return &in
}

// Content is a fresh copy of the honest content, signature and tag included.
func (x *Sealer) Content() *wire.AuthenticatedContent { return x.with(nil).content() }

// Seal signs the content and frames it as its wire_format says. The confirmation_tag
// stays as it is.
func (x *Sealer) Seal(rng io.Reader, c *wire.AuthenticatedContent) ([]byte, error) {
	in := x.with(rng)
	if c.WireFormat == wire.WireFormatPrivateMessage && in.keys.Secrets == nil {
		c.WireFormat = wire.WireFormatPublicMessage
	}
	in.sign(c, in.client.Identity.SignatureKey)
	msg := in.frame(c)
	return msg, in.err
}

// Resign signs anew the leaves and KeyPackages in a content that somebody changed: those
// with the sender's signature_key with its private key, any other in the name of a
// stranger, whose key it then has.
func (x *Sealer) Resign(c *wire.AuthenticatedContent) error {
	if p := c.Content.Proposal; p != nil {
		if err := x.resignProposal(p); err != nil {
			return err
		}
	}
	commit := c.Content.Commit
	if commit == nil {
		return nil
	}
	for _, p := range commit.Proposals {
		if p.Proposal != nil {
			if err := x.resignProposal(p.Proposal); err != nil {
				return err
			}
		}
	}
	if commit.Path != nil {
		return x.resignLeaf(&commit.Path.LeafNode)
	}
	return nil
}

func (x *Sealer) resignProposal(p *wire.Proposal) error {
	switch {
	case p.Update != nil:
		return x.resignLeaf(&p.Update.LeafNode)
	case p.Add != nil:
		return x.SignKeyPackage(&p.Add.KeyPackage)
	}
	return nil
}

// SignKeyPackage is Resign for a KeyPackage.
func (x *Sealer) SignKeyPackage(kp *wire.KeyPackage) error {
	if err := x.resignLeaf(&kp.LeafNode); err != nil {
		return err
	}
	return treesync.SignKeyPackage(x.in.suite, x.keyOf(&kp.LeafNode), kp)
}

// KeyPackage is a valid one of the stranger, who is nobody that a directory knows.
func (x *Sealer) KeyPackage(rng io.Reader) (*wire.KeyPackage, error) {
	in := x.with(rng)
	kp := in.keyPackage(x.stranger)
	return kp, in.err
}

// keyOf is the private key with which the insider signs a leaf.
func (x *Sealer) keyOf(leaf *wire.LeafNode) []byte {
	if id := x.in.client.Identity; bytes.Equal(leaf.SignatureKey, id.SignaturePub) {
		return id.SignatureKey
	}
	leaf.SignatureKey = x.stranger.Identity.SignaturePub
	return x.stranger.Identity.SignatureKey
}

func (x *Sealer) resignLeaf(leaf *wire.LeafNode) error {
	return treesync.SignLeaf(x.in.suite, x.keyOf(leaf), leaf, x.in.public.Context.GroupID, x.in.sender.LeafIndex)
}

// TagSize is how long a confirmation_tag is, bytes.
func (x *Sealer) TagSize() int { return x.in.suite.Nh() }
