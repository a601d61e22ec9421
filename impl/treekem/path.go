package treekem

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// NodeKey is the key pair of one parent node. PublicKey may be sent to anyone.
type NodeKey struct {
	Node       tree.Index
	PrivateKey []byte
	PublicKey  []byte
}

// NewPath is what a committer makes for its filtered direct path, leaf to root
// (RFC 9420 §7.4). It lives until the Commit and its Welcome are written.
type NewPath struct {
	secrets [][]byte // path_secret[i], Nh bytes, one per step
	Keys    []NodeKey
	// CommitSecret is path_secret[n+1], Nh bytes.
	CommitSecret []byte
}

// Generate draws a path secret for the lowest step and derives the others
// (RFC 9420 §7.4). The leaf's key is drawn by itself, as the text has it, not from
// one leaf_secret as in its figure, and only the filtered path has keys (subtle
// point 3). With no steps (a member alone) the fresh secret itself is the
// commit_secret: the RFC leaves this case undefined, and nobody else sees it
// (subtle point 4).
func Generate(s suite.Suite, rng io.Reader, steps []Step) (*NewPath, error) {
	pathSecret, err := s.Random(rng, s.Nh())
	if err != nil {
		return nil, err
	}
	p := &NewPath{}
	for _, step := range steps {
		key, err := deriveNode(s, step.Node, pathSecret)
		if err != nil {
			return nil, err
		}
		p.secrets = append(p.secrets, pathSecret)
		p.Keys = append(p.Keys, key)
		pathSecret = nextPathSecret(s, pathSecret)
	}
	p.CommitSecret = pathSecret
	return p, nil
}

// nextPathSecret is path_secret[i+1] (RFC 9420 §7.4).
func nextPathSecret(s suite.Suite, pathSecret []byte) []byte {
	return s.DeriveSecret(pathSecret, "path")
}

// deriveNode gives a node its key pair from its path secret (RFC 9420 §7.4).
func deriveNode(s suite.Suite, node tree.Index, pathSecret []byte) (NodeKey, error) {
	sk, pk, err := s.DeriveKeyPair(s.DeriveSecret(pathSecret, "node"))
	return NodeKey{Node: node, PrivateKey: sk, PublicKey: pk}, err
}

// PublicKeys are the new ones, one per step.
func (p *NewPath) PublicKeys() [][]byte {
	keys := make([][]byte, len(p.Keys))
	for i, key := range p.Keys {
		keys[i] = key.PublicKey
	}
	return keys
}

// Adopt is the committer's private half after its own path, in place of all it held
// (RFC 9420 §7.5), and the commit_secret.
func (p *NewPath) Adopt(leaf tree.LeafIndex, leafKey []byte) (Member, []byte) {
	return asMember(Private{Leaf: leaf, key: leafKey, path: append([]NodeKey(nil), p.Keys...)}), p.CommitSecret
}

// Encrypt writes the UpdatePath's nodes: each path secret to the step's
// recipients (RFC 9420 §7.5), under the provisional GroupContext.
func (p *NewPath) Encrypt(s suite.Suite, rng io.Reader, steps []Step, provisional []byte) ([]wire.UpdatePathNode, error) {
	nodes := make([]wire.UpdatePathNode, len(steps))
	for i, step := range steps {
		nodes[i].EncryptionKey = p.Keys[i].PublicKey
		for _, to := range step.Recipients {
			ct, err := s.EncryptWithLabel(rng, to.Key, "UpdatePathNode", provisional, p.secrets[i])
			if err != nil {
				return nil, err
			}
			nodes[i].EncryptedPathSecret = append(nodes[i].EncryptedPathSecret, ct)
		}
	}
	return nodes, nil
}

// SecretFor is the path secret that a Welcome gives to the new member at leaf:
// the one of the lowest step above it (RFC 9420 §12.4.3.1).
func (p *NewPath) SecretFor(leaf tree.LeafIndex) []byte {
	for i, key := range p.Keys {
		if tree.IsAncestor(key.Node, leaf) {
			return p.secrets[i]
		}
	}
	return nil
}
