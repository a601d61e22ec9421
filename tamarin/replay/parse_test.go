package replay

import (
	"path/filepath"
	"strings"
	"testing"
)

func theories(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../*.spthy")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 10 {
		t.Fatalf("only %d models were found", len(paths))
	}
	return paths
}

func TestEveryModelIsRead(t *testing.T) {
	for _, path := range theories(t) {
		theory, err := Load(path)
		if err != nil {
			t.Error(err)
		} else if want := strings.TrimSuffix(filepath.Base(path), ".spthy"); theory.Name != want || len(theory.Rules) == 0 {
			t.Errorf("%s: theory %s with %d rules", path, theory.Name, len(theory.Rules))
		}
	}
}

func TestRulesAreWrittenOut(t *testing.T) {
	theory, err := Parse(`theory a begin
functions: f/1 // a comment
macros: twice(x) = f(f(x))
#ifdef other
rule R: [ ] --> [ ]
#else
rule R:
  let y = twice($A)
      z = <y, 'c', ~n> in
  [ !P(z), Fr(~n) ] --[ E(y) ]-> [ Out(z) ]
#endif
lemma l: exists-trace "Ex #i. E('x')@i
  & T"
end`)
	if err != nil {
		t.Fatal(err)
	}
	r := theory.Rules[0]
	if got, want := r.Premises[0].String(), "!P(pair(f(f($A)), pair('c', ~n)))"; got != want {
		t.Errorf("premise %s, want %s", got, want)
	}
	if got, want := r.Actions[0].String(), "E(f(f($A)))"; got != want || len(theory.Rules) != 1 {
		t.Errorf("action %s, want %s; %d rules", got, want, len(theory.Rules))
	}
}

// TestUnknownIsRefused: what would change the runs of a model is never skipped.
func TestUnknownIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"restriction": `theory a begin restriction r: "All #i. E()@i ==> F" end`,
		"equations":   `theory a begin equations: f(x) = x end`,
		"builtin":     `theory a begin builtins: diffie-hellman end`,
		"function":    `theory a begin rule R: [ In(f(x)) ] --> [ ] end`,
		"arity":       `theory a begin functions: f/1 rule R: [ In(f(x, x)) ] --> [ ] end`,
		"directive":   "theory a begin\n#define x\nend",
		"no endif":    "theory a begin\n#ifdef x\nend",
		"cut short":   `theory a begin rule R: [ In(x)`,
	} {
		if theory, err := Parse(text); err == nil {
			t.Errorf("%s: was read: %+v", name, theory)
		}
	}
}
