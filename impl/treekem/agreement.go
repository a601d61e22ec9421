package treekem

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// Agreement is what a group asks of layer 2's tree part: that its members come to one
// fresh commit_secret. TreeKEM is the RFC's; another one may stand in its place. It
// must fit what layer 1 checks of an UpdatePath (RFC 9420 §7.6): a new public key for
// each step, a ciphertext for each recipient. The steps, the PSKs and the key schedule
// (§8) are common to all.
type Agreement interface {
	// NewMember is the private half of whoever knows the private key of its leaf
	// and no other: who creates a group, or is about to join one.
	NewMember(leaf tree.LeafIndex, leafKey []byte) Member
}

// Member is a member's private half. It is a value: every method returns a new one,
// but for Wire, which saves it, and reads into one just made.
type Member interface {
	LeafIndex() tree.LeafIndex
	// WithLeafKey replaces the leaf's private key: an Update of its own was committed.
	WithLeafKey(leafKey []byte) Member
	// Prune forgets what the proposals of a Commit took away; t is the tree after them.
	Prune(t Tree) Member

	// NewPath begins a Commit, in the tree after its proposals. Who commits from
	// outside does it with a Member that knows nothing.
	NewPath(s suite.Suite, rng io.Reader, t Tree, steps []Step) (Path, error)
	// Process opens sender's path (RFC 9420 §7.5): steps are sender's in t, the tree after
	// the proposals; provisional is the context. It also returns the commit_secret.
	Process(s suite.Suite, t Tree, sender tree.LeafIndex, steps []Step,
		nodes []wire.UpdatePathNode, provisional []byte) (next Member, commitSecret []byte, err error)
	// Join takes in the path_secret of a Welcome, nil if there was none (RFC 9420
	// §12.4.3.1); t is the new epoch's tree.
	Join(s suite.Suite, t Tree, committer tree.LeafIndex, pathSecret *wire.PathSecret) (Member, error)

	// Complete says whether it holds all that the member at its leaf should know, and no more.
	Complete(t Tree) bool
	// Matches checks that it is complete, and what it holds against t's public keys.
	Matches(s suite.Suite, t Tree) error
	wire.Wirer
}

// Path is what a committer makes for its steps. It lives until the Commit and its
// Welcome are written.
type Path interface {
	// PublicKeys are the new ones of the steps' nodes, in their order.
	PublicKeys() [][]byte
	// Encrypt writes the UpdatePath's nodes, under the provisional GroupContext.
	Encrypt(s suite.Suite, rng io.Reader, steps []Step, provisional []byte) ([]wire.UpdatePathNode, error)
	// SecretFor is the path_secret for the new member at leaf; nil if it needs none.
	SecretFor(leaf tree.LeafIndex) []byte
	// Adopt is the committer's private half afterwards, with its leaf's new private
	// key, and the commit_secret, Nh bytes.
	Adopt(leaf tree.LeafIndex, leafKey []byte) (next Member, commitSecret []byte)
}
