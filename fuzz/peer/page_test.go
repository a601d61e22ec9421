package peer

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/peers.md")

const page = "../../docs/peers.md"

// measured is a line of testdata/measured.json: what came of a peer's runs, added up.
type measured struct {
	Peer, Version, Date                       string
	Asked, Accepted, Refused, Unknown, Failed int
	Known                                     map[string]int
}

// TestPage: the tables of docs/peers.md are what the classes and testdata/measured.json
// give.
func TestPage(t *testing.T) {
	b, err := os.ReadFile("testdata/measured.json")
	if err != nil {
		t.Fatal(err)
	}
	var runs []measured
	if err := json.Unmarshal(b, &runs); err != nil {
		t.Fatal(err)
	}
	for _, c := range Classes() {
		if !slices.ContainsFunc(runs, func(r measured) bool { return r.Known[c.Name] > 0 }) {
			t.Errorf("no run has seen the class %s", c.Name)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(have), "-->\n")
	_, after, ended := strings.Cut(rest, "<!-- end -->")
	if !found || !ended {
		t.Fatalf("%s has no place for the tables", page)
	}
	text := before + "-->\n" + tables(runs) + "\n<!-- end -->" + after
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != string(have) {
		t.Errorf("%s is stale: run go test ./fuzz/peer -run TestPage -update", page)
	}
}

func tables(runs []measured) string {
	var b strings.Builder
	b.WriteString("\n| peer | version | measured | answered | both accept | both refuse | of a known class | unknown | other failures |\n")
	b.WriteString("| --- | --- | --- | --: | --: | --: | --: | --: | --: |\n")
	for _, r := range runs {
		known := 0
		for _, n := range r.Known {
			known += n
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %d | %d | %d | %d |\n", r.Peer, r.Version, r.Date, r.Asked, r.Accepted, r.Refused, known, r.Unknown, r.Failed)
	}
	b.WriteString("\n| class | side | inputs | what | right by RFC 9420 | our answer |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, c := range Classes() {
		var inputs []string
		for _, r := range runs {
			if n := r.Known[c.Name]; n > 0 {
				inputs = append(inputs, fmt.Sprintf("%s %d", r.Peer, n))
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | §%s: %s Right: %s. | %s |\n", c.Name, c.Side, strings.Join(inputs, ", "), c.What, c.Section, c.Says, c.Right, c.Answer)
	}
	return b.String()
}
