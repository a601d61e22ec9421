package trace

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func written(t testing.TB, tr *Trace) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, tr); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRoundTrip(t *testing.T) {
	tr := toyTrace(t)
	text := written(t, tr)
	back, err := Read(strings.NewReader(text), "toy.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, tr) {
		t.Error("the trace that was read is not the one that was written")
	}
	if again := written(t, back); again != text {
		t.Error("the same trace gave other bytes")
	}
}

func TestWriteFileReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "toy.jsonl")
	for range 2 {
		if err := WriteFile(path, toyTrace(t)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadFile(path); err != nil {
		t.Fatal(err)
	}
	// A trace that cannot be written leaves neither a changed file nor a new one.
	broken := filepath.Join(dir, "no such folder", "toy.jsonl")
	if err := WriteFile(broken, toyTrace(t)); err == nil {
		t.Error("a file in a folder that does not exist was written")
	}
	taken := filepath.Join(dir, "folder")
	if err := os.Mkdir(taken, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(taken, toyTrace(t)); err == nil {
		t.Error("a file took the place of a folder")
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("%d files are in the folder, want the trace and the folder", len(files))
	}
}

// TestMalformed starts from one good trace, breaks one line, and expects the
// error to name that line.
func TestMalformed(t *testing.T) {
	good := strings.SplitAfter(written(t, toyTrace(t)), "\n")
	good = good[:len(good)-1] // after the last line end
	last := len(good)
	lineOf := func(text string) int {
		for i, l := range good {
			if strings.Contains(l, text) {
				return i + 1
			}
		}
		t.Fatalf("no line has %q", text)
		return 0
	}
	replace := func(line int, old, new string) func([]string) []string {
		return func(l []string) []string {
			if !strings.Contains(l[line-1], old) {
				t.Fatalf("line %d has no %q", line, old)
			}
			l[line-1] = strings.Replace(l[line-1], old, new, 1)
			return l
		}
	}
	concat := lineOf(`"op":"concat"`)
	goal := lineOf(`"kind":"goal"`)
	wire := lineOf(`"wire":{"kind":"welcome"`)
	step := lineOf(`"kind":"step"`)
	key := lineOf(`"op":"sigkey"`) // of a seed that is defined one line before
	cases := []struct {
		name  string
		line  int
		want  string
		wreck func(lines []string) []string
	}{
		{"empty", 1, "it is empty", func([]string) []string { return nil }},
		{"not JSON", 1, "not a trace", replace(1, "{", "")},
		{"another format", 1, "not a trace", replace(1, formatName, "har")},
		{"a later version", 1, "version 3; this program reads version 2", replace(1, `"version":2`, `"version":3,"new":[]`)},
		{"a header field of no version", 1, "bad header", replace(1, `"seed"`, `"speed"`)},
		{"another suite", 1, "is not supported", replace(1, "MLS_128", "MLS_129")},
		{"no header", 1, "not a trace", func(l []string) []string { return l[1:] }},
		{"JSON cut short", 3, "cut short", func(l []string) []string { l[2] = l[2][:20] + "\n"; return l }},
		{"line cut short", last, "no line end", func(l []string) []string { l[last-1] = strings.TrimSuffix(l[last-1], "\n"); return l }},
		{"breaks off", last - 1, "breaks off", func(l []string) []string { return l[:last-1] }},
		{"a line is lost", last - 1, "and says that it has", func(l []string) []string { return append(l[:last-2], l[last-1]) }},
		{"lines change places", last - 1, "does not come after", func(l []string) []string {
			l[last-3], l[last-2] = l[last-2], l[last-3]
			return l
		}},
		{"two objects on a line", 3, "something follows", replace(3, "}\n", "}{}\n")},
		{"after the end", last + 1, "follows the end", func(l []string) []string { return append(l, "{}\n") }},
		{"empty line", 3, "cut short", func(l []string) []string { l[2] = "\n" + l[2]; return l }},
		{"unknown kind", step, "unknown kind", replace(step, `"kind":"step"`, `"kind":"stop"`)},
		{"unknown field", 2, "unknown field", replace(2, `"kind"`, `"king"`)},
		{"wire without wire", step, "without its wire field", replace(step, `"kind":"step"`, `"kind":"wire"`)},
		{"goal without goal", goal, "without its goal field", replace(goal, `"goal":{`, `"tree":{"epoch":0,"leaves":0,"nodes":[]},"step":{`)},
		{"term out of order", 2, "out of order", replace(2, `"id":0,`, `"id":1,`)},
		{"argument not defined", key, "argument 9 is not defined", replace(key, `"args":[0]`, `"args":[9]`)},
		{"argument below zero", key, "argument -1 is not defined", replace(key, `"args":[0]`, `"args":[-1]`)},
		{"unknown operation", key, "unknown operation", replace(key, `"op":"sigkey"`, `"op":"rot13"`)},
		{"too few arguments", key, "takes 1 arguments", replace(key, `"args":[0]`, `"args":[]`)},
		{"public secret", 2, "cannot be public", replace(2, `"op":"random","name"`, `"op":"random","public":true,"name"`)},
		{"bad hex", 2, "bad hex", replace(2, `"value":"`, `"value":"x`)},
		{"bad hex on the wire", wire, "bad hex", replace(wire, `"bytes":"`, `"bytes":"0`)},
		{"wire term not defined", wire, "term 9999 is not defined", replace(wire, `"terms":[`, `"terms":[9999,`)},
		{"goal term not defined", goal, "is not defined", replace(goal, `"term":`, `"term":999`)},
		{"offset outside", concat, "lies outside", replace(concat, `"parts":[`, `"parts":[9`)},
		{"part too long", concat, "lies outside", replace(concat, `"parts":[1,35`, `"parts":[1,37`)},
		{"offset missing", concat, "offsets", replace(concat, `"parts":[`, `"parts":[2,`)},
		{"negative offset", concat, "lies outside", replace(concat, `"parts":[`, `"parts":[-`)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lines := c.wreck(append([]string(nil), good...))
			_, err := Read(strings.NewReader(strings.Join(lines, "")), "x.jsonl")
			var input *InputError
			if !errors.As(err, &input) {
				t.Fatalf("error %v, want an *InputError", err)
			}
			if input.File != "x.jsonl" || input.Line != c.line || !strings.Contains(input.Msg, c.want) {
				t.Errorf("%v\nwant line %d and %q", err, c.line, c.want)
			}
		})
	}
}

func TestLineTooLong(t *testing.T) {
	tr := toyTrace(t)
	tr.Events[0].Actor = strings.Repeat("a", 10_000)
	_, err := readBounded(strings.NewReader(written(t, tr)), "x.jsonl", 10_000)
	if err == nil || !strings.Contains(err.Error(), "x.jsonl:2: the line is longer than 10000 bytes") {
		t.Errorf("error %v", err)
	}
}
