package group

import (
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// PSKStore holds the pre-shared keys of a client (RFC 9420 §8.4): external ones
// under their psk_id, resumption ones of other groups under group and epoch.
type PSKStore struct {
	keys map[pskName][]byte
}

// pskName is a PreSharedKeyID without what differs from use to use: the nonce,
// and the usage of a resumption PSK.
type pskName struct {
	kind      wire.PSKType
	id, group string
	epoch     uint64
}

func nameOf(id wire.PreSharedKeyID) pskName {
	if id.PSKType == wire.PSKResumption {
		return pskName{kind: id.PSKType, group: string(id.PSKGroupID), epoch: id.PSKEpoch}
	}
	return pskName{kind: id.PSKType, id: string(id.PSKID)}
}

// Put keeps a key under id, whose nonce and usage do not matter.
func (st *PSKStore) Put(id wire.PreSharedKeyID, key []byte) {
	if st.keys == nil {
		st.keys = map[pskName][]byte{}
	}
	st.keys[nameOf(id)] = key
}

// Delete forgets a key.
func (st *PSKStore) Delete(id wire.PreSharedKeyID) { delete(st.keys, nameOf(id)) }

// get finds a key; a nil store holds none.
func (st *PSKStore) get(id wire.PreSharedKeyID) []byte {
	if st == nil {
		return nil
	}
	return st.keys[nameOf(id)]
}

// ExternalPSK names an external PSK; a Commit or proposal adds the nonce.
func ExternalPSK(id []byte) wire.PreSharedKeyID {
	return wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: id}
}

// ResumptionPSK names the resumption_psk of a group's epoch, for use by an
// application (RFC 9420 §8.6); a Commit or proposal adds the nonce.
func ResumptionPSK(groupID []byte, epoch uint64) wire.PreSharedKeyID {
	return wire.PreSharedKeyID{
		PSKType: wire.PSKResumption, Usage: wire.ResumptionApplication, PSKGroupID: groupID, PSKEpoch: epoch,
	}
}

// resumption is the resumption_psk of one epoch, Nh bytes.
type resumption struct {
	epoch uint64
	psk   []byte
}

// resumptionPSK is that of this group's epoch, if it is the current one or among
// those kept; nil otherwise.
func (g *Group) resumptionPSK(groupID []byte, epoch uint64) []byte {
	if string(groupID) != string(g.GroupID()) {
		return nil
	}
	if epoch == g.Epoch() {
		return g.secrets.Resumption
	}
	for _, r := range g.resumption {
		if r.epoch == epoch {
			return r.psk
		}
	}
	return nil
}

// pskKeys looks up what the IDs name, in order: this group's own epochs, then the
// group that it follows from (nil: none), then the client's store.
func (c Client) pskKeys(ids []wire.PreSharedKeyID, groups ...*Group) ([]treekem.PSK, error) {
	var psks []treekem.PSK
	for i, id := range ids {
		key := c.Config.PSKs.get(id)
		if id.PSKType == wire.PSKResumption {
			for _, g := range groups {
				if g != nil && key == nil {
					key = g.resumptionPSK(id.PSKGroupID, id.PSKEpoch)
				}
			}
		}
		if key == nil {
			return nil, spec.PSKsHeld.Broken("this client does not hold PSK %d of %d, of type %v", i, len(ids), id.PSKType)
		}
		psks = append(psks, treekem.PSK{ID: id, Secret: key})
	}
	return psks, nil
}

// Has says whether the store holds a key.
func (st *PSKStore) Has(id wire.PreSharedKeyID) bool { return st.get(id) != nil }

// ResumptionPSK is the resumption_psk of this group's epoch (RFC 9420 §8.6), Nh bytes,
// if it is the current one or among those that the Config keeps; nil otherwise.
func (g *Group) ResumptionPSK(epoch uint64) []byte { return g.resumptionPSK(g.GroupID(), epoch) }
