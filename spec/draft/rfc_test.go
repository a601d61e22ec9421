package draft

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDumpStatements writes the statements of the RFC, if its text is at hand, to
// the file that DRAFT_DUMP names.
func TestDumpStatements(t *testing.T) {
	out := os.Getenv("DRAFT_DUMP")
	if out == "" {
		t.Skip()
	}
	f, err := os.Open("/work/shared/reference/rfc9420.md")
	if err != nil {
		t.Skip(err)
	}
	doc, problems := Read("rfc9420.md", f)
	for _, p := range problems {
		t.Log(p)
	}
	var b strings.Builder
	n := map[string]int{}
	words := map[string]int{}
	for _, s := range doc.Statements() {
		n[s.Section]++
		words[s.Keyword]++
		fmt.Fprintf(&b, "%s\t%d\t%s\t%s\t%s\n", s.Section, n[s.Section], s.Keyword, s.Print, s.Text)
	}
	t.Log(len(doc.Statements()), words)
	if err := os.WriteFile(out, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
