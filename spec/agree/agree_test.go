package agree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mlsref/spec"
	"mlsref/spec/coverage"
	"mlsref/spec/draft"
)

const teapot = `---
docname: draft-example-teapot-00
title: Teapots
--- middle

# Pouring

A cup MUST be warm. It steams. A cup MAY sing.

A lid SHOULD be closed.

# Washing

## By Hand

The water MUST be hot. A sponge MUST be used.

~~~ tls-presentation
struct {
    opaque parent_hash<V>;
    opaque encryption_key<V>;
    uint32 unmerged_leaves<V>;
} ParentNode;
~~~

~~~ pseudocode
key = DeriveSecret(path_secret, "node")
~~~

## MLS Credential Types

| Value  | Name  |
|--------|-------|
| 0x0000 | RESERVED |
| 0x0001 | basic |
| 0x0002 | x510  |
| 0x0A0A | GREASE |
`

func read(t *testing.T, text string) (*draft.Document, []draft.Problem) {
	t.Helper()
	return draft.Read("teapot.md", strings.NewReader(text))
}

// catalogue is what the teapot says, with an entry for each statement.
func catalogue(t *testing.T) []spec.Statement {
	t.Helper()
	doc, problems := read(t, teapot)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var all []spec.Statement
	for i, s := range doc.Statements() {
		all = append(all, spec.Statement{Section: s.Section, Print: s.Print, Keyword: s.Keyword, Text: fmt.Sprintf("the point %d", i),
			Rules: spec.Rules()[:1], Functions: []string{"pot.Pour"}, Positive: []string{"pot.TestPour"}})
	}
	if len(all) != 5 {
		t.Fatalf("%d statements", len(all))
	}
	return all
}

// told are the findings of some rules, "rule line:column".
func told(r *Report, prefix string) string {
	var out []string
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Rule, prefix) {
			out = append(out, fmt.Sprintf("%s %d:%d", f.Rule, f.Line, f.Col))
		}
	}
	return strings.Join(out, "; ")
}

func TestStatements(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"as it is", "", "", ""},
		{"a word", "A cup MUST be warm", "A cup MUST be hot", "statement-changed 8:1"},
		{"a keyword", "A cup MAY sing", "A cup SHOULD sing", "statement-changed 8:32"},
		{"one more", "It steams.", "It MUST steam.", "statement-new 8:21"},
		{"one less", " A cup MAY sing.", "", "statement-gone 8:1"},
		{"one less, and one more before the others", "A cup MUST be warm. It steams. A cup MAY sing.\n\nA lid SHOULD be closed.", "It MUST steam. A cup MUST be warm. A cup MAY sing.",
			"statement-new 8:1; statement-gone 8:36"},
		{"the first one", "A cup MUST be warm. ", "", "statement-gone 6:1"},
		{"the keyword alone", "A lid SHOULD be closed.", "A lid is closed.", "statement-gone 8:32"},
		{"another order", "A cup MUST be warm. It steams. A cup MAY sing.", "A cup MAY sing. A cup MUST be warm.", ""},
		{"another section", " A sponge MUST be used.\n", "\n\n## By Machine\n\nA sponge MUST be used.\n", "statement-moved 20:1"},
		{"a section before", "# Washing\n", "# Drying\n\n# Washing\n", "statement-moved 16:1"},
		{"another line", "A cup MUST be warm.", "A cup MUST\nbe warm.", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(teapot, c.old, c.new, 1)
			if c.old != "" && text == teapot {
				t.Fatal("nothing has changed")
			}
			doc, problems := read(t, text)
			r := Check(doc, problems, catalogue(t), nil)
			if got := told(r, "statement-"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// What hangs on a statement is told with it.
func TestEntry(t *testing.T) {
	doc, problems := read(t, strings.Replace(teapot, "be warm", "be hot", 1))
	r := Check(doc, problems, catalogue(t), nil)
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Rule == "statement-changed" })
	if i < 0 {
		t.Fatal(told(r, "statement-"))
	}
	f := r.Findings[i]
	if f.Entry == nil || f.Expected != "the point 0" || f.Found != "A cup MUST be hot." ||
		strings.Join(f.Entry.Rules, " ") != spec.Rules()[0].ID || f.Entry.Functions[0].Name != "pot.Pour" || f.Entry.Tests[0].Name != "pot.TestPour" {
		t.Errorf("got %+v, %+v", f, f.Entry)
	}
}

// With the source, what hangs on a statement has its places, each once.
func TestEntryPlaces(t *testing.T) {
	ix, err := coverage.Scan("../..")
	if err != nil {
		t.Fatal(err)
	}
	functions := 0
	for _, s := range spec.Statements() {
		e := EntryOf(s, ix)
		functions += len(e.Functions)
		for i, l := range slices.Concat(e.Functions, e.Tests, e.Lemmas) {
			if l.File == "" || l.Line < 1 {
				t.Errorf("%s: %+v", s.Print, l)
			}
			if i < len(e.Functions) && slices.Contains(e.Functions[:i], l) {
				t.Errorf("%s: %s twice", s.Print, l.Name)
			}
		}
	}
	if functions < len(spec.Rules()) {
		t.Errorf("%d functions", functions)
	}
}

