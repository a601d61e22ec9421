package toy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// common is all that package group may name of package treekem: the interface, with its
// default, and what every key agreement shares.
var common = []string{
	"Agreement", "Member", "Path", "TreeKEM",
	"Tree", "Step", "Steps",
	"PSK", "PSKSecret",
	"InitSecret", "JoinerSecret", "MemberSecret", "EpochSecret", "Secrets", // RFC 9420 §8
	"Zero", "WelcomeKey", "ExternalKeyPair", "Export",
}

// TestGroupSeesTheInterfaceOnly reads the code of package group.
func TestGroupSeesTheInterfaceOnly(t *testing.T) {
	files, err := filepath.Glob("../../impl/group/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	defaults := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "treekem" {
				if !slices.Contains(common, sel.Sel.Name) {
					t.Errorf("%v: treekem.%s is TreeKEM's own", fset.Position(n.Pos()), sel.Sel.Name)
				}
				if sel.Sel.Name == "TreeKEM" {
					defaults++
				}
			}
			return true
		})
	}
	if defaults != 1 {
		t.Errorf("TreeKEM is named %d times, want once, where it is the default", defaults)
	}
}
