package props

import (
	"fmt"
	"math/bits"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// bareTree is a ratchet tree that is only a tree: no keys but names, no signatures. It
// grows larger than the groups of a history do, and is compared after each operation
// with what the text makes of the nodes that were there before.
type bareTree struct {
	tree  treesync.Tree
	nodes []bareNode // what should be there, in the array form (App. C)
	suite suite.Suite
	pick  func(n int) int // 0 to n-1
	made  int             // keys
}

// bareNode is blank if it has no key.
type bareNode struct {
	key      string
	unmerged []tree.LeafIndex
}

// bareLeaves is the most that a bare tree grows to.
const bareLeaves = 64

// bareTrees does so many operations on a tree, and says which of them went wrong.
func bareTrees(pick func(n int) int, s suite.Suite, operations int) error {
	b := &bareTree{suite: s, pick: pick}
	if err := b.begin(); err != nil {
		return err
	}
	for range operations {
		before := b.tree
		what := b.operate()
		if err := b.compare(); err != nil {
			return fmt.Errorf("%s, in a tree of %d leaves and the members %v: %w", what, before.Leaves(), before.Members(), err)
		}
	}
	p := draw(b.tree)
	return p.relations(b.tree)
}

// begin is a tree that a joiner could be sent: any leaves, any parents, each with any
// members below it unmerged that are unmerged in between as well (RFC 9420 §12.4.3.1).
// In no honest group is a leaf unmerged to the right of one that is blank, but nothing
// forbids it.
func (b *bareTree) begin() error {
	width := int(tree.Width(1 << b.pick(bits.Len(bareLeaves))))
	b.nodes = make([]bareNode, width)
	for i := 0; i < width; i += 2 {
		if b.pick(3) > 0 || i == width-1 {
			b.nodes[i].key = b.key()
		}
	}
	for level := 2; level <= width; level *= 2 { // from below, as a node's list depends on those
		for i := level - 1; i < width; i += 2 * level {
			if b.populated(i, level-1) && b.pick(2) > 0 {
				b.nodes[i] = bareNode{b.key(), b.unmergedAt(i, level-1)}
			}
		}
	}
	rt := wire.RatchetTree{}
	for i, n := range b.nodes {
		switch {
		case n.key == "":
			rt.Nodes = append(rt.Nodes, nil)
		case i%2 == 0:
			leaf := bareLeaf(n.key)
			rt.Nodes = append(rt.Nodes, &wire.Node{Type: wire.NodeTypeLeaf, Leaf: &leaf})
		default:
			parent := wire.ParentNode{EncryptionKey: []byte(n.key), UnmergedLeaves: n.unmerged}
			rt.Nodes = append(rt.Nodes, &wire.Node{Type: wire.NodeTypeParent, Parent: &parent})
		}
	}
	var err error
	b.tree, err = treesync.FromWire(b.suite, rt)
	return err
}

// populated says whether there is a member below the node at i, which reaches so far to
// both sides.
func (b *bareTree) populated(i, reach int) bool {
	for leaf := i - reach; leaf <= i+reach; leaf += 2 {
		if b.nodes[leaf].key != "" {
			return true
		}
	}
	return false
}

// unmergedAt draws members below the node at i.
func (b *bareTree) unmergedAt(i, reach int) (list []tree.LeafIndex) {
	for leaf := i - reach; leaf <= i+reach; leaf += 2 {
		if b.nodes[leaf].key != "" && b.pick(4) == 0 && b.unmergedBelow(leaf, i) {
			list = append(list, tree.LeafIndex(leaf/2))
		}
	}
	return list
}

// unmergedBelow says whether a leaf is unmerged at all non-blank parents between it and
// the node at i.
func (b *bareTree) unmergedBelow(leaf, i int) bool {
	for _, p := range b.above(leaf / 2) {
		if p == i {
			return true
		}
		if n := b.nodes[p]; n.key != "" && !slices.Contains(n.unmerged, tree.LeafIndex(leaf/2)) {
			return false
		}
	}
	return false
}

// above are the places of the nodes above a leaf, from below: in each subtree of twice
// the leaves the node in its middle.
func (b *bareTree) above(leaf int) (list []int) {
	for leaves := 2; leaves <= (len(b.nodes)+1)/2; leaves *= 2 {
		list = append(list, leaf/leaves*leaves*2+leaves-1)
	}
	return list
}

func (b *bareTree) key() string {
	b.made++
	return fmt.Sprintf("key %d", b.made)
}

func bareLeaf(key string) wire.LeafNode {
	return wire.LeafNode{
		EncryptionKey: []byte(key), SignatureKey: []byte(key), Source: wire.LeafSourceUpdate,
		Credential: wire.Credential{Type: wire.CredentialBasic},
	}
}

// operate does one thing to the tree and to the nodes, and says what.
func (b *bareTree) operate() string {
	members := b.tree.Members()
	at := members[b.pick(len(members))]
	switch choice := b.pick(8); {
	case choice < 3 && len(members) < bareLeaves:
		return b.add()
	case choice < 5 && len(members) > 1:
		return b.remove(at)
	case choice == 5 && len(members) > 1:
		return b.removeBehind(at)
	case choice == 6:
		return b.update(at)
	default:
		return b.path(at)
	}
}

// add: the leftmost blank leaf, or the first of a tree twice as large (RFC 9420 §7.7,
// §12.1.1).
func (b *bareTree) add() string {
	key, at := b.key(), 0
	for at < len(b.nodes) && b.nodes[at].key != "" {
		at += 2
	}
	if at > len(b.nodes) {
		b.nodes = append(b.nodes, make([]bareNode, len(b.nodes)+1)...)
	}
	leaf := tree.LeafIndex(at / 2)
	b.nodes[at].key = key
	for _, p := range b.above(at / 2) {
		if n := &b.nodes[p]; n.key != "" {
			n.unmerged = append(slices.Clone(n.unmerged), leaf)
			slices.Sort(n.unmerged)
		}
	}
	b.tree, _ = b.tree.Add(bareLeaf(key))
	return fmt.Sprintf("adding leaf %d", leaf)
}

// remove: blank up to the root, and half as large for as long as nobody is in the right
// half (RFC 9420 §7.7, §12.1.3).
func (b *bareTree) remove(at tree.LeafIndex) string {
	b.blank(at)
	b.nodes[2*at] = bareNode{}
	for half := len(b.nodes) / 2; half > 0 && !slices.ContainsFunc(b.nodes[half+1:], func(n bareNode) bool { return n.key != "" }); half /= 2 {
		b.nodes = b.nodes[:half]
	}
	b.tree = b.tree.Remove(at)
	return fmt.Sprintf("removing leaf %d", at)
}

// removeBehind removes all behind a member, the last one last: a tree that is to become
// smaller by several levels at once.
func (b *bareTree) removeBehind(at tree.LeafIndex) string {
	what := fmt.Sprintf("removing all behind leaf %d, the last one last", at)
	for _, i := range b.tree.Members() {
		if i > at {
			b.remove(i)
		}
	}
	return what
}

// update: a new leaf, and blank up to the root (RFC 9420 §12.1.2).
func (b *bareTree) update(at tree.LeafIndex) string {
	key := b.key()
	b.blank(at)
	b.nodes[2*at].key = key
	b.tree = b.tree.Update(at, bareLeaf(key))
	return fmt.Sprintf("updating leaf %d", at)
}

func (b *bareTree) blank(at tree.LeafIndex) {
	for _, p := range b.above(int(at)) {
		b.nodes[p] = bareNode{}
	}
}

// path: new keys on the filtered direct path, and what is left out of that is blank
// (RFC 9420 §4.1.2, §7.5).
func (b *bareTree) path(at tree.LeafIndex) string {
	p := draw(b.tree)
	filtered, _ := p.filteredDirectPath(p.leafAt(at))
	b.blank(at)
	var nodes []treesync.PathNode
	for _, n := range filtered {
		key := b.key()
		b.nodes[n.index].key = key
		nodes = append(nodes, treesync.PathNode{Node: n.index, EncryptionKey: []byte(key)})
	}
	what := fmt.Sprintf("a path of leaf %d", at)
	next, hash, err := b.tree.ApplyPath(b.suite, at, nodes)
	if err != nil {
		return fmt.Sprintf("%s (%v)", what, err) // the tree is not as it should be
	}
	leaf := bareLeaf(b.key())
	leaf.Source, leaf.ParentHash = wire.LeafSourceCommit, hash
	b.nodes[2*at].key = string(leaf.EncryptionKey)
	b.tree = next.SetLeaf(at, leaf)
	return what
}

// compare holds every node of the tree against what should be there.
func (b *bareTree) compare() error {
	if have := tree.Width(b.tree.Leaves()); int(have) != len(b.nodes) {
		return fmt.Errorf("it has %d nodes, want %d (RFC 9420 §7.7)", have, len(b.nodes))
	}
	for i, want := range b.nodes {
		at := tree.Index(i)
		if have := string(b.tree.EncryptionKey(at)); have != want.key {
			return fmt.Errorf("node %d has the key %q, want %q (RFC 9420 §7.5, §7.7, §12.1)", i, have, want.key)
		}
		if have := b.tree.Unmerged(at); !slices.Equal(have, want.unmerged) {
			return fmt.Errorf("unmerged at node %d are %v, want %v (RFC 9420 §7.1, §7.7)", i, have, want.unmerged)
		}
	}
	return nil
}
