package trace

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// someScenario makes a scenario that is possible at every step: its own small
// notion of who is a member is all that it needs to know.
func someScenario(r *rand.Rand, seed, steps int) string {
	all := []string{"alice", "bob", "carol", "dave", "erin", "frank"}
	members := all[:1:1]
	lines := []string{fmt.Sprintf("seed %d", seed)}
	if seed%2 == 0 {
		lines = append(lines, "handshakes public")
	}
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	say("alice creates room")
	other := func(a string) string {
		for {
			if b := members[r.IntN(len(members))]; b != a {
				return b
			}
		}
	}
	for i := range steps {
		actor := members[r.IntN(len(members))]
		switch k := r.IntN(10); {
		case len(members) == 1 || k < 2 && len(members) < len(all):
			newcomer := all[slices.IndexFunc(all, func(n string) bool { return !slices.Contains(members, n) })]
			say("%s adds %s%s", actor, newcomer, []string{"", " without path"}[r.IntN(2)])
			members = append(members, newcomer)
		case k < 3 && len(members) > 2:
			victim := other(actor)
			say("%s removes %s", actor, victim)
			members = slices.DeleteFunc(members, func(n string) bool { return n == victim })
		case k < 5:
			say("%s commits", actor)
		case k < 6:
			say("%s updates", actor)
			say("%s commits", other(actor))
		case k < 8:
			say("%s sends \"message at step %d\"", actor, i)
		default:
			say("compromise %s", actor)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func played(t *testing.T, text string) *Trace {
	t.Helper()
	sc, err := Parse("run.scenario", strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	tr, err := Play(sc, Options{Snapshots: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return tr
}

// TestJudgesAgreeOnRandomRuns plays random scenarios through the real
// implementation: written, read again, judged, every attack replayed, and asked
// of ProVerif where it is installed.
func TestJudgesAgreeOnRandomRuns(t *testing.T) {
	exposed := map[bool]int{}
	for seed := range 16 {
		text := someScenario(rand.New(rand.NewPCG(uint64(seed), 1)), seed, 12+seed)
		var file bytes.Buffer
		if err := Write(&file, played(t, text)); err != nil {
			t.Fatal(err)
		}
		tr, err := Read(&file, "run.jsonl")
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		report := judged(t, tr)
		for _, p := range report.Problems {
			t.Errorf("%v\n%s", p, text)
		}
		for _, row := range report.Rows {
			exposed[row.Closure]++
		}
		runProVerif.check(t, tr, report)
	}
	if exposed[true] < 20 || exposed[false] < 20 {
		t.Errorf("the runs have %d exposed and %d safe secrets: too few to show anything", exposed[true], exposed[false])
	}
}

// TestDesignScenario is the example of the project's guide, with all judges.
func TestDesignScenario(t *testing.T) {
	tr := played(t, sample)
	report := judged(t, tr)
	for _, p := range report.Problems {
		t.Error(p)
	}
	runProVerif.check(t, tr, report)
	runTamarin.check(t, tr, report)
}
