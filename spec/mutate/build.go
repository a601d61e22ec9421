package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"mlsref/spec/coverage"
)

// built is the mutated code: one test binary for each package, in which each site
// is switched off by its number in the environment.
type built struct {
	dir      string
	sites    []coverage.Site
	binaries map[string]string // a package's directory → its test binary
	idle     int
}

const variable = "MLSREF_MUTANTS"

// switches is added to package spec.
const switches = `package spec

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

var off = strings.Split(os.Getenv("` + variable + `"), ",")

func Off(n int) bool { return slices.Contains(off, strconv.Itoa(n)) }
`

// build writes the mutated files and compiles the packages of all naming tests.
func build(ix *coverage.Index, dir string) (*built, error) {
	b := &built{dir: dir, binaries: map[string]string{}}
	replace := map[string]string{}
	add := func(file string, text []byte) error {
		path, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		replace[path] = filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		return os.WriteFile(replace[path], text, 0o600)
	}
	if err := add("spec/mutant_switches.go", []byte(switches)); err != nil {
		return nil, err
	}
	var files []string
	for _, s := range ix.Sites {
		if !slices.Contains(files, s.File) {
			files = append(files, s.File)
		}
	}
	for _, file := range files {
		text, err := b.mutate(file)
		if err != nil {
			return nil, err
		}
		if err := add(file, text); err != nil {
			return nil, err
		}
	}
	if len(b.sites) != len(ix.Sites) {
		return nil, fmt.Errorf("%d of %d sites could be switched", len(b.sites), len(ix.Sites))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		return nil, err
	}
	return b, b.compile(ix)
}

func (b *built) compile(ix *coverage.Index) error {
	for rule := range ix.Rules {
		for _, test := range ix.Expecting(rule) {
			pkg := ix.Tests[test].Package
			if b.binaries[pkg] != "" {
				continue
			}
			binary := filepath.Join(b.dir, strconv.Itoa(len(b.binaries))+".test")
			cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", filepath.Join(b.dir, "overlay.json"), "-o", binary, "./"+pkg)
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("%s: %w\n%s", pkg, err, out)
			}
			b.binaries[pkg] = binary
		}
	}
	return nil
}

// passes runs one test with some sites switched off.
func (b *built) passes(ix *coverage.Index, test string, off []int) (ok, panicked bool) {
	pkg, name := ix.Tests[test].Package, test[strings.LastIndex(test, ".")+1:]
	cmd := exec.Command(b.binaries[pkg], "-test.run", "^"+name+"$", "-test.timeout", "2m")
	cmd.Dir = pkg
	list := make([]string, len(off))
	for i, n := range off {
		list[i] = strconv.Itoa(n)
	}
	cmd.Env = append(os.Environ(), variable+"="+strings.Join(list, ","))
	out, err := cmd.CombinedOutput()
	return err == nil, bytes.Contains(out, []byte("panic:"))
}

// edit puts text in place of the bytes from…to.
type edit struct {
	from, to int
	text     string
}

// mutate wraps each return of a broken rule: if switched off, the function goes on.
func (b *built) mutate(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	var edits []edit
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil || len(fn.Body.List) == 0 {
			continue
		}
		last := fn.Body.List[len(fn.Body.List)-1]
		changed := false
		ast.Inspect(fn, func(n ast.Node) bool {
			ret, ok := n.(*ast.ReturnStmt)
			if !ok || len(ret.Results) == 0 {
				return true
			}
			rule := coverage.BrokenIn(ret)
			if rule == "" {
				return true
			}
			changed = true
			old := string(text[at(ret.Pos()):at(ret.End())])
			with := fmt.Sprintf("if !spec.Off(%d) { %s\n}", len(b.sites), old)
			if ret == last { // without the rule there is no error
				end := ret.Results[len(ret.Results)-1]
				with += ";" + string(text[at(ret.Pos()):at(end.Pos())]) + "nil"
			}
			b.sites = append(b.sites, coverage.Site{Rule: rule, File: file, Line: fset.Position(ret.Pos()).Line})
			edits = append(edits, edit{at(ret.Pos()), at(ret.End()), with})
			return false
		})
		if _, returns := last.(*ast.ReturnStmt); changed && !returns && fn.Type.Results != nil {
			end := at(fn.Body.Rbrace)
			edits = append(edits, edit{end, end, ";panic(\"mutate: the function goes on\")\n"})
		}
	}
	if len(edits) == 0 {
		return nil, errors.New(file + ": no return of a broken rule")
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	for _, e := range edits {
		text = slices.Concat(text[:e.from], []byte(e.text), text[e.to:])
	}
	return text, nil
}
