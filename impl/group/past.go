package group

import (
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// pastEpoch is what it takes to open the application messages of an epoch that
// is over (RFC 9420 §15.3). Keeping it costs forward secrecy for as long.
type pastEpoch struct {
	public     treesync.State
	senderData []byte
	ratchets   *treedem.Ratchets
}

// pastEpochOf is the earlier epoch that an application message belongs to; nil if
// it is the current one's or none that is kept. Handshakes of an epoch that is
// over are never processed (RFC 9420 §12.4.2).
func (g *Group) pastEpochOf(m *wire.MLSMessage) *pastEpoch {
	p := m.PrivateMessage
	if p == nil || p.ContentType != wire.ContentApplication || string(p.GroupID) != string(g.GroupID()) {
		return nil
	}
	for i := range g.past {
		if g.past[i].public.Context.Epoch == p.Epoch {
			return &g.past[i]
		}
	}
	return nil
}

// receiveLate opens an application message of an earlier epoch, under the
// membership of that epoch.
func (g *Group) receiveLate(e *pastEpoch, m *wire.PrivateMessage) (Received, error) {
	c, consume, err := treedem.UnprotectPrivate(e.public.Suite, e.senderData, e.ratchets, m, e.public.Context, g.Leaf())
	if err != nil {
		return Received{}, err
	}
	if err := verify(e.public, c); err != nil {
		return Received{}, err
	}
	consume()
	r := receivedFrom(c)
	r.Next = g
	return r, nil
}
