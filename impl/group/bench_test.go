package group

import (
	"fmt"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

// The benchmarks run in full trees (no blank parents above a member), where a path
// is as short as it gets, and in fresh ones (every parent blank), where it is as
// long: go test ./impl/group -run - -bench . -benchmem [-short]. Beside time and
// bytes they count the public-key operations of one run: signatures made and
// verified, HPKE encryptions and decryptions, key pairs derived.

func benchSuite(b *testing.B) suite.Suite {
	s, err := suite.ByID(1)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

type shape struct {
	fresh bool
	n     int
}

// benchGroups are made once, since the largest takes some ten seconds.
var benchGroups = map[shape]*fullGroup{}

// publicKey counts calls by the unit that a benchmark reports.
type publicKey map[string]float64

var units = map[suite.Op]string{
	suite.OpSign: "sign/op", suite.OpVerify: "verify/op", suite.OpEncrypt: "encrypt/op", suite.OpDecrypt: "decrypt/op",
	suite.OpDeriveKeyPair: "keygen/op", suite.OpSignatureKeyPair: "keygen/op",
}

func (c publicKey) Observe(call suite.Call) {
	if unit := units[call.Op]; unit != "" {
		c[unit]++
	}
}

// perSize times, at each size and shape, what prepare returns, and counts the
// public-key operations of one more run. -short stops at 100 members.
func perSize(b *testing.B, prepare func(f *fullGroup) (Client, *Group, func(Client, *Group) error)) {
	for _, fresh := range []bool{false, true} {
		for _, n := range []int{2, 10, 100, 1000, 10000} {
			if n > 100 && testing.Short() {
				continue
			}
			b.Run(fmt.Sprintf("%s/%d", map[bool]string{false: "full", true: "fresh"}[fresh], n), func(b *testing.B) {
				f := benchGroups[shape{fresh, n}]
				if f == nil {
					f = newGroupOf(b, benchSuite(b), seeded(1), n, fresh)
					benchGroups[shape{fresh, n}] = f
				}
				f.t = b
				c, g, op := prepare(f)
				b.ReportAllocs()
				for b.Loop() {
					f.ok(op(c, g))
				}
				counts := publicKey{}
				watched := f.s.Observed(counts)
				c.Suite = watched
				if g != nil {
					copied := *g
					copied.client.Suite, copied.public.Suite = watched, watched
					g = &copied
				}
				f.ok(op(c, g))
				for unit, n := range counts {
					b.ReportMetric(n, unit)
				}
			})
		}
	}
}

func BenchmarkCreate(b *testing.B) {
	s, rng := benchSuite(b), seeded(1)
	c, err := NewClient(s, rng, "alice")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Create(rng, []byte("room")); err != nil {
			b.Fatal(err)
		}
	}
}

// newcomer is a client that is to be added.
func newcomer(f *fullGroup) (Client, wire.KeyPackage, KeyPackageSecrets) {
	c, err := NewClient(f.s, f.rng, "newcomer")
	f.ok(err)
	kp, secrets, err := c.NewKeyPackage(f.rng)
	f.ok(err)
	return c, kp, secrets
}

// commits makes a Commit and drops it.
func commits(f *fullGroup, opt CommitOptions) func(Client, *Group) error {
	opt.Format = Public
	return func(_ Client, g *Group) error {
		_, err := g.Commit(f.rng, opt)
		return err
	}
}

// BenchmarkAdd commits one Add without a path, and writes the Welcome, which has the
// whole tree in it.
func BenchmarkAdd(b *testing.B) {
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		_, kp, _ := newcomer(f)
		return Client{}, f.member(0), commits(f, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true})
	})
}

// BenchmarkAddTreeBeside is BenchmarkAdd with the tree left out of the Welcome.
func BenchmarkAddTreeBeside(b *testing.B) {
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		_, kp, _ := newcomer(f)
		return Client{}, f.member(0), commits(f, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true, TreeBeside: true})
	})
}

// BenchmarkJoin enters by a Welcome, which takes checking the whole tree.
func BenchmarkJoin(b *testing.B) {
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		c, kp, secrets := newcomer(f)
		pending, err := f.member(0).Commit(f.rng, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true})
		f.ok(err)
		return c, nil, func(c Client, _ *Group) error {
			_, err := c.Join(secrets, pending.welcome, JoinOptions{})
			return err
		}
	})
}

// BenchmarkCommit commits nothing but a path.
func BenchmarkCommit(b *testing.B) {
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		return Client{}, f.member(0), commits(f, CommitOptions{})
	})
}

// receives is what the member farthest from the committer does with a Commit.
func receives(f *fullGroup, opt CommitOptions) (Client, *Group, func(Client, *Group) error) {
	opt.Format = Public
	pending, err := f.member(0).Commit(f.rng, opt)
	f.ok(err)
	return Client{}, f.member(len(f.clients) - 1), func(_ Client, g *Group) error {
		_, err := g.Receive(pending.Commit)
		return err
	}
}

// BenchmarkProcess receives a Commit of nothing but a path.
func BenchmarkProcess(b *testing.B) {
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		return receives(f, CommitOptions{})
	})
}

// BenchmarkProcessRemove is BenchmarkProcess where the Commit also removes somebody
// and adds somebody.
func BenchmarkProcessRemove(b *testing.B) {
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		_, kp, _ := newcomer(f)
		opt := CommitOptions{Add: []wire.KeyPackage{kp}}
		if n := len(f.clients); n > 2 {
			opt.Remove = []tree.LeafIndex{tree.LeafIndex(n / 2)}
		}
		return receives(f, opt)
	})
}

func BenchmarkProtect(b *testing.B) {
	data := make([]byte, 100)
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		return Client{}, f.member(0), func(_ Client, g *Group) error {
			_, err := g.Send(f.rng, data, nil)
			return err
		}
	})
}

// BenchmarkUnprotect opens messages in order, each once. What it takes to make them
// is not counted: they are made before, some thousand at a time.
func BenchmarkUnprotect(b *testing.B) {
	data := make([]byte, 100)
	perSize(b, func(f *fullGroup) (Client, *Group, func(Client, *Group) error) {
		from := f.member(0)
		var messages [][]byte
		return Client{}, f.member(len(f.clients) - 1), func(_ Client, g *Group) error {
			if len(messages) == 0 {
				if b, timed := f.t.(*testing.B); timed {
					b.StopTimer()
					defer b.StartTimer()
				}
				for range 1000 {
					msg, err := from.Send(f.rng, data, nil)
					f.ok(err)
					messages = append(messages, msg)
				}
			}
			msg := messages[0]
			messages = messages[1:]
			_, err := g.Receive(msg)
			return err
		}
	})
}

// BenchmarkExternalInit is the one thing that an external Commit adds for a member.
func BenchmarkExternalInit(b *testing.B) {
	s, rng := benchSuite(b), seeded(1)
	sk, pk, err := treekem.ExternalKeyPair(s, make([]byte, s.Nh()))
	if err != nil {
		b.Fatal(err)
	}
	kem, _, err := s.ExternalInit(rng, pk)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.OpenExternalInit(sk, kem); err != nil {
			b.Fatal(err)
		}
	}
}
