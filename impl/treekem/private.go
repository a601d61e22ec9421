package treekem

import (
	"bytes"
	"errors"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Private is a member's private half of the tree: the key of its leaf and of
// those ancestors that it holds. It is a value: every method returns a new one.
type Private struct {
	Leaf tree.LeafIndex
	key  []byte    // of the leaf
	path []NodeKey // of ancestors
}

// NewPrivate is the private half of a member that knows its leaf's key and those
// of the given ancestors.
func NewPrivate(leaf tree.LeafIndex, key []byte, path ...NodeKey) Private {
	return Private{Leaf: leaf, key: key, path: path}
}

// WithLeafKey replaces the leaf's private key.
func (p Private) WithLeafKey(key []byte) Private {
	return Private{Leaf: p.Leaf, key: key, path: p.path}
}

// Prune forgets the keys of nodes that are blank or gone in t: proposals blanked
// them, and a blank node has no key (RFC 9420 §7.7, §12.1.2, §12.1.3).
func (p Private) Prune(t Tree) Private {
	kept := Private{Leaf: p.Leaf, key: p.key}
	above := tree.DirectPath(p.Leaf, t.Leaves())
	for _, k := range p.path {
		if contains(above, k.Node) && !t.Blank(k.Node) {
			kept.path = append(kept.path, k)
		}
	}
	return kept
}

func contains(nodes []tree.Index, n tree.Index) bool {
	for _, m := range nodes {
		if m == n {
			return true
		}
	}
	return false
}

// privateKey is the key held for a node, or nil.
func (p Private) privateKey(n tree.Index) []byte {
	if n == tree.LeafNode(p.Leaf) {
		return p.key
	}
	for _, k := range p.path {
		if k.Node == n {
			return k.PrivateKey
		}
	}
	return nil
}

// Process opens the UpdatePath of sender for this member (RFC 9420 §7.5): steps
// are sender's, in the tree after the proposals; provisional is the context. It
// returns the member's new private half and the commit_secret.
func (p Private) Process(s suite.Suite, t Tree, sender tree.LeafIndex, steps []Step,
	nodes []wire.UpdatePathNode, provisional []byte) (Private, []byte, error) {
	if !fits(steps, nodes) {
		return p, nil, ErrShape
	}
	i, pathSecret, err := p.Open(s, steps, nodes, provisional)
	if err != nil {
		return p, nil, err
	}
	return p.Climb(s, t, sender, steps[i:], publicKeys(nodes[i:]), pathSecret)
}

func publicKeys(nodes []wire.UpdatePathNode) [][]byte {
	keys := make([][]byte, len(nodes))
	for i, n := range nodes {
		keys[i] = n.EncryptionKey
	}
	return keys
}

// ErrShape says that a path does not fit the steps. Layer 1 finds that first, as a
// broken rule (RFC 9420 §7.6).
var ErrShape = errors.New("treekem: the path does not fit the filtered direct path")

// fits: one node per step, one ciphertext per recipient.
func fits(steps []Step, nodes []wire.UpdatePathNode) bool {
	return slices.EqualFunc(steps, nodes, func(step Step, node wire.UpdatePathNode) bool {
		return len(step.Recipients) == len(node.EncryptedPathSecret)
	})
}

// Open finds the lowest step above this member's leaf and opens its path secret
// (Nh bytes); steps and nodes agree in shape. It returns the step's place too.
func (p Private) Open(s suite.Suite, steps []Step, nodes []wire.UpdatePathNode, provisional []byte) (int, []byte, error) {
	for i, step := range steps {
		if !tree.IsAncestor(step.Node, p.Leaf) {
			continue
		}
		for j, to := range step.Recipients {
			sk := p.privateKey(to.Node)
			if sk == nil {
				continue
			}
			pathSecret, err := s.DecryptWithLabel(sk, "UpdatePathNode", provisional, nodes[i].EncryptedPathSecret[j])
			if err != nil {
				return 0, nil, spec.PathDecrypts.Broken("the path secret of node %d: %v", step.Node, err)
			}
			return i, pathSecret, nil
		}
		break
	}
	return 0, nil, errors.New("this member holds no key that the path is encrypted to")
}

// Join gives a joiner the keys from the common ancestor with the committer up to the
// root, if the Welcome had a path secret (RFC 9420 §12.4.3.1). Blank ancestors are
// not on the filtered path and take none, though the text speaks of each parent
// (subtle point 53).
func (p Private) Join(s suite.Suite, t Tree, committer tree.LeafIndex, pathSecret *wire.PathSecret) (Private, error) {
	if pathSecret == nil {
		return p, nil
	}
	steps := Steps(t, committer, nil)
	for len(steps) > 0 && !tree.IsAncestor(steps[0].Node, p.Leaf) {
		steps = steps[1:]
	}
	var public [][]byte
	for _, step := range steps {
		public = append(public, t.EncryptionKey(step.Node))
	}
	next, _, err := p.Climb(s, t, committer, steps, public, pathSecret.PathSecret)
	return next, err
}

// Climb derives the keys from a path secret for steps[0] up to the root, checks
// each against the public key that was sent, and returns the new private half
// and the commit_secret. A joiner climbs from its Welcome's path secret.
func (p Private) Climb(s suite.Suite, t Tree, sender tree.LeafIndex, steps []Step, public [][]byte, pathSecret []byte) (Private, []byte, error) {
	if len(pathSecret) != s.Nh() {
		return p, nil, spec.PathSecretSize.Broken("it has %d bytes, want %d", len(pathSecret), s.Nh())
	}
	next := Private{Leaf: p.Leaf, key: p.key}
	replaced := tree.DirectPath(sender, t.Leaves())
	for _, k := range p.path {
		if !contains(replaced, k.Node) {
			next.path = append(next.path, k)
		}
	}
	for i, step := range steps {
		key, err := deriveNode(s, step.Node, pathSecret)
		if err != nil {
			return p, nil, err
		}
		if !bytes.Equal(key.PublicKey, public[i]) {
			return p, nil, spec.PathKeysMatch.Broken("the path secret of node %d does not give its public key", step.Node)
		}
		next.path = append(next.path, key)
		pathSecret = nextPathSecret(s, pathSecret)
	}
	return next, pathSecret, nil
}

// Holds lists the nodes whose private key this member holds, its leaf first.
func (p Private) Holds() []tree.Index {
	nodes := []tree.Index{tree.LeafNode(p.Leaf)}
	for _, k := range p.path {
		nodes = append(nodes, k.Node)
	}
	return nodes
}
