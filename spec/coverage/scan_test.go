package coverage_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mlsref/spec/coverage"
)

// A module of three files, in which a rule is found broken in two places of one
// method, another in a function literal, and a third by nobody.
var module = map[string]string{
	"spec/rules.go": `package spec
var (
	One   = rule("1/one", "1", "one")
	Two   = rule("1.2/two", "1.2", "two")
	Three = rule("3/three", "3", "three")
)`,
	"impl/layer/code.go": `package layer
// check takes this reading (subtle point 7).
func (l *list[T]) check() error {
	if l == nil {
		return spec.One.Broken("nil") // inside
	}
	return fmt.Errorf("%w: x", spec.One.Broken("not nil"))
}
var other = 1
func lit() func() error { return func() error { return spec.Two.Broken("") } }`,
	"impl/layer/code_test.go": `package layer
// Subtle points 7 and 12.
func TestCode(t *testing.T) { use(spec.One, spec.Two) }
func Testify() { use(spec.Three) }
func helper() { use(spec.Three) }`,
	"impl/layer/testdata/broken.go": `package`,
}

func TestScan(t *testing.T) {
	root := t.TempDir()
	for name, text := range module {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ix, err := coverage.Scan(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		rule             string
		functions, tests []string
	}{
		{"One", []string{"layer.list.check"}, []string{"layer.TestCode"}},
		{"Two", []string{"layer.lit"}, []string{"layer.TestCode"}},
		{"Three", nil, nil},
	} {
		if got := ix.Finders(v.rule); !slices.Equal(got, v.functions) {
			t.Errorf("%s is found broken by %v, want %v", v.rule, got, v.functions)
		}
		if got := ix.Expecting(v.rule); !slices.Equal(got, v.tests) {
			t.Errorf("%s is expected by %v, want %v", v.rule, got, v.tests)
		}
	}
	if len(ix.Sites) != 3 || ix.Rules["Two"] != "1.2/two" {
		t.Errorf("sites %v, rules %v", ix.Sites, ix.Rules)
	}
	if f := ix.Functions["layer.list.check"]; !namesPoint(f.Comments, 7) || namesPoint(f.Comments, 12) || f.Package != "impl/layer" {
		t.Errorf("the method is %+v", f)
	}
	if f := ix.Tests["layer.TestCode"]; !namesPoint(f.Comments, 7) || !namesPoint(f.Comments, 12) || namesPoint(f.Comments, 1) {
		t.Errorf("the test is %+v", f)
	}
	if _, err := coverage.Scan(t.TempDir()); err == nil {
		t.Error("an empty directory is a module")
	}
}

func TestCompareSections(t *testing.T) {
	sections := []string{"12.4.3.1", "D", "7.9.2", "10", "7.3", "10.1", "7"}
	slices.SortFunc(sections, coverage.CompareSections)
	if want := []string{"7", "7.3", "7.9.2", "10", "10.1", "12.4.3.1", "D"}; !slices.Equal(sections, want) {
		t.Errorf("got %v, want %v", sections, want)
	}
}
