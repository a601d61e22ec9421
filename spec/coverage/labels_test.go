package coverage

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mlsref/spec"
)

// takesLabel says which argument of a call is a label, and under which name package
// spec lists it.
var takesLabel = map[string]struct {
	name string
	arg  int
}{
	"RefHash": {"RefHash", 0}, "SignWithLabel": {"SignWithLabel", 1}, "VerifyWithLabel": {"SignWithLabel", 1},
	"EncryptWithLabel": {"EncryptWithLabel", 2}, "DecryptWithLabel": {"EncryptWithLabel", 1},
	"ExpandWithLabel": {"ExpandWithLabel", 1}, "DeriveSecret": {"DeriveSecret", 1}, "derive": {"DeriveSecret", 0},
	"DeriveTreeSecret": {"DeriveTreeSecret", 1},
}

// TestLabels: the labels of package spec are those of the calls in impl, both ways.
func TestLabels(t *testing.T) {
	used := map[[2]string]string{}
	for _, dir := range []string{"group", "treesync", "treekem", "treedem"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "impl", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				labelsOf(t, file, used)
			}
		}
	}
	listed := map[[2]string]bool{}
	for _, l := range spec.Labels() {
		listed[[2]string{l.Function, l.Text}] = true
		if used[[2]string{l.Function, l.Text}] == "" {
			t.Errorf("%s %q is listed, and no call has it", l.Function, l.Text)
		}
	}
	for l, at := range used {
		if !listed[l] {
			t.Errorf("%s: %s %q is not listed", at, l[0], l[1])
		}
	}
	for _, constant := range []string{`labelPrefix = "` + spec.LabelPrefix + `"`, `externalInitLabel = labelPrefix + "` + strings.TrimPrefix(spec.ExternalInitLabel, spec.LabelPrefix) + `"`} {
		has := false
		for _, file := range []string{"kdf.go", "hpke.go"} {
			b, err := os.ReadFile(filepath.Join("..", "..", "impl", "suite", file))
			if err != nil {
				t.Fatal(err)
			}
			has = has || strings.Contains(string(b), constant)
		}
		if !has {
			t.Errorf("package suite has no %s", constant)
		}
	}
}

func labelsOf(t *testing.T, file string, used map[[2]string]string) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		takes, ok := takesLabel[calledName(call)]
		if !ok || len(call.Args) <= takes.arg {
			return true
		}
		if lit, ok := call.Args[takes.arg].(*ast.BasicLit); ok {
			text, _ := strconv.Unquote(lit.Value)
			used[[2]string{takes.name, text}] = fset.Position(call.Pos()).String()
		}
		return true
	})
}

func calledName(call *ast.CallExpr) string {
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		return fn.Name
	case *ast.SelectorExpr:
		return fn.Sel.Name
	}
	return ""
}
