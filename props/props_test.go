package props

import (
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"mlsref/props/dice"
	"mlsref/trace"
)

// TestProperties holds every property under random histories, each drawn choice by
// choice. The scenario of a failure is shrunk and saved. A campaign of it is
//
//	go test ./props -run TestProperties -rapid.checks=100000 -timeout 0
func TestProperties(t *testing.T) {
	all := All()
	var failed *trace.Scenario
	var failure Failure
	t.Cleanup(func() {
		if failed != nil {
			save(t, failed, failure)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		pick, seed, steps := dice.History(t)
		o, err := Drawn(pick, seed, steps, 6, all)
		if err != nil {
			t.Fatalf("%v\n%s", err, o.Scenario.Text)
		}
		for _, f := range o.Failures {
			t.Errorf("%s", f)
		}
		if o.Failed() {
			failed, failure = o.Scenario, o.Failures[0]
			t.Fatalf("in\n%s", o.Scenario.Text)
		}
	})
}

// save shrinks a failing scenario line by line, and writes it where rapid keeps its own
// failures.
func save(t *testing.T, sc *trace.Scenario, f Failure) {
	property, err := Named(f.Property)
	if err != nil {
		t.Error(err)
		return
	}
	short, _ := Shrink(sc, property[0], ShrinkTries)
	path := filepath.Join("testdata", "rapid", t.Name(), f.Property+".scenario")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Error(err)
		return
	}
	if err := os.WriteFile(path, []byte(short.Text), 0o666); err != nil {
		t.Error(err)
		return
	}
	t.Errorf("%s fails in this scenario, saved as props/%s:\n%s", f.Property, path, short.Text)
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
