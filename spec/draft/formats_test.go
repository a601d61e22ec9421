package draft

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// teapot is the same small draft in each format.
var teapot = []string{"teapot.md", "teapot.xml", "teapot.txt"}

func load(t testing.TB, name string) (*Document, string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	doc, problems := Read(name, strings.NewReader(string(data)))
	for _, p := range problems {
		t.Error(p)
	}
	return doc, string(data)
}

// outline is what must be the same in all formats: everything but the places.
func outline(doc *Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", doc.Name, doc.Title)
	for _, s := range doc.Sections {
		fmt.Fprintf(&b, "section %s %s\n", s.Number, s.Title)
	}
	for _, s := range doc.Statements() {
		fmt.Fprintf(&b, "statement %s %s %s %s\n", s.Section, s.Keyword, s.Print, Normal(s.Text))
	}
	for _, block := range doc.Blocks {
		switch block.Kind {
		case Code:
			fmt.Fprintf(&b, "code %s %q %q\n", block.Section, block.Title, block.Lines)
		case Table:
			fmt.Fprintf(&b, "table %s %q", block.Section, block.Title)
			for _, r := range block.Rows {
				fmt.Fprintf(&b, " %q", r.Cells)
			}
			fmt.Fprintln(&b)
		}
	}
	return b.String()
}

func TestFormatsAgree(t *testing.T) {
	first, _ := load(t, teapot[0])
	want := strings.Split(outline(first), "\n")
	for _, name := range teapot[1:] {
		doc, _ := load(t, name)
		got := strings.Split(outline(doc), "\n")
		for i := 0; i < max(len(got), len(want)); i++ {
			g, w := "", ""
			if i < len(got) {
				g = got[i]
			}
			if i < len(want) {
				w = want[i]
			}
			if g != w {
				t.Errorf("%s, line %d of the outline:\n got %s\nwant %s", name, i+1, g, w)
				break
			}
		}
	}
}
