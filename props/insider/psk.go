package insider

import (
	"mlsref/impl/group"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

// pskSecrets are PSKs with their secrets, as a client holds them who is also in the group
// from, which may be nil; false if it lacks one.
func pskSecrets(c group.Client, from *group.Group, ids []wire.PreSharedKeyID) (list []treekem.PSK, held bool) {
	for _, id := range ids {
		var secret []byte
		if id.PSKType == wire.PSKResumption && from != nil && string(id.PSKGroupID) == string(from.GroupID()) {
			secret = from.ResumptionPSK(id.PSKEpoch)
		}
		if id.PSKType == wire.PSKExternal && c.Config.PSKs.Has(id) {
			secret = []byte(secretOfAll)
		}
		if secret == nil {
			return nil, false
		}
		list = append(list, treekem.PSK{ID: id, Secret: secret})
	}
	return list, true
}
