package props

import (
	"testing"

	"pgregory.net/rapid"
)

// uniform draws from 0 to n-1, n at most 256. rapid's own integers prefer small
// values, and so the first lines of the language.
func uniform(t *rapid.T, n int) int {
	at := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 8, 8).Draw(t, "") {
		at *= 2
		if bit {
			at++
		}
	}
	return at * n / 256
}

// shrinkTries bounds how many scenarios are played to make a failing one short.
const shrinkTries = 500

// TestProperties holds every property under random histories, each drawn choice by
// choice, so that what fails shrinks.
func TestProperties(t *testing.T) {
	all := All()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64Range(1, 1000).Draw(t, "seed") // of what properties try, too
		steps := rapid.IntRange(1, 40).Draw(t, "steps")
		o, err := Drawn(func(n int) int { return uniform(t, n) }, seed, steps, 6, all)
		if err != nil {
			t.Fatalf("%v\n%s", err, o.Scenario.Text)
		}
		for _, f := range o.Failures {
			t.Errorf("%s", f)
		}
		if o.Failed() {
			t.Fatalf("in\n%s", o.Scenario.Text)
		}
	})
}

func BenchmarkSteps(b *testing.B) {
	all, steps := All(), 0
	for i := range b.N {
		o, err := One(uint64(i), 40, 6, all)
		if err != nil || o.Failed() {
			b.Fatal(err, o.Failures)
		}
		steps += o.Steps
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}
