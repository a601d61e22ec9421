package draft

import (
	"os"
	"strings"
	"testing"
)

// markdown reads a text as the middle of a draft.
func markdown(t testing.TB, text string) *Document {
	t.Helper()
	doc, problems := Read("test.md", strings.NewReader("--- middle\n\n# One\n\n"+text))
	for _, p := range problems {
		t.Error(p)
	}
	return doc
}

// statementsOf gives the statements as "keyword: text".
func statementsOf(doc *Document) []string {
	var out []string
	for _, s := range doc.Statements() {
		out = append(out, s.Keyword+": "+s.Text)
	}
	return out
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"two", "One is here. Two is there.", []string{"One is here.", "Two is there."}},
		{"no stop at the end", "One. Two", []string{"One.", "Two"}},
		{"abbreviations", "Take tea, e.g. green, i.e. no milk, cf. above. Then drink.",
			[]string{"Take tea, e.g. green, i.e. no milk, cf. above.", "Then drink."}},
		{"etc. before a sentence", "Cups, pots, etc. Then drink.", []string{"Cups, pots, etc.", "Then drink."}},
		{"etc. in a sentence", "Cups, pots, etc. are here.", []string{"Cups, pots, etc. are here."}},
		{"a number", "Version 1.0 of 0.5 is out. Yes.", []string{"Version 1.0 of 0.5 is out.", "Yes."}},
		{"a small name begins", "See here. lid_open is a field.", []string{"See here.", "lid_open is a field."}},
		{"parentheses within", "Wait (for it. And it) now. Go.", []string{"Wait (for it. And it) now.", "Go."}},
		{"parentheses around", "Wait. (It is late.) Go.", []string{"Wait.", "(It is late.)", "Go."}},
		{"a parenthesis that stays open", "Wait (for it. Go.", []string{"Wait (for it.", "Go."}},
		{"dots", "P_1, ..., P_N are here. Go.", []string{"P_1, ..., P_N are here.", "Go."}},
		{"quotes", `Say "no." Go.`, []string{`Say "no."`, "Go."}},
		{"an initial", "Ask A. Kettle. Go.", []string{"Ask A. Kettle.", "Go."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range sentences(c.text) {
				got = append(got, c.text[s[0]:s[1]])
			}
			if strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestStatements(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"the strongest keyword", "It MAY pour, but MUST NOT spill.", []string{"MUST NOT: It MAY pour, but MUST NOT spill."}},
		{"the first of equals", "It SHOULD wait, and SHOULD NOT run.", []string{"SHOULD: It SHOULD wait, and SHOULD NOT run."}},
		{"small letters are none", "It must pour. It may spill.", nil},
		{"part of a word is none", "The MUSTARD is here.", nil},
		{"the key words' own sentence", `The key words "MUST" and "MAY" are to be interpreted as in BCP 14.`, nil},
		{"code is none", "~~~\nIt MUST pour.\n~~~\n", nil},
		{"a plain list", "There are:\n\n* cups\n* pots\n", nil},
		{"a list of checks", "Verify it thus:\n\n* It is warm.\n  * It steams.\n", []string{"item: It is warm.", "item: It steams."}},
		{"steps", "Take the following steps.\n\n1. Lift.\n2. Pour.\n", []string{"item: Lift.", "item: Pour."}},
		{"code within the list", "Check that:\n\n* It is warm.\n\n~~~\nx\n~~~\n\n* It is full.\n",
			[]string{"item: It is warm.", "item: It is full."}},
		{"a paragraph ends it", "Check that:\n\n* It is warm.\n\nThere are:\n\n* cups\n", []string{"item: It is warm."}},
		{"a requirement's list", "It MUST hold:\n\n* tea\n", []string{"MUST: It MUST hold:", "item: tea"}},
		{"a check in another list", "We do this:\n\n* Lift it, and verify that it is full.\n* Sit.\n",
			[]string{"item: Lift it, and verify that it is full."}},
		{"an item with a keyword within", "Check that:\n\n* It is warm. Yes. It MUST steam. Good.\n",
			[]string{"item: It is warm. Yes.", "MUST: It MUST steam."}},
		{"a lazy line", "Check that:\n\n* It is\nwarm.\n", []string{"item: It is warm."}},
		{"a numbered check after a section", "Check that:\n\n# Two\n\n* a cup\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := statementsOf(markdown(t, c.text))
			if strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestPositions looks a statement's first word up where it says it stands.
func TestPositions(t *testing.T) {
	for _, name := range teapot {
		doc, data := load(t, name)
		lines := strings.Split(data, "\n")
		for _, s := range doc.Statements() {
			word, _, _ := strings.Cut(strings.TrimLeft(s.Text, "("), " ")
			if s.Line < 1 || s.Line > len(lines) || s.Col < 1 || s.Col > len(lines[s.Line-1]) {
				t.Fatalf("%s: %q stands at %d:%d", name, s.Text, s.Line, s.Col)
			}
			rest := strings.TrimLeft(lines[s.Line-1][s.Col-1:], "(")
			if !strings.HasPrefix(rest, word) {
				t.Errorf("%s:%d:%d: reads %q, want %q", name, s.Line, s.Col, rest, word)
			}
		}
		for _, b := range doc.Blocks {
			if b.Kind == Code && !strings.Contains(lines[b.Line-1], b.Lines[0]) {
				t.Errorf("%s:%d: reads %q, want %q", name, b.Line, lines[b.Line-1], b.Lines[0])
			}
		}
	}
}

// TestRFC reads the RFC's own text where it is at hand.
func TestRFC(t *testing.T) {
	const file = "../../../shared/reference/rfc9420.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Skip("the RFC's text is not at hand")
	}
	doc, problems := Read(file, strings.NewReader(string(data)))
	for _, p := range problems {
		t.Error(p)
	}
	statements := doc.Statements()
	if len(statements) != 401 {
		t.Errorf("%d statements, want 401", len(statements))
	}
	// Every keyword of the text is in a statement, but the one in a comment of
	// the Python code.
	all := 0
	for _, s := range statements {
		all += len(keyword.FindAllString(s.Text, -1))
	}
	if want := len(keyword.FindAllString(string(data), -1)) - 1; all != want {
		t.Errorf("%d keywords in statements, %d in the text", all, want)
	}
	if n := len(doc.Registries()); n != 5 {
		t.Errorf("%d registries with values, want 5", n)
	}
	for _, s := range doc.Sections {
		if s.Title == "Verifying Parent Hashes" && s.Number != "7.9.2" || s.Title == "Link-Based Trees" && s.Number != "D" {
			t.Errorf("%s is %s", s.Title, s.Number)
		}
	}
}
