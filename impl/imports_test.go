package impl_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport is the table of what each package of the implementation may import
// of this module. Imports point one way; no layer imports another; nothing here
// knows of traces, models or provers.
var mayImport = map[string][]string{
	"wire":       {},
	"tree":       {},
	"suite":      {"impl/wire"},
	"treesync":   {"impl/suite", "impl/tree", "impl/wire", "spec"},
	"treekem":    {"impl/suite", "impl/tree", "impl/wire", "spec"},
	"treedem":    {"impl/suite", "impl/tree", "impl/wire", "spec"},
	"group":      {"impl/suite", "impl/tree", "impl/wire", "spec", "impl/treesync", "impl/treekem", "impl/treedem"},
	"credential": {"impl/wire", "spec"},
	"follower":   {"impl/suite", "impl/wire", "impl/treesync", "impl/treedem"},
	"vectors":    {"impl/suite", "impl/tree", "impl/wire", "spec", "impl/treesync", "impl/treekem", "impl/treedem", "impl/group"},
}

func TestImports(t *testing.T) {
	dirs, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		allowed, known := mayImport[d.Name()]
		if !known {
			t.Errorf("impl/%s is not in the table of imports", d.Name())
			continue
		}
		files, err := filepath.Glob(filepath.Join(d.Name(), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				checkImports(t, file, allowed)
			}
		}
	}
}

func checkImports(t *testing.T, file string, allowed []string) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		path, own := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "mlsref/")
		if own && !slices.Contains(allowed, path) {
			t.Errorf("impl/%s imports %s, which the table does not allow", file, path)
		}
	}
}
