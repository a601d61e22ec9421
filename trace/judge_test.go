package trace

import (
	"errors"
	"fmt"
	"maps"
	"slices"
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
	// Of each epoch: what is safe, and all else of it is exposed.
	safe := map[string][]string{
		"epoch 0": {"epoch_secret", "init_secret", "sender_data_secret", "encryption_secret", "exporter_secret", "external_secret",
			"confirmation_key", "membership_key", "resumption_psk", "epoch_authenticator", "leaf_key of alice"},
		"epoch 1": {"epoch_secret", "encryption_secret", "joiner_secret", "welcome_secret", "path_secret of node 1", "leaf_key of alice"},
		"epoch 2": {"leaf_key of alice"},
		"epoch 3": {"leaf_key of carol"},
		"":        {"init key of bob_package_1", "message 1"},
	}
	count := map[string]int{}
	for _, row := range report.Rows {
		name := GoalName(row.Goal)
		epoch, secret, inEpoch := strings.Cut(name, ": ")
		if !inEpoch {
			epoch, secret = "", name
		}
		count[epoch]++
		if want := !slices.Contains(safe[epoch], secret); row.Closure != want || row.Predicate.Exposed != want {
			t.Errorf("%s is %s and %s, want %s", name, fate(row.Predicate.Exposed), fate(row.Closure), fate(want))
		}
		if row.Closure && (row.Replay != "ok" || len(row.Derivation) == 0 || row.Since < 0) {
			t.Errorf("%s: %d steps, replay %q, since %d", name, len(row.Derivation), row.Replay, row.Since)
		}
		if !row.Closure && row.Since != -1 {
			t.Errorf("%s is secret, since %d", name, row.Since)
		}
	}
	// 10 secrets below epoch_secret and itself, joiner_secret, welcome_secret with an
	// Add, a node's two, and the new leaves; bob's init key, two messages.
	if want := map[string]int{"epoch 0": 11, "epoch 1": 16, "epoch 2": 14, "epoch 3": 14, "": 3}; !maps.Equal(count, want) {
		t.Errorf("rows by epoch: %v, want %v", count, want)
	}
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
				e.Terms = append(e.Terms, ratchet(t, tr))
			}},
		{"a secret that only the closure knows", "message 9: the predicate does not know this secret",
			func(t *testing.T, tr *Trace) {
				find(t, tr, isGoal("message 2")).Goal.Message = 9
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
				tr.Events = append(tr.Events, Event{Seq: 10_000, Kind: KindGoal, Goal: first.Goal, Term: 0})
			}},
		{"a byte that is not what was computed", "the attack that the closure found cannot be carried out",
			func(t *testing.T, tr *Trace) {
				d := definition(t, tr, named(t, tr, "epoch_secret_2"))
				d.Value = flip(d.Value)
			}},
		{"an expectation that is wrong", "toy.mls:12: expected epoch 2 to be secret; the predicate says exposed, the closure says exposed",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Line == 12 && e.Kind == KindExpect }).Expect.Exposed = false
			}},
		{"an expectation about one secret", "toy.mls:11: expected epoch_secret of epoch 1 to be exposed",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Line == 11 && e.Kind == KindExpect }).Expect.Exposed = true
			}},
		{"an expectation about a message", "toy.mls:13: expected message 1 to be exposed",
			func(t *testing.T, tr *Trace) {
				find(t, tr, func(e *Event) bool { return e.Line == 13 && e.Kind == KindExpect }).Expect.Exposed = true
			}},
		{"an expectation that one judge only shares", "toy.mls:10: expected epoch 1 to be exposed; the predicate says exposed, the closure says secret",
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
		{Expect{Epoch: epochNo(5)}, "toy.mls:99: the run has no epoch 5, expected at most epoch 3"},
		{Expect{Epoch: epochNo(5), Secret: model.InitSecret}, "toy.mls:99: the run has no init_secret of epoch 5, expected at most epoch 3"},
		{Expect{Message: 3}, "toy.mls:99: the run has no message 3, expected at most 2"},
	} {
		tr := toyTrace(t)
		tr.Events = append(tr.Events, Event{Seq: 10_000, Kind: KindExpect, Line: 99, Expect: &c.x})
		_, err := Judge(tr)
		var input *InputError
		if !errors.As(err, &input) || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

// ratchet is the secret that the key of message 1 came from.
func ratchet(t *testing.T, tr *Trace) model.TermID {
	t.Helper()
	return definition(t, tr, named(t, tr, "message_1_key")).Args[0]
}
