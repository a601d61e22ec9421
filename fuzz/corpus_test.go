package fuzz

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

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
