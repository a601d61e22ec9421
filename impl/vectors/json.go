package vectors

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"mlsref/impl/wire"
)

// entry is one element of a file's array, not yet read.
type entry struct {
	raw  []byte
	line int // where it begins
}

// split cuts a file into its entries. What it cannot do is read an entry: that
// is decode's, so that one bad entry spoils no other.
func split(b []byte) ([]entry, error) {
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(b, new(json.RawMessage)), &syntax) {
		return nil, fmt.Errorf("line %d, byte %d: malformed JSON: %w", lineAt(b, syntax.Offset), syntax.Offset, syntax)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if first, err := d.Token(); err != nil || first != json.Delim('[') {
		return nil, fmt.Errorf("it holds %s, expected an array of entries", describe(first))
	}
	var entries []entry
	for line, counted := 1, int64(0); d.More(); {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		start := d.InputOffset() - int64(len(raw))
		line += bytes.Count(b[counted:start], []byte("\n"))
		counted = start
		entries = append(entries, entry{raw: raw, line: line})
	}
	return entries, nil
}

func lineAt(b []byte, offset int64) int {
	return 1 + bytes.Count(b[:min(offset, int64(len(b)))], []byte("\n"))
}

// fieldNames are an object's, sorted.
func (e entry) fieldNames() []string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(e.raw, &fields) != nil {
		return nil
	}
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// suite is the entry's cipher suite, as far as that can be told; 0 without one.
func (e entry) suite() wire.CipherSuite {
	var v struct {
		CipherSuite wire.CipherSuite `json:"cipher_suite"`
	}
	if json.Unmarshal(e.raw, &v) != nil {
		return 0
	}
	return v.CipherSuite
}

// decode reads the entry into the struct that v points to. It is stricter than
// encoding/json: each field once, all of them, no others, and none of another type.
func (e entry) decode(v any) *Failure {
	r := &reader{raw: e.raw, line: e.line, d: json.NewDecoder(bytes.NewReader(e.raw))}
	r.d.UseNumber()
	r.value("", reflect.ValueOf(v).Elem())
	return r.failure
}

// reader walks an entry's JSON and its Go type side by side. The first failure
// ends the walk. The JSON is known to be well formed.
type reader struct {
	raw     []byte
	line    int
	d       *json.Decoder
	failure *Failure
}

func (r *reader) fail(path, format string, args ...any) {
	if r.failure == nil {
		line := r.line + lineAt(r.raw, r.d.InputOffset()) - 1
		r.failure = &Failure{Field: path, Problem: fmt.Sprintf(format, args...) + fmt.Sprintf(" (line %d)", line)}
	}
}

func (r *reader) token(path string) json.Token {
	t, err := r.d.Token()
	if err != nil {
		r.fail(path, "malformed JSON: %v", err)
		return nil
	}
	return t
}

var hexType = reflect.TypeFor[Hex]()

// value reads one value of v's type.
func (r *reader) value(path string, v reflect.Value) {
	switch {
	case r.failure != nil:
	case v.Kind() == reflect.Struct:
		if r.opens(path, '{', "an object") {
			r.object(path, v)
		}
	case v.Kind() == reflect.Slice && v.Type() != hexType:
		if r.opens(path, '[', "an array") {
			r.array(path, v)
		}
	default:
		if t := r.token(path); r.failure == nil {
			r.scalar(path, v, t)
		}
	}
}

func (r *reader) opens(path string, want json.Delim, what string) bool {
	if t := r.token(path); r.failure == nil && t != want {
		r.fail(path, "it is %s, expected %s", describe(t), what)
	}
	return r.failure == nil
}

func (r *reader) object(path string, v reflect.Value) {
	read := map[string]bool{}
	for r.failure == nil && r.d.More() {
		name, _ := r.token(path).(string)
		at := join(path, name)
		i := slices.IndexFunc(reflect.VisibleFields(v.Type()), func(f reflect.StructField) bool { return f.Tag.Get("json") == name })
		switch {
		case i < 0:
			r.fail(at, "the field is not part of the format")
		case read[name]:
			r.fail(at, "the field stands there twice")
		default:
			read[name] = true
			r.value(at, v.Field(i))
		}
	}
	r.token(path) // the closing brace
	for _, f := range reflect.VisibleFields(v.Type()) {
		if name := f.Tag.Get("json"); !read[name] {
			r.fail(join(path, name), "the field is missing")
		}
	}
}

func (r *reader) array(path string, v reflect.Value) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for i := 0; r.failure == nil && r.d.More(); i++ {
		e := reflect.New(v.Type().Elem()).Elem()
		r.value(fmt.Sprintf("%s[%d]", path, i), e)
		v.Set(reflect.Append(v, e))
	}
	r.token(path) // the closing bracket
}

// scalar reads a string, hex, a number, or null where v is a pointer.
func (r *reader) scalar(path string, v reflect.Value, t json.Token) {
	if v.Kind() == reflect.Pointer {
		if t == nil {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch x := t.(type) {
	case string:
		switch {
		case v.Kind() == reflect.String:
			v.SetString(x)
			return
		case v.Type() == hexType:
			r.hex(path, v, x)
			return
		}
	case json.Number:
		if v.CanUint() {
			n, err := strconv.ParseUint(x.String(), 10, v.Type().Bits())
			if err != nil {
				r.fail(path, "%s is no whole number of %d bits", x, v.Type().Bits())
			}
			v.SetUint(n)
			return
		}
	}
	r.fail(path, "it is %s, expected %s", describe(t), expected(v))
}

func (r *reader) hex(path string, v reflect.Value, text string) {
	b, err := hex.DecodeString(text)
	if err != nil {
		bad := strings.IndexFunc(text, func(c rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", c) })
		if bad >= 0 {
			r.fail(path, "no hex: the character %d is %q", bad, []rune(text[bad:])[0])
		} else {
			r.fail(path, "no hex: %d digits, which is an odd number", len(text))
		}
	}
	v.SetBytes(b)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func describe(t json.Token) string {
	switch t := t.(type) {
	case nil:
		return "null"
	case json.Delim:
		if t == '{' {
			return "an object"
		}
		return "an array"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	default:
		return fmt.Sprintf("the number %v", t)
	}
}

func expected(v reflect.Value) string {
	switch {
	case v.Type() == hexType:
		return "a string of hexadecimal digits"
	case v.Kind() == reflect.String:
		return "a string"
	default:
		return "a number"
	}
}
