// Package groupkeys does with the real keys of a group what no member does with its own:
// it opens messages as an observer would, and signs, tags and encrypts any content, right
// or wrong (RFC 9420 §6). A thief works so with what it stole, and a dishonest member with
// what it has.
//
// It checks nothing that it makes: that is for whoever reads it.
package groupkeys

import (
	"errors"
	"reflect"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Keys are what somebody has for the messages of one epoch. They are a value, which
// nothing here changes: two messages are made with the same message key.
//
// Suite and Context are enough for who is no member to sign with.
type Keys struct {
	Suite   suite.Suite
	Context wire.GroupContext

	// A member's only:
	Leaf     tree.LeafIndex
	Secrets  *treekem.Secrets // not to be written to
	Padding  treedem.Padding
	ratchets *treedem.Ratchets
}

// Of reads the keys in a group, which stays as it is. Who observes or remembers the
// group's cryptographic calls does not see those that are made with them.
func Of(g *group.Group) (Keys, error) {
	c := g.Client()
	s, err := suite.ByID(c.Suite.ID())
	return Keys{
		Suite: s, Context: g.Context(), Leaf: g.Leaf(), Padding: c.Config.Padding,
		Secrets: peek[treekem.Secrets](g, "secrets"), ratchets: (*peek[*treedem.Ratchets](g, "ratchets")).Clone(),
	}, err
}

// State is what a group holds of its public state. It must not be written to.
func State(g *group.Group) treesync.State { return *peek[treesync.State](g, "public") }

// Interim is a group's interim_transcript_hash (RFC 9420 §8.2).
func Interim(g *group.Group) []byte { return *peek[[]byte](g, "interim") }

// peek finds an unexported field of a group, as whoever holds the group's memory can.
func peek[T any](g *group.Group, field string) *T {
	v := reflect.ValueOf(g).Elem().FieldByName(field)
	if !v.IsValid() || v.Type() != reflect.TypeFor[T]() {
		panic("groupkeys: internal: a Group has no such field " + field)
	}
	return (*T)(v.Addr().UnsafePointer())
}

var errNoMember = errors.New("groupkeys: only a member has keys for a PrivateMessage")

// Open gives the content of an MLSMessage, whoever sent it, the keys' owner too. A
// PublicMessage is not verified; a PrivateMessage opens as long as its message key is not
// used up.
func (k Keys) Open(message []byte) (*wire.AuthenticatedContent, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(message, &m); err != nil {
		return nil, err
	}
	switch {
	case m.PublicMessage != nil:
		return &wire.AuthenticatedContent{WireFormat: m.WireFormat, Content: m.PublicMessage.Content, Auth: m.PublicMessage.Auth}, nil
	case m.PrivateMessage == nil:
		return nil, errors.New("this is no message to a group")
	case k.ratchets == nil:
		return nil, errNoMember
	}
	const nobody tree.LeafIndex = 1<<32 - 1 // a member does not open its own
	c, _, err := treedem.UnprotectPrivate(k.Suite, k.Secrets.SenderData, k.ratchets.Clone(), m.PrivateMessage, k.Context, nobody)
	return c, err
}
