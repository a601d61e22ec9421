package messages

import (
	"errors"
	"fmt"

	"mlsref/fuzz/target"
	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/props"
	"mlsref/props/insider"
	"mlsref/spec"
)

// Tree is what a client finds in any ratchet tree.
var Tree = target.Target{
	Name: "FuzzTree", Group: "messages",
	About: "a ratchet tree is refused by a rule or for its syntax, or is consistent: it reads back the same, the root's resolution covers all members, and it stays valid without any of them",
	Run:   runTree,
	Seeds: seeds("FuzzTree"),
}

// Flags of the edited and the body mode, beside flagResign.
const flagPath = 1 << 5 // some member sets its path

func ratchetTree() wire.Wirer { return &wire.RatchetTree{} }

// An input is: the story, a message in it, whose first reader's tree it is, a byte that
// says whose path is set, the mode, and what the mode reads.
func runTree(b []byte, seen *target.Seen) error {
	in := &input{b}
	x, err := in.scene(func(s *scenes) []*scene { return s.received })
	if err != nil || x == nil {
		return err
	}
	g := x.Readers[0]
	who, mode := in.byte(), in.byte()
	rt, err := someTree(in, g.Tree(), mode)
	if err == nil && mode&flagResign != 0 {
		insider.SignLeaves(g.Client().Suite, rt, g.GroupID(), x.keyOf)
	}
	var t treesync.Tree
	s, context, p := g.Client().Suite, g.Context(), g.Client().Config.Policy
	if err == nil {
		t, err = treesync.FromWire(s, *rt)
	}
	if err == nil {
		err = treesync.ValidateTree(s, t, context, p)
		if mode&flagPath != 0 && (err == nil || errors.Is(err, spec.ParentHashValid)) { // which comes last
			t = x.setPath(t, who)
			err = treesync.ValidateTree(s, t, context, p)
		}
	}
	seen.Answer(err)
	if err != nil {
		return refusedTree(err, seen)
	}
	seen.Outcome("valid")
	context.TreeHash = t.TreeHash(s)
	if err := validTree(g.Client(), t, context); err != nil {
		return err
	}
	if err := covered(t); err != nil {
		return err
	}
	return without(g.Client(), t, memberOf(t, who), context)
}

func refusedTree(err error, seen *target.Seen) error {
	seen.Outcome("refused")
	if !props.Refusal(err) {
		return fmt.Errorf("a ratchet tree is refused for an odd reason: %w", err)
	}
	return nil
}

// someTree is the tree that the input says: by itself, or as changes of an honest one.
func someTree(in *input, honest treesync.Tree, mode byte) (*wire.RatchetTree, error) {
	b := in.rest
	if m := mode % 16 % modes; m != modeRaw && m != modeBody {
		have, err := wire.Marshal(ptr(honest.Wire()))
		if err != nil {
			return nil, err
		}
		b = func() []byte { return edited(in, have, have, ratchetTree) }
	}
	rt := &wire.RatchetTree{}
	return rt, wire.Unmarshal(b(), rt)
}

// keyOf is a member's private signature key; nil if nobody in the scene has it.
func (s *scene) keyOf(pub []byte) []byte {
	if id := s.Sender.Identity; string(id.SignaturePub) == string(pub) {
		return id.SignatureKey
	}
	for _, g := range s.Readers {
		if id := g.Client().Identity; string(id.SignaturePub) == string(pub) {
			return id.SignatureKey
		}
	}
	return nil
}

func memberOf(t treesync.Tree, who byte) tree.LeafIndex {
	members := t.Members()
	return members[int(who)%len(members)]
}

// setPath has a member put fresh keys on its path, as a Commit would; a member whose key
// is not known does nothing.
func (s *scene) setPath(t treesync.Tree, who byte) treesync.Tree {
	g := s.Readers[0]
	i, as := memberOf(t, who), g.Client().Suite
	sk := s.keyOf(t.Leaf(i).SignatureKey)
	if sk == nil {
		return t
	}
	path, err := treekem.Generate(as, source(), treekem.Steps(t, i, nil))
	if err != nil {
		return t
	}
	nodes := make([]treesync.PathNode, len(path.Keys))
	for k, key := range path.Keys {
		nodes[k] = treesync.PathNode{Node: key.Node, EncryptionKey: key.PublicKey}
	}
	next, parentHash, err := t.ApplyPath(as, i, nodes)
	if err != nil {
		return t
	}
	leaf := *t.Leaf(i)
	leaf.Source, leaf.ParentHash, leaf.Lifetime = wire.LeafSourceCommit, parentHash, wire.Lifetime{}
	if err := treesync.SignLeaf(as, sk, &leaf, g.GroupID(), i); err != nil {
		return t
	}
	return next.SetLeaf(i, leaf)
}

// covered: the root's resolution leads to every member, and to nobody else (RFC 9420
// §4.1.1).
func covered(t treesync.Tree) error {
	reached := map[tree.LeafIndex]int{}
	for _, n := range tree.Resolution(t, tree.Root(t.Leaves())) {
		unmerged := map[tree.LeafIndex]bool{}
		for _, l := range t.Unmerged(n) {
			unmerged[l] = true
		}
		for l := range t.All() {
			if tree.LeafNode(l) == n || tree.IsAncestor(n, l) && !unmerged[l] {
				reached[l]++
			}
		}
	}
	for l := range t.All() {
		if reached[l] != 1 {
			return fmt.Errorf("a tree is valid, and the root's resolution reaches leaf %d %d times", l, reached[l])
		}
	}
	return nil
}

// without: a valid tree stays valid without one of its members, and with it again if its
// leaf can be anywhere (RFC 9420 §12.1.1, §12.1.3).
func without(c group.Client, t treesync.Tree, i tree.LeafIndex, context wire.GroupContext) error {
	if t.MemberCount() == 1 {
		return nil
	}
	less, leaf := t.Remove(i), t.Leaf(i)
	context.TreeHash = less.TreeHash(c.Suite)
	if err := validTree(c, less, context); err != nil {
		return fmt.Errorf("a tree is valid, but not without leaf %d: %w", i, err)
	}
	if leaf.Source != wire.LeafSourceKeyPackage {
		return nil
	}
	more, at := less.Add(*leaf)
	context.TreeHash = more.TreeHash(c.Suite)
	if err := validTree(c, more, context); err != nil {
		return fmt.Errorf("a tree is valid, but not with leaf %d taken out and put back at %d: %w", i, at, err)
	}
	return nil
}
