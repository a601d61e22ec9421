// Package coverage lays the rules, the peers' checklist and the readings of
// package spec beside the module's code: which function finds a rule broken,
// and which test expects that. It reads source, and runs none of it.
package coverage

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Index is what the module's source says. Functions and tests are named by
// package and name, "treesync.leafSource" or "treesync.Tree.Add"; packages under
// impl go without that word.
type Index struct {
	Rules     map[string]string // the variable in package spec → the rule's ID
	Functions map[string]Function
	Tests     map[string]Function
	Sites     []Site

	Properties map[string]Function // of package props: "exclusion"
	Vectors    map[string]Function // kinds of impl/vectors: "key-schedule"
	Lemmas     map[string]Lemma    // "MODEL LEMMA"

	// Base goes before a file's name in a link; Scan sets it for pages in docs/.
	Base string

	expected map[string][]string // variable → tests
	props    []parsed            // the files of package props, until all are there
}

// Function is one function or method, or a test.
type Function struct {
	File, Package string   // the file, from the module's root; the package's directory
	Line          int      // where it starts
	Comments      string   // its own, and those in its body
	Rules         []string // the variables of package spec that it names
}

// Site is a place that finds a rule broken: a call of spec.Rule.Broken.
type Site struct {
	Rule, Function string // the rule's variable
	File           string
	Line           int
}

// Scan reads the module whose root is given.
func Scan(root string) (*Index, error) {
	ix := &Index{
		Rules: map[string]string{}, Functions: map[string]Function{}, Tests: map[string]Function{},
		Properties: map[string]Function{}, Vectors: map[string]Function{}, Lemmas: map[string]Lemma{},
		Base: "../", expected: map[string][]string{},
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch rel = filepath.ToSlash(rel); {
		case d.IsDir():
			return nil
		case isModel(rel):
			return ix.model(path, rel)
		case strings.HasSuffix(rel, ".go"):
			return ix.file(path, rel)
		}
		return nil
	})
	if err == nil && len(ix.Rules) == 0 {
		err = fmt.Errorf("no rules under %s: is it the module's root?", root)
	}
	for _, tests := range ix.expected {
		slices.Sort(tests)
	}
	ix.properties(ix.props)
	ix.props = nil
	return ix, err
}

func (ix *Index) file(path, rel string) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := filepath.ToSlash(filepath.Dir(rel))
	switch {
	case dir == "spec":
		ix.rules(f)
	case strings.HasSuffix(rel, "_test.go"):
	case dir == "props":
		ix.props = append(ix.props, parsed{rel, fset, f})
	case dir == "impl/vectors":
		ix.kinds(parsed{rel, fset, f})
	}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := strings.TrimPrefix(dir, "impl/") + "." + receiver(fn) + fn.Name.Name
		entry := Function{File: rel, Package: dir, Line: fset.Position(fn.Pos()).Line, Comments: comments(f, fn), Rules: specNames(fn)}
		switch {
		case !strings.HasSuffix(rel, "_test.go"):
			ix.Functions[name] = entry
			if strings.HasPrefix(dir, "impl/") { // a stand-in for a layer keeps its rules too
				ix.sites(fset, fn, rel, name)
			}
		case isTest(fn):
			ix.Tests[name] = entry
			if dir == "spec" { // a rule is an example there
				continue
			}
			for _, rule := range entry.Rules {
				ix.expected[rule] = append(ix.expected[rule], name)
			}
		}
	}
	return nil
}

// rules notes each variable made by rule("ID", …).
func (ix *Index) rules(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		call, ok := v.Values[0].(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		fn, ok := call.Fun.(*ast.Ident)
		id, literal := call.Args[0].(*ast.BasicLit)
		if ok && literal && fn.Name == "rule" {
			ix.Rules[v.Names[0].Name], _ = strconv.Unquote(id.Value)
		}
		return true
	})
}

// sites notes each spec.X.Broken(…).
func (ix *Index) sites(fset *token.FileSet, fn *ast.FuncDecl, file, name string) {
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if rule := brokenRule(call); rule != "" {
			ix.Sites = append(ix.Sites, Site{rule, name, file, fset.Position(call.Pos()).Line})
		}
		return true
	})
}

// brokenRule is X of spec.X.Broken(…), or "".
func brokenRule(call *ast.CallExpr) string {
	if broken, ok := call.Fun.(*ast.SelectorExpr); ok && broken.Sel.Name == "Broken" {
		return specName(broken.X)
	}
	return ""
}

// specName is X of spec.X, or "".
func specName(n ast.Node) string {
	if s, ok := n.(*ast.SelectorExpr); ok {
		if p, ok := s.X.(*ast.Ident); ok && p.Name == "spec" {
			return s.Sel.Name
		}
	}
	return ""
}

func specNames(fn *ast.FuncDecl) []string {
	var names []string
	ast.Inspect(fn, func(n ast.Node) bool {
		if name := specName(n); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
		return true
	})
	return names
}

func comments(f *ast.File, fn *ast.FuncDecl) string {
	text := fn.Doc.Text()
	for _, c := range f.Comments {
		if fn.Pos() <= c.Pos() && c.End() <= fn.End() {
			text += c.Text()
		}
	}
	return text
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	if generic, ok := t.(*ast.IndexListExpr); ok {
		t = generic.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

func isTest(fn *ast.FuncDecl) bool {
	for _, prefix := range []string{"Test", "Fuzz", "Example"} {
		if rest, ok := strings.CutPrefix(fn.Name.Name, prefix); ok && fn.Recv == nil {
			return rest == "" || !unicode.IsLower(rune(rest[0]))
		}
	}
	return false
}

// Finders are the functions that find a rule broken, sorted.
func (ix *Index) Finders(rule string) []string {
	var names []string
	for _, s := range ix.Sites {
		if s.Rule == rule {
			names = append(names, s.Function)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Expecting are the tests that name a rule, sorted.
func (ix *Index) Expecting(rule string) []string { return ix.expected[rule] }

// BrokenIn is X of the spec.X.Broken(…) in a statement, or "".
func BrokenIn(s ast.Node) (rule string) {
	ast.Inspect(s, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && rule == "" {
			rule = brokenRule(call)
		}
		return rule == ""
	})
	return rule
}
