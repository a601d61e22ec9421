package trace

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"mlsref/impl/suite"
	"mlsref/model"
)

// toyScenario is a small run with every operation and every container: with P-256, a
// signature key is not its seed.
const toyScenario = `suite MLS_128_DHKEMP256_AES128GCM_SHA256_P256
alice creates room
alice adds bob
alice sends "before"
compromise bob
alice sends "after"
alice commits
carol joins room through bob
expect epoch 0 secret
expect epoch 1 exposed
expect epoch 1 epoch_secret secret
expect epoch 2 exposed
expect message 1 secret
expect message 2 exposed
expect epoch 3 exposed
`

// toyRun is the toy as it is written. Playing it again for every copy would take long.
var toyRun = sync.OnceValues(func() (string, error) {
	sc, err := Parse("toy.mls", strings.NewReader(toyScenario))
	if err != nil {
		return "", err
	}
	tr, err := Play(sc, Options{})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = Write(&out, tr)
	return out.String(), err
})

// toyTrace is the toy, for the caller to break.
func toyTrace(t testing.TB) *Trace {
	t.Helper()
	text, err := toyRun()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := Read(strings.NewReader(text), "toy.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func toySuite(t *testing.T, tr *Trace) suite.Suite {
	t.Helper()
	s, err := suite.ByName(tr.Header.Suite)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func epochNo(n uint64) *uint64 { return &n }

func find(t testing.TB, tr *Trace, is func(*Event) bool) *Event {
	t.Helper()
	i := slices.IndexFunc(tr.Events, func(e Event) bool { return is(&e) })
	if i < 0 {
		t.Fatal("the run has no such event")
	}
	return &tr.Events[i]
}

func kind(k string) func(*Event) bool { return func(e *Event) bool { return e.Kind == k } }

func isStep(k model.EventKind) func(*Event) bool {
	return func(e *Event) bool { return e.Kind == KindStep && e.Step.Kind == k }
}

func isGoal(name string) func(*Event) bool {
	return func(e *Event) bool { return e.Kind == KindGoal && GoalName(*e.Goal) == name }
}

// stateOf is the definition with the given name, or nil.
func stateOf(t testing.TB, tr *Trace, name string) *Definition {
	t.Helper()
	return definitionWhere(tr, func(d *Definition) bool { return d.Name == name })
}

func definitionWhere(tr *Trace, is func(*Definition) bool) *Definition {
	for _, e := range tr.Events {
		for i := range e.Define {
			if is(&e.Define[i]) {
				return &e.Define[i]
			}
		}
	}
	return nil
}

// named is the ID of the term with that name.
func named(t testing.TB, tr *Trace, name string) model.TermID {
	t.Helper()
	d := stateOf(t, tr, name)
	if d == nil {
		t.Fatalf("the run has no term %s", name)
	}
	return d.ID
}

func definition(t testing.TB, tr *Trace, id model.TermID) *Definition {
	t.Helper()
	d := definitionWhere(tr, func(d *Definition) bool { return d.ID == id })
	if d == nil {
		t.Fatalf("the run has no term %d", id)
	}
	return d
}

// welcomed is the structure in the toy's Welcome, and the coins that encrypted it.
func welcomed(t testing.TB, tr *Trace) (secrets, coins model.TermID) {
	t.Helper()
	d := definitionWhere(tr, func(d *Definition) bool { return d.Op == model.OpEncrypt && d.Label == "Welcome" })
	if d == nil {
		t.Fatal("the run has no Welcome")
	}
	return d.Args[2], d.Args[3]
}

// flip changes the last bit of a value in hex.
func flip(value string) string {
	const digits = "0123456789abcdef"
	i := strings.IndexByte(digits, value[len(value)-1])
	return value[:len(value)-1] + string(digits[i^1])
}
