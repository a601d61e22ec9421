package props

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/suite"
	"mlsref/spec"
	"mlsref/trace"
)

func parse(t testing.TB, text string) *trace.Scenario {
	t.Helper()
	sc, err := trace.Parse("test", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// never fails when somebody was removed, or when bob reads dave's "b".
func never(what string) Property {
	return Property{Name: what, New: func(h *History) Checks {
		switch what {
		case "removed":
			return Checks{Watch: trace.Watch{Step: func(s *trace.Session, line int) error {
				if h.Scenario.Statements[slices.IndexFunc(h.Scenario.Statements, func(st trace.Statement) bool { return st.Line == line })].Verb == trace.VerbRemoves {
					h.Fail("somebody was removed")
				}
				return nil
			}}}
		case "read":
			return Checks{Watch: trace.Watch{Reading: func(_ *trace.Session, reader string, m trace.Message) error {
				if reader == "bob" && m.From == "dave" && string(m.Text) == "b" {
					return errors.New("bob reads it")
				}
				return nil
			}}}
		default:
			return Checks{Watch: trace.Watch{Read: func(_ *trace.Session, reader string, m trace.Message, _ error) error {
				if m.Number == 2 {
					panic("at the second message")
				}
				return nil
			}}}
		}
	}}
}

const long = `handshakes public
alice creates room
alice adds bob carol
bob sends "a"
carol updates
alice commits
alice adds dave erin
erin updates
bob commits
dave sends "a"
dave sends "b" to bob
carol removes erin
deliver 3 to alice
alice commits
`

func TestRun(t *testing.T) {
	properties := []Property{never("read"), never("removed"), never("panics")}
	failures, steps, err := Run(parse(t, long), properties, Look{})
	want := []Failure{
		{Property: "panics", Line: 10, Text: "panic: at the second message, outside of impl/"},
		{Property: "read", Line: 11, Text: "bob reads it"},
		{Property: "removed", Line: 12, Text: "somebody was removed"},
	}
	if err != nil || steps != 13 || !reflect.DeepEqual(failures, want) {
		t.Errorf("%d steps, %v, %v", steps, failures, err)
	}
	var impossible *trace.InputError
	if _, _, err := Run(parse(t, "alice creates room\nbob sends \"a\"\n"), properties, Look{}); !errors.As(err, &impossible) || impossible.Line != 2 {
		t.Errorf("an impossible step: %v", err)
	}
}

// An expectation about what is not there is the scenario's mistake.
func TestRunExpectsNothing(t *testing.T) {
	acceptance, err := Named(Acceptance)
	if err != nil {
		t.Fatal(err)
	}
	var impossible *trace.InputError
	if failures, _, err := Run(parse(t, "alice creates room\nexpect message 6 secret\n"), acceptance, Look{}); !errors.As(err, &impossible) || len(failures) > 0 {
		t.Errorf("%v, %v", failures, err)
	}
}

// What a property tries is a function of the scenario, whoever else looks on.
func TestRunRepeats(t *testing.T) {
	var drawn [][]uint64
	p := Property{Name: "draws", New: func(h *History) Checks {
		var list []uint64
		return Checks{Watch: trace.Watch{Call: func(string, suite.Call) { list = append(list, h.Rand.Uint64()) }},
			End: func(*trace.Session) { drawn = append(drawn, list) }}
	}}
	for _, list := range [][]Property{{p}, {never("read"), p}} {
		if _, _, err := Run(parse(t, long), list, Look{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(drawn) != 2 || len(drawn[0]) < 100 || !reflect.DeepEqual(drawn[0], drawn[1]) {
		t.Error("a property draws otherwise when another looks on")
	}
}

func TestShrink(t *testing.T) {
	for what, want := range map[string]string{
		"removed": "alice creates room\nalice adds bob carol\ncarol removes bob\n",
		"read":    "alice creates room\nalice adds bob\nalice adds dave\ndave sends \"b\"\n",
	} {
		got, how := Shrink(parse(t, strings.ReplaceAll(long, "removes erin", "removes bob")), never(what), 1000)
		if got.Text != want || how.Property != what {
			t.Errorf("%s: shrunk to\n%s%v", what, got.Text, how)
		}
	}
	sc := parse(t, long)
	if got, _ := Shrink(sc, never("read"), 0); got != sc {
		t.Error("shrunk without a try")
	}
}

func TestNamed(t *testing.T) {
	names := map[string]bool{}
	for _, p := range All() {
		if list, err := Named(p.Name); err != nil || len(list) != 1 || list[0].About != p.About || names[p.Name] || p.About == "" || p.Source == "" {
			t.Errorf("%s: %v, %v", p.Name, list, err)
		}
		names[p.Name] = true
	}
	if _, err := Named("nonsense"); fmt.Sprint(err) != `there is no property "nonsense"` {
		t.Error(err)
	}
}

// The rules that answers name are counted, the same every time, for whoever asks.
func TestRulesReached(t *testing.T) {
	list, err := Named("robustness", "message-once")
	if err != nil {
		t.Fatal(err)
	}
	var before map[string]int
	for range 2 {
		rules := map[string]int{}
		if failures, _, err := Run(parse(t, long), list, Look{Thorough: true, Rules: rules}); err != nil || failures != nil {
			t.Fatal(failures, err)
		}
		if len(rules) < 3 || rules[spec.GenerationOnce.ID] == 0 || before != nil && !maps.Equal(before, rules) {
			t.Errorf("rules reached: %v, before: %v", rules, before)
		}
		before = rules
	}
}

// What panics while a history is drawn does not end the process.
func TestDrawnPanic(t *testing.T) {
	n := 0
	pick := func(int) int {
		if n++; n > 20 {
			panic("no more")
		}
		return 0
	}
	if _, err := Drawn(pick, 1, 10, 3, nil); err == nil || !strings.Contains(err.Error(), "panic: no more") {
		t.Error(err)
	}
}
