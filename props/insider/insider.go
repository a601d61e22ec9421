// Package insider makes the messages of a dishonest member: almost valid ones. It
// takes an honest message, breaks one rule of RFC 9420 in it, and signs, MACs and
// encrypts it again with the keys that an insider really has, so that it gets as
// far as the check that must refuse it, however far behind the signature that is.
//
// What it makes is judged by nobody here: who receives it must name that one rule
// and must not change. It knows the order in which RFC 9420 has things checked only
// where a change cannot help to break a second rule as well, further on.
package insider

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace/groupkeys"
)

// Broken is a message that breaks one rule.
type Broken struct {
	Rule  *spec.Rule // that the receiver must name
	What  string     // what was changed, in words
	Bytes []byte     // MLSMessage

	// Except lists members that need not find it: those whom the Commit removes
	// stop reading there, and who gets a message in its own name has another error.
	Except []tree.LeafIndex
}

// Message breaks an honest message of a member: a handshake, or application data.
// from is the sender's group as it was before it sent (a Clone): a PrivateMessage
// cannot be opened with less. It is not changed. Only breaks that apply to the
// message, its framing and the group are returned, some 160 for a Commit; receivers
// are taken to have the sender's Policy and Limits.
func Message(rng io.Reader, from *group.Group, honest []byte) ([]Broken, error) {
	in, err := member(rng, from)
	if err != nil {
		return nil, err
	}
	if err := in.read(honest); err != nil {
		return nil, fmt.Errorf("insider: reading the honest message: %w", err)
	}
	in.framing()
	switch in.content().Content.ContentType {
	case wire.ContentProposal:
		in.proposalMessage()
	case wire.ContentCommit:
		in.commit()
		in.memberCommit()
	}
	return in.out, in.err
}

// insider is somebody with real keys who breaks rules: a member, or whoever joins
// from outside.
type insider struct {
	rng    io.Reader
	suite  suite.Suite
	client group.Client
	public treesync.State
	sender wire.Sender
	keys   groupkeys.Keys

	honest []byte // AuthenticatedContent
	format wire.WireFormat
	out    []Broken
	err    error // the first one
}

// member is the insider whose group is from.
func member(rng io.Reader, from *group.Group) (*insider, error) {
	keys, err := groupkeys.Of(from)
	if err != nil {
		return nil, err
	}
	sender := wire.Sender{Type: wire.SenderMember, LeafIndex: keys.Leaf}
	return newInsider(rng, from.Client(), sender, groupkeys.State(from), keys), nil
}

// outsider is one who knows what is public only.
func outsider(rng io.Reader, client group.Client, sender wire.Sender, public treesync.State) (*insider, error) {
	s, err := suite.ByID(client.Suite.ID())
	if err != nil {
		return nil, err
	}
	return newInsider(rng, client, sender, public, groupkeys.Keys{Suite: s, Context: public.Context}), nil
}

// newInsider has a suite of its own: whoever watches or remembers the honest one's calls
// does not see these.
func newInsider(rng io.Reader, client group.Client, sender wire.Sender, public treesync.State, keys groupkeys.Keys) *insider {
	client.Suite, public.Suite = keys.Suite, keys.Suite
	return &insider{rng: rng, suite: keys.Suite, client: client, public: public, sender: sender, keys: keys}
}

// check keeps the first error; what is made after it is not returned.
func (in *insider) check(err error) {
	if in.err == nil && err != nil {
		in.err = fmt.Errorf("insider: %w", err)
	}
}

// add makes one broken message from the honest one. The content is signed and framed
// again after bend.
func (in *insider) add(rule *spec.Rule, what string, bend func(*wire.AuthenticatedContent), except ...tree.LeafIndex) {
	c := in.content()
	bend(c)
	in.sign(c, in.client.Identity.SignatureKey)
	in.addBytes(rule, what, in.frame(c), except...)
}

func (in *insider) addBytes(rule *spec.Rule, what string, msg []byte, except ...tree.LeafIndex) {
	if in.err == nil {
		in.out = append(in.out, Broken{Rule: rule, What: what, Bytes: msg, Except: except})
	}
}

// content is a fresh copy of the honest content.
func (in *insider) content() *wire.AuthenticatedContent {
	c := &wire.AuthenticatedContent{}
	in.check(wire.Unmarshal(in.honest, c))
	return c
}

func (in *insider) marshal(v wire.Wirer) []byte {
	b, err := wire.Marshal(v)
	in.check(err)
	return b
}

// copied is a deep copy of a wire struct that can be encoded.
func copied[T any, PT interface {
	*T
	wire.Wirer
}](in *insider, v PT) PT {
	c := PT(new(T))
	in.check(wire.Unmarshal(in.marshal(v), c))
	return c
}

func (in *insider) random(n int) []byte {
	b, err := in.suite.Random(in.rng, n)
	in.check(err)
	return b
}

// key is a fresh HPKE public key.
func (in *insider) key() []byte {
	_, pk, err := in.suite.GenerateKeyPair(in.rng)
	in.check(err)
	return pk
}

// flipped is b with one bit changed.
func flipped(b []byte) []byte {
	c := bytes.Clone(b)
	if len(c) == 0 {
		return []byte{1}
	}
	c[len(c)/2] ^= 1
	return c
}

// wrongTag is a MAC that is not the right one.
type wrongTag struct {
	what string
	tag  []byte
}

// wrongTags are the ways in which a MAC can be wrong: not at all the right one, a part
// of it, more than it.
func wrongTags(right []byte) []wrongTag {
	return []wrongTag{
		{"one bit of it changed", flipped(right)},
		{"its first half only", right[:len(right)/2]},
		{"all but its last byte", right[:len(right)-1]},
		{"no bytes", nil},
		{"itself and a byte after it", slices.Concat(right, []byte{0})},
		{"bytes of zero", make([]byte, len(right))},
	}
}
