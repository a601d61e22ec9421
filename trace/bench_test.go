package trace

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mlsref/model"
)

// long is a recorded run of eight members, with a theft at its end.
func long(b *testing.B, epochs int) *Trace {
	b.Helper()
	tr, err := Play(parse(b, longScenario(epochs)+"compromise alice\n"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	return tr
}

// BenchmarkClosure saturates the beginnings of one recorded run, with what the attacker
// has seen by then and half of all keys of leaves. Linear: ns/term stays.
func BenchmarkClosure(b *testing.B) {
	tr := long(b, 850)
	d, err := definitionsOf(tr)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("terms=%d", n), func(b *testing.B) {
			if n > len(d.all) {
				b.Fatalf("the run has %d terms", len(d.all))
			}
			terms := d.terms()[:n]
			var facts []model.Fact
			for _, f := range Facts(tr) {
				if int(f.Term) < n {
					facts = append(facts, f)
				}
			}
			for i := range terms {
				if terms[i].Op == model.OpKEMKey && i%2 == 0 {
					facts = append(facts, model.Fact{Term: model.TermID(i), Why: "stolen"})
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := model.Saturate(terms, facts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/term")
		})
	}
}

// BenchmarkJudge judges recorded runs: both judges, and every replay.
func BenchmarkJudge(b *testing.B) {
	for _, epochs := range []int{10, 30, 100} {
		b.Run(fmt.Sprintf("epochs=%d", epochs), func(b *testing.B) {
			tr := long(b, epochs)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Judge(tr); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// playing is how long a scenario takes, with a recorder or with one that is off.
func playing(t testing.TB, sc *Scenario, record bool) time.Duration {
	t.Helper()
	p, err := newPlayer(sc, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !record {
		p.rec.err, p.suite = errOff, p.suite.Observed(nil)
	}
	began := time.Now()
	for i := range sc.Statements {
		if err := p.play(&sc.Statements[i]); err != nil {
			t.Fatal(err)
		}
	}
	if record {
		if _, err := p.finish(); err != nil {
			t.Fatal(err)
		}
	} else if len(p.rec.terms) > 0 {
		t.Fatal("the recorder is not off")
	}
	return time.Since(began)
}

// recordingCosts is by how much a recorded run takes longer; the shortest of several
// runs counts, so that other work on the machine does not.
func recordingCosts(t testing.TB, sc *Scenario, runs int) float64 {
	with, without := time.Hour, time.Hour
	for range runs {
		without = min(without, playing(t, sc, false))
		with = min(with, playing(t, sc, true))
	}
	return float64(with) / float64(without)
}

func BenchmarkRecording(b *testing.B) {
	for _, epochs := range []int{10, 100} {
		b.Run(fmt.Sprintf("epochs=%d", epochs), func(b *testing.B) {
			sc, ratio := parse(b, longScenario(epochs)), 0.0
			for b.Loop() {
				ratio = recordingCosts(b, sc, 3)
			}
			b.ReportMetric(ratio, "recorded/unrecorded")
		})
	}
}

// twenty is a history of twenty members and a hundred epochs, drawn from a seed, with
// five compromises.
func twenty(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 20))
	members := append([]string(nil), crowd...)
	lines := []string{"alice creates room", "alice adds " + strings.Join(members[1:], " ")}
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for epoch := 1; epoch < 100; epoch++ {
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		if epoch%20 == 10 {
			say("compromise %s", members[0])
		}
		say("%s sends \"in epoch %d\"", members[1], epoch)
		switch k := r.IntN(6); {
		case k == 0 && epoch < 99:
			say("%s removes %s", members[2], members[3])
			say("%s adds %s", members[4], members[3])
			epoch++
		case k < 4:
			say("%s updates", members[5])
			fallthrough
		default:
			say("%s commits", members[6])
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// TestTwentyMembers: a history that a model of a protocol rarely sees. Members agree,
// judges agree, within seconds.
func TestTwentyMembers(t *testing.T) {
	began := time.Now()
	tr, err := Play(parse(t, twenty(1)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	recorded := time.Since(began)
	began = time.Now()
	report := judged(t, tr)
	if !report.OK() {
		t.Errorf("%v", report.Problems)
	}
	epochs, exposed, thefts := uint64(0), 0, 0
	for _, row := range report.Rows {
		epochs = max(epochs, row.Goal.Epoch)
		if row.Closure {
			exposed++
		}
	}
	for _, e := range tr.Events {
		if e.Kind == KindCompromise {
			thefts++
		}
	}
	t.Logf("%d epochs, %d secrets, %d of them exposed, %d events: recorded in %v, judged in %v",
		epochs, len(report.Rows), exposed, len(tr.Events), recorded.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	if epochs != 100 || thefts != 5 || exposed < 100 || len(report.Rows)-exposed < 100 {
		t.Error("this is not the history that it should be")
	}
}

func BenchmarkTwentyMembers(b *testing.B) {
	sc := parse(b, twenty(1))
	b.Run("record", func(b *testing.B) {
		for b.Loop() {
			if _, err := Play(sc, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("judge", func(b *testing.B) {
		tr, err := Play(sc, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := Judge(tr); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("predict", func(b *testing.B) {
		tr, err := Play(sc, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for events := Steps(tr); b.Loop(); {
			if _, err := model.Predict(events); err != nil {
				b.Fatal(err)
			}
		}
	})
}
