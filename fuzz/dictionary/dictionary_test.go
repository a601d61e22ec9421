package dictionary

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write mls.dict")

// entry is a line as libFuzzer reads it.
var entry = regexp.MustCompile(`^([A-Za-z0-9_]+)="((?:[^"\\]|\\x[0-9a-f]{2})+)"$`)

// TestFile: each line of mls.dict reads back as its word.
func TestFile(t *testing.T) {
	if *update {
		if err := os.WriteFile("mls.dict", File(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile("mls.dict")
	if err != nil || !bytes.Equal(b, File()) {
		t.Fatalf("mls.dict is stale (%v): run go test ./fuzz/dictionary -update", err)
	}
	words := Words()
	lines := bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
	if len(lines) != len(words) || len(words) < 120 {
		t.Fatalf("%d lines for %d words", len(lines), len(words))
	}
	names := map[string]bool{}
	for i, line := range lines {
		m := entry.FindSubmatch(line)
		if m == nil {
			t.Errorf("%q is no entry", line)
			continue
		}
		back, err := strconv.Unquote(`"` + string(m[2]) + `"`)
		if err != nil || back != string(words[i].Bytes) || string(m[1]) != words[i].Name || names[words[i].Name] {
			t.Errorf("%s reads as %q (%v), want %q", line, back, err, words[i].Bytes)
		}
		names[words[i].Name] = true
	}
}
