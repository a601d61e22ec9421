package group

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// fullGroup is a group in which no parent above a member is blank, made from
// within, without a Commit processed by everybody: its members' private halves
// come from what was written down. It serves the benchmarks and the own vectors.
type fullGroup struct {
	t        testing.TB
	s        suite.Suite
	rng      io.Reader
	context  wire.GroupContext
	tree     treesync.Tree
	clients  []Client
	leafKeys [][]byte
	secrets  map[tree.Index][]byte // path secrets
	keys     map[tree.Index]treekem.NodeKey
	epoch    []byte // epoch_secret
}

func newFullGroup(t testing.TB, s suite.Suite, rng io.Reader, n int) *fullGroup {
	return newGroupOf(t, s, rng, n, false)
}

// newGroupOf is a group of n in which every parent above a member has a key, or,
// if it is fresh, none has.
func newGroupOf(t testing.TB, s suite.Suite, rng io.Reader, n int, fresh bool) *fullGroup {
	f := &fullGroup{t: t, s: s, rng: rng, secrets: map[tree.Index][]byte{}, keys: map[tree.Index]treekem.NodeKey{},
		context: wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: s.ID(), GroupID: []byte("full"), Epoch: 7}}
	for i := range n {
		c, err := NewClient(s, rng, fmt.Sprint("member ", i))
		f.ok(err)
		kp, secrets, err := c.NewKeyPackage(rng)
		f.ok(err)
		if i == 0 {
			f.tree = treesync.New(kp.LeafNode)
		} else {
			f.tree, _ = f.tree.Add(kp.LeafNode)
		}
		f.clients, f.leafKeys = append(f.clients, c), append(f.leafKeys, secrets.EncryptionKey)
	}
	for i := 0; i < n && !fresh; i += 2 {
		f.path(tree.LeafIndex(i))
	}
	var err error
	f.context.ConfirmedTranscriptHash, err = s.Random(rng, s.Nh())
	f.ok(err)
	f.epoch, err = s.Random(rng, s.Nh())
	f.ok(err)
	f.context.TreeHash = f.tree.TreeHash(s)
	return f
}

func (f *fullGroup) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// path renews the direct path of one leaf, as its Commit would, and writes down
// what members would learn.
func (f *fullGroup) path(leaf tree.LeafIndex) {
	steps := treekem.Steps(f.tree, leaf, nil)
	path, err := treekem.Generate(f.s, f.rng, steps)
	f.ok(err)
	secret := path.SecretFor(leaf)
	for _, k := range path.Keys {
		f.keys[k.Node], f.secrets[k.Node] = k, secret
		secret = f.s.DeriveSecret(secret, "path")
	}
	sk, pk, err := f.s.GenerateKeyPair(f.rng)
	f.ok(err)
	t, parentHash, err := f.tree.ApplyPath(f.s, leaf, pathNodes(steps, path.PublicKeys()))
	f.ok(err)
	node := *t.Leaf(leaf)
	node.EncryptionKey, node.Source = pk, wire.LeafSourceCommit
	node.Lifetime, node.ParentHash = wire.Lifetime{}, parentHash
	f.ok(treesync.SignLeaf(f.s, f.clients[leaf].Identity.SignatureKey, &node, f.context.GroupID, leaf))
	f.tree, f.leafKeys[leaf] = t.SetLeaf(leaf, node), sk
}

// member is the group as the member at leaf sees it.
func (f *fullGroup) member(leaf int) *Group {
	var path []treekem.NodeKey
	for _, n := range tree.DirectPath(tree.LeafIndex(leaf), f.tree.Leaves()) {
		if !f.tree.Blank(n) {
			path = append(path, f.keys[n])
		}
	}
	private := treekem.TreeMember(treekem.NewPrivate(tree.LeafIndex(leaf), f.leafKeys[leaf], path...))
	return f.clients[leaf].begin(epochState{
		public: treesync.State{Suite: f.s, Context: f.context, Tree: f.tree}, private: &private,
		secrets: treekem.EpochSecret(f.epoch).Secrets(f.s), interim: make([]byte, f.s.Nh()),
	})
}

// TestFullGroup checks the fixture: it is a group that an outsider finds valid
// and whose members understand each other.
func TestFullGroup(t *testing.T) {
	for _, n := range []int{2, 5, 8} {
		s, err := suite.ByID(1)
		check(t, err)
		f := newFullGroup(t, s, seeded(9), n)
		check(t, treesync.ValidateTree(s, f.tree, f.context, treesync.Policy{}))
		a, b := f.member(0), f.member(n-1)
		pending, err := a.Commit(f.rng, CommitOptions{})
		check(t, err)
		r, err := b.Receive(pending.Commit)
		check(t, err)
		if !bytes.Equal(r.Next.EpochAuthenticator(), pending.next.EpochAuthenticator()) {
			t.Errorf("%d members: the first and the last do not agree", n)
		}
	}
}

// What it takes to follow a Commit grows with the depth of the tree: 32 times the
// members are five levels more. Whoever copies the tree, or asks each member
// something, needs far more here.
func TestCommitDoesNotCopyTheTree(t *testing.T) {
	cost := func(n int) uint64 {
		s, err := suite.ByID(1)
		check(t, err)
		f := newFullGroup(t, s, seeded(9), n)
		_, kp, _ := newcomer(f)
		pending, err := f.member(0).Commit(f.rng, CommitOptions{Add: []wire.KeyPackage{kp}, Remove: []tree.LeafIndex{tree.LeafIndex(n / 2)}, Format: Public})
		check(t, err)
		g := f.member(n - 1)
		var before, after runtime.MemStats
		const times = 20
		runtime.ReadMemStats(&before)
		for range times {
			_, err := g.Receive(pending.Commit)
			check(t, err)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / times
	}
	if small, large := cost(16), cost(512); large > 5*small/2 {
		t.Errorf("%d bytes among 16 members, %d among 512", small, large)
	}
}
