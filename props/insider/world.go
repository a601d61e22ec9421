package insider

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"

	"mlsref/impl/credential"
	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// world is a group in one process. Before its members read a message, each gets all
// broken versions of it, and must refuse each with exactly its rule.
type world struct {
	t       tester
	rng     io.Reader
	suite   suite.Suite
	format  group.Format
	config  group.Config
	groupID []byte
	members []*group.Group
	names   int
	reached map[*spec.Rule]int
	some    bool                         // each member gets some of the broken messages only
	wanted  *spec.Rule                   // only messages that break this rule are tried
	found   func(b Broken, answer error) // is told of them, if a rule is wanted
	met     func(Situation)              // is told of each message, and nothing broken is tried
	turn    int

	directory map[string][]byte // of the keys for another suite
}

func newWorld(t tester, id wire.CipherSuite, format group.Format, config group.Config) *world {
	s, err := suite.ByID(id)
	w := &world{t: t, rng: rand.NewChaCha8([32]byte{byte(id)}), suite: s.Memoised(), format: format, config: config,
		groupID: []byte("room"), reached: map[*spec.Rule]int{}}
	w.ok(err)
	w.config.PSKs = &group.PSKStore{}
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) client() group.Client {
	w.names++
	c, err := group.NewClient(w.suite, w.rng, fmt.Sprintf("member %d", w.names))
	w.ok(err)
	c.Config = w.config
	if check, ok := w.config.Policy.Credentials.(credential.Basic); ok && check.Directory != nil {
		check.Directory[c.Identity.Name] = c.Identity.SignaturePub
	}
	return c
}

func (w *world) create(extensions ...wire.Extension) {
	g, err := w.client().Create(w.rng, w.groupID, extensions...)
	w.ok(err)
	w.members = []*group.Group{g}
}

// saved is the state of a member.
func (w *world) saved(g *group.Group) []byte {
	b, err := g.Save()
	w.ok(err)
	return b
}

// deliver gives an honest message of from to everybody else, after all that an insider
// in its place can make of it.
func (w *world) deliver(from *group.Group, honest []byte) {
	w.t.Helper()
	w.read(from.Leaf(), Situation{Honest: honest, From: from, Sender: from.Client()})
}

const nobody tree.LeafIndex = 1<<32 - 1

func (w *world) read(sender tree.LeafIndex, sit Situation) {
	w.t.Helper()
	honest := sit.Honest
	for _, g := range w.members {
		if g.Leaf() != sender {
			sit.Readers = append(sit.Readers, g)
		}
	}
	broken := w.broken(sit)
	var next []*group.Group
	for _, g := range w.members {
		if g.Leaf() == sender {
			next = append(next, g)
			continue
		}
		before := w.saved(g)
		for _, b := range broken {
			if slices.Contains(b.Except, g.Leaf()) {
				continue
			}
			w.refused(b, func() error { _, err := g.Receive(b.Bytes); return err })
		}
		if !bytes.Equal(before, w.saved(g)) {
			w.t.Errorf("leaf %d has changed", g.Leaf())
		}
		r, err := g.Receive(honest)
		if err != nil {
			w.t.Fatal(fmt.Sprintf("leaf %d gets the honest message: %v", g.Leaf(), err))
		}
		if !r.Removed {
			next = append(next, r.Next)
		}
	}
	w.members = next
}

// broken are the messages to try before an honest one.
func (w *world) broken(sit Situation) []Broken {
	w.t.Helper()
	if w.met == nil {
		list, err := sit.Broken(w.rng)
		w.ok(err)
		return list
	}
	for i, g := range sit.Readers {
		sit.Readers[i] = g.Clone()
	}
	if j := sit.Joiner; j != nil {
		j.Client.Config.PSKs = j.Client.Config.PSKs.Clone()
	}
	if sit.Joiner != nil || len(sit.Readers) > 0 {
		w.met(sit)
	}
	return nil
}

// replace puts a member's next state in its place.
func (w *world) replace(old, next *group.Group) {
	for i, g := range w.members {
		if g == old {
			w.members[i] = next
		}
	}
}

// commit commits as member i, with so many new members.
func (w *world) commit(i, adds int, opt group.CommitOptions) {
	w.t.Helper()
	clients, kps := make([]group.Client, adds), make([]group.KeyPackageSecrets, adds)
	for k := range clients {
		clients[k] = w.client()
		kp, secrets, err := clients[k].NewKeyPackage(w.rng)
		w.ok(err)
		kps[k] = secrets
		opt.Add = append(opt.Add, kp)
	}
	next, welcome := w.committed(i, opt)
	var join group.JoinOptions
	if opt.TreeBeside {
		join.Tree = w.tree(next)
	}
	for k := range clients {
		w.members = append(w.members, w.joined(next, clients[k], kps[k], join, welcome))
	}
}

// committed commits as member i, and delivers the Commit.
func (w *world) committed(i int, opt group.CommitOptions) (next *group.Group, welcome []byte) {
	w.t.Helper()
	g := w.members[i]
	before := g.Clone()
	opt.Format = w.format
	pending, err := g.Commit(w.rng, opt)
	w.ok(err)
	w.deliver(before, pending.Commit)
	next, welcome = pending.Accept()
	w.replace(g, next)
	return next, welcome
}

// tree is a group's ratchet_tree, to be sent beside a Welcome or GroupInfo.
func (w *world) tree(g *group.Group) []byte {
	b, err := g.RatchetTree()
	w.ok(err)
	return b
}

