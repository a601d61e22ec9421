package replay

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"mlsref/model"
	"mlsref/trace"
)

const story = `seed 1
alice creates room
alice adds bob
alice commits
bob adds dave without path
alice sends "one"
alice sends "two"
bob sends "three"
bob adds carol
compromise bob
alice commits
carol sends "four"
`

// step finds the nth step of a kind, from 0.
func step(t *testing.T, tr *trace.Trace, kind model.EventKind, n int) int {
	t.Helper()
	for i, e := range tr.Events {
		if e.Kind == trace.KindStep && e.Step.Kind == kind {
			if n == 0 {
				return i
			}
			n--
		}
	}
	t.Fatalf("no such %s", kind)
	return 0
}

func without(tr *trace.Trace, at int) *trace.Trace {
	return &trace.Trace{Header: tr.Header, Events: slices.Delete(slices.Clone(tr.Events), at, at+1)}
}

func swapped(tr *trace.Trace, a, b int) *trace.Trace {
	events := slices.Clone(tr.Events)
	events[a], events[b] = events[b], events[a]
	return &trace.Trace{Header: tr.Header, Events: events}
}

func tale(t *testing.T) *trace.Trace {
	t.Helper()
	return play(t, parsed(t, story))
}

func parsed(t *testing.T, text string) *trace.Scenario {
	t.Helper()
	sc, err := trace.Parse("story", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// finding adds a term to what the first theft found.
func finding(tr *trace.Trace, id model.TermID) *trace.Trace {
	events := slices.Clone(tr.Events)
	at := slices.IndexFunc(events, func(e trace.Event) bool { return e.Kind == trace.KindCompromise })
	events[at].Terms = append(slices.Clone(events[at].Terms), id)
	return &trace.Trace{Header: tr.Header, Events: events}
}

func replay(t *testing.T, model string) Replay {
	t.Helper()
	at := slices.IndexFunc(Replays, func(r Replay) bool { return r.Model == model })
	if at < 0 {
		t.Fatalf("traces are not held against %s", model)
	}
	return Replays[at]
}

type which struct {
	kind model.EventKind
	n    int
}

// TestMutantsAreRefused removes one event, or swaps two, and expects the rule that
// cannot fire then, with the reason.
func TestMutantsAreRefused(t *testing.T) {
	honest := tale(t)
	for _, test := range []struct {
		model  string
		remove *which
		swap   [2]which
		rule   string
		why    string
	}{
		{"groupops_agreement.spthy", &which{model.Commit, 1}, [2]which{}, "Process", "nobody has sent pair("},
		{"groupops_agreement.spthy", &which{model.Identity, 0}, [2]which{}, "Propose", "there is no fact !Signer('alice'"},
		{"groupops_agreement.spthy", nil, [2]which{{model.Commit, 1}, {model.Process, 2}}, "Process", "nobody has sent pair("},
		{"keyschedule_epochs.spthy", &which{model.Create, 0}, [2]which{}, "CommitHealing", "there is no fact that fits !Epoch"},
		{"keyschedule_epochs.spthy", &which{model.Commit, 1}, [2]which{}, "CommitKnown", "there is no fact that fits !Epoch"},
		{"keyschedule_epochs.spthy", &which{model.Commit, 3}, [2]which{}, "Compromise", "there is no fact that fits Live"},
		{"keyschedule_epochs.spthy", nil, [2]which{{model.Commit, 1}, {model.Commit, 2}}, "CommitKnown", "there is no fact that fits !Epoch"},
		{"keyschedule_welcome.spthy", &which{model.KeyPackage, 0}, [2]which{}, "Welcome", "there is no fact !Published"},
		{"keyschedule_welcome.spthy", &which{model.Commit, 0}, [2]which{}, "Join", "nobody has sent aenc("},
		{"keyschedule_welcome.spthy", nil, [2]which{{model.Commit, 3}, {model.Join, 2}}, "Join", "nobody has sent aenc("},
		{"treekem_two.spthy", &which{model.Commit, 1}, [2]which{}, "Process", "there is no fact !Root("},
		{"treekem_two.spthy", nil, [2]which{{model.Commit, 1}, {model.Process, 2}}, "Process", "there is no fact !Root("},
		{"message_ratchet.spthy", &which{model.Send, 0}, [2]which{}, "Advance", "there is no fact that fits Live"},
		{"message_ratchet.spthy", nil, [2]which{{model.Send, 0}, {model.Send, 1}}, "Advance", "there is no fact that fits Live"},
		{"message_replay.spthy", &which{model.Send, 0}, [2]which{}, "Join", "there is no fact !First"},
		{"message_replay.spthy", &which{model.Send, 1}, [2]which{}, "Advance", "there is no fact !Next"},
		{"message_replay.spthy", nil, [2]which{{model.Send, 1}, {model.Receive, 2}}, "Advance", "there is no fact !Next"},
		{"message_replay.spthy", nil, [2]which{{model.Send, 0}, {model.Send, 1}}, "Send", "there is no fact Sender("},
	} {
		r := replay(t, test.model)
		if _, err := run(t, r, honest); err != nil {
			t.Fatalf("the honest run: %v", err)
		}
		var mutant *trace.Trace
		if test.remove != nil {
			mutant = without(honest, step(t, honest, test.remove.kind, test.remove.n))
		} else {
			mutant = swapped(honest, step(t, honest, test.swap[0].kind, test.swap[0].n), step(t, honest, test.swap[1].kind, test.swap[1].n))
		}
		refused(t, r, mutant, test.rule, test.why)
	}
}

func refused(t *testing.T, r Replay, mutant *trace.Trace, rule, why string) {
	t.Helper()
	_, err := run(t, r, mutant)
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("%s: rule %s (%s): was accepted", r.Model, rule, why)
	} else if refusal.Firing.Rule != rule || !strings.HasPrefix(refusal.Why, why) {
		t.Errorf("want rule %s, %s\ngot %v", rule, why, err)
	}
}

// TestDoubleUseIsRefused lets events use what is gone: a message that is opened twice,
// and thefts of what should have been erased.
func TestDoubleUseIsRefused(t *testing.T) {
	honest := tale(t)
	x := newIndex(honest)
	again := func(at int) *trace.Trace {
		return &trace.Trace{Header: honest.Header, Events: slices.Insert(slices.Clone(honest.Events), at, honest.Events[at])}
	}
	opened := again(step(t, honest, model.Receive, 0))
	refused(t, replay(t, "message_ratchet.spthy"), opened, "Receive", "Key(~t")
	refused(t, replay(t, "message_replay.spthy"), opened, "Receive", "Key(~bob")
	refused(t, replay(t, "groupops_agreement.spthy"), again(step(t, honest, model.Identity, 1)), "Identity", "~t21 is not fresh")

	for id, state := range x.inits {
		if state == "room/1" {
			refused(t, replay(t, "keyschedule_epochs.spthy"), finding(honest, id), "Compromise", "Live(~t")
		}
	}
	for _, n := range []int{1, 3} { // received and sent by bob
		key := x.keys[n]
		secret, _ := x.of(key, model.OpExpand, "key", 0)
		refused(t, replay(t, "message_ratchet.spthy"), finding(honest, secret), "Compromise", "Live(~ratchet")
		refused(t, replay(t, "message_ratchet.spthy"), finding(honest, key), "CompromiseKey", "Key(~t")
	}
}

// TestReplacedLeafIsGone: a theft does not find the leaf key that a Commit replaced.
func TestReplacedLeafIsGone(t *testing.T) {
	honest := play(t, parsed(t, "alice creates room\nalice adds bob\nalice commits\ncompromise alice\n"))
	r := replay(t, "treekem_two.spthy")
	if _, err := run(t, r, honest); err != nil {
		t.Fatal(err)
	}
	old := newIndex(honest).goals[model.Goal{Kind: model.LeafKey, Group: "room", Epoch: 1, State: "room/1", Owner: "alice"}]
	refused(t, r, finding(honest, old), "Compromise", "Leaf('alice'")
}

// TestForgeryNeedsTheTheft: a Commit of the attacker is accepted because the signature
// key was stolen before. Without the theft it is no run.
func TestForgeryNeedsTheTheft(t *testing.T) {
	tr := played(t, "../../docs/scenarios/11-stolen-signature-key.scenario")
	at := slices.IndexFunc(tr.Events, func(e trace.Event) bool { return e.Kind == trace.KindCompromise })
	refused(t, replay(t, "groupops_agreement.spthy"), without(tr, at), "Process", "nobody has sent pair(")
}

// needed are the kinds of event that some rule must fire for, and who needs it then.
func needed(tr *trace.Trace, at int) bool {
	e := tr.Events[at].Step
	later := func(is func(*model.Event) bool) bool {
		return slices.ContainsFunc(tr.Events[at+1:], func(l trace.Event) bool { return l.Kind == trace.KindStep && is(l.Step) })
	}
	switch e.Kind {
	case model.Create:
		return later(func(l *model.Event) bool { return l.Kind == model.Commit && l.From == e.State })
	case model.Commit:
		return honest(e) && later(func(l *model.Event) bool { return l.Kind == model.Process && l.State == e.State })
	case model.Send:
		return honest(e) && later(func(l *model.Event) bool { return l.Kind == model.Receive && l.Message == e.Message })
	case model.KeyPackage:
		return later(func(l *model.Event) bool {
			return l.Kind == model.Commit && len(l.Adds) <= 2 &&
				slices.ContainsFunc(l.Adds, func(a model.Add) bool { return a.Package == e.Package })
		})
	case model.Identity:
		return e.What == "" && later(func(l *model.Event) bool { return l.Kind == model.Commit && l.Actor == e.Actor && honest(l) })
	}
	return false
}

// TestEachRemovalIsRefused removes each event of each scenario that a later one needs.
func TestEachRemovalIsRefused(t *testing.T) {
	removed := map[model.EventKind]int{}
	for _, path := range scenarios(t) {
		tr := played(t, path)
		for i, e := range tr.Events {
			if e.Kind != trace.KindStep || !needed(tr, i) {
				continue
			}
			removed[e.Step.Kind]++
			mutant := without(tr, i)
			if !slices.ContainsFunc(Replays, func(r Replay) bool { _, err := run(t, r, mutant); return err != nil }) {
				t.Errorf("%s: without event %d (%s %s %s) it is a run", path, e.Seq, e.Step.Actor, e.Step.Kind, e.Step.State)
			}
		}
	}
	if len(removed) < 5 {
		t.Errorf("only %v were removed", removed)
	}
}
