package group

import "maps"

// Clone is a second copy of the live state, as a thief would have it: with the same
// message keys. It also opens what its victim sends, which an honest client has no key
// left for. An honest client has one copy only; see Save.
func (g *Group) Clone() *Group {
	c := *g
	c.copied = true
	c.ratchets = g.ratchets.Clone()
	c.client.Config.PSKs = g.client.Config.PSKs.Clone()
	c.past = append([]pastEpoch(nil), g.past...)
	for i := range c.past {
		c.past[i].ratchets = c.past[i].ratchets.Clone()
	}
	return &c
}

// Clone is a second copy of a pending Commit and of both groups in it.
func (p *Pending) Clone() *Pending {
	c := *p
	if p.base != nil {
		c.base = p.base.Clone()
	}
	c.next = p.next.Clone()
	return &c
}

// Clone is a second copy of the store.
func (st *PSKStore) Clone() *PSKStore {
	if st == nil {
		return nil
	}
	return &PSKStore{keys: maps.Clone(st.keys)}
}
