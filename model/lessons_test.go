package model

import (
	"fmt"
	"strings"
	"testing"
)

// verdictLine prints verdicts as "es2 exposed no-path": es and init with the
// epoch, m with the message number; other kinds by their names, with what tells
// them from one another ("leaf_key2:bob", "psk:x").
func verdictLine(v Verdict) string {
	g := v.Goal
	_, state, _ := strings.Cut(g.State, "/")
	name := string(g.Kind) + state
	switch g.Kind {
	case EpochSecret:
		name = "es" + state
	case InitSecret:
		name = "init" + state
	case Message:
		name = fmt.Sprintf("m%d", g.Message)
	case PathSecret, NodeKey:
		name += fmt.Sprintf("@%d", g.Node)
	}
	if g.Label+g.Owner != "" {
		name += ":" + g.Label + g.Owner
	}
	return name + " " + map[bool]string{true: "exposed", false: "secret"}[v.Exposed] + " " + v.Clause
}

// unmerged is a group in epoch 4 in which erin was robbed in epoch 2 and then
// sent a path secret to the node above alice to dave, of which frank, in the
// place of dave since epoch 4, is an unmerged leaf.
func unmerged() *script {
	return room("alice", "bob", "carol", "dave", "erin").
		commit("carol", Event{Removes: []string{"dave"}, Path: true}).sync().
		steal("erin").path("erin").
		keyPackage("frank").commit("alice", Event{Adds: adds("frank")}).sync()
}

// lesson is a short story, and the verdicts that it is told for.
type lesson struct {
	name string
	tell *script
	want []string
}

func (l lesson) check(t *testing.T) {
	verdicts, err := Predict(l.tell.events)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	var all strings.Builder
	for _, v := range verdicts {
		lines[verdictLine(v)] = true
		fmt.Fprintf(&all, "%s: %s\n", verdictLine(v), v.Because)
	}
	for _, want := range l.want {
		if !lines[want] {
			t.Errorf("no verdict %q", want)
		}
	}
	if t.Failed() {
		t.Logf("verdicts:\n%s", all.String())
	}
}

