package model

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// randomDAG draws terms over all operations and some facts about them.
func randomDAG(t *rapid.T) ([]Term, []Fact) {
	d := &dag{}
	ops := []Op{OpConst, OpRandom, OpMessage, OpExpand, OpExtract, OpKEMKey, OpSigKey, OpPublic,
		OpConcat, OpEncrypt, OpSeal, OpXOR, OpMAC, OpSign, OpExternalInit}
	d.add(OpConst)
	for range rapid.IntRange(1, 30).Draw(t, "terms") {
		op := rapid.SampledFrom(ops).Draw(t, "op")
		n := arity[op]
		if n == anyNumber {
			n = rapid.IntRange(0, 3).Draw(t, "parts")
		}
		args := make([]TermID, n)
		for i := range args {
			args[i] = TermID(rapid.IntRange(0, len(d.terms)-1).Draw(t, "arg"))
			if (op == OpEncrypt || op == OpExternalInit) && i == 0 { // to a public key, mostly
				args[0] = d.add(OpPublic, args[0])
			}
		}
		d.add(op, args...)
	}
	seen := rapid.SliceOfN(rapid.IntRange(0, len(d.terms)-1), 0, 6).Draw(t, "facts")
	var facts []Fact
	for i, term := range seen {
		facts = append(facts, Fact{TermID(term), i, "wire"})
	}
	return d.terms, facts
}

// naive is the oracle: the attacker's rules as loops, run until nothing changes,
// with the least depth at which each term is reached (-1: never).
func naive(terms []Term, facts []Fact) []int {
	depth := make([]int, len(terms))
	for i, t := range terms {
		depth[i] = -1
		if t.Public || t.Op == OpConcat && len(t.Args) == 0 {
			depth[i] = 0
		}
	}
	for _, f := range facts {
		depth[f.Term] = 0
	}
	for round, changed := 1, true; changed; round++ {
		changed = false
		old := slices.Clone(depth)
		has := func(id TermID) bool { return old[id] >= 0 }
		learn := func(id TermID) {
			if depth[id] < 0 {
				depth[id], changed = round, true
			}
		}
		for _, t := range terms {
			switch {
			case t.Op == OpConst || t.Op == OpRandom || t.Op == OpMessage:
			case !slices.ContainsFunc(t.Args, func(a TermID) bool { return !has(a) }):
				learn(t.ID)
			}
			if t.Op == OpExternalInit {
				if pk := terms[t.Args[0]]; pk.Op == OpPublic && has(pk.Args[0]) {
					learn(t.ID)
				}
			}
			if !has(t.ID) {
				continue
			}
			switch t.Op {
			case OpConcat:
				for _, a := range t.Args {
					learn(a)
				}
			case OpSeal:
				if has(t.Args[0]) {
					learn(t.Args[3])
				}
			case OpEncrypt:
				pk := terms[t.Args[0]]
				if has(t.Args[3]) || pk.Op == OpPublic && has(pk.Args[0]) {
					learn(t.Args[2])
				}
			}
		}
	}
	return depth
}

// The closure knows what the naive fixpoint knows, and derives it as shallowly.
func TestSaturateAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, facts := randomDAG(t)
		closure, err := Saturate(terms, facts)
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range naive(terms, facts) {
			steps := closure.Derivation(TermID(id))
			if closure.Knows(TermID(id)) != (want >= 0) {
				t.Fatalf("term %d: known %v, depth by the oracle %d", id, closure.Knows(TermID(id)), want)
			}
			if want >= 0 {
				checkDerivation(t, TermID(id), steps, want)
			}
		}
	})
}

// Since is when the naive fixpoint over the facts up to then first has the term.
func TestSinceAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, facts := randomDAG(t)
		for i := range facts { // several at a time, and out of order
			facts[i].Seq = rapid.IntRange(0, 3).Draw(t, "seq")
		}
		closure, err := Saturate(terms, facts)
		if err != nil {
			t.Fatal(err)
		}
		want := map[TermID]int{}
		for seq := 3; seq >= Start; seq-- {
			early := slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.Seq > seq })
			for id, depth := range naive(terms, early) {
				if depth >= 0 {
					want[TermID(id)] = seq
				}
			}
		}
		for id := range terms {
			since, known := closure.Since(TermID(id))
			if first, has := want[TermID(id)]; known != has || known && since != first {
				t.Errorf("term %d: since %d (%v), the oracle says %d (%v)", id, since, known, first, has)
			}
		}
	})
}

