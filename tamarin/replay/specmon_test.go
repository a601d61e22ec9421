package replay

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// specmon is the monitor, which must be named or on PATH.
func specmon(t *testing.T) string {
	t.Helper()
	name := os.Getenv("MLSREF_SPECMON")
	if name == "" {
		name = "specmon"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("SpecMon is not there (MLSREF_SPECMON or PATH): what it says of the exported events was not checked")
	}
	return path
}

// monitor returns whether SpecMon accepts the firings, and what it said.
func monitor(t *testing.T, tool string, theory *Theory, done []Firing) (bool, string) {
	t.Helper()
	events, err := specMonLines(theory, done)
	if err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(t.TempDir(), theory.Name+".spthy")
	if err := os.WriteFile(rules, SpecMonTheory(theory), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(tool, "monitor", rules)
	c.Stdin = bytes.NewReader(events)
	out, err := c.CombinedOutput()
	said := string(out)
	switch {
	case err == nil && strings.Contains(said, `"processed":`):
		return true, said
	case err != nil && strings.Contains(said, "no applicable rule found"):
		return false, said
	}
	t.Fatalf("%s: SpecMon gave no verdict: %v\n%s", theory.Name, err, said)
	return false, ""
}

// TestSpecMonAcceptsScenarios: every scenario is a run of every model for SpecMon too.
func TestSpecMonAcceptsScenarios(t *testing.T) {
	tool := specmon(t)
	runs := 0
	for _, r := range Replays {
		for _, path := range scenarios(t) {
			theory := loaded(t, r.Model)
			done, err := Run(theory, r.Firings(played(t, path)))
			if err != nil {
				t.Fatal(err)
			}
			if len(done) == 0 {
				continue // SpecMon has no answer to no events
			}
			if ok, said := monitor(t, tool, theory, done); !ok {
				t.Errorf("%s, %s: refused: %s", r.Model, filepath.Base(path), said)
			}
			runs++
		}
	}
	t.Logf("%d runs accepted", runs)
}

// TestSpecMonAgrees: with one event removed, or two next to each other swapped,
// SpecMon says what the interpreter says, but for what it does not check.
func TestSpecMonAgrees(t *testing.T) {
	tool := specmon(t)
	tr := tale(t)
	for _, r := range Replays {
		theory := loaded(t, r.Model)
		done, err := Run(theory, r.Firings(tr))
		if err != nil {
			t.Fatal(err)
		}
		refused, accepted, unchecked := 0, 0, 0
		for i := range done {
			removed := slices.Delete(slices.Clone(done), i, i+1)
			changed := [][]Firing{removed}
			if i > 0 {
				swapped := slices.Clone(done)
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				changed = append(changed, swapped)
			}
			for _, firings := range changed {
				_, err := Run(theory, firings)
				ok, said := monitor(t, tool, theory, firings)
				switch {
				case ok == (err == nil):
					if ok {
						accepted++
					} else {
						refused++
					}
				case ok && strings.Contains(err.Error(), "the attacker cannot make it"):
					unchecked++
				default:
					t.Errorf("%s, firing %d: the interpreter says %v, SpecMon %s", r.Model, i, err, said)
				}
			}
		}
		t.Logf("%s: %d refused and %d accepted by both, %d that the attacker cannot send, which SpecMon does not check",
			r.Model, refused, accepted, unchecked)
		if refused == 0 {
			t.Errorf("%s: nothing was refused", r.Model)
		}
	}
}

// TestSpecMonEvents: each firing is preceded by what it takes in; what is no run is
// not written.
func TestSpecMonEvents(t *testing.T) {
	tr := tale(t)
	for _, r := range Replays {
		theory := loaded(t, r.Model)
		firings := r.Firings(tr)
		events, err := SpecMonEvents(theory, firings)
		if err != nil {
			t.Fatal(err)
		}
		rules := 0
		for line := range strings.Lines(string(events)) {
			var e struct {
				Time  int
				Event specMonTerm
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%s: %v: %s", r.Model, err, line)
			}
			if e.Event.Name != "pair" || len(e.Event.Args) != 2 {
				t.Fatalf("%s: no call and result: %s", r.Model, line)
			}
			if strings.HasPrefix(e.Event.Args[0].Name, "rule_") {
				rules++
			}
		}
		if rules != len(firings) {
			t.Errorf("%s: %d rules are written, %d fired", r.Model, rules, len(firings))
		}
		if _, err := SpecMonEvents(theory, firings[1:]); err == nil {
			t.Errorf("%s: without its first event it is written all the same", r.Model)
		}
	}
}
