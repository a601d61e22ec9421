package coverage_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/vectors"
	"mlsref/props"
	"mlsref/spec"
	"mlsref/spec/coverage"
)

// The module of TestScan, with a property, a kind of vectors, and two models: one that
// is proved, and one that has changed since.
func small(t *testing.T) *coverage.Index {
	t.Helper()
	root := t.TempDir()
	put := func(name string, text []byte) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range module {
		put(name, []byte(text))
	}
	put("props/all.go", []byte(`package props
var all = []Property{{Name: "kept", Source: "RFC 9420 §1"}, {Name: Other, Source: "§2"}, {Name: "half"}}`))
	put("props/run.go", []byte(`package props
const Other = "other"`))
	put("props/all_test.go", []byte(`package props
var toy = Property{Name: "toy", Source: "a test's"}`))
	put("impl/vectors/kind.go", []byte(`package vectors
var k = newKind("tree-math", "shows", verify, generate)`))
	for name, more := range map[string]string{"proverif/message_senderdata.pv": "", "tamarin/treekem_two.spthy": "\n"} {
		for _, file := range []string{name, name + ".verdicts.json"} {
			text, err := os.ReadFile(filepath.Join("../..", file))
			if err != nil {
				t.Fatal(err)
			}
			if file == name {
				text = append(text, more...)
			}
			put(file, text)
		}
	}
	ix, err := coverage.Scan(root)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

var one, three = &spec.Rule{ID: "1/one"}, &spec.Rule{ID: "3/three"}

// catalogue has a statement in each state.
var catalogue = []spec.Statement{
	{Section: "7.3", Print: "both", Keyword: "MUST", Layer: "treesync", Text: "a | b <script>", Rules: []*spec.Rule{one},
		Functions: []string{"layer.list.check"}, Positive: []string{"props:kept", "layer.TestCode"}, Lemmas: []string{"message_senderdata.pv sender_hidden"}},
	{Section: "7.3", Print: "seen", Keyword: "MUST", Layer: "treesync", Functions: []string{"layer.lit"}, Positive: []string{"vectors:tree-math", "props:other"}},
	{Section: "7.3", Print: "bad", Keyword: "item", Layer: "treesync", Functions: []string{"layer.lit"}, Negative: []string{"layer.TestCode"},
		Why: "conduct", Lemmas: []string{"treekem_two.spthy forward_secrecy"}},
	{Section: "10", Print: "code", Keyword: "MUST", Layer: "group", Functions: []string{"layer.list.check"},
		Lemmas: []string{"message_senderdata.pv runs"}},
	{Section: "9.1", Print: "free", Keyword: "MAY", Layer: "outside", Why: "the application's; it has not yet said"},
	{Section: "9.1", Print: "later", Keyword: "SHOULD", Layer: "group", Why: "nobody asked; not yet: a function"},
	{Section: "9.1", Print: "none", Keyword: "SHOULD", Layer: "group"},
	{Section: "9.1", Print: "rule", Keyword: "SHOULD", Layer: "group", Rules: []*spec.Rule{three}},
}

func TestStates(t *testing.T) {
	entries, err := small(t).Table(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range []struct {
		state       coverage.State
		implemented bool
		proved      bool
		gaps        string
	}{
		{coverage.BothWays, true, true, ""},
		{coverage.Positive, true, false, "no negative test, and no reason"},
		{coverage.Negative, true, false, "the lemma treekem_two.spthy forward_secrecy proves nothing: its verdict file does not fit the model"},
		{coverage.Implemented, true, false, "no positive test, and no reason|no negative test, and no reason|" +
			"the lemma message_senderdata.pv runs proves nothing: it asks for a run only"},
		{coverage.Excused, false, false, ""},
		{coverage.NotYet, false, false, "nobody asked; not yet: a function"},
		{coverage.Open, false, false, "neither code, nor test, nor reason"},
		{coverage.Open, false, false, "neither code, nor test, nor reason"},
	} {
		e := entries[i]
		if e.State != v.state || e.Implemented() != v.implemented || e.Proved != v.proved || strings.Join(e.Gaps, "|") != v.gaps {
			t.Errorf("%s: state %q, implemented %v, proved %v, gaps %q", e.Statement.Print, e.State, e.Implemented(), e.Proved, e.Gaps)
		}
	}
	// A rule brings its function and its test; what is named twice is there once.
	if e := entries[0]; len(e.Functions) != 1 || e.Functions[0] != (coverage.Link{Name: "layer.list.check", File: "impl/layer/code.go", Line: 3}) ||
		len(e.Negative) != 1 || e.Negative[0].Name != "layer.TestCode" || e.Positive[0] != (coverage.Link{Name: "props:kept", File: "props/all.go", Line: 2}) {
		t.Errorf("its links are %+v, %+v, %+v", e.Functions, e.Positive, e.Negative)
	}
	if got, want := coverage.Total(entries), (coverage.Sum{Name: "all", All: 8, Implemented: 4, BothWays: 1, OneWay: 2, Proved: 1, Excused: 1, Gaps: 6}); got != want {
		t.Errorf("in all %+v, want %+v", got, want)
	}
	for what, v := range map[string]struct {
		sums []coverage.Sum
		want string
	}{
		"section": {coverage.BySection(entries), "7 9 10"}, "layer": {coverage.ByLayer(entries), "treesync group outside"},
		"keyword": {coverage.ByKeyword(entries), "MUST SHOULD MAY item"},
	} {
		var names []string
		all := 0
		for _, s := range v.sums {
			names, all = append(names, s.Name), all+s.All
		}
		if strings.Join(names, " ") != v.want || all != 8 {
			t.Errorf("by %s: %v with %d, want %s with 8", what, names, all, v.want)
		}
	}
}

// A link that leads nowhere is an error with its place, in Table as in Write.
func TestStaleLinks(t *testing.T) {
	ix := small(t)
	for want, s := range map[string]spec.Statement{
		"there is no function layer.gone":                               {Functions: []string{"layer.gone"}},
		"there is no function layer.check; is it layer.list.check?":     {Functions: []string{"layer.check"}},
		"there is no function layer.TestCode":                           {Functions: []string{"layer.TestCode"}},
		"there is no test layer.TestGone":                               {Positive: []string{"layer.TestGone"}},
		"there is no test layer.Testify":                                {Negative: []string{"layer.Testify"}},
		"there is no property half":                                     {Positive: []string{"props:half"}},
		"there is no property toy":                                      {Positive: []string{"props:toy"}},
		"there is no kind of vectors tree":                              {Negative: []string{"vectors:tree"}},
		`there is no lemma "treekem_two.spthy gone"`:                    {Lemmas: []string{"treekem_two.spthy gone"}},
		`there is no lemma "treekem_two forward_secrecy"`:               {Lemmas: []string{"treekem_two forward_secrecy"}},
		"a rule is not one of package spec":                             {Rules: []*spec.Rule{nil}},
		"a rule is not one of package spec\n§7.3 f00: there is no test": {Rules: []*spec.Rule{{ID: "1/gone"}}, Positive: []string{"x"}},
	} {
		s.Section, s.Print = "7.3", "f00"
		if _, err := ix.Table([]spec.Statement{s}); err == nil || !strings.HasPrefix(err.Error(), "§7.3 f00: "+want) {
			t.Errorf("got %v, want %s", err, want)
		}
		var out bytes.Buffer
		if err := coverage.Write(&out, "json", ix, []spec.Statement{s}); err == nil || out.Len() > 0 {
			t.Errorf("%s: written %q, %v", want, out.String(), err)
		}
	}
}

func TestFormats(t *testing.T) {
	ix := small(t)
	written := map[string]string{}
	for _, format := range coverage.Formats {
		var a, b bytes.Buffer
		if err := coverage.Write(&a, format, ix, catalogue); err != nil {
			t.Fatal(err)
		}
		if err := coverage.Write(&b, format, ix, catalogue); err != nil || a.String() != b.String() {
			t.Errorf("%s: another time it is another text, %v", format, err)
		}
		if err := coverage.Write(&b, format, ix, nil); err != nil {
			t.Errorf("%s of nothing: %v", format, err)
		}
		written[format] = a.String()
	}
	for format, wants := range map[string][]string{
		"text":     {"keyword  statements", "Gaps: 6\n", "§9.1 SHOULD none: neither code"},
		"markdown": {"### By layer", "| 7 Ratchet Tree Operations | 3 |", `a \| b <script>`, "[`layer.lit`](../impl/layer/code.go)", "**tested both ways**, **proved**"},
		"html": {`id="7.3-both"`, "a | b &lt;script&gt;", `href="../impl/layer/code.go#L10"`, `data-more="proved"`,
			"§7.3</a> Leaf Node Validation", `data-state="not yet"`, `data-section="7"`},
	} {
		for _, want := range wants {
			if !strings.Contains(written[format], want) {
				t.Errorf("%s has no %q:\n%s", format, want, written[format])
			}
		}
	}
	if n := strings.Count(written["html"], "not yet: a function"); n != 1 {
		t.Errorf("the page has the gap %d times", n)
	}
	if outside := regexp.MustCompile(`(src|href)="?(https?:)?//|@import|url\(`).FindString(written["html"]); outside != "" {
		t.Errorf("the page needs %s", outside)
	}
	var report struct {
		Format     string
		Total      coverage.Sum
		Statements []struct {
			Print, State string
			Negative     []coverage.Link
		}
	}
	if err := json.Unmarshal([]byte(written["json"]), &report); err != nil || report.Format != "mlsref-coverage/1" || report.Total.All != 8 ||
		len(report.Statements) != 8 || report.Statements[0].State != "tested both ways" || len(report.Statements[0].Negative) != 1 {
		t.Errorf("%v: %+v", err, report)
	}
	var out bytes.Buffer
	if err := coverage.Write(&out, "pdf", ix, catalogue); err == nil || !strings.Contains(err.Error(), "text, markdown, json, html") || out.Len() > 0 {
		t.Errorf("as pdf: %v", err)
	}
	ix.Base = "file:///module/"
	if err := coverage.Write(&out, "html", ix, catalogue); err != nil || !strings.Contains(out.String(), `href="file:///module/impl/layer/code.go#L10"`) {
		t.Errorf("with another base: %v", err)
	}
}

// What the scan takes for properties and kinds of vectors are all that there are.
func TestNames(t *testing.T) {
	ix := scan(t)
	var properties, kinds []string
	for _, p := range props.All() {
		properties = append(properties, p.Name)
	}
	for _, k := range vectors.Kinds() {
		kinds = append(kinds, k.Name)
	}
	for _, v := range []struct {
		found map[string]coverage.Function
		all   []string
	}{{ix.Properties, properties}, {ix.Vectors, kinds}} {
		if slices.Sort(v.all); !slices.Equal(slices.Sorted(maps.Keys(v.found)), v.all) {
			t.Errorf("found %v, want %q", slices.Sorted(maps.Keys(v.found)), v.all)
		}
	}
}

// The real catalogue: no link is stale, each section has a title, each statement says
// something of itself.
func TestStatements(t *testing.T) {
	entries, err := scan(t).Table(spec.Statements())
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		s := e.Statement
		if coverage.Title(s.Section) == "" || e.State == coverage.Open {
			t.Errorf("§%s %s: %q, its section is %q", s.Section, s.Print, e.State, coverage.Title(s.Section))
		}
		if !slices.Contains(spec.Layers, s.Layer) || !slices.Contains(spec.Subjects, s.Subject) {
			t.Errorf("§%s %s: layer %q, subject %q", s.Section, s.Print, s.Layer, s.Subject)
		}
	}
}
