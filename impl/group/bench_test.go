package group

import (
	"fmt"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// The benchmarks run in full trees (no blank parents), where a path is as short
// as it gets: go test ./impl/group -run - -bench . -benchmem [-short].

func benchSuite(b *testing.B) suite.Suite {
	s, err := suite.ByID(1)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// fullGroups are made once per size, since the largest takes some ten seconds.
var fullGroups = map[int]*fullGroup{}

// perSize runs f at each size; -short stops at 100.
func perSize(b *testing.B, f func(b *testing.B, g *fullGroup)) {
	for _, n := range []int{2, 10, 100, 1000, 10000} {
		if n > 100 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := fullGroups[n]
			if g == nil {
				g = newFullGroup(b, benchSuite(b), seeded(1), n)
				fullGroups[n] = g
			}
			g.t = b
			b.ReportAllocs()
			f(b, g)
		})
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

// BenchmarkAdd commits one Add without a path, and writes the Welcome.
func BenchmarkAdd(b *testing.B) {
	perSize(b, func(b *testing.B, f *fullGroup) {
		_, kp, _ := newcomer(f)
		g := f.member(0)
		for b.Loop() {
			if _, err := g.Commit(f.rng, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true, Format: Public}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkJoin enters by that Welcome, which takes checking the whole tree.
func BenchmarkJoin(b *testing.B) {
	perSize(b, func(b *testing.B, f *fullGroup) {
		c, kp, secrets := newcomer(f)
		pending, err := f.member(0).Commit(f.rng, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true})
		f.ok(err)
		for b.Loop() {
			if _, err := c.Join(secrets, pending.welcome, JoinOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkCommit commits nothing but a path.
func BenchmarkCommit(b *testing.B) {
	perSize(b, func(b *testing.B, f *fullGroup) {
		g := f.member(0)
		for b.Loop() {
			if _, err := g.Commit(f.rng, CommitOptions{Format: Public}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkProcess is what the member farthest from the committer does with it.
func BenchmarkProcess(b *testing.B) {
	perSize(b, func(b *testing.B, f *fullGroup) {
		pending, err := f.member(0).Commit(f.rng, CommitOptions{Format: Public})
		f.ok(err)
		g := f.member(len(f.clients) - 1)
		for b.Loop() {
			if _, err := g.Receive(pending.Commit); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkProcessRemove is BenchmarkProcess where the Commit also removes somebody
// and adds somebody.
func BenchmarkProcessRemove(b *testing.B) {
	perSize(b, func(b *testing.B, f *fullGroup) {
		n := len(f.clients)
		if n == 2 {
			b.Skip("nobody to remove")
		}
		_, kp, _ := newcomer(f)
		pending, err := f.member(0).Commit(f.rng, CommitOptions{Add: []wire.KeyPackage{kp}, Remove: []tree.LeafIndex{tree.LeafIndex(n / 2)}, Format: Public})
		f.ok(err)
		g := f.member(n - 1)
		for b.Loop() {
			if _, err := g.Receive(pending.Commit); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSend(b *testing.B) {
	perSize(b, func(b *testing.B, f *fullGroup) {
		g, data := f.member(0), make([]byte, 100)
		for b.Loop() {
			if _, err := g.Send(f.rng, data, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReceive opens messages in order, each once.
func BenchmarkReceive(b *testing.B) {
	perSize(b, func(b *testing.B, f *fullGroup) {
		from, to, data := f.member(0), f.member(len(f.clients)-1), make([]byte, 100)
		for b.Loop() {
			b.StopTimer()
			msg, err := from.Send(f.rng, data, nil)
			f.ok(err)
			b.StartTimer()
			if _, err := to.Receive(msg); err != nil {
				b.Fatal(err)
			}
		}
	})
}
