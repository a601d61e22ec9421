package trace

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"mlsref/model"
)

func judged(t *testing.T, tr *Trace) *Report {
	t.Helper()
	report, err := Judge(tr)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestJudgeToy(t *testing.T) {
	report := judged(t, toyTrace(t))
	for _, p := range report.Problems {
		t.Error(p)
	}
	want := map[string]string{
		"epoch 0: epoch_secret": "secret", "epoch 0: init_secret": "secret",
		"epoch 1: epoch_secret": "secret", "epoch 1: init_secret": "exposed",
		"epoch 2: epoch_secret": "exposed", "epoch 2: init_secret": "exposed",
		"message 1": "secret", "message 2": "exposed",
	}
	if len(report.Rows) != len(want) {
		t.Errorf("%d rows, want %d", len(report.Rows), len(want))
	}
	for _, row := range report.Rows {
		name := GoalName(row.Goal)
		if got := fate(row.Closure); got != want[name] {
			t.Errorf("%s is %s, want %s", name, got, want[name])
		}
		if row.Closure && (row.Replay != "ok" || len(row.Derivation) == 0) {
			t.Errorf("%s: %d steps, replay %q", name, len(row.Derivation), row.Replay)
		}
	}
}

func find(t *testing.T, tr *Trace, is func(*Event) bool) *Event {
	t.Helper()
	for i := range tr.Events {
		if is(&tr.Events[i]) {
			return &tr.Events[i]
		}
	}
	t.Fatal("the toy has no such event")
	return nil
}

func kind(k string) func(*Event) bool { return func(e *Event) bool { return e.Kind == k } }

func isStep(k model.EventKind) func(*Event) bool {
	return func(e *Event) bool { return e.Kind == KindStep && e.Step.Kind == k }
}

// TestJudgeProblems starts from the good toy, breaks one thing, and expects a
// problem that names the secret.
func TestJudgeProblems(t *testing.T) {
	cases := []struct {
		name  string
		want  string
		wreck func(*testing.T, *Trace)
	}{
		{"a theft that the predicate is not told of", "epoch 1: init_secret: the predicate says secret",
			func(t *testing.T, tr *Trace) {
				e := find(t, tr, isStep(model.Compromise))
				*e = Event{Seq: e.Seq, Kind: KindPrimitive, Define: e.Define}
			}},
		{"a theft that yields nothing", "epoch 2: epoch_secret: the predicate says exposed",
			func(t *testing.T, tr *Trace) { find(t, tr, kind(KindCompromise)).Terms = nil }},
		{"a key that should have been deleted", "message 1: the predicate says secret",
			func(t *testing.T, tr *Trace) {
				e := find(t, tr, kind(KindCompromise))
				e.Terms = append(e.Terms, named(t, tr, "ratchet_0"))
			}},
		{"a secret that only the closure knows", "message 9: the predicate does not know this secret",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Kind == KindGoal && e.Goal.Message == 2 }).Goal.Message = 9
				find(t, tr, func(e *Event) bool { return e.Kind == KindExpect && e.Expect.Message == 2 }).Expect.Message = 9
			}},
		{"a secret that only the predicate knows", "message 9: the predicate judges it, and the trace has no term for it",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Kind == KindStep && e.Step.Kind == model.Send && e.Step.Message == 2 }).Step.Message = 9
				find(t, tr, func(e *Event) bool { return e.Kind == KindStep && e.Step.Kind == model.Receive && e.Step.Message == 2 }).Step.Message = 9
			}},
		{"members who do not agree", "epoch 0: epoch_secret: the members hold different secrets",
			func(t *testing.T, tr *Trace) {
				first := find(t, tr, kind(KindGoal))
				tr.Events = append(tr.Events, Event{Seq: 1000, Kind: KindGoal, Goal: first.Goal, Term: 0})
			}},
		{"a byte that is not what was computed", "the attack that the closure found cannot be carried out",
			func(t *testing.T, tr *Trace) {
				d := definition(t, tr, named(t, tr, "epoch_secret_2"))
				d.Value = flip(d.Value)
			}},
		{"an expectation that is wrong", "toy.mls:11: expected epoch 2 to be secret; the predicate says exposed, the closure says exposed",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Line == 11 && e.Kind == KindExpect }).Expect.Exposed = false
			}},
		{"an expectation about one secret", "toy.mls:10: expected epoch_secret of epoch 1 to be exposed",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Line == 10 && e.Kind == KindExpect }).Expect.Exposed = true
			}},
		{"an expectation about a message", "toy.mls:12: expected message 1 to be exposed",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Line == 12 && e.Kind == KindExpect }).Expect.Exposed = true
			}},
		{"an expectation that one judge only shares", "toy.mls:9: expected epoch 1 to be exposed; the predicate says exposed, the closure says secret",
			func(t *testing.T, tr *Trace) { find(t, tr, kind(KindCompromise)).Terms = nil }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tr := toyTrace(t)
			c.wreck(t, tr)
			report := judged(t, tr)
			all := fmt.Sprint(report.Problems)
			if report.OK() || !strings.Contains(all, c.want) {
				t.Errorf("problems: %s\nwant one with %q", all, c.want)
			}
		})
	}
}

func TestExpectationsAboutNothing(t *testing.T) {
	for _, c := range []struct {
		x    Expect
		want string
	}{
		{Expect{Epoch: epochNo(5)}, "toy.mls:99: expect: the run has no epoch 5"},
		{Expect{Epoch: epochNo(5), Secret: model.InitSecret}, "toy.mls:99: expect: the run has no init_secret of epoch 5"},
		{Expect{Message: 3}, "toy.mls:99: expect: the run has no message 3"},
	} {
		tr := toyTrace(t)
		tr.Events = append(tr.Events, Event{Seq: 1000, Kind: KindExpect, Line: 99, Expect: &c.x})
		_, err := Judge(tr)
		var input *InputError
		if !errors.As(err, &input) || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

// named is the ID of the first term with that name.
func named(t *testing.T, tr *Trace, name string) model.TermID {
	t.Helper()
	for _, e := range tr.Events {
		for _, d := range e.Define {
			if d.Name == name {
				return d.ID
			}
		}
	}
	t.Fatalf("the toy has no term %s", name)
	return 0
}

func definition(t *testing.T, tr *Trace, id model.TermID) *Definition {
	t.Helper()
	for i := range tr.Events {
		for j := range tr.Events[i].Define {
			if d := &tr.Events[i].Define[j]; d.ID == id {
				return d
			}
		}
	}
	t.Fatalf("the toy has no term %d", id)
	return nil
}

// flip changes the last bit of a value in hex.
func flip(value string) string {
	const digits = "0123456789abcdef"
	i := strings.IndexByte(digits, value[len(value)-1])
	return value[:len(value)-1] + string(digits[i^1])
}
