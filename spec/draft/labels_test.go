package draft

import (
	"fmt"
	"strings"
	"testing"
)

func TestLabels(t *testing.T) {
	want := []string{
		"3.1 ExpandWithLabel/2 steam", "3.1 DeriveSecret/2 lid", "4.2 / CupTBS", "A SignWithLabel/2 CupTBS",
	}
	for _, name := range teapot {
		doc, data := load(t, name)
		lines := strings.Split(data, "\n")
		var got []string
		for _, l := range doc.Labels() {
			place := fmt.Sprintf("%s/%d", l.Function, l.Arg)
			if l.Function == "" {
				place = "/"
			}
			got = append(got, l.Section+" "+place+" "+l.Text)
			if !strings.Contains(lines[l.Line-1], l.Text) {
				t.Errorf("%s:%d: reads %q, want %q", name, l.Line, lines[l.Line-1], l.Text)
			}
			if l.Arg > 0 && !strings.HasPrefix(lines[l.Line-1][l.Col-1:], `"`+l.Text) {
				t.Errorf("%s:%d:%d: does not stand there: %q", name, l.Line, l.Col, l.Text)
			}
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestCodeLabels(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"a variable", `label = "THP 1.0 " + Label;`, "label =/0 THP 1.0 "},
		{"an inner call", `Foo(Bar(x, "a"), "b")`, "Bar/2 a; Foo/2 b"},
		{"a name with a dot", `pot.export("a")`, "pot.export/1 a"},
		{"a name with a hyphen", `THP-Exporter("a")`, "THP-Exporter/1 a"},
		{"in a comment", `/* SignWithLabel(., "CupTBS", CupTBS) */`, "SignWithLabel/2 CupTBS"},
		{"over lines", "Foo(a,\n    \"b\")", "Foo/2 b"},
		{"an empty string", `Foo("", x = "")`, ""},
		{"bare quotes", `say "hello"`, ""},
		{"a drawing that closes nothing", "Foo(" + strings.Repeat("\n|", 8) + "\n\"a\"", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := markdown(t, "~~~\n"+c.code+"\n~~~\n")
			var got []string
			for _, l := range doc.Labels() {
				got = append(got, fmt.Sprintf("%s/%d %s", l.Function, l.Arg, l.Text))
			}
			if s := strings.Join(got, "; "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

func TestRegistries(t *testing.T) {
	for _, name := range teapot {
		doc, data := load(t, name)
		lines := strings.Split(data, "\n")
		all := doc.Registries()
		if len(all) != 1 {
			t.Fatalf("%s: %d registries, want 1", name, len(all))
		}
		r := all[0]
		got := fmt.Sprintf("%s|%s|%s", r.Name, r.Title, r.Section)
		for _, e := range r.Entries {
			got += fmt.Sprintf("|%#x-%#x %s", e.From, e.To, e.Name)
			if !strings.Contains(lines[e.Line-1], e.Value) {
				t.Errorf("%s:%d: reads %q, want %q", name, e.Line, lines[e.Line-1], e.Value)
			}
		}
		want := "THP Cup Types|THP Cup Types Registry|4.1|0x0-0x0 RESERVED|0x1-0x1 mug|0xf000-0xffff Private Use"
		if got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestValueRange(t *testing.T) {
	for value, want := range map[string][2]int64{
		"0x0001": {1, 1}, "12": {12, 12}, "0xF000 - 0xFFFF": {0xf000, 0xffff}, "0-255": {0, 255},
		"": {-1, -1}, "TBD": {-1, -1}, "9-1": {-1, -1}, "0xFFFFFFFFFFFFFFFFFF": {-1, -1}, "1 - 99999999999999999999": {-1, -1},
	} {
		if from, to := valueRange(value); from != want[0] || to != want[1] {
			t.Errorf("%q is %d to %d, want %v", value, from, to, want)
		}
	}
}
