package draft

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPrintSame has spellings of one sentence in the three formats.
func TestPrintSame(t *testing.T) {
	for _, same := range [][]string{
		{"It MUST see Section 7.3 of the pot.", "It MUST  see\nSection 7.4.1 of the pot", "It MUST see Appendix B of the pot."},
		{"Use [RFC9180].", "Use Section 4.1 of [RFC9180]", "Use [I-D.ietf-hpke], Section 5."},
		{`A "first" cup`, "A “first” cup", "A `first` cup", "A _first_ cup", "A *first* cup"},
		{"a well-known pot - or cup", "a well- known pot — or cup", "a well-known pot--or cup"},
		{"see [I-D.tea-pot] now", "see [I-D.tea- pot] now"},
		{"2^(n+1) cups", "2^n+1 cups"},
		{"a cup\u00a0of tea", "a cup of tea"},
	} {
		for _, s := range same[1:] {
			if Print(s) != Print(same[0]) {
				t.Errorf("%q and %q differ: %q, %q", same[0], s, Normal(same[0]), Normal(s))
			}
		}
	}
	for _, other := range [][2]string{
		{"It MUST pour.", "It must pour."},
		{"It MUST pour.", "It MUST NOT pour."},
		{"path_secret[n] is fresh", "path_secret[n+1] is fresh"},
		{"leaf_node", "leafnode"},
		{"version 1.0", "version 1.1"},
	} {
		if Print(other[0]) == Print(other[1]) {
			t.Errorf("%q and %q have one print", other[0], other[1])
		}
	}
}

// TestPrintMutations changes one word of a statement, which must change its
// print and no other, and wraps lines anew, which must change none.
func TestPrintMutations(t *testing.T) {
	_, data := load(t, "teapot.md")
	before := prints(t, data)
	after := prints(t, strings.Replace(data, "The key MUST be fresh", "The key MUST be stale", 1))
	if len(after) != len(before) {
		t.Fatalf("%d statements, then %d", len(before), len(after))
	}
	changed := 0
	for i := range before {
		if before[i] != after[i] {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("one word changed %d prints", changed)
	}
	wrapped := strings.Replace(data, "A cup MUST verify that", "A cup MUST\nverify\nthat", 1)
	if strings.Join(prints(t, wrapped), " ") != strings.Join(before, " ") {
		t.Error("other line ends changed a print")
	}
}

func prints(t *testing.T, data string) []string {
	t.Helper()
	doc, problems := Read("test", strings.NewReader(data))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var out []string
	for _, s := range doc.Statements() {
		out = append(out, s.Section+s.Keyword+s.Print)
	}
	return out
}

// TestPages puts page breaks at random lines of the plain text: no statement,
// table or label changes.
func TestPages(t *testing.T) {
	doc, data := load(t, "teapot.txt")
	want := outline(doc)
	lines := strings.Split(data, "\n")
	start := 0
	for i, l := range lines {
		if strings.HasPrefix(l, "1.  ") {
			start = i
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		breaks := rapid.SliceOfN(rapid.IntRange(start, len(lines)-1), 1, 6).Draw(t, "breaks")
		at := map[int]bool{}
		for _, b := range breaks {
			// The RFC Editor breaks neither code nor headings off.
			code := codeLine.MatchString(lines[b]) && !tableLine.MatchString(lines[b])
			if !code && lines[b] != "" && marginOf(lines[b]) > 0 && !textFigure.MatchString(lines[b]) {
				at[b] = true
			}
		}
		var paged strings.Builder
		for i, l := range lines {
			if at[i] {
				paged.WriteString("\n\n\nKettle                      Expires 25 May 2027                 [Page 3]\n\f\n" +
					"Internet-Draft                     THP                     November 2026\n\n\n")
			}
			paged.WriteString(l + "\n")
		}
		got, problems := Read("paged", strings.NewReader(paged.String()))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if outline(got) != want {
			t.Fatalf("got %s\nwant %s", outline(got), want)
		}
	})
}
