package syntax

import (
	"fmt"
	"strings"
	"testing"
)

// sound has nothing wrong: each test spoils one thing.
const sound = `enum { reserved(0), one(1), two(2), (255) } Number;
opaque Key<V>;
struct { uint8 a; uint16 b; } Pair;
struct {
    Number number;
    Key keys<V>;
    Pair pairs<0..300>;
    select (Choice.number) {
        case one: Pair pair;
        case two: uint32 tail<V>;
    };
} Choice;
struct {
    Choice choice;
    uint8 fixed[4];
    Number version = one;
    optional<Choice> other;
    Beside beside;
} Outer;
struct {
    select (Choice.number) {
        case one: struct {};
        case two: opaque more<V>;
    };
} Beside;
struct { Tree below<V>; } Tree;
`

func TestCheck(t *testing.T) {
	elsewhere := "21:5 select-elsewhere"
	for _, v := range []struct{ old, new, want string }{
		{"", "", ""},
		{"uint8 a; uint16 b;", "uint8 a; uint16 b; Missing c;", "3:29 undefined"},
		{"uint8 a; uint16 b;", "uint8 a; optional<Missing> c;", "3:28 undefined"},
		{"uint8 a; uint16 b;", "uint8 a; optional c<V>;", "3:19 undefined"},
		{"opaque Key<V>;", "opaque Key<V>; opaque Key<V>;", ""},
		{"opaque Key<V>;", "opaque Key<V>; uint8 Key;", "2:16 duplicate"},
		{"opaque Key<V>;", "opaque Key<V>; uint8 uint16;", "2:16 duplicate"},
		{"uint8 a; uint16 b;", "uint8 a; uint16 a;", "3:19 field-unique"},
		{"case one: Pair pair;", "case one: Pair keys;", "9:19 field-unique"},
		{"case one: Pair pair;", "case one: Pair tail;", ""}, // in two arms: one is there
		{"two(2)", "two(1)", "1:29 enum-value"},
		{"two(2)", "one(2)", "1:29 enum-value"},
		{"two(2)", "two(256)", "1:29 enum-value"},
		{"two(2)", "two(3..2)", "1:29 enum-value"},
		{"two(2)", "two(2), three(3)", "8:5 select-complete"},
		{"two(2)", "two(2), reserved(9)", ""},
		{"two(2)", "two(2), private_use(240..255)", ""},
		{"case two: uint32 tail<V>;", "case three: uint32 tail<V>;", "10:14 select-case"},
		{"case two: uint32 tail<V>;", "case two: case one: uint32 tail<V>;", "10:24 select-case"},
		{"case two: uint32 tail<V>;", "", "8:5 select-complete"},
		{"select (Choice.number)", "select (Choice.nummer)", "8:5 select-field"},
		{"select (Choice.number)", "select (Choice.keys)", "8:5 select-field"},
		{"select (Choice.number)", "select (number)", ""},
		{"opaque Key<V>;\n", "opaque Key<V>;\nstruct { select (Late.n) { case one: case two: struct {}; }; Number n; } Late;\n", "3:10 select-field"},
		{"Number number;", "uint8 number;", "8:5 select-open"},
		{"Choice choice;", "uint8 choice;", "18:5 select-context"},
		{"select (Choice.number) {\n        case one: struct", "select (Nowhere.number) {\n        case one: struct", "21:5 undefined"},
		{"Pair pairs<0..300>", "Pair pairs<0..301>", "7:5 vector-bounds"},
		{"Pair pairs<0..300>", "Pair pairs<1..300>", "7:5 vector-bounds"},
		{"Pair pairs<0..300>", "Pair pairs<303..300>", "7:5 vector-bounds"},
		{"Pair pairs<0..300>", "Pair pairs<0..0>", "7:5 vector-bounds"},
		{"Pair pairs<0..300>", "Key pairs<0..2^32>", "7:5 vector-bounds"},
		{"Pair pairs<0..300>", "Choice pairs<0..1>", "7:5 vector-bounds"},
		{"uint8 fixed[4]", "uint16 fixed[5]", "15:5 vector-bounds"},
		{"uint8 fixed[4]", "uint8 fixed[0]", "15:5 vector-bounds"},
		{"uint8 fixed[4]", "opaque fixed", "15:5 vector-bounds"},
		{"uint8 fixed[4]", "uint8 fixed[many]", "15:5 length-name"},
		{"uint8 fixed[4]", "Empty fixed<V>; } Sub; struct { } Empty; struct { uint8 x", "15:5 vector-empty"},
		{"struct { Tree below<V>; } Tree;", "struct { Tree below; } Tree;", "26:1 recursion"},
		{"struct { Tree below<V>; } Tree;", "struct { optional<Tree> below; } Tree;", "26:1 recursion"},
		{"struct { Tree below<V>; } Tree;", "struct { Branch below; } Tree; struct { Leaf leaf; Tree tree; } Branch; struct { uint8 a; } Leaf;", "26:1 recursion"},
		{"Tree below<V>", "Self below", "26:10 undefined"},
		{"version = one", "version = three", "16:5 constant"},
		{"version = one", "version = 256", "16:5 constant"},
		{"version = one", "version<V> = one", "16:5 constant"},
	} {
		text := strings.Replace(sound, v.old, v.new, 1)
		if text == sound && v.old != v.new {
			t.Fatalf("no %q", v.old)
		}
		var got []string
		for _, f := range module(t, text).Check() {
			got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Col, f.Rule))
		}
		has := v.want == "" || strings.Contains(strings.Join(got, "\n"), v.want)
		if !has || v.want == "" && (len(got) != 1 || got[0] != elsewhere) {
			t.Errorf("%q: got %q, want %q", v.new, got, v.want)
		}
	}
}

// TestExplain: a known finding is not open, and a known difference that is gone is.
func TestExplain(t *testing.T) {
	m := module(t, sound)
	known := []Difference{{"select-elsewhere", "Beside.select (Choice.number)", "so it is"}, {"undefined", "X", "was once"}}
	open, explained := Explain("test", m.Check(), known)
	if len(explained) != 1 || explained[0].Reason != "so it is" {
		t.Errorf("explained: %v", explained)
	}
	if len(open) != 1 || open[0].Rule != "stale" || open[0].Subject != "X" {
		t.Errorf("open: %v", open)
	}
}

// TestManyDefinitions: checking ends, although each definition leads to all others. If the
// work were not bounded, the test would not come to an end.
func TestManyDefinitions(t *testing.T) {
	for name, one := range map[string]func(i int) string{
		"typedefs forward": func(i int) string { return fmt.Sprintf("t%d t%d;\n", i+1, i) },
		"typedefs":         func(i int) string { return fmt.Sprintf("t%d t%d;\n", i, i+1) },
		"selects": func(i int) string {
			return fmt.Sprintf("struct { uint8 a; select (t0.a) { case 1: t%d b; case 2: t%d c; }; } t%d;\n", i+1, i+1, i)
		},
	} {
		var b strings.Builder
		for i := range 2_000 {
			b.WriteString(one(i))
		}
		defs, _ := Parse("f", 1, b.String())
		findings := (&Module{Definitions: defs}).Check()
		last := findings[len(findings)-1]
		if last.Rule != "syntax" || last.Line != mostDefinitions+1 || !strings.Contains(last.Text, "not checked") {
			t.Errorf("%s: the last finding is %v", name, last)
		}
	}
}
