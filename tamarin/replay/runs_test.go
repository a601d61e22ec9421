package replay

import (
	"path/filepath"
	"sync"
	"testing"

	"mlsref/trace"
)

var models sync.Map // by name

func loaded(t *testing.T, model string) *Theory {
	t.Helper()
	if theory, ok := models.Load(model); ok {
		return theory.(*Theory)
	}
	theory, err := Load("../" + model)
	if err != nil {
		t.Fatal(err)
	}
	models.Store(model, theory)
	return theory
}

// run holds a trace against a model.
func run(t *testing.T, r Replay, tr *trace.Trace) (int, error) {
	t.Helper()
	theory := loaded(t, r.Model)
	firings := r.Firings(tr)
	_, err := Run(theory, firings)
	return len(firings), err
}

// TestScenariosAreRuns accepts every scenario as a run of every model.
func TestScenariosAreRuns(t *testing.T) {
	for _, r := range Replays {
		total := 0
		for _, path := range scenarios(t) {
			n, err := run(t, r, played(t, path))
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
			total += n
		}
		t.Logf("%s: %d firings", r.Model, total)
		if total < 25 {
			t.Errorf("%s: only %d rules were fired", r.Model, total)
		}
	}
}

// TestRandomTracesAreRuns accepts random histories, with thefts and attacks in them.
func TestRandomTracesAreRuns(t *testing.T) {
	for seed := range uint64(24) {
		sc, err := trace.Random(seed, 30, 5)
		if err != nil {
			t.Fatal(err)
		}
		tr := play(t, sc)
		for _, r := range Replays {
			if _, err := run(t, r, tr); err != nil {
				t.Errorf("seed %d: %v\n%s", seed, err, sc.Text)
			}
		}
	}
}

// TestAttackersCommitTakesNoSeat: alice keeps her own pending Commit, and a thief finds
// it, although the attacker has made one in her name.
func TestAttackersCommitTakesNoSeat(t *testing.T) {
	tr := play(t, parsed(t, `alice creates room
alice adds bob
compromise alice
attacker commits as alice
alice prepares
attacker commits as alice
compromise alice
`))
	if _, err := run(t, replay(t, "keyschedule_epochs.spthy"), tr); err != nil {
		t.Error(err)
	}
}
