package group

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/spec"
)

func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// party is a small group in one process: every message goes to everybody.
type party struct {
	t       testing.TB
	s       suite.Suite
	rng     io.Reader
	format  Format
	config  Config
	members map[string]*Group
}

func newParty(t testing.TB, s suite.Suite, f Format) *party {
	return &party{t: t, s: s, rng: seeded(1), format: f, members: map[string]*Group{}}
}

func (p *party) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *party) client(name string) Client {
	c, err := NewClient(p.s, p.rng, name)
	p.ok(err)
	c.Config = p.config
	return c
}

func (p *party) create(name string) {
	g, err := p.client(name).Create(p.rng, []byte("room"))
	p.ok(err)
	p.members[name] = g
}

func (p *party) leaf(name string) tree.LeafIndex { return p.members[name].Leaf() }

// commit commits as name, adding and removing by value, and delivers.
func (p *party) commit(name string, opt CommitOptions, add ...string) {
	p.t.Helper()
	clients, kps := map[string]Client{}, map[string]KeyPackageSecrets{}
	for _, a := range add {
		clients[a] = p.client(a)
		kp, secrets, err := clients[a].NewKeyPackage(p.rng)
		p.ok(err)
		kps[a] = secrets
		opt.Add = append(opt.Add, kp)
	}
	opt.Format = p.format
	pending, err := p.members[name].Commit(p.rng, opt)
	p.ok(err)
	p.deliver(name, pending.Commit)
	next, welcome := pending.Accept()
	p.members[name] = next
	for _, a := range add {
		p.members[a], err = clients[a].Join(kps[a], welcome, JoinOptions{})
		p.ok(err)
	}
	p.agree()
}

func (p *party) deliver(from string, msg []byte) {
	p.t.Helper()
	for name, g := range p.members {
		if name == from {
			continue
		}
		r, err := g.Receive(msg)
		p.ok(err)
		if r.Removed {
			delete(p.members, name)
			continue
		}
		p.members[name] = r.Next
	}
}

func (p *party) update(name string) {
	p.t.Helper()
	next, msg, err := p.members[name].ProposeUpdate(p.rng, LeafChange{}, p.format)
	p.ok(err)
	p.members[name] = next
	p.deliver(name, msg)
}

// half is what TreeKEM has this member hold.
func (g *Group) half() treekem.Private { return treekem.Private(*g.private.(*treekem.TreeMember)) }

// agree checks that all members have the same epoch, keys and public tree, and
// that each holds exactly the private keys that the tree invariant gives it.
func (p *party) agree() {
	p.t.Helper()
	var first *Group
	for name, g := range p.members {
		if first == nil {
			first = g
		}
		if !bytes.Equal(g.EpochAuthenticator(), first.EpochAuthenticator()) || !bytes.Equal(g.interim, first.interim) {
			p.t.Fatalf("%s at epoch %d does not agree with epoch %d", name, g.Epoch(), first.Epoch())
		}
		for _, n := range g.half().Holds() {
			if g.public.Tree.Blank(n) {
				p.t.Fatalf("%s holds a key of the blank node %d", name, n)
			}
		}
		for _, n := range tree.DirectPath(g.Leaf(), g.public.Tree.Leaves()) {
			held := false
			for _, m := range g.half().Holds() {
				held = held || m == n
			}
			want := !g.public.Tree.Blank(n)
			for _, u := range g.public.Tree.Unmerged(n) {
				want = want && u != g.Leaf()
			}
			if held != want {
				p.t.Fatalf("%s, leaf %d, node %d: holds the key is %v, want %v", name, g.Leaf(), n, held, want)
			}
		}
	}
}

func everyFormat(t *testing.T, f func(t *testing.T, p *party)) {
	for _, name := range suite.Names() {
		s, err := suite.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []Format{Public, Private} {
			t.Run(fmt.Sprintf("%s/%v", name, format), func(t *testing.T) { f(t, newParty(t, s, format)) })
		}
	}
}

func TestLifeOfAGroup(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		p.create("alice")
		p.commit("alice", CommitOptions{}) // alone
		p.commit("alice", CommitOptions{}, "bob", "carol", "dave", "erin")
		p.commit("bob", CommitOptions{NoPath: true}, "frank")
		p.update("carol")
		p.update("dave")
		p.commit("erin", CommitOptions{})
		p.commit("frank", CommitOptions{Remove: []tree.LeafIndex{p.leaf("bob"), p.leaf("dave")}}, "grace")
		p.commit("carol", CommitOptions{Remove: []tree.LeafIndex{p.leaf("erin"), p.leaf("frank")}})
		p.commit("grace", CommitOptions{})
		if got := len(p.members); got != 3 {
			t.Errorf("%d members, want 3", got)
		}
	})
}

