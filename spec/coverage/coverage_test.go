package coverage_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"mlsref/spec"
	"mlsref/spec/coverage"
)

var update = flag.Bool("update", false, "write docs/coverage.md, docs/statements.md and docs/subtle-points.md")

func scan(t *testing.T) *coverage.Index {
	t.Helper()
	ix, err := coverage.Scan("../..")
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// Each rule has one function, unless a reason says why not, and a negative test.
// That the test fails without the function, `go run ./spec/mutate` shows.
func TestEveryRule(t *testing.T) {
	ix := scan(t)
	for _, gap := range ix.Gaps() {
		t.Error(gap)
	}
	if have, want := len(ix.Rules), len(spec.Rules()); have != want {
		t.Errorf("%d rules were found in the source, package spec has %d", have, want)
	}
}

// The committed pages are what the code gives.
func TestPagesAreFresh(t *testing.T) {
	ix := scan(t)
	entries, err := ix.Table(spec.Statements())
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"../../docs/coverage.md":      ix.Coverage(entries),
		"../../docs/statements.md":    ix.StatementsPage(entries),
		"../../docs/subtle-points.md": ix.SubtlePoints(),
	} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(file); err != nil || string(have) != want {
			t.Errorf("%s is stale (%v): run go test ./spec/coverage -update", file, err)
		}
	}
}

// The peers' checklist is complete: 85 checks of OpenMLS, four that stand in its
// code only, and 31 others.
func TestChecklist(t *testing.T) {
	ix := scan(t)
	have := map[string]bool{}
	for _, c := range spec.Checklist() {
		if have[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		have[c.ID] = true
		if c.Topic == "" || slices.Contains(c.Rules, nil) {
			t.Errorf("%s: no topic, or a rule that is nil", c.ID)
		}
		if len(c.Rules) == 0 && (c.Why == "" || len(c.Tests) == 0) {
			t.Errorf("%s: neither a rule, nor a reason with a test", c.ID)
		}
		exist(t, c.ID, c.Tests, ix.Tests)
	}
	want := checklistIDs()
	for _, id := range want {
		if !have[id] {
			t.Errorf("%s is missing", id)
		}
	}
	if len(have) != len(want) || len(want) != 120 {
		t.Errorf("%d entries for %d IDs, want 120", len(have), len(want))
	}
}

// What no rule holds says why, and the tests that it names exist.
func TestUnchecked(t *testing.T) {
	ix := scan(t)
	for _, d := range spec.Unchecked() {
		if d.Section == "" || d.What == "" || d.Why == "" {
			t.Errorf("%+v: something is empty", d)
		}
		exist(t, d.What, d.Tests, ix.Tests)
	}
}

// checklistIDs are the 120 IDs: how many there are in each of the checksets, and
// the four that are in code only.
func checklistIDs() []string {
	ids := []string{"valn0502", "valn0602", "valn1210", "valn1415"}
	two := func(n int) string { return strconv.Itoa(n + 100)[1:] }
	for set, n := range []int{13, 5, 12, 8, 1, 1, 1, 3, 1, 1, 1, 9, 7, 14, 4, 4} {
		for k := range n {
			ids = append(ids, "valn"+two(set+1)+two(k+1))
		}
	}
	for k := range 31 {
		ids = append(ids, "X"+two(k+1))
	}
	return ids
}

// With the peers' checklist at hand, its IDs are ours.
func TestChecklistIsThePeers(t *testing.T) {
	file := "../../../shared/reference/validation-rules.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Skipf("not checked: that the IDs are those of the peers' checklist, %s, which is not here", file)
	}
	theirs := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (valn\d{4}|X\d{2}) `).FindAllStringSubmatch(string(text), -1) {
		theirs[m[1]] = true
	}
	ours := checklistIDs()
	for _, id := range ours {
		if !theirs[id] {
			t.Errorf("%s is not in the peers' checklist", id)
		}
	}
	if len(theirs) != len(ours) {
		t.Errorf("the peers have %d IDs, we have %d", len(theirs), len(ours))
	}
}

// Every subtle point has its reading: a comment at its place in the code names it,
// and one of the test that shows it.
func TestReadings(t *testing.T) {
	ix := scan(t)
	for i, r := range spec.Readings() {
		name := "Subtle point " + strconv.Itoa(r.Point)
		if r.Point != i+1 {
			t.Errorf("%s is at place %d", name, i+1)
		}
		if len(r.Sections) == 0 || r.Kind == "" || r.Open == "" || r.Taken == "" || len(r.Code) == 0 || len(r.Tests) == 0 {
			t.Errorf("%s: something is empty", name)
		}
		exist(t, name, r.Code, ix.Functions)
		exist(t, name, r.Tests, ix.Tests)
		naming := func(in map[string]coverage.Function) func(string) bool {
			return func(f string) bool { return namesPoint(in[f].Comments, r.Point) }
		}
		if !slices.ContainsFunc(r.Code, naming(ix.Functions)) {
			t.Errorf("%s: no comment of %v names it", name, r.Code)
		}
		if !slices.ContainsFunc(r.Tests, naming(ix.Tests)) {
			t.Errorf("%s: no comment of %v names it", name, r.Tests)
		}
	}
	if n := len(spec.Readings()); n != 65 {
		t.Errorf("there are %d readings, want 65", n)
	}
}

// namesPoint finds "Subtle point 7", or "subtle points 7 and 8".
func namesPoint(comment string, point int) bool {
	for _, m := range regexp.MustCompile(`[Ss]ubtle\s+points?\s+([\d,\s]+(?:and\s+\d+)?)`).FindAllStringSubmatch(comment, -1) {
		if regexp.MustCompile(`\b` + strconv.Itoa(point) + `\b`).MatchString(m[1]) {
			return true
		}
	}
	return false
}

func exist(t *testing.T, what string, names []string, in map[string]coverage.Function) {
	t.Helper()
	for _, name := range names {
		if _, ok := in[name]; !ok {
			t.Errorf("%s: there is no %s", what, name)
		}
	}
}
