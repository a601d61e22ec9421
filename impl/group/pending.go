package group

import (
	"bytes"

	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Pending is a Commit that the delivery service has not yet accepted (RFC 9420
// §14). Until then the group that made it stays at its epoch and goes on as
// before, and nobody gets to see the Welcome.
type Pending struct {
	Commit    []byte                  // MLSMessage, to be sent
	Proposals []treesync.ProposalFrom // that it covers, in its order

	base    *Group // that made it; nil if its sender was outside
	next    *Group
	welcome []byte
}

// Accept ends the waiting: the Commit began the next epoch. The Welcome, an
// MLSMessage, is nil if nobody was added.
func (p *Pending) Accept() (next *Group, welcome []byte) { return p.next, p.welcome }

// Reject ends the waiting: another Commit came first, or none. The group is as it
// was; nil if the sender was outside of it. All that the Commit made is dropped.
func (p *Pending) Reject() *Group { return p.base }

// Receive processes what the delivery service sends while this member waits: its
// own Commit come back is an acceptance; another's Commit a rejection, with the
// group that it leads to as Next. After any other message the waiting goes on.
func (p *Pending) Receive(msg []byte) (r Received, done bool, err error) {
	if bytes.Equal(msg, p.Commit) {
		sender := wire.Sender{Type: wire.SenderMember, LeafIndex: p.next.Leaf()}
		return Received{Next: p.next, Kind: wire.ContentCommit, Sender: sender}, true, nil
	}
	if p.base == nil {
		return Received{}, false, errOutside
	}
	r, err = p.base.Receive(msg)
	if err != nil {
		return Received{}, false, err
	}
	if r.Kind == wire.ContentCommit {
		return r, true, nil
	}
	p.base = r.Next
	r.Next = nil
	return r, false, nil
}
