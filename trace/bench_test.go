package trace

import (
	"fmt"
	"testing"

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

// BenchmarkClosure saturates recorded runs. Linear: ns/term stays.
func BenchmarkClosure(b *testing.B) {
	for _, epochs := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("epochs=%d", epochs), func(b *testing.B) {
			tr := long(b, epochs)
			d, err := definitionsOf(tr)
			if err != nil {
				b.Fatal(err)
			}
			terms, facts := d.terms(), Facts(tr)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := model.Saturate(terms, facts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(terms)), "terms")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(terms)), "ns/term")
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