// What Missing says is true and enough: every way lacks something unknown; and
// with all atoms of the frontier given, if nothing was cut, the term is known.
func TestMissing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, facts := randomDAG(t)
		closure, err := Saturate(terms, facts)
		if err != nil {
			t.Fatal(err)
		}
		for id := range terms {
			gap := closure.Missing(TermID(id))
			if closure.Knows(TermID(id)) != (gap == nil) {
				t.Fatalf("term %d: known %v, missing %v", id, closure.Knows(TermID(id)), gap)
			}
			if gap == nil {
				continue
			}
			checkGap(t, closure, gap, map[TermID]bool{})
			more := slices.Clone(facts)
			for _, atom := range gap.Frontier() {
				more = append(more, Fact{atom, 9, "given"})
			}
			if again, _ := Saturate(terms, more); !cut(gap) && !again.Knows(TermID(id)) {
				t.Errorf("term %d: the frontier %v is not enough", id, gap.Frontier())
			}
		}
		if closure.Missing(-1) != nil || closure.Missing(TermID(len(terms))) != nil {
			t.Error("misses a term that is not there")
		}
	})
}

func checkGap(t *rapid.T, c *Closure, g *Gap, explained map[TermID]bool) {
	if len(g.Ways) > 0 {
		if explained[g.Term] {
			t.Fatalf("%d is explained twice", g.Term)
		}
		explained[g.Term] = true
	}
	if c.Knows(g.Term) {
		t.Fatalf("%d is known and called missing", g.Term)
	}
	for _, w := range g.Ways {
		if len(w.Needs) == 0 {
			t.Fatalf("the way %s to %d lacks nothing", w.Rule, g.Term)
		}
		for i := range w.Needs {
			checkGap(t, c, &w.Needs[i], explained)
		}
	}
}

func cut(g *Gap) bool {
	for _, w := range g.Ways {
		for i := range w.Needs {
			if cut(&w.Needs[i]) {
				return true
			}
		}
	}
	return g.Cut
}

// checkDerivation: premises first, each conclusion once, of the given depth.
func checkDerivation(t *rapid.T, goal TermID, steps []Step, want int) {
	depth := map[TermID]int{}
	for _, s := range steps {
		if _, twice := depth[s.Conclusion]; twice {
			t.Fatalf("%d is concluded twice", s.Conclusion)
		}
		d := 0
		for _, p := range s.Premises {
			before, there := depth[p]
			if !there {
				t.Fatalf("%d is used before it is concluded", p)
			}
			d = max(d, before+1)
		}
		depth[s.Conclusion] = d
	}
	if last := steps[len(steps)-1].Conclusion; last != goal || depth[goal] != want {
		t.Fatalf("derivation of %d ends in %d at depth %d, want depth %d", goal, last, depth[goal], want)
	}
}

// More facts, more knowledge.
func TestClosureIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, facts := randomDAG(t)
		fewer := facts[:rapid.IntRange(0, len(facts)).Draw(t, "kept")]
		small, err := Saturate(terms, fewer)
		if err != nil {
			t.Fatal(err)
		}
		large, err := Saturate(terms, facts)
		if err != nil {
			t.Fatal(err)
		}
		for id := range terms {
			if small.Knows(TermID(id)) && !large.Knows(TermID(id)) {
				t.Errorf("term %d is lost with more facts", id)
			}
		}
	})
}

// ladder is a run of the shape that matters: a key schedule, a ciphertext and a
// structure per epoch, each epoch's secret under a key of the one before.
func ladder(n int) ([]Term, []Fact) {
	d := &dag{}
	c, secret := d.add(OpConst), d.add(OpRandom)
	var facts []Fact
	for len(d.terms) < n {
		next, coins := d.add(OpRandom), d.add(OpRandom)
		pk := d.add(OpPublic, d.add(OpKEMKey, d.add(OpExpand, secret, c)))
		box := d.add(OpEncrypt, pk, c, d.add(OpConcat, next, coins), d.add(OpRandom))
		facts = append(facts, Fact{box, len(facts), "wire"})
		d.add(OpSeal, d.add(OpExpand, next, c), c, c, d.add(OpMessage))
		secret = next
	}
	return d.terms[:n], append(slices.DeleteFunc(facts, func(f Fact) bool { return int(f.Term) >= n }), Fact{1, len(facts), "stolen from alice"})
}

// The same for Since, which saturates once more, fact by fact.
func BenchmarkSince(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			terms, facts := ladder(n)
			for b.Loop() {
				closure, err := Saturate(terms, facts)
				if err != nil {
					b.Fatal(err)
				}
				closure.Since(0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/term")
		})
	}
}

// ns/term stays the same from 10^2 to 10^5 terms: the cost is linear.
func BenchmarkSaturate(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			terms, facts := ladder(n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Saturate(terms, facts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/term")
		})
	}
}
