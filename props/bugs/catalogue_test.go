package bugs

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mlsref/props"
)

func catalogued(t *testing.T) []Bug {
	t.Helper()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func source(t *testing.T) string {
	t.Helper()
	root, err := Source(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestCatalogue(t *testing.T) {
	all := catalogued(t)
	if len(all) < 40 {
		t.Errorf("%d bugs, want forty at least", len(all))
	}
	perLayer, titles := map[Layer]int{}, map[string]string{}
	for _, b := range all {
		perLayer[b.Layer]++
		if other := titles[b.Title]; other != "" {
			t.Errorf("%s and %s have one title", b.Name, other)
		}
		titles[b.Title] = b.Name
		for _, p := range b.Expect {
			if !slices.ContainsFunc(props.All(), func(have props.Property) bool { return have.Name == p }) {
				t.Errorf("%s expects %q, which is no property", b.Name, p)
			}
		}
		for _, e := range b.Edits {
			if !strings.HasPrefix(e.File, "impl/") {
				t.Errorf("%s changes %s", b.Name, e.File)
			}
		}
	}
	for _, layer := range []Layer{"treesync", "treekem", "treedem"} {
		if perLayer[layer] < 10 {
			t.Errorf("%d bugs in %s, want ten at least", perLayer[layer], layer)
		}
	}
}

// Each bug applies to the source of today, and gives Go that compiles.
func TestBugsApply(t *testing.T) {
	root := source(t)
	check := newChecker(t, root)
	for _, b := range catalogued(t) {
		changed, err := b.Changed(root)
		if err != nil {
			t.Errorf("bug %s: %v", b.Name, err)
			continue
		}
		packages := map[string]bool{}
		for file := range changed {
			packages[path.Dir(file)] = true
		}
		for dir := range packages {
			if err := check.compiles(dir, changed); err != nil {
				t.Errorf("bug %s: %v", b.Name, err)
			}
		}
	}
}

// checker type-checks single packages against what the others export unchanged.
type checker struct {
	root     string
	files    *token.FileSet
	importer types.Importer
}

func newChecker(t *testing.T, root string) *checker {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./impl/...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[name] = file
	}
	files := token.NewFileSet()
	return &checker{root, files, importer.ForCompiler(files, "gc", func(name string) (io.ReadCloser, error) {
		if exports[name] == "" {
			return nil, fmt.Errorf("nobody imports %s yet", name)
		}
		return os.Open(exports[name])
	})}
}

func (c *checker) compiles(dir string, changed map[string]string) error {
	names, err := filepath.Glob(filepath.Join(c.root, dir, "*.go"))
	if err != nil {
		return err
	}
	var parsed []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		var text any
		if now, is := changed[path.Join(dir, filepath.Base(name))]; is {
			text = now
		}
		f, err := parser.ParseFile(c.files, name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, f)
	}
	_, err = (&types.Config{Importer: c.importer}).Check(module+"/"+dir, c.files, parsed, nil)
	return err
}