// The lessons: each is a short story, and the verdicts that it is told for.
func TestLessons(t *testing.T) {
	for _, lesson := range []lesson{
		{"no compromise, no exposure", room("alice", "bob").send("alice").receive("bob").path("bob"),
			[]string{"es0 secret first-epoch", "init0 secret first-epoch", "es1 secret init-not-known",
				"init1 secret init-not-known", "es2 secret init-not-known", "m1 secret message-not-held"}},

		{"forward secrecy: a theft does not reach back", room("alice", "bob").send("alice").receive("bob").path("alice").steal("bob"),
			[]string{"es1 secret init-not-known", "init1 secret init-not-known", "es2 secret init-not-known",
				"init2 exposed stolen-epoch", "m1 secret message-not-held"}},

		{"forward secrecy within an epoch: a key goes with its message",
			room("alice", "bob").send("alice").receive("bob").steal("bob").send("alice"),
			[]string{"es1 secret init-not-known", "m1 secret message-not-held", "m2 exposed message-held"}},

		{"the sender's own key goes too", room("alice", "bob").send("alice").steal("alice"),
			[]string{"init1 exposed stolen-epoch", "m1 secret message-not-held"}},

		{"a message in flight falls with its receiver", room("alice", "bob").send("alice").steal("bob").receive("bob"),
			[]string{"es1 secret init-not-known", "m1 exposed message-held"}},

		{"two messages out of order: the skipped key is kept",
			room("alice", "bob").send("alice").send("alice").receive("bob").steal("bob"),
			[]string{"m1 exposed message-held", "m2 secret message-not-held"}},

		{"healing by the victim's own Commit", room("alice", "bob", "carol").steal("bob").path("bob").send("alice"),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known", "init2 secret path-not-known",
				"m1 secret message-not-held"}},

		{"healing by the victim's Update",
			room("alice", "bob", "carol").steal("bob").propose("bob").commit("alice", Event{Updates: updates("bob"), Path: true}).sync(),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known"}},

		{"no healing: the Update was already pending when it was stolen",
			room("alice", "bob", "carol").propose("bob").steal("bob").commit("alice", Event{Updates: updates("bob"), Path: true}).sync(),
			[]string{"es2 exposed path-node-key", "init2 exposed path-node-key"}},

		{"no healing by others' Commits", room("alice", "bob", "carol").steal("bob").path("alice").path("carol").send("alice"),
			[]string{"es2 exposed path-node-key", "es3 exposed path-node-key", "m1 exposed epoch-secret-known"}},

		{"healing by removal", room("alice", "bob", "carol").steal("bob").commit("alice", Event{Removes: []string{"bob"}, Path: true}).sync(),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known"}},

		{"no healing by adding without a path",
			room("alice", "bob").steal("bob").keyPackage("carol").commit("alice", Event{Adds: adds("carol")}).sync(),
			[]string{"es2 exposed no-path", "init2 exposed no-path"}},

		{"a new member cannot read the past",
			room("alice", "bob").send("alice").receive("bob").keyPackage("carol").commit("alice", Event{Adds: adds("carol"), Path: true}).sync().steal("carol"),
			[]string{"es1 secret init-not-known", "init1 secret init-not-known", "es2 secret init-not-known",
				"init2 exposed stolen-epoch", "m1 secret message-not-held"}},

		{"a joiner's init key opens its Welcome, even stolen before the Commit",
			newScript("room", "alice").keyPackage("bob").steal("bob").commit("alice", Event{Adds: adds("bob"), Path: true}).sync().path("alice").path("bob"),
			[]string{"es0 secret first-epoch", "es1 exposed joiner-init-key", "es2 exposed path-key-package", "es3 secret path-not-known"}},

		{"an invited member that has not joined yet holds its init key",
			newScript("room", "alice").keyPackage("bob").commit("alice", Event{Adds: adds("bob"), Path: true}).sync("bob").send("alice").steal("bob").sync(),
			[]string{"es1 exposed joiner-init-key", "m1 exposed epoch-secret-known"}},

		{"an offline member's old state follows the group",
			room("alice", "bob", "carol").path("alice", "bob").path("carol", "bob").steal("bob"),
			[]string{"init1 exposed stolen-epoch", "es2 exposed path-node-key", "es3 exposed path-node-key"}},

		{"an offline member that was removed does not",
			room("alice", "bob", "carol").path("alice", "bob").commit("alice", Event{Removes: []string{"bob"}, Path: true}).sync("bob").steal("bob"),
			[]string{"es2 exposed path-node-key", "es3 secret path-not-known"}},

		{"a key that was never refreshed betrays a Commit that was healed, later on",
			room("alice", "bob", "carol").steal("alice").path("alice").path("alice").steal("bob"),
			[]string{"init1 exposed stolen-epoch", "es2 exposed path-node-key", "es3 exposed path-node-key"}},

		{"a plain Commit shows its path to whoever steals the leaf key much later",
			room("alice", "bob", "carol").path("alice").steal("carol").path("carol").path("alice").steal("bob"),
			[]string{"es2 secret init-not-known", "es3 exposed path-node-key", "es4 exposed path-node-key"}},

		{"an encrypted Commit does not, where its epoch is secret",
			room("alice", "bob", "carol").commit("alice", Event{Path: true, Encrypted: true}).sync().steal("carol").path("carol").path("alice").steal("bob"),
			[]string{"es2 secret init-not-known", "es3 secret path-not-known", "es4 secret init-not-known"}},

		{"whoever has the epoch opens its encrypted Commits",
			room("alice", "bob", "carol").steal("bob").commit("alice", Event{Path: true, Encrypted: true}).sync(),
			[]string{"es2 exposed path-node-key"}},

		{"the committer waits with both epochs in hand",
			room("alice", "bob").commit("alice", Event{Path: true}).steal("alice").sync(),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known", "init2 exposed pending"}},

		{"a second theft after the healing: both members are needed, and both are there",
			room("alice", "bob", "carol").path("bob").path("carol").steal("alice").path("alice").steal("carol"),
			[]string{"init3 exposed stolen-epoch", "es4 exposed path-node-key"}},

		{"the newest Update counts, and the older one that was stolen does not",
			room("alice", "bob", "carol").propose("bob").steal("bob").propose("bob").commit("alice", Event{Updates: updates("bob"), Path: true}).sync(),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known"}},

		{"a joiner's path secret came by Welcome: its leaf key does not open the Commit",
			room("alice", "bob").steal("alice").keyPackage("carol").commit("alice", Event{Adds: adds("carol"), Path: true}).sync().steal("carol"),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known", "init2 exposed stolen-epoch"}},

		{"a member added without a path does not hold the nodes above it", unmerged().steal("frank"),
			[]string{"init2 exposed stolen-epoch", "es3 secret path-not-known", "init4 exposed stolen-epoch"}},

		{"and an older member does", unmerged().steal("bob"),
			[]string{"init2 exposed stolen-epoch", "es3 exposed path-node-key"}},

		{"a removal without a path removes nobody", // RFC 9420 §12.4 forbids it
			room("alice", "bob", "carol").steal("bob").commit("alice", Event{Removes: []string{"bob"}}).sync(),
			[]string{"es2 exposed no-path"}},

		{"the creator", newScript("room", "alice").steal("alice").path("alice"),
			[]string{"es0 secret first-epoch", "init0 exposed stolen-epoch", "es1 secret path-not-known"}},
	} {
		t.Run(lesson.name, func(t *testing.T) { lesson.check(t) })
	}
}

// A verdict's reason is a sentence that a student can follow.
func TestBecause(t *testing.T) {
	s := room("alice", "bob", "carol").steal("bob").path("alice").steal("bob")
	verdicts, err := Predict(s.events)
	if err != nil {
		t.Fatal(err)
	}
	want := "the Commit of alice to room epoch 2 sent a path secret to a key stolen from bob in room epoch 1, " +
		"and the init_secret of room epoch 1 is known"
	for _, v := range verdicts {
		if v.Goal == (Goal{Kind: EpochSecret, Group: "room", Epoch: 2, State: "room/2"}) && v.Because != want {
			t.Errorf("because %q\nwant    %q", v.Because, want)
		}
	}
}

// A device that is in two groups loses both.
func TestTwoGroups(t *testing.T) {
	one := room("alice", "bob")
	two := newScript("hall", "bob").keyPackage("carol").commit("bob", Event{Adds: adds("carol"), Path: true}).sync()
	verdicts, err := Predict(append(append(one.events, two.events...), Event{Kind: Compromise, Actor: "bob"}))
	if err != nil {
		t.Fatal(err)
	}
	exposed := ""
	for _, v := range verdicts {
		if v.Exposed && v.Goal.Kind == InitSecret {
			exposed += v.Goal.Group + " " + verdictLine(v) + "; "
		}
	}
	if want := "room init1 exposed stolen-epoch; hall init1 exposed stolen-epoch; "; exposed != want {
		t.Errorf("exposed %q, want %q", exposed, want)
	}
}
