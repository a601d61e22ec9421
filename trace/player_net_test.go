package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mlsref/model"
)

// received is who read which message, and in which state: "bob 1 room/1".
func received(tr *Trace) (list []string) {
	for _, e := range tr.Events {
		if e.Kind == KindStep && e.Step.Kind == model.Receive {
			list = append(list, fmt.Sprintf("%s %d %s", e.Step.Actor, e.Step.Message, e.Step.State))
		}
	}
	return list
}

func TestFork(t *testing.T) {
	for _, handshakes := range []string{"public", "private"} {
		tr, report := sound(t, parse(t, "handshakes "+handshakes+`
alice creates room
alice adds bob carol dave
bob commits to carol
alice commits to dave
bob sends "on bob's side"
alice sends "on alice's side"
carol adds erin
dave removes carol
erin sends "with erin"
alice sends "without carol"
compromise erin
bob sends "for the thief"
dave sends "not for the thief"
expect message 1 secret
expect message 5 exposed
expect message 6 secret
expect epoch 2 secret
expect epoch 3 exposed
`))
		want := []string{"carol 1 room/2", "dave 2 room/2b", "bob 3 room/3", "carol 3 room/3", "dave 4 room/3b", "carol 5 room/3", "erin 5 room/3", "alice 6 room/3b"}
		if got := received(tr); !slices.Equal(got, want) {
			t.Errorf("%s: read %q, want %q", handshakes, got, want)
		}
		members := fmt.Sprint(report.Forks)
		if members != "[{room 2 [room/2 room/2b] map[room/2:[bob carol] room/2b:[alice dave]]} {room 3 [room/3 room/3b] map[room/3:[carol bob erin] room/3b:[dave alice]]}]" {
			t.Errorf("%s: forks: %s", handshakes, members)
		}
		for _, row := range report.Rows {
			if row.Goal.State == "room/3b" && row.Exposed() {
				t.Errorf("%s: a theft on one side exposes %s", handshakes, GoalName(row.Goal))
			}
			if row.Goal.State == "room/3" && row.Goal.Kind == model.InitSecret && !row.Exposed() {
				t.Errorf("%s: the theft exposes no init_secret on its own side", handshakes)
			}
		}
	}
}

// What one side sends, the other cannot read, even if it is given it.
func TestForkIsNotRead(t *testing.T) {
	tr, _ := sound(t, parse(t, `alice creates room
alice adds bob carol
bob commits to carol
alice commits
bob sends "for carol"
deliver 1 to alice
deliver 1 to bob
`))
	if got, want := received(tr), []string{"carol 1 room/2"}; !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
	if got, want := rejections(tr), []string{"alice application 6.3.2/opens", "bob application"}; !slices.Equal(got, want) {
		t.Errorf("rejected %q, want %q", got, want)
	}
}

// A message that comes when its epoch is over is read by who keeps that epoch's keys,
// and a theft finds them there.
func TestLateDelivery(t *testing.T) {
	for _, c := range []struct {
		name, settings, commits string
		read                    bool
	}{
		{"in its epoch", "", "", true},
		{"an epoch later", "", "alice commits\n", false},
		{"an epoch later, and kept", "keep epochs 1\n", "alice commits\n", true},
		{"two epochs later", "keep epochs 1\n", "alice commits\ncarol commits\n", false},
		{"two epochs later, and kept", "keep epochs 2\n", "alice commits\ncarol commits\n", true},
		{"only PSKs are kept", "keep psks 2\n", "alice commits\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			fate := map[bool]string{true: "exposed", false: "secret"}[c.read]
			// Stolen before it is read, the key is there; afterwards it is not.
			tr, _ := sound(t, parse(t, c.settings+three+"bob sends \"late\" to alice\n"+c.commits+"compromise carol\ndeliver 1 to carol\nexpect message 1 "+fate+"\n"))
			want, refused := []string{"alice 1 room/1"}, []string(nil)
			if c.read {
				want = append(want, "carol 1 room/1")
			} else {
				refused = []string{"carol application 12.4.2/epoch"}
			}
			if got := received(tr); !slices.Equal(got, want) {
				t.Errorf("read %q, want %q", got, want)
			}
			if got := rejections(tr); !slices.Equal(got, refused) {
				t.Errorf("rejected %q, want %q", got, refused)
			}
			sound(t, parse(t, c.settings+three+"bob sends \"late\" to alice\n"+c.commits+"deliver 1 to carol\ncompromise alice\nexpect message 1 secret\n"))
		})
	}
}

// A message that is delivered again, or to its own sender, is refused, and nothing
// changes by it.
func TestReplayedMessage(t *testing.T) {
	for _, settings := range []string{"", "keep epochs 1\n"} {
		tr, _ := sound(t, parse(t, settings+three+"bob sends \"once\"\nbob sends \"twice\"\nreplay 1 to alice\nreplay 2 to carol alice\nbob sends \"three times\"\nalice sends \"an answer\"\n"))
		want := []string{"alice application 9.1/generation-once", "carol application 9.1/generation-once", "alice application 9.1/generation-once"}
		if got := rejections(tr); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if got := received(tr); len(got) != 8 {
			t.Errorf("read: %q", got)
		}
	}
	tr, _ := sound(t, parse(t, "keep epochs 1\n"+three+"bob sends \"once\"\nalice commits\nreplay 1 to alice\n"))
	if got, want := rejections(tr), []string{"alice application 9.1/generation-once"}; !slices.Equal(got, want) {
		t.Errorf("an epoch later: %q, want %q", got, want)
	}
}

