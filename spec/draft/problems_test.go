package draft

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestProblems breaks one thing of an honest draft and expects the place and
// what was expected there; the rest is read all the same.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name, file, old, new string
		want                 string // line:col and a part of the text
		statements           int
	}{
		{"code that does not end", "teapot.md", "    opaque name<V>;\n} Cup;\n~~~", "    opaque name<V>;\n} Cup;\n",
			"59:1: a code block begins within that of line 49; expected ~~~ before it", 12},
		{"attributes that do not end", "teapot.md", `{: #cup title="A Cup"}`, `{: #cup title="A Cup"`,
			"55:1: attributes begin here and do not end; expected }", 14},
		{"an include", "teapot.md", "The lid stays on.", "The lid stays on.\n\n{::include lids.md}\n",
			"39:1: the file lids.md is included here", -1},
		{"no middle", "teapot.md", "--- middle", "", "1:1: no line \"--- middle\"", 14},
		{"an unknown part", "teapot.md", "--- back", "--- rear", "93:5: the part rear is not known", 14},
		{"XML that ends early", "teapot.xml", "</middle>", "", "136:7: broken XML: element <middle> closed by </rfc>; expected </middle> for the <middle> of line 13", 14},
		{"XML with a wrong tag", "teapot.xml", "<li>Lift the pot.</li>", "<li>Lift the pot.</lo>", "75:33: broken XML: element <li> closed by </lo>", 11},
		{"an unknown entity", "teapot.xml", "real&nbsp;protocol", "real&teapot;protocol", "18:31: broken XML: invalid character entity &teapot;", 1},
		{"XML that is no RFC", "teapot.xml", "<rfc docName", "<html docName", "136:7: broken XML", 0},
		{"a zero byte", "teapot.txt", "Pouring", "Pou\x00ring", "1:1: a zero byte", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, data := load(t, c.file)
			if !strings.Contains(data, c.old) {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			doc, problems := Read("f", strings.NewReader(strings.Replace(data, c.old, c.new, 1)))
			if len(problems) == 0 {
				t.Fatal("no problem was found")
			}
			if got := problems[0].Error(); !strings.HasPrefix(got, "f:"+c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if n := len(doc.Statements()); c.statements >= 0 && n != c.statements {
				t.Errorf("%d statements are left, want %d", n, c.statements)
			}
		})
	}
}

// TestNoRFC reads files that are something else.
func TestNoRFC(t *testing.T) {
	for _, data := range []string{"", "\n", "hello", "package main\n\nfunc main() {}\n", "<p>hello</p>", "<", "{}", "---\n"} {
		doc, problems := Read("f", strings.NewReader(data))
		if len(problems) == 0 || problems[0].Line != 1 {
			t.Errorf("%q: problems %v", data, problems)
		}
		if n := len(doc.Statements()); n > 0 {
			t.Errorf("%q: %d statements", data, n)
		}
	}
}

// TestRandomEdits reads the drafts with random edits: it may find problems, but
// must not panic, and each place that it names is in the file.
func TestRandomEdits(t *testing.T) {
	for _, name := range teapot {
		_, data := load(t, name)
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			edited := data
			for range rapid.IntRange(1, 8).Draw(t, "edits") {
				from := rapid.IntRange(0, len(edited)).Draw(t, "from")
				to := rapid.IntRange(from, min(len(edited), from+40)).Draw(t, "to")
				edited = edited[:from] + rapid.SampledFrom(scraps).Draw(t, "scrap") + edited[to:]
			}
			checkPlaces(t, edited)
		}))
	}
}

// scraps are what the formats give a meaning to.
var scraps = []string{"", "", "\n", "\n\n", "~~~", "```", "`", "{{", "}}", "{:", "}", "{::", "* ", "  * ", "1. ", ": ", "# ",
	"--- back", "|", "| a |", "<", ">", "<t>", "</t>", "<li>", "</section>", "<section>", "<![CDATA[", "&", "&amp;", "\f",
	"[Page 1]\n", "(", ")", ".", "MUST", "Section 1", "[RFC1]", "\t", "   ", "+---+", "é", "\xff", `"`, "=", "_", "\\"}

// checkPlaces: whatever comes, what is found in it has a place there.
func checkPlaces(t interface{ Fatalf(string, ...any) }, data string) {
	doc, problems := Read("f", strings.NewReader(data))
	lines := strings.Count(data, "\n") + 1
	for _, p := range problems {
		if p.Line < 1 || p.Line > lines || p.Col < 1 || p.Text == "" {
			t.Fatalf("a problem at %d:%d of %d lines: %s", p.Line, p.Col, lines, p.Text)
		}
	}
	for _, s := range doc.Statements() {
		if s.Line < 1 || s.Line > lines || s.Col < 1 || len(s.Print) != 12 || s.Keyword == "" {
			t.Fatalf("a statement of %d lines: %+v", lines, s)
		}
	}
	for _, l := range doc.Labels() {
		if l.Line < 1 || l.Line > lines || l.Col < 1 {
			t.Fatalf("a label of %d lines: %+v", lines, l)
		}
	}
	for _, b := range doc.Blocks {
		if b.Line < 1 || b.Line > lines+1 {
			t.Fatalf("a block of %d lines: %+v", lines, b)
		}
	}
	doc.Registries()
}

// TestLongInput reads texts that open much and close nothing. If the work grew
// with the square of the length, the test would not come to an end.
func TestLongInput(t *testing.T) {
	for _, piece := range []string{"{{", "(", "<sup", "`", "[a](", "*", "{:\n", "~~~\n", "<a>", "|", "* a\n", "    x\n\n", "Foo(", "\"", "<!ENTITY "} {
		for _, head := range []string{"--- middle\n\n", "<rfc><middle>", "1.  Heading\n\n   "} {
			doc, _ := Read("f", strings.NewReader(head+strings.Repeat(piece, 10_000)))
			doc.Statements()
			doc.Labels()
		}
	}
}