func TestProposalsByReference(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol", "dave")
		next, msg, err := p.members["bob"].ProposeRemove(p.rng, p.leaf("carol"), p.format)
		p.ok(err)
		p.members["bob"] = next
		p.deliver("bob", msg)
		p.update("carol") // loses against the Remove
		p.update("alice") // the committer's own: its path does better
		p.commit("alice", CommitOptions{})
		if p.members["carol"] != nil || len(p.members) != 3 {
			t.Errorf("carol is still a member")
		}
	})
}

func TestMessages(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol")
		var msgs [][]byte
		for i := range 4 {
			m, err := p.members["bob"].Send(p.rng, []byte{byte(i)}, nil)
			p.ok(err)
			msgs = append(msgs, m)
		}
		for _, i := range []int{2, 0, 3, 1} { // out of order
			r, err := p.members["carol"].Receive(msgs[i])
			p.ok(err)
			if !bytes.Equal(r.Application, []byte{byte(i)}) || r.Sender.LeafIndex != p.leaf("bob") {
				t.Errorf("message %d opens as %x from leaf %d", i, r.Application, r.Sender.LeafIndex)
			}
		}
		for i, m := range msgs {
			if _, err := p.members["carol"].Receive(m); !errors.Is(err, spec.GenerationOnce) {
				t.Errorf("message %d a second time: %v, want %v", i, err, spec.GenerationOnce)
			}
		}
		if _, err := p.members["bob"].Receive(msgs[0]); !errors.Is(err, ErrOwnMessage) {
			t.Errorf("one's own message: %v", err)
		}
		p.commit("alice", CommitOptions{})
		if _, err := p.members["alice"].Receive(msgs[0]); !errors.Is(err, spec.SameEpoch) {
			t.Errorf("a message of the epoch before: %v, want %v", err, spec.SameEpoch)
		}
	})
}

// TestRejectedMessageChangesNothing flips every byte of a Commit in turn: each
// is rejected, and the group still accepts the honest one afterwards.
func TestRejectedMessageChangesNothing(t *testing.T) {
	for _, f := range []Format{Public, Private} {
		t.Run(f.String(), func(t *testing.T) {
			s, _ := suite.ByID(0x0001)
			p := newParty(t, s, f)
			p.create("alice")
			p.commit("alice", CommitOptions{}, "bob", "carol")
			p.update("carol")
			pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Format: f})
			p.ok(err)
			bob := p.members["bob"]
			for i := range pending.Commit {
				bad := bytes.Clone(pending.Commit)
				bad[i] ^= 1
				if _, err := bob.Receive(bad); err == nil {
					t.Fatalf("byte %d flipped, and the Commit is accepted", i)
				}
			}
			r, err := bob.Receive(pending.Commit)
			p.ok(err)
			if r.Next.Epoch() != 2 || bob.Epoch() != 1 {
				t.Errorf("epochs %d and %d, want 2 and 1", r.Next.Epoch(), bob.Epoch())
			}
			if !bytes.Equal(r.Next.EpochAuthenticator(), pending.next.EpochAuthenticator()) {
				t.Error("bob and alice do not agree")
			}
		})
	}
}

func TestCommitIsRefused(t *testing.T) {
	s, _ := suite.ByID(0x0001)
	p := newParty(t, s, Private)
	p.create("alice")
	p.commit("alice", CommitOptions{}, "bob", "carol")
	bob, carol := p.leaf("bob"), p.leaf("carol")
	for _, c := range []struct {
		name string
		rule error
		opt  CommitOptions
	}{
		{"a removal without path", spec.PathRequired, CommitOptions{Remove: []tree.LeafIndex{bob}, NoPath: true}},
		{"nothing at all without path", spec.PathRequired, CommitOptions{NoPath: true}},
		{"one's own removal", spec.CommitterRemoved, CommitOptions{Remove: []tree.LeafIndex{0}}},
		{"one leaf twice", spec.OneChangePerLeaf, CommitOptions{Remove: []tree.LeafIndex{carol, carol}}},
	} {
		if _, err := p.members["alice"].Commit(p.rng, c.opt); !errors.Is(err, c.rule) {
			t.Errorf("%s: %v, want %v", c.name, err, c.rule)
		}
	}
}

func TestWelcomeIsRefused(t *testing.T) {
	s, _ := suite.ByID(0x0001)
	p := newParty(t, s, Private)
	p.create("alice")
	bob := p.client("bob")
	kp, secrets, err := bob.NewKeyPackage(p.rng)
	p.ok(err)
	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}})
	p.ok(err)
	_, welcome := pending.Accept()
	if _, err := bob.Join(secrets, welcome, JoinOptions{}); err != nil {
		t.Fatal(err)
	}
	_, other, err := bob.NewKeyPackage(p.rng)
	p.ok(err)
	if _, err := bob.Join(other, welcome, JoinOptions{}); !errors.Is(err, ErrNotForUs) {
		t.Errorf("another key package: %v", err)
	}
	for i := range welcome {
		bad := bytes.Clone(welcome)
		bad[i] ^= 1
		if _, err := bob.Join(secrets, bad, JoinOptions{}); err == nil {
			t.Fatalf("byte %d flipped, and the Welcome is accepted", i)
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