// A document of its own has no statements of the catalogue: they are not missed.
func TestAnotherDocument(t *testing.T) {
	doc, problems := read(t, teapot)
	other := catalogue(t)
	for i := range other {
		other[i].Print = fmt.Sprintf("%012d", i)
	}
	r := Check(doc, problems, other, nil)
	const want = "statement-new 8:1; statement-new 8:32; statement-new 10:1; statement-new 16:1; statement-new 16:24; " +
		"compare-order 21:5; registry-value 36:1"
	if got := told(r, ""); got != want || r.Whole {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The teapot puts ParentNode's fields in another order, has a value of its own, and
// leaves out nearly all that the code has.
func TestAgainstTheCode(t *testing.T) {
	doc, problems := read(t, teapot)
	r := Check(doc, problems, catalogue(t), nil)
	if !r.Whole || r.Definitions != 1 || r.Labels != 1 || r.Registries != 1 {
		t.Errorf("got %+v", r)
	}
	for _, want := range []string{"compare-order 21:5", "registry-value 36:1", "label-missing 1:1"} {
		if !strings.Contains(told(r, ""), want) {
			t.Errorf("%s is not found: %s", want, told(r, ""))
		}
	}
	for _, f := range r.Findings {
		if Rules()[f.Rule] == "" {
			t.Errorf("%s is not one of the rules", f.Rule)
		}
	}
}

// A block that does not parse leaves the others.
func TestBrokenBlock(t *testing.T) {
	text := strings.Replace(teapot, "~~~ tls", "~~~ tls-presentation\nstruct {\n    uint8 = 3;\n} Broken;\n~~~\n\n~~~ tls", 1)
	doc, problems := read(t, text)
	r := Check(doc, problems, catalogue(t), nil)
	if got := told(r, "syntax") + "; " + told(r, "compare-order"); got != "syntax 20:11; compare-order 27:5" {
		t.Errorf("got %q", got)
	}
}

// realRFC is RFC 9420's own Markdown, if it is at hand.
func realRFC(t *testing.T) (string, bool) {
	t.Helper()
	dir := os.Getenv("MLSREF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	b, err := os.ReadFile(filepath.Join(dir, "reference", "rfc9420.md"))
	if err != nil {
		t.Log("not checked: RFC 9420's own text, which is not at hand; the small draft is")
		return "", false
	}
	return string(b), true
}

// TestRFC: nothing is found in the RFC's own text but what is known of it.
func TestRFC(t *testing.T) {
	text, ok := realRFC(t)
	if !ok {
		return
	}
	doc, problems := read(t, text)
	r := Check(doc, problems, spec.Statements(), nil)
	for _, f := range r.Findings {
		t.Error(f)
	}
	if len(r.Known) != 11 || r.Statements != len(spec.Statements()) || !r.Whole {
		t.Errorf("%d known, %d statements", len(r.Known), r.Statements)
	}
}

// TestChangedRFC changes one thing of the RFC's text at a time: what differs from the
// unchanged one is found, where it is.
func TestChangedRFC(t *testing.T) {
	text, ok := realRFC(t)
	if !ok {
		return
	}
	findings := func(text string) map[string]bool {
		doc, problems := read(t, text)
		found := map[string]bool{}
		for _, f := range Check(doc, problems, spec.Statements(), nil).Findings {
			found[fmt.Sprintf("%s %d", f.Rule, f.Line)] = true
		}
		return found
	}
	before := findings(text)
	for _, c := range []struct{ old, new, rule string }{
		{`"joiner"`, `"jointer"`, "label-unknown"},
		{`| "Welcome"`, `| "Wellcome"`, "label-unknown"},
		{`| "sender data"`, `| "sender date"`, "label-unknown"},
		{"external(2),", "external(9),", "compare-value"},
		{"| 0x0003           | remove", "| 0x0008           | remove", "registry-extra"},
		{"MLS_256_DHKEMP384_AES256GCM_SHA384_P384", "MLS_256_DHKEMP384_AES256GCM_SHA384_P385", "registry-value"},
		{"    opaque parent_hash<V>;\n    uint32 unmerged_leaves<V>;", "    uint32 unmerged_leaves<V>;\n    opaque parent_hash<V>;", "compare-order"},
		{"    uint64 epoch;", "    uint32 epoch;", "compare-type"},
		{"} KDFLabel;", "} KDFLabel", "syntax"},
	} {
		at := strings.Index(text, c.old)
		if at < 0 {
			t.Errorf("the text has no %q", c.old)
			continue
		}
		line := 1 + strings.Count(text[:at], "\n")
		after := findings(strings.Replace(text, c.old, c.new, 1))
		found := ""
		for f := range after {
			if !before[f] {
				found += f + "; "
			}
		}
		hit := false
		for l := line; l <= line+2; l++ {
			hit = hit || strings.Contains(found, fmt.Sprintf("%s %d; ", c.rule, l))
		}
		if !hit {
			t.Errorf("%q for %q in line %d: found %q, want %s", c.new, c.old, line, found, c.rule)
		}
	}
}

// TestFormats: SARIF has a rule, a level and a place for every finding.
func TestFormats(t *testing.T) {
	doc, problems := read(t, strings.Replace(teapot, "be warm", "be hot", 1))
	r := Check(doc, problems, catalogue(t), nil)
	var b bytes.Buffer
	if err := WriteSARIF(&b, []*Report{r}); err != nil {
		t.Fatal(err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != len(r.Findings)+len(r.Known) {
		t.Fatalf("got %s", &b)
	}
	for _, result := range log.Runs[0].Results {
		at := result.Locations[0].PhysicalLocation
		if log.Runs[0].Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID || result.Message.Text == "" ||
			at.Region.StartLine < 1 || at.Region.StartColumn < 1 || at.ArtifactLocation.URI != "teapot.md" {
			t.Errorf("got %+v", result)
		}
		if level := Level(result.Level); level != Error && level != Warning && level != Note {
			t.Errorf("level %q", level)
		}
	}
}
