package insider

import (
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// SignLeaves signs anew those leaves of a ratchet tree for whose signature key keyOf has
// the private one. A leaf that cannot be encoded stays as it is.
func SignLeaves(s suite.Suite, rt *wire.RatchetTree, groupID []byte, keyOf func(public []byte) (private []byte)) {
	for i, n := range rt.Nodes {
		if n == nil || n.Leaf == nil || i%2 != 0 {
			continue
		}
		if sk := keyOf(n.Leaf.SignatureKey); sk != nil {
			_ = treesync.SignLeaf(s, sk, n.Leaf, groupID, tree.LeafIndex(i/2))
		}
	}
}
