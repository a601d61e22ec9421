package vectors

import (
	"strings"
	"testing"
)

// TestEntrySyntax: what is wrong with an entry's JSON is said precisely.
func TestEntrySyntax(t *testing.T) {
	const good = `{"cipher_suite": 1, "psks": [
 {"psk_id": "0a", "psk": "0B", "psk_nonce": ""}
], "psk_secret": "00"}`
	for _, x := range []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"odd hex", `"0a"`, `"0a0"`, "psks[0].psk_id: no hex: 3 digits, which is an odd number (line 8)"},
		{"no hex", `"0B"`, `"0g"`, `psks[0].psk: no hex: the character 1 is 'g' (line 8)`},
		{"missing", `, "psk_nonce": ""`, ``, "psks[0].psk_nonce: the field is missing (line 8)"},
		{"unknown", `"psk":`, `"psk_kind": 1, "psk":`, "psks[0].psk_kind: the field is not part of the format (line 8)"},
		{"other case", `"psk":`, `"PSK":`, "psks[0].PSK: the field is not part of the format (line 8)"},
		{"twice", `"psk":`, `"psk_id": "00", "psk":`, "psks[0].psk_id: the field stands there twice (line 8)"},
		{"number for hex", `"00"`, `0`, "psk_secret: it is the number 0, expected a string of hexadecimal digits (line 9)"},
		{"null for hex", `"00"`, `null`, "psk_secret: it is null, expected a string of hexadecimal digits (line 9)"},
		{"object for hex", `"00"`, `{}`, "psk_secret: it is an object, expected a string of hexadecimal digits (line 9)"},
		{"string for number", `: 1`, `: "1"`, "cipher_suite: it is a string, expected a number (line 7)"},
		{"too large", `: 1`, `: 65536`, "cipher_suite: 65536 is no whole number of 16 bits (line 7)"},
		{"negative", `: 1`, `: -1`, "cipher_suite: -1 is no whole number of 16 bits (line 7)"},
		{"fraction", `: 1`, `: 1.0`, "cipher_suite: 1.0 is no whole number of 16 bits (line 7)"},
		{"object for array", "[", `{"a": [`, "psks: it is an object, expected an array (line 7)"},
		{"boolean for object", `{"psk_id": "0a", "psk": "0B", "psk_nonce": ""}`, `true`, "psks[0]: it is a boolean, expected an object (line 8)"},
	} {
		t.Run(x.name, func(t *testing.T) {
			raw := strings.Replace(good, x.old, x.new, 1)
			if x.name == "object for array" {
				raw = strings.Replace(raw, "]", "]}", 1)
			}
			got := ""
			if f := (entry{raw: []byte(raw), line: 7}).decode(new(pskSecret)); f != nil {
				got = f.String()
			}
			if got != x.want {
				t.Errorf("got  %q\nwant %q", got, x.want)
			}
		})
	}
}

// TestFileSyntax: a file that is no vectors fails as a whole, with the place.
func TestFileSyntax(t *testing.T) {
	const one = `{"vlbytes_header": "00", "length": 0}`
	for _, x := range []struct{ name, path, text, want string }{
		{"by name", "deserialization.json", "[" + one + "]", ""},
		{"by shape", "some.json", "[" + one + "]", ""},
		{"unknown", "some.json", `[{"a": 1}]`, "the kind of the vectors is unknown"},
		{"no object", "some.json", `[1]`, "the kind of the vectors is unknown"},
		{"empty", "deserialization.json", ``, "byte 0: malformed JSON: unexpected end"},
		{"no entries", "deserialization.json", `[]`, "there are no entries"},
		{"no array", "deserialization.json", one, "expected an array of entries"},
		{"cut", "deserialization.json", "[" + one + ",\n{", "line 2, byte 41: malformed JSON: unexpected end"},
		{"broken", "deserialization.json", "[" + one + ",\n{'", "line 2, byte 42: malformed JSON"},
		{"after", "deserialization.json", "[" + one + "] 1", "after top-level value"},
		{"no comma", "deserialization.json", "[" + one + "\n" + one + "]", "line 2"},
	} {
		t.Run(x.name, func(t *testing.T) {
			f := Parse(x.path, []byte(x.text))
			switch {
			case x.want == "" && f.Err != nil:
				t.Error(f.Err)
			case x.want == "" && f.ByShape != (x.path == "some.json"):
				t.Errorf("told by shape: %v", f.ByShape)
			case x.want != "" && (f.Err == nil || !strings.Contains(f.Err.Error(), x.want)):
				t.Errorf("got %v, want %q", f.Err, x.want)
			}
		})
	}
}

// TestShape: each kind's entries are told from all others', but for those of
// passive clients, which share one format.
func TestShape(t *testing.T) {
	for _, k := range Kinds() {
		f := Read("testdata/" + k.Name + ".json")
		got, byName, err := kindOfFile("some.json", f.entries)
		want := k.Name
		if strings.HasPrefix(want, "passive-client") {
			want = passiveRandomKind.Name
		}
		if err != nil || byName || got.Name != want {
			t.Errorf("%s is taken for %s (%v)", k.Name, got.Name, err)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := make([]byte, 200)
	other := make([]byte, 200)
	other[100] = 1
	for _, x := range []struct {
		b, other []byte
		want     string
	}{
		{nil, nil, "nothing"},
		{[]byte{1, 2}, nil, "0102"},
		{other, long, strings.Repeat("00", 16) + "…" + strings.Repeat("00", 8) + "01" + strings.Repeat("00", 7) + "…" + strings.Repeat("00", 16) +
			" (200 bytes, the difference is at byte 100)"},
	} {
		if got := excerpt(x.b, x.other); got != x.want {
			t.Errorf("got %s\nwant %s", got, x.want)
		}
	}
}
