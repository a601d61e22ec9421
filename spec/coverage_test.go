package spec_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// TestEveryRuleIsUsedAndTested holds the rules against the module's code: each is
// returned by some layer, and each is what some negative test expects. That the
// test breaks that very rule, the test itself shows.
func TestEveryRuleIsUsedAndTested(t *testing.T) {
	rules := ruleVariables(t)
	if len(rules) == 0 {
		t.Fatal("package spec has no rules")
	}
	used, tested := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "spec" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		switch {
		case strings.HasSuffix(path, "_test.go"):
			mentions(t, path, tested)
		case strings.HasSuffix(path, ".go"):
			mentions(t, path, used)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range rules {
		if !used[name] {
			t.Errorf("no code returns the rule spec.%s", name)
		}
		if !tested[name] {
			t.Errorf("no negative test expects the rule spec.%s", name)
		}
	}
}

// ruleVariables are the names of all variables made by rule(…).
func ruleVariables(t *testing.T) []string {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		ast.Inspect(parse(t, file), func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			if call, ok := v.Values[0].(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "rule" {
					names = append(names, v.Names[0].Name)
				}
			}
			return true
		})
	}
	sort.Strings(names)
	return names
}

// mentions adds each X of a spec.X in the file.
func mentions(t *testing.T, path string, seen map[string]bool) {
	ast.Inspect(parse(t, path), func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if p, ok := s.X.(*ast.Ident); ok && p.Name == "spec" {
				seen[s.Sel.Name] = true
			}
		}
		return true
	})
}

func parse(t *testing.T, path string) *ast.File {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