// follow has the first member make a group that follows this one, and the others join
// it. as is who a member is there.
func (w *world) follow(as func(*group.Group) group.Client, make func(old *group.Group, kps []wire.KeyPackage) (*group.Pending, error)) {
	w.t.Helper()
	var kps []wire.KeyPackage
	var clients []group.Client
	var secrets []group.KeyPackageSecrets
	for _, g := range w.members[1:] {
		c := as(g)
		kp, s, err := c.NewKeyPackage(w.rng)
		w.ok(err)
		clients, kps, secrets = append(clients, c), append(kps, kp), append(secrets, s)
	}
	pending, err := make(w.members[0], kps)
	w.ok(err)
	next, welcome := pending.Accept()
	for k, g := range w.members[1:] {
		w.joined(next, clients[k], secrets[k], group.JoinOptions{From: g}, welcome)
	}
}

// under is the same client with new keys for another suite.
func (w *world) under(id wire.CipherSuite) func(*group.Group) group.Client {
	return func(g *group.Group) group.Client {
		c := g.Client()
		s, err := suite.ByID(id)
		w.ok(err)
		c.Suite = s
		c.Identity, err = group.NewIdentity(s, w.rng, c.Identity.Name)
		w.ok(err)
		if check, ok := w.config.Policy.Credentials.(credential.Basic); ok && check.Directory != nil {
			if w.directory == nil { // the old group keeps its own
				w.directory = maps.Clone(check.Directory)
			}
			w.directory[c.Identity.Name] = c.Identity.SignaturePub
			c.Config.Policy.Credentials = credential.Basic{Directory: w.directory}
		}
		return c
	}
}

// secretOfAll is the one PSK in the stories.
const secretOfAll = "known to every member"

// psk is a PSK that all hold.
func (w *world) psk() []wire.PreSharedKeyID {
	id := group.ExternalPSK([]byte("a secret of all"))
	w.config.PSKs.Put(id, []byte(secretOfAll))
	return []wire.PreSharedKeyID{id}
}

// required asks for what all clients of the world can do.
func (w *world) required() wire.Extension {
	have := w.config.Capabilities
	data, err := wire.Marshal(&wire.RequiredCapabilities{ExtensionTypes: have.Extensions, ProposalTypes: have.Proposals, CredentialTypes: have.Credentials})
	w.ok(err)
	return wire.Extension{Type: wire.ExtensionRequiredCapabilities, Data: data}
}

// outside delivers a proposal from outside.
func (w *world) outside(from group.Client, honest []byte) {
	w.t.Helper()
	w.read(nobody, Situation{Honest: honest, Sender: from})
}

// joined joins by an honest Welcome, after its broken versions.
func (w *world) joined(committer *group.Group, c group.Client, kps group.KeyPackageSecrets, opt group.JoinOptions, welcome []byte) *group.Group {
	w.t.Helper()
	for _, b := range w.broken(Situation{Honest: welcome, Sender: committer.Client(), Joiner: &Joiner{c, kps, opt}}) {
		w.refused(b, func() error { _, err := c.Join(kps, b.Bytes, opt); return err })
	}
	g, err := c.Join(kps, welcome, opt)
	w.ok(err)
	return g
}

// skips says whether to leave a broken message out.
func (w *world) skips(b Broken) bool {
	w.turn++
	return w.some && w.turn%4 != 0 || w.wanted != nil && w.wanted != b.Rule
}

// refused tries a broken message, unless it is left out.
func (w *world) refused(b Broken, try func() error) {
	w.t.Helper()
	if w.skips(b) {
		return
	}
	w.reached[b.Rule]++
	err := try()
	if w.wanted != nil {
		w.found(b, err)
		return
	}
	if !errors.Is(err, b.Rule) {
		w.t.Errorf("with %s: got %v, want %v", b.What, err, b.Rule.ID)
	}
}

// external lets a client join from outside, with a GroupInfo of the first member.
func (w *world) external(c group.Client, opt group.ExternalOptions) {
	w.t.Helper()
	signer := w.members[0]
	info, err := signer.GroupInfo(w.rng, group.GroupInfoOptions{Tree: opt.Tree == nil, ExternalPub: true})
	w.ok(err)
	from := Situation{Honest: info, Sender: signer.Client(), Joiner: &Joiner{Client: c, Options: opt.JoinOptions}, Resync: opt.Resync}
	for _, b := range w.broken(from) {
		w.refused(b, func() error { _, err := c.JoinExternally(w.rng, b.Bytes, opt); return err })
	}
	pending, err := c.JoinExternally(w.rng, info, opt)
	w.ok(err)
	w.read(nobody, Situation{Honest: pending.Commit, Sender: c, Info: info, Beside: opt.Tree})
	next, _ := pending.Accept()
	w.members = append(w.members, next)
}

// propose sends a proposal of member i.
func (w *world) propose(i int, make func(*group.Group) (*group.Group, []byte, error)) {
	w.t.Helper()
	g := w.members[i]
	before := g.Clone()
	next, msg, err := make(g)
	w.ok(err)
	w.deliver(before, msg)
	w.replace(g, next)
}

func (w *world) update(i int) {
	w.t.Helper()
	w.propose(i, func(g *group.Group) (*group.Group, []byte, error) {
		return g.ProposeUpdate(w.rng, group.LeafChange{}, w.format)
	})
}

func (w *world) say(i int) {
	w.t.Helper()
	g := w.members[i]
	before := g.Clone()
	msg, err := g.Send(w.rng, []byte("hello"), []byte("ad"))
	w.ok(err)
	w.deliver(before, msg)
}
