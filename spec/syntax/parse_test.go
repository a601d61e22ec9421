package syntax

import (
	"fmt"
	"strings"
	"testing"
)

// everything has each form of the language once.
const everything = `/* a comment
over lines */
enum {
    reserved(0), red(1), green(0x02), private(240..255), // more
    ...,
    (255)
} Colour;

enum { low(1), high(300) } Height;

uint16 Kind;
opaque Key<V>;
Key Reference;

struct {
    Colour colour = red;
    uint8 fixed[4];
    opaque short<1..2^8-1>;
    Key keys<0..2^16-1>;
    optional<Inner> inner;
    select (Outer.colour) {
        case red:
        case green: Inner;
        case private:
            struct { uint8 a; uint8 b; };
            opaque rest[left];
    };
    struct {};
} Outer;

struct { } Inner;

struct { uint8 present; T value; } maybe<T>;
`

func TestParse(t *testing.T) {
	defs, problems := Parse("f", 10, everything)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var got strings.Builder
	for _, d := range defs {
		fmt.Fprintf(&got, "%d:%d %s\n", d.Line, d.Col, d)
	}
	want := `12:1 enum { reserved(0..0), red(1..1), green(2..2), private(240..255), (255) } Colour;
18:1 enum { low(1..1), high(300..300), (300) } Height;
20:1 uint16 Kind;
21:1 opaque Key<V>;
22:1 Key Reference;
24:1 struct { Colour colour = "red"; uint8 fixed[4] = ""; opaque short<1..255> = ""; Key keys<0..65535> = ""; optional<Inner> inner = ""; select (Outer.colour) { case red: case green: Inner  = ""; case private: uint8 a = ""; uint8 b = ""; opaque rest[left] = ""; }; } Outer<>;
40:1 struct { } Inner<>;
42:1 struct { uint8 present = ""; T value = ""; } maybe<T>;
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
	if f := defs[5].Fields[3]; f.Line != 28 || f.Col != 5 {
		t.Errorf("the field keys is at %d:%d", f.Line, f.Col)
	}
}

// TestProblems: each is found at its place, and what follows is parsed all the same.
func TestProblems(t *testing.T) {
	for _, v := range []struct{ text, want string }{
		{"struct { uint8 a } A;", `1:18: found "}", expected ";"`},
		{"struct {\n  uint8;\n  a;\n  opaque <V>;\n} A;", `4:10: found "<", expected the field's name`},
		{"struct { uint8 a;", `3:1: found the end of the block, expected a field, a select, or "}"`},
		{"struct { uint8 a;\n\nenum { x(1), (255) } X;", `3:1: found "enum", expected a field, a select, or "}"`},
		{"struct { uint8 a; };", `1:20: found ";", expected the struct's name`},
		{"enum { a, (255) } A;", `1:9: found ",", expected "("`},
		{"enum { a(1) (255) } A;", `1:13: found "(", expected "}"`},
		{"enum { a(1x), (255) } A;", `1:10: found "1x", expected a number below 2^64`},
		{"enum { a(99999999999999999999), (255) } A;", `1:10: found "99999999999999999999", expected a number below 2^64`},
		{"opaque a<0..2^65>;", `1:15: found "65", expected a power below 2^64`},
		{"opaque a<0..1-2>;", `1:15: found "2", expected a number that is not larger`},
		{"opaque a<W>;", `1:10: found "W", expected "V" or a number of bytes`},
		{"opaque a<0>;", `1:11: found ">", expected ".."`},
		{"struct { select (a { case b: struct{}; }; } A;", `1:20: found "{", expected ")"`},
		{"struct { uint8 a; select (a) { b: uint8 c; }; } A;", `1:32: found "b", expected "case" or "}"`},
		{"struct { uint8 a; select (a) { case 1 uint8 c; }; } A;", `1:39: found "uint8", expected ":"`},
		{"struct { uint8 a; } A\nuint8 B;", `2:1: found "uint8", expected ";"`},
		{"<T>/;", `1:1: found "<", expected struct, enum or a type`},
		{"ünd a;", `1:1: found "ü", expected struct, enum or a type`},
		{"struct { uint8 a; /* no end } A;", `1:19: found "/*", expected a field, a select, or "}"; this comment has no end`},
		{"struct { uint8 case; } A;", `1:16: found "case", expected the field's name`},
		{strings.Repeat("struct { ", 1000), `1:460: found "struct", expected at most 50 levels`},
	} {
		defs, problems := Parse("f", 1, v.text+"\nuint8 Last;\n")
		if len(problems) == 0 {
			t.Errorf("%.60q: no problem", v.text)
			continue
		}
		p := problems[0]
		if got := fmt.Sprintf("%d:%d: %s", p.Line, p.Col, p.Text); got != v.want || p.Expected == "" || p.Found == "" {
			t.Errorf("%.60q: got %s, want %s", v.text, got, v.want)
		}
		if n := len(defs); !strings.Contains(v.text, "/*") && (n == 0 || defs[n-1].Name != "Last") {
			t.Errorf("%.60q: what follows is lost: %v", v.text, defs)
		}
	}
}

// TestSubject: a problem tells of the definition in which it is.
func TestSubject(t *testing.T) {
	for text, want := range map[string]string{
		"struct { uint8 a uint8 b; } Broken;\nuint8 Next;": "Broken",
		"uint8 Broken<;\nuint8 Next;":                      "Broken",
		"enum { a, b } Broken; uint8 Next;":                "Broken",
		"struct {":                                         "",
	} {
		if _, problems := Parse("f", 1, text); len(problems) != 1 || problems[0].Subject != want {
			t.Errorf("%q: got %v, want %s", text, problems, want)
		}
	}
}

// TestManyProblems: a text of nothing but mistakes ends after some. If the work grew with
// the square of its length, the test would not come to an end.
func TestManyProblems(t *testing.T) {
	_, problems := Parse("f", 1, strings.Repeat("x\n", 30_000))
	if len(problems) != mostProblems || !strings.HasSuffix(problems[mostProblems-1].Text, "is not read") {
		t.Errorf("%d problems, the last %v", len(problems), problems[len(problems)-1])
	}
}
