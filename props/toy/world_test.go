package toy_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"mlsref/impl/follower"
	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// tb is a testing.T or a rapid.T.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

// world is a group in one process, of which everybody gets every message: the members,
// those who have left, and, if the handshakes are public, a follower.
type world struct {
	t       tb
	s       suite.Suite
	rng     *rand.ChaCha8
	format  group.Format
	config  group.Config
	members map[string]*group.Group
	left    map[string]*group.Group // as they were when they were removed
	f       *follower.Follower
}

// newWorld has alice alone in it.
func newWorld(t tb, agreement treekem.Agreement, format group.Format) *world {
	s, err := suite.ByID(1)
	w := &world{t: t, s: s.Memoised(), rng: rand.NewChaCha8([32]byte{5}), format: format,
		members: map[string]*group.Group{}, left: map[string]*group.Group{}}
	w.ok(err)
	w.config = group.Config{KeyAgreement: agreement, PSKs: &group.PSKStore{}, PastEpochs: 1}
	w.config.PSKs.Put(group.ExternalPSK([]byte("psk")), []byte("shared"))
	w.members["alice"], err = w.client("alice").Create(w.rng, []byte("room"))
	w.ok(err)
	if format == group.Public {
		w.f, err = follower.Follow(s, treesync.Policy{}, w.info("alice"), nil)
		w.ok(err)
	}
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}

func (w *world) client(name string) group.Client {
	c, err := group.NewClient(w.s, w.rng, name)
	w.ok(err)
	c.Config = w.config
	return c
}

func (w *world) names() []string { return slices.Sorted(maps.Keys(w.members)) }

func (w *world) leaf(name string) tree.LeafIndex { return w.members[name].Leaf() }

func (w *world) info(name string) []byte {
	info, err := w.members[name].GroupInfo(w.rng, group.GroupInfoOptions{Tree: true, ExternalPub: true})
	w.ok(err)
	return info
}

// deliver gives a handshake to all but its sender. Who has left can do nothing with it.
func (w *world) deliver(from string, msg []byte) {
	w.t.Helper()
	for name, g := range w.left {
		if _, err := g.Receive(msg); err == nil {
			w.t.Fatalf("%s, who was removed, follows", name)
		}
	}
	for name, g := range w.members {
		if name == from {
			continue
		}
		r, err := g.Receive(msg)
		if err != nil {
			w.t.Fatalf("%s: %v", name, err)
		}
		w.members[name] = r.Next
		if r.Removed {
			delete(w.members, name)
			w.left[name] = g
		}
	}
	if w.f != nil {
		next, _, err := w.f.Receive(msg)
		w.ok(err)
		w.f = next
	}
}

// commit commits as name, and lets in whom it adds.
func (w *world) commit(name string, opt group.CommitOptions, add ...string) {
	w.t.Helper()
	clients, secrets := map[string]group.Client{}, map[string]group.KeyPackageSecrets{}
	for _, a := range add {
		clients[a] = w.client(a)
		kp, s, err := clients[a].NewKeyPackage(w.rng)
		w.ok(err)
		secrets[a], opt.Add = s, append(opt.Add, kp)
	}
	opt.Format = w.format
	pending, err := w.members[name].Commit(w.rng, opt)
	w.ok(err)
	w.deliver(name, pending.Commit)
	next, welcome := pending.Accept()
	w.members[name] = next
	for _, a := range add {
		w.members[a], err = clients[a].Join(secrets[a], welcome, group.JoinOptions{})
		w.ok(err)
	}
	w.agree()
}

func (w *world) update(name string) {
	w.t.Helper()
	next, msg, err := w.members[name].ProposeUpdate(w.rng, group.LeafChange{}, w.format)
	w.ok(err)
	w.members[name] = next
	w.deliver(name, msg)
}

// external lets name in by an external Commit; resync if it is a member already.
func (w *world) external(name, by string) {
	w.t.Helper()
	c := w.client(name)
	_, resync := w.members[name]
	pending, err := c.JoinExternally(w.rng, w.info(by), group.ExternalOptions{
		Resync: resync, PSKs: []wire.PreSharedKeyID{group.ExternalPSK([]byte("psk"))}})
	w.ok(err)
	w.deliver(name, pending.Commit)
	w.members[name], _ = pending.Accept()
	w.agree()
}

// say sends a message that all members open and nobody who has left.
func (w *world) say(name string) {
	w.t.Helper()
	text := []byte("hello from " + name)
	msg, err := w.members[name].Send(w.rng, text, nil)
	w.ok(err)
	for other, g := range w.members {
		if other == name {
			continue
		}
		r, err := g.Receive(msg)
		w.ok(err)
		if !bytes.Equal(r.Application, text) {
			w.t.Fatalf("%s reads %q", other, r.Application)
		}
	}
	for other, g := range w.left {
		if _, err := g.Receive(msg); err == nil {
			w.t.Fatalf("%s, who was removed, reads a message", other)
		}
	}
}

// reload saves a member and goes on with what was loaded, which is first of all a
// Commit in a PublicMessage.
func (w *world) reload(name string) {
	w.t.Helper()
	b, err := w.members[name].Save()
	w.ok(err)
	w.members[name], err = w.members[name].Client().Load(b)
	w.ok(err)
	format := w.format
	w.format = group.Public
	w.commit(name, group.CommitOptions{})
	w.format = format
}

// agree checks that all members have the same epoch, context and keys, and that the
// follower is where they are.
func (w *world) agree() {
	w.t.Helper()
	var want string
	for _, name := range w.names() {
		g := w.members[name]
		context := g.Context()
		b, err := wire.Marshal(&context)
		w.ok(err)
		have := fmt.Sprintf("%x %x %x", b, g.EpochAuthenticator(), g.Export("label", []byte("context"), 20))
		if want == "" {
			want = have
			if w.f != nil && g.ReInit() == nil { // a group that is over says nothing
				w.ok(w.f.Confirm(w.info(name)))
			}
		}
		if have != want {
			w.t.Fatalf("%s at epoch %d does not agree", name, g.Epoch())
		}
	}
}

// shape is the public tree without its keys: all that another key agreement must leave
// as it is.
func (w *world) shape() string {
	g := w.members[w.names()[0]]
	var b bytes.Buffer
	fmt.Fprintf(&b, "epoch %d, proposals %d\n", g.Epoch(), len(g.Proposals()))
	t := g.Tree()
	for n := range tree.Width(t.Leaves()) {
		fmt.Fprintf(&b, "%d blank %v unmerged %v\n", n, t.Blank(tree.Index(n)), t.Unmerged(tree.Index(n)))
	}
	for i, leaf := range t.All() {
		fmt.Fprintf(&b, "leaf %d is %s\n", i, leaf.Credential.Identity)
	}
	return b.String()
}
