package trace

import (
	"testing"

	"pgregory.net/rapid"
)

// sound plays a scenario with the audit, and has it judged: the judges agree, every
// attack that they see is carried out, and nothing is held that should be gone.
func sound(t rapid.TB, sc *Scenario) (*Trace, *Report) {
	t.Helper()
	tr, err := Play(sc, Options{Audit: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, sc.Text)
	}
	report, err := Judge(tr)
	if err != nil {
		t.Fatalf("%v\n%s", err, sc.Text)
	}
	for _, p := range report.Problems {
		t.Errorf("%s", p)
	}
	if len(report.Problems)+len(report.Leftovers) > 0 {
		t.Fatalf("%d problems, %d leftovers in\n%s", len(report.Problems), len(report.Leftovers), sc.Text)
	}
	return tr, report
}

// TestRandomScenarios: a random scenario is a function of its seed, and such scenarios
// have all of the language. That the run is a function of it too, byte for byte, the
// property "determinism" of package props holds.
func TestRandomScenarios(t *testing.T) {
	exposed, accepted, forks, rejected := map[bool]int{}, 0, 0, 0
	verbs := map[Verb]bool{}
	for seed := range uint64(100) {
		sc, err := Random(seed, 20, 5)
		if err != nil {
			t.Fatal(err)
		}
		if seed%10 == 0 {
			if again, err := Random(seed, 20, 5); err != nil || again.Text != sc.Text {
				t.Fatalf("seed %d gives another scenario (%v)\n%s", seed, err, sc.Text)
			}
		}
		tr, err := Play(sc, Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, sc.Text)
		}
		report := judged(t, tr)
		if !report.OK() {
			t.Errorf("%v\n%s", report.Problems, sc.Text)
		}
		for _, row := range report.Rows {
			exposed[row.Closure]++
		}
		forks += len(report.Forks)
		for _, e := range tr.Events {
			if e.Kind == KindAttack {
				accepted += len(e.Attack.Accepted)
			}
			if e.Kind == KindReject {
				rejected++
			}
		}
		for _, st := range sc.Statements {
			verbs[st.Verb] = true
		}
	}
	t.Logf("%d exposed and %d safe secrets, %d forgeries accepted, %d messages rejected, %d forks", exposed[true], exposed[false], accepted, rejected, forks)
	if exposed[true] < 1000 || exposed[false] < 1000 || accepted < 20 || rejected < 50 || forks < 20 {
		t.Error("the runs are too much alike to show anything")
	}
	for _, v := range []Verb{VerbCreates, VerbAdds, VerbRemoves, VerbUpdates, VerbProposesAdd, VerbProposesRemove, VerbProposesPSK,
		VerbProposesLabel, VerbCommits, VerbLabels, VerbAllows, VerbReInits, VerbReopens, VerbBranches, VerbPrepares, VerbPublishes,
		VerbAbandons, VerbAsks, VerbJoins, VerbRejoins, VerbSends, VerbExports, VerbOffline, VerbOnline, VerbRandomness, VerbDeal,
		VerbDeliver, VerbReplay, VerbCompromise} {
		if !verbs[v] {
			t.Errorf("no run has a line that %s", v)
		}
	}
}
