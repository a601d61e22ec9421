// Package follower tracks the public state of a group from its PublicMessages and
// a GroupInfo, without any secret: for a delivery service, or a reader of the
// specification (RFC 9420 §5, §6.2, §12).
//
// It is layer 1, with the framing's signatures and hashes from layer 3 to feed it,
// and shows that layer 1 stands alone: it rejects what a member would reject, by
// the same functions. What takes a secret it cannot check: membership tags,
// confirmation tags, the ciphertexts of a path, and whether a PSK is held.
package follower

import (
	"bytes"
	"errors"
	"fmt"

	"mlsref/impl/suite"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// ErrEncrypted says that a handshake is a PrivateMessage: whoever follows must see
// all of them, so such a group cannot be followed.
var ErrEncrypted = errors.New("follower: the message is encrypted; only handshakes in PublicMessages can be followed")

// Follower is the public state of a group at one epoch. It is a value: a message
// leads to the next one, and a rejected message changes nothing.
type Follower struct {
	public  treesync.State
	interim []byte // interim_transcript_hash, Nh bytes
}

// Follow begins at the epoch of a GroupInfo, an MLSMessage. tree is the ratchet_tree
// if it is sent beside; nil: it is in the extension. The confirmation_tag is taken on
// trust, as part of what the member signed.
func Follow(s suite.Suite, p treesync.Policy, groupInfo, tree []byte) (*Follower, error) {
	info, err := parseGroupInfo(groupInfo)
	if err != nil {
		return nil, err
	}
	public, err := treesync.FromGroupInfo(s, p, info, tree)
	if err != nil {
		return nil, err
	}
	interim, err := treedem.InterimTranscript(s, info.GroupContext.ConfirmedTranscriptHash, info.ConfirmationTag)
	if err != nil {
		return nil, err
	}
	return &Follower{public, interim}, nil
}

func parseGroupInfo(msg []byte) (*wire.GroupInfo, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(msg, &m); err != nil {
		return nil, err
	}
	if m.GroupInfo == nil {
		return nil, fmt.Errorf("follower: a message of wire format %v is no GroupInfo", m.WireFormat)
	}
	return m.GroupInfo, nil
}

// Public is what is known of the group.
func (f *Follower) Public() treesync.State { return f.public }

// Receive processes a handshake, an MLSMessage: the next state, and what kind of
// message it was.
func (f *Follower) Receive(msg []byte) (*Follower, wire.ContentType, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(msg, &m); err != nil {
		return nil, 0, err
	}
	if m.PublicMessage == nil {
		return nil, 0, ErrEncrypted
	}
	c, err := treedem.OpenPublic(m.PublicMessage, f.public.Context)
	if err != nil {
		return nil, 0, err
	}
	key, err := f.public.SenderKey(&c.Content)
	if err != nil {
		return nil, 0, err
	}
	if err := treedem.VerifySignature(f.public.Suite, key, c, f.public.Context); err != nil {
		return nil, 0, err
	}
	next := f.commit
	if c.Content.ContentType == wire.ContentProposal {
		next = f.proposal
	}
	after, err := next(c)
	return after, c.Content.ContentType, err
}

func (f *Follower) proposal(c *treedem.Content) (*Follower, error) {
	ref, err := treedem.ProposalRef(f.public.Suite, c)
	if err != nil {
		return nil, err
	}
	public, err := f.public.Receive(ref, *c.Content.Proposal, c.Content.Sender)
	if err != nil {
		return nil, err
	}
	return &Follower{public, f.interim}, nil
}

// commit is RFC 9420 §12.4.2 without what takes a secret.
func (f *Follower) commit(c *treedem.Content) (*Follower, error) {
	commit, sender, s := c.Content.Commit, c.Content.Sender, f.public.Suite
	list, err := f.public.Resolve(commit, sender)
	if err != nil {
		return nil, err
	}
	ch, err := f.public.Plan(list, sender, commit.Path != nil, treesync.Ordinary)
	if err != nil {
		return nil, err
	}
	tree := ch.After
	if commit.Path != nil {
		if tree, err = ch.Merge(commit.Path); err != nil {
			return nil, err
		}
	}
	confirmed, err := treedem.ConfirmedTranscript(s, f.interim, c)
	if err != nil {
		return nil, err
	}
	interim, err := treedem.InterimTranscript(s, confirmed, c.Auth.ConfirmationTag)
	if err != nil {
		return nil, err
	}
	return &Follower{ch.Next(tree, ch.Context(tree, confirmed)), interim}, nil
}

// Confirm holds the state against a GroupInfo of the same epoch: what the member who
// signed it confirmed with the keys of the epoch is what was followed.
func (f *Follower) Confirm(groupInfo []byte) error {
	info, err := parseGroupInfo(groupInfo)
	if err != nil {
		return err
	}
	theirs, err := wire.Marshal(&info.GroupContext)
	if err != nil {
		return err
	}
	mine, err := wire.Marshal(&f.public.Context)
	if err != nil {
		return err
	}
	tree, err := f.Tree()
	if err != nil {
		return err
	}
	if _, err := treesync.FromGroupInfo(f.public.Suite, f.public.Policy, info, tree); err != nil {
		return err
	}
	if !bytes.Equal(theirs, mine) {
		return fmt.Errorf("follower: the GroupInfo of epoch %d is not of the state followed, at epoch %d", info.GroupContext.Epoch, f.public.Context.Epoch)
	}
	return nil
}

// Tree is the ratchet_tree to hand to joiners (RFC 9420 §12.4.3.3).
func (f *Follower) Tree() ([]byte, error) {
	rt := f.public.Tree.Wire()
	return wire.Marshal(&rt)
}
