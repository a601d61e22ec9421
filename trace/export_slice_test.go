package trace

import (
	"bytes"
	"strings"
	"testing"

	"mlsref/model"
)

// saturateSlice is the closure over what is relevant only: the rest is not seen, and its
// terms are names that nobody knows.
func saturateSlice(t *testing.T, terms []model.Term, facts []model.Fact, goal model.TermID) *model.Closure {
	t.Helper()
	relevant, err := model.Relevant(terms, []model.TermID{goal})
	if err != nil {
		t.Fatal(err)
	}
	left := make([]model.Term, len(terms))
	for i, term := range terms {
		switch {
		case relevant[i]:
		case term.Op == model.OpPublic: // the shape of what was encrypted to it
			term.Public = false
		default:
			term = model.Term{ID: model.TermID(i), Op: model.OpRandom}
		}
		left[i] = term
	}
	var seen []model.Fact
	for _, f := range facts {
		if relevant[f.Term] {
			seen = append(seen, f)
		}
	}
	c, err := model.Saturate(left, seen)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSliceKeepsVerdicts: in random histories, the closure over the slice of each secret
// says of it what it says over everything.
func TestSliceKeepsVerdicts(t *testing.T) {
	histories := uint64(25)
	if testing.Short() {
		histories = 5
	}
	for seed := range histories {
		sc, err := Random(seed, 30, 5)
		if err != nil {
			t.Fatal(err)
		}
		tr := played(t, sc.Text)
		report := judged(t, tr)
		defs, err := definitionsOf(tr)
		if err != nil {
			t.Fatal(err)
		}
		terms, facts := defs.terms(), Facts(tr)
		for _, row := range report.Rows {
			if saturateSlice(t, terms, facts, row.Term).Knows(row.Term) != row.Closure {
				t.Errorf("seed %d, %s: the slice changes the verdict, which is %s", seed, GoalName(row.Goal), fate(row.Closure))
			}
		}
	}
}

// TestSlicedExports has a prover look at each secret in a file of its own.
func TestSlicedExports(t *testing.T) {
	tr := toyTrace(t)
	report := judged(t, tr)
	var whole bytes.Buffer
	if err := ExportProVerif(&whole, tr, report, ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	smaller := 0
	for _, row := range ForProvers(report).Rows {
		options := ExportOptions{Slice: true, Ask: func(r Row) bool { return r.Goal == row.Goal }}
		one := *report
		one.Rows = []Row{row}
		p := runProVerif
		p.options = options
		p.check(t, tr, &one)
		var slice bytes.Buffer
		if err := ExportProVerif(&slice, tr, report, options); err != nil {
			t.Fatal(err)
		}
		if strings.Count(slice.String(), "out(c,") < strings.Count(whole.String(), "out(c,") {
			smaller++
		}
	}
	if smaller == 0 {
		t.Error("no slice is smaller than the whole")
	}
}

func TestSelection(t *testing.T) {
	tr := toyTrace(t)
	report := judged(t, tr)
	count := func(s Selection) int {
		t.Helper()
		ask, err := s.Ask(tr, report)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, row := range report.Rows {
			if ask == nil || ask(row) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		name string
		s    Selection
		want int
	}{
		{"the usual", Selection{}, len(ForProvers(report).Rows)},
		{"all", Selection{All: true}, len(report.Rows)},
		{"one", Selection{Only: []string{"epoch 1: init_secret"}}, 1},
		{"by its term", Selection{Only: []string{"epoch_secret_1"}}, 1},
		{"two", Selection{Messages: []string{"1"}, Only: []string{"epoch 1: exporter_secret"}}, 2},
	} {
		if got := count(c.s); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if one, both := count(Selection{Epochs: "1"}), count(Selection{Epochs: "0-1"}); one == 0 || both <= one {
		t.Errorf("epochs: %d and %d", one, both)
	}
	for _, c := range []struct {
		s    Selection
		want string
	}{
		{Selection{Epochs: "x"}, "expected N or N-M"},
		{Selection{Epochs: "2-1"}, "expected N or N-M"},
		{Selection{Epochs: "77"}, "no secret of these epochs"},
		{Selection{Messages: []string{"99"}}, "number of a message"},
		{Selection{Only: []string{"nothing"}}, "expected a secret"},
		{Selection{Only: []string{"authentication"}}, "not expressible"},
	} {
		if _, err := c.s.Ask(tr, report); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.s, err, c.want)
		}
	}
}
