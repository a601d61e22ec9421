package trace

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var people = []string{"alice", "bob", "carol", "dave", "erin", "frank"}

// drawLine draws one statement, which need not make sense where it stands.
func drawLine(t *rapid.T) string {
	who := rapid.SampledFrom(people).Draw(t, "who")
	whom := rapid.SampledFrom(people).Draw(t, "whom")
	return fmt.Sprintf(rapid.SampledFrom([]string{
		"%[1]s adds %[2]s", "%[1]s adds %[2]s", "%[1]s adds %[2]s without path", "%[1]s removes %[2]s",
		"%[1]s updates", "%[1]s commits", "%[1]s commits", "%[1]s commits without path",
		"%[1]s proposes adding %[2]s", "%[1]s proposes removing %[2]s",
		"%[1]s sends \"text\"", "%[1]s sends \"text\"", "compromise %[1]s",
		"%[1]s goes offline", "%[1]s comes online",
	}).Draw(t, "what"), who, whom)
}

// drawScenario keeps of the drawn statements those that make sense.
func drawScenario(t *rapid.T) *Scenario {
	lines := []string{
		"handshakes " + rapid.SampledFrom([]string{"public", "private"}).Draw(t, "handshakes"),
		fmt.Sprintf("seed %d", rapid.Uint16().Draw(t, "seed")),
		"alice creates room",
		"alice adds bob carol dave",
	}
	sc, err := Parse("random", strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 40).Draw(t, "steps") {
		longer := append(lines, drawLine(t))
		if next, err := Parse("random", strings.NewReader(strings.Join(longer, "\n"))); err == nil {
			lines, sc = longer, next
		}
	}
	return sc
}

// TestJudgesAgree plays random histories: predicate and closure agree on every
// secret, and every derivation replays on the real bytes.
func TestJudgesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sc := drawScenario(t)
		tr, err := Play(sc, Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, sc.Text)
		}
		report, err := Judge(tr)
		if err != nil {
			t.Fatalf("%v\n%s", err, sc.Text)
		}
		for _, problem := range report.Problems {
			t.Errorf("%s\n%s", problem, sc.Text)
		}
	})
}
