package props

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/properties.md")

const page = "../docs/properties.md"

// TestPage: the table of docs/properties.md is what All gives.
func TestPage(t *testing.T) {
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(have), "-->\n")
	_, after, ended := strings.Cut(rest, "<!-- end -->")
	if !found || !ended {
		t.Fatalf("%s has no place for the table", page)
	}
	var b strings.Builder
	b.WriteString(before + "-->\n\n| property | what must hold | said in |\n| --- | --- | --- |\n")
	for _, p := range All() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Name, p.About, p.Source)
	}
	b.WriteString("\n<!-- end -->" + after)
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if b.String() != string(have) {
		t.Errorf("%s is stale: run go test ./props -run TestPage -update", page)
	}
}
