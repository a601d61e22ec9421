package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"mlsref/proverif/verdicts"
	"mlsref/trace"
)

// TestProveSlices: a long trace is cut into files, which together ask each query once.
func TestProveSlices(t *testing.T) {
	var text strings.Builder
	text.WriteString("alice creates room\nalice adds bob carol dave\n")
	for e := range 60 {
		fmt.Fprintf(&text, "%s commits\nbob sends \"%d\"\n", []string{"alice", "bob", "carol", "dave"}[e%4], e)
	}
	sc, err := trace.Parse("long.scenario", strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trace.Play(sc, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := trace.Judge(tr)
	if err != nil {
		t.Fatal(err)
	}
	p := &proof{dir: t.TempDir(), names: map[string]bool{}}
	if err := p.loadTrace("long.scenario", tr, report); err != nil {
		t.Fatal(err)
	}
	if n := len(p.jobsOf(verdicts.ProVerif)); n != 1 {
		t.Errorf("%d files for ProVerif, want the whole trace in one", n)
	}
	asked := map[string]int{}
	jobs := p.jobsOf(verdicts.Tamarin)
	for _, j := range jobs {
		m, err := j.make()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range m.Lemmas {
			asked[l.Meaning]++
		}
		if name := filepath.Base(j.file); !strings.HasPrefix(name, "long.") {
			t.Errorf("a file %s", name)
		}
	}
	if len(jobs) < 5 {
		t.Errorf("%d files for Tamarin, want slices", len(jobs))
	}
	for _, row := range p.rows {
		if asked[row.name] != 1 {
			t.Errorf("%s is asked %d times", row.name, asked[row.name])
		}
	}
}

func TestQueriesPerFile(t *testing.T) {
	for _, c := range []struct {
		size     int
		tooLarge bool
		n        int
		slice    bool
	}{{100, false, 77, false}, {500, false, 20, true}, {5000, false, 1, true}, {0, true, 1, true}} {
		if n, slice := queriesPerFile(verdicts.Tamarin, c.size, c.tooLarge, 77); n != c.n || slice != c.slice {
			t.Errorf("%+v: %d queries in a file, slice %t", c, n, slice)
		}
	}
}
