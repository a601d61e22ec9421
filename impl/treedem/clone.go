package treedem

import (
	"maps"
	"slices"
)

// Clone is a second copy of the live ratchets. Two copies have the same keys, and
// would use each of them twice: this is for those who study what a thief can do with
// a copy, and for nobody else.
func (r *Ratchets) Clone() *Ratchets {
	c := *r
	c.nodes, c.used = maps.Clone(r.nodes), maps.Clone(r.used)
	for leaf, l := range r.used {
		both := *l
		both.handshake.skipped = slices.Clone(l.handshake.skipped)
		both.application.skipped = slices.Clone(l.application.skipped)
		c.used[leaf] = &both
	}
	return &c
}
