package main

import (
	"bytes"
	"strings"
	"testing"

	"mlsref/model"
	"mlsref/trace"
)

// What no honest run of this implementation shows is shown all the same: a value that
// was not erased, a verdict that claims nothing, judges that disagree.
func TestVerdictsOfBadRuns(t *testing.T) {
	tr := &trace.Trace{
		Header: trace.Header{File: "bad", Scenario: "alice creates room\nalice adds bob\n"},
		Events: []trace.Event{{Seq: 7, Line: 2, Kind: trace.KindStep, Actor: "alice", Step: &model.Event{Kind: model.Process, Actor: "alice", Group: "room", State: "room/1", Epoch: 1}}},
	}
	goal := model.Goal{Kind: model.EpochSecret, Group: "room", State: "room/1", Epoch: 1}
	report := &trace.Report{
		Rows: []trace.Row{
			{Goal: goal, Predicate: model.Verdict{Goal: goal, Claim: model.ClaimNone, Clause: "some-clause", Because: "nobody knows"}},
			{Goal: goal, Closure: true, Predicate: model.Verdict{Goal: goal, Claim: model.ClaimSecret, Clause: "some-clause", Because: "it was wrong"}},
		},
		Leftovers: []trace.Leftover{{Seq: 7, Who: "alice", Name: "epoch_secret_1", Path: "room.schedule.epoch", Rule: "RFC 9420 §9.2"}},
		Intervals: []model.Interval{{Who: "carol", Cause: "stolen", Group: "room", At: "room/4", AtEpoch: 4, From: 2, To: 6,
			States: []string{"room/2", "room/3", "room/4", "room/5", "room/6"}, Healed: "room/7", By: "carol's Update"}},
		Auth: []model.AuthVerdict{{Message: 2, State: "room/1", Sender: "bob", Maker: "bob", Attacker: true, Since: 0, Clause: "can-forge"}},
	}
	var out bytes.Buffer
	v := viewOptions{}.view(&out, style{width: 100}, tr, report)
	v.table()
	v.more()
	for _, want := range []string{
		"not claimed      secret   some-clause: nobody knows",
		"must be secret   EXPOSED  THE JUDGES DISAGREE. some-clause: it was wrong",
		"alice after line 2: alice adds bob: epoch_secret_1 in room.schedule.epoch (RFC 9420 §9.2)",
		"carol: stolen at epoch 4: epochs 2 to 6 exposed, healed at 7 by carol's Update",
		"message 2: bob, and the attacker from line 2: alice adds bob on",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, &out)
		}
	}
}

// A long section is cut, and says so.
func TestSectionCut(t *testing.T) {
	var out bytes.Buffer
	v := &verdictView{style: style{width: 80}, out: &out}
	lines := strings.Split(strings.Repeat("x ", mostLines+5), " ")
	v.section("many", lines[:mostLines+5])
	if !strings.HasSuffix(out.String(), "  and 5 more; --all shows them\n") {
		t.Errorf("%s", &out)
	}
}