// Messages that come in another order are all read.
func TestReordered(t *testing.T) {
	tr, _ := sound(t, parse(t, three+"bob sends \"1\" to alice\nbob sends \"2\" to alice\nbob sends \"3\"\ndeliver 2 to carol\ndeliver 1 to carol\ncompromise carol\nexpect message 1 secret\n"))
	want := []string{"alice 1 room/1", "alice 2 room/1", "alice 3 room/1", "carol 3 room/1", "carol 2 room/1", "carol 1 room/1"}
	if got := received(tr); !slices.Equal(got, want) || len(rejections(tr)) > 0 {
		t.Errorf("read %q, rejected %q", got, rejections(tr))
	}
}

// moves are who entered a state by a Commit, and who dropped one.
func moves(tr *Trace) (list []string) {
	for _, e := range tr.Events {
		if e.Kind != KindStep {
			continue
		}
		switch e.Step.Kind {
		case model.Commit, model.Process, model.Discard:
			list = append(list, fmt.Sprintf("%s %s %s", e.Step.Actor, e.Step.Kind, e.Step.State))
		}
	}
	return list
}

// A Commit that is abandoned moves nobody. Its secrets are judged as all others: a
// theft while it waits finds them, and one after it was dropped does not.
func TestAbandonedCommit(t *testing.T) {
	for _, c := range []struct {
		name, lines string
		exposed     []model.GoalKind // of the state that nobody entered; each other goal is secret
	}{
		{"never stolen", "bob prepares\nbob abandons\n", nil},
		{"stolen while it waits", "bob prepares\ncompromise bob\nbob abandons\n", []model.GoalKind{model.InitSecret, model.SenderDataSecret,
			model.EncryptionSecret, model.ExporterSecret, model.ExternalSecret, model.ConfirmationKey, model.MembershipKey, model.ResumptionPSK, model.EpochAuthenticator,
			model.NodeKey, model.LeafKey}},
		{"stolen after", "bob prepares\nbob abandons\ncompromise bob\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr, report := sound(t, parse(t, three+c.lines+"alice commits\n"))
			want := []string{"alice commit room/1", "alice process room/1", "bob commit room/2", "bob discard room/2",
				"alice commit room/2b", "alice process room/2b", "bob process room/2b", "carol process room/2b"}
			if got := moves(tr); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			seen := 0
			for _, row := range report.Rows {
				if row.Goal.State != "room/2" {
					continue
				}
				seen++
				if row.Closure != slices.Contains(c.exposed, row.Goal.Kind) {
					t.Errorf("%s is %s", GoalName(row.Goal), fate(row.Closure))
				}
			}
			if seen != 16 {
				t.Errorf("%d secrets of room/2 are judged", seen)
			}
			if f := report.Forks; len(f) != 1 || len(f[0].Members["room/2"]) != 0 || len(f[0].Members["room/2b"]) != 3 {
				t.Errorf("forks: %+v", f)
			}
		})
	}
}

// Of two Commits to one epoch, the one that comes first wins, and the other is dropped
// by who made it.
func TestRace(t *testing.T) {
	tr, _ := sound(t, parse(t, three+"bob prepares\nalice commits\nbob sends \"in alice's epoch\"\nbob prepares\nbob publishes\ncarol sends \"in bob's\"\n"))
	want := []string{"alice commit room/1", "alice process room/1", "bob commit room/2", "alice commit room/2b", "alice process room/2b",
		"bob discard room/2", "bob process room/2b", "carol process room/2b", "bob commit room/3", "bob process room/3", "alice process room/3", "carol process room/3"}
	if got := moves(tr); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := Play(parse(t, three+"bob prepares\nalice commits\nbob publishes\n"), Options{}); err == nil ||
		err.Error() != "x.mls:5: bob has no Commit prepared, expected bob prepares first" {
		t.Errorf("publishing what lost: %v", err)
	}
}

// Who was removed, or is about to read its Welcome, gets what is meant for it and no
// more; a KeyPackage is handed out once.
func TestOfflineAndGone(t *testing.T) {
	tr, _ := sound(t, parse(t, three+"bob goes offline\nalice sends \"before\"\nalice removes bob\nalice sends \"after\"\nbob comes online\n"))
	want := []string{"carol 1 room/1", "carol 2 room/2", "bob 1 room/1"}
	if got := received(tr); !slices.Equal(got, want) || len(rejections(tr)) > 0 {
		t.Errorf("read %q, rejected %q, want %q", got, rejections(tr), want)
	}
	for _, again := range []string{"alice removes dave in room\nalice adds dave in room\n", "alice adds dave in den\n"} {
		_, err := Play(parse(t, "alice creates room\nalice creates den\ndave goes offline\nalice adds dave in room\n"+again), Options{})
		if err == nil || !strings.Contains(err.Error(), "dave is offline and left no unused key package") {
			t.Errorf("the same KeyPackage was used twice: %v", err)
		}
	}
}

// A PSK proposal whose PSK the committer has not is left out of its Commit, which then
// has nothing in it.
func TestPSKProposalOfAnother(t *testing.T) {
	text := three + "deal tea to bob\nbob proposes psk tea\n"
	if _, err := Play(parse(t, text+"alice commits without path\n"), Options{}); err == nil || !strings.HasPrefix(err.Error(), "x.mls:5: nothing is pending") {
		t.Errorf("alice's Commit: %v", err)
	}
	tr, _ := sound(t, parse(t, text+"alice commits\n"))
	if e := find(t, tr, func(e *Event) bool { return e.Kind == KindStep && e.Line == 5 && e.Step.Kind == model.Commit }); len(e.Step.PSKs) > 0 {
		t.Errorf("alice commits %+v", e.Step.PSKs)
	}
}
