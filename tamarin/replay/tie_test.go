package replay

import (
	"go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"mlsref/trace"
)

var (
	ifdef   = regexp.MustCompile(`(?m)^#ifdef (\w+)`)
	pvEvent = regexp.MustCompile(`(?m)^event (\w+)`)
)

// named returns the names of a model's rules and events, those of its variants too.
func named(t *testing.T, path string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(path) == ".pv" {
		for _, m := range pvEvent.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return names
	}
	variants := [][]string{nil}
	for _, m := range ifdef.FindAllStringSubmatch(string(text), -1) {
		variants = append(variants, m[1:])
	}
	for _, v := range variants {
		theory, err := Load(path, v...)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range theory.Rules {
			names[r.Name] = true
			for _, a := range r.Actions {
				names[a.Name] = true
			}
		}
	}
	return names
}

// TestNamesAreTied holds the models' rules and events against the table, both ways.
func TestNamesAreTied(t *testing.T) {
	proverif, err := filepath.Glob("../../proverif/*.pv")
	if err != nil || len(proverif) == 0 {
		t.Fatalf("no ProVerif models: %v", err)
	}
	seen := map[string]bool{}
	for _, path := range append(theories(t), proverif...) {
		model := filepath.Base(path)
		seen[model] = true
		have := named(t, path)
		tied := map[string]bool{}
		for _, tie := range Ties[model] {
			for _, name := range tie.Names {
				if tied[name] {
					t.Errorf("%s: %s is in the table twice", model, name)
				}
				tied[name] = true
				if !have[name] {
					t.Errorf("%s: the table has %s, which is neither a rule nor an event of the model", model, name)
				}
				if (len(tie.As) == 0) == (tie.Why == "") {
					t.Errorf("%s: %s stands for something, or there is a reason why not: one of the two", model, name)
				}
			}
		}
		for name := range have {
			if !tied[name] {
				t.Errorf("%s: the table does not say what %s stands for in a trace", model, name)
			}
		}
	}
	for model := range Ties {
		if !seen[model] {
			t.Errorf("the table has %s, and there is no such model", model)
		}
	}
}

// eventKinds reads the constants of type EventKind from the source, so that a new one
// cannot be forgotten.
func eventKinds(t *testing.T) []string {
	t.Helper()
	file, err := goparser.ParseFile(gotoken.NewFileSet(), "../../model/event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "EventKind" {
			kind, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, kind)
		}
		return true
	})
	if len(kinds) < 10 {
		t.Fatalf("only %d kinds were found", len(kinds))
	}
	return kinds
}

// operations plays the scenarios, and returns what was recorded there: the layers'
// operations.
func operations(t *testing.T) []string {
	t.Helper()
	have := map[string]bool{}
	for _, path := range scenarios(t) {
		for _, e := range played(t, path).Events {
			if e.Kind == trace.KindPrimitive && e.Layer != "" {
				have[e.Layer+" "+e.Op] = true
			}
			for call := range e.Calls {
				have[call] = true
			}
		}
	}
	var list []string
	for op := range have {
		list = append(list, op)
	}
	slices.Sort(list)
	return list
}

// TestTraceIsTied: what the table names is what a trace can contain, and all that a
// trace can contain is modelled, or is listed with a reason.
func TestTraceIsTied(t *testing.T) {
	modelled := map[string]bool{}
	for _, ties := range Ties {
		for _, tie := range ties {
			for _, as := range tie.As {
				modelled[as] = true
			}
		}
	}
	can := append(eventKinds(t), operations(t)...)
	for _, what := range can {
		switch why := NotModelled[what]; {
		case modelled[what] && why != "":
			t.Errorf("%q is modelled, and listed as not modelled", what)
		case !modelled[what] && why == "":
			t.Errorf("%q is neither modelled nor listed as not modelled", what)
		}
	}
	for what := range modelled {
		if !slices.Contains(can, what) {
			t.Errorf("a model stands for %q, which no trace contains", what)
		}
	}
	for what := range NotModelled {
		if !slices.Contains(can, what) {
			t.Errorf("%q is listed as not modelled, and no trace contains it", what)
		}
	}
}
