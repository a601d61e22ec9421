package fuzz

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{1})
	for n := range 200 {
		in := make([]byte, n)
		rng.Read(in)
		if back, err := Decode(Encode(in)); err != nil || !bytes.Equal(back, in) {
			t.Errorf("%x comes back as %x (%v)", in, back, err)
		}
		if back, err := Decode(in); err != nil || !bytes.Equal(back, in) {
			t.Errorf("plain bytes %x come back as %x (%v)", in, back, err)
		}
	}
	for _, bad := range []string{"", "[]byte(\"a\"", "string(\"a\")", "[]byte(\"a\")\n[]byte(\"b\")", "[]byte(\"\\xZZ\")", "[]byte(a)"} {
		if in, err := Decode([]byte(mark + bad + "\n")); err == nil {
			t.Errorf("%q is taken for %q", bad, in)
		} else if !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%q: %v names no line", bad, err)
		}
	}
}

// TestNative: every target has its native form, and every folder of inputs is a target's.
func TestNative(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "fuzz_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var native []string
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Fuzz") {
			native = append(native, fn.Name.Name)
		}
	}
	for _, target := range All() {
		if !slices.Contains(native, target.Name) {
			t.Errorf("%s has no function of this name in fuzz_test.go", target.Name)
		}
		if target.Group == "" || target.About == "" {
			t.Errorf("%s does not say what it is", target.Name)
		}
	}
	dirs, err := filepath.Glob("testdata/fuzz/*/")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && !slices.Contains(native, filepath.Base(dir)) {
			t.Errorf("%s: there is no such target", dir)
		}
	}
}
