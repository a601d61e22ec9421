package model

import (
	"fmt"
	"strings"
	"testing"
)

// at is an event in a state of the room.
func at(epoch uint64, e Event) Event {
	e.Epoch, e.State = epoch, fmt.Sprintf("room/%d", epoch)
	return e
}

// commitTo is a Commit to an epoch of the room, from the one before.
func commitTo(epoch uint64, who string, e Event) Event {
	e.Kind, e.Actor, e.From = Commit, who, fmt.Sprintf("room/%d", epoch-1)
	return at(epoch, e)
}

type malformed struct {
	name string
	tell *script
	want string
}

// check: honest but for the last event, and the error names that event.
func (c malformed) check(t *testing.T) {
	last := len(c.tell.events) - 1
	if _, err := Predict(c.tell.events[:last]); err != nil {
		t.Fatalf("the honest part: %v", err)
	}
	_, err := Predict(c.tell.events)
	if err == nil || !strings.Contains(err.Error(), c.want) {
		t.Fatalf("error %v, want one about %q", err, c.want)
	}
	if !strings.Contains(err.Error(), fmt.Sprintf("event %d ", last)) {
		t.Errorf("error %q does not name event %d", err, last)
	}
}

func honest() *script { return room("alice", "bob") }

func TestMalformedCommits(t *testing.T) {
	for _, c := range []malformed{
		{"by an outsider", honest().emit(commitTo(2, "eve", Event{Path: true})), "no state in the group"},
		{"from nowhere", honest().emit(Event{Kind: Commit, Actor: "bob", State: "hall/1", From: "hall/0", Epoch: 1}), "no state \"hall/0\""},
		{"that leaves an epoch out", honest().emit(Event{Kind: Commit, Actor: "bob", From: "room/1", State: "room/3", Epoch: 3}), "a Commit to room epoch 3"},
		{"of a state that is there", honest().emit(commitTo(1, "alice", Event{})), "not a new one"},
		{"of a state without a name", honest().emit(Event{Kind: Commit, Actor: "bob", From: "room/1", Epoch: 2}), "not a new one"},
		{"from a state that it has left", honest().path("alice").emit(Event{Kind: Commit, Actor: "bob", From: "room/1", State: "room/2b", Epoch: 2}), "commits from room epoch 1"},
		{"removes a stranger", honest().commit("alice", Event{Removes: []string{"eve"}}), "not a member"},
		{"removes itself", honest().commit("alice", Event{Removes: []string{"alice"}}), "removes itself"},
		{"removes twice", honest().commit("alice", Event{Removes: []string{"bob", "bob"}}), "not a member"},
		{"adds a member", honest().keyPackage("bob").commit("alice", Event{Adds: adds("bob")}), "is a member"},
		{"adds without a key package", honest().commit("alice", Event{Adds: adds("eve")}), "no key package"},
		{"adds by another's key package", honest().keyPackage("carol").commit("alice", Event{Adds: []Add{{"eve", "kproom2"}}}), "no key package"},
		{"uses a key package twice", honest().commit("alice", Event{Removes: []string{"bob"}, Adds: adds("bob")}), "again"},
		{"uses a key package again that never joined", honest().keyPackage("carol").
			commit("alice", Event{Adds: adds("carol")}).sync("carol").
			commit("alice", Event{Removes: []string{"carol"}, Path: true}).sync().
			commit("alice", Event{Adds: adds("carol")}), "again"},
		{"a leaf key that is there", newScript("room", "alice").emit(Event{Kind: KeyPackage, Actor: "bob", Package: "p", What: LastResort}).
			commit("alice", Event{Adds: []Add{{"bob", "p"}, {"bob", "p"}}}), "is a member"},
		{"an Update of a member that was left behind", honest().propose("bob").path("alice", "bob").commit("alice", Event{Updates: updates("bob")}), "no Update"},
		{"an Update that nobody proposed", honest().commit("alice", Event{Updates: updates("bob")}), "no Update"},
		{"its own Update", honest().propose("bob").commit("bob", Event{Updates: updates("bob")}), "its own"},
		{"updates and removes", honest().propose("bob").commit("alice", Event{Updates: updates("bob"), Removes: []string{"bob"}}), "two proposals"},
		{"updates twice", honest().propose("bob").commit("alice", Event{Updates: updates("bob", "bob")}), "two proposals"},
		{"a PSK that nobody dealt", honest().commit("alice", Event{PSKs: []PSKRef{{External: "x"}}}), "no PSK"},
		{"a PSK that it was not dealt", honest().deal("x", "bob").commit("alice", Event{PSKs: []PSKRef{{External: "x"}}}), "alice does not hold the external PSK x"},
		{"a resumption_psk that it has not retained", honest().path("alice").commit("alice", Event{PSKs: []PSKRef{{State: "room/1"}}}), "does not hold the resumption_psk"},
		{"from outside, with an Add", honest().keyPackage("carol").outside("dave", Event{Adds: adds("carol")}), "do nothing else"},
		{"from outside, removing another", honest().outside("dave", Event{Removes: []string{"bob"}}), "do nothing else"},
		{"from outside, by a member", honest().emit(commitTo(2, "bob", Event{External: true, Path: true})), "has a leaf already"},
		{"from outside, encrypted", honest().emit(commitTo(2, "dave", Event{External: true, Path: true, Encrypted: true})), "is public"},
		{"from outside, without a path", honest().emit(commitTo(2, "dave", Event{External: true})), "has a path"},
		{"by the attacker as a stranger", honest().emit(commitTo(2, "eve", Event{By: Attacker})), "has no leaf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.tell.events = c.tell.events[:1+lastCommit(c.tell.events)]
			c.check(t)
		})
	}
}

func lastCommit(events []Event) int {
	at := 0
	for i, e := range events {
		if e.Kind == Commit {
			at = i
		}
	}
	return at
}

func TestMalformedHistories(t *testing.T) {
	evil := honest().commit("alice", Event{Path: true})
	evil.events[len(evil.events)-1].By = Attacker
	lost := func() *script { return honest().lost("alice", Event{Path: true, Encrypted: true}) }
	for _, c := range []malformed{
		{"a second group of the same name", honest().emit(Event{Kind: Create, Actor: "eve", State: "room/0b"}), "there already"},
		{"a group that starts late", honest().in("hall").emit(Event{Kind: Create, Actor: "eve", Epoch: 4, State: "hall/4"}), "starts at epoch 0"},
		{"a state of another group's name", honest().in("hall").emit(Event{Kind: Create, Actor: "eve", State: "room/0"}), "not a new one"},
		{"a package twice", honest().emit(Event{Kind: KeyPackage, Actor: "bob", Package: "kproom1"}), "not a new one"},
		{"a joke of a package", honest().emit(Event{Kind: KeyPackage, Actor: "bob", Package: "p", What: "joke"}), "no key package of kind"},
		{"a PSK twice", honest().deal("x", "bob").deal("x", "bob"), "not a new one"},
		{"a signature key twice", honest().emit(Event{Kind: Identity, Actor: "eve"}).emit(Event{Kind: Identity, Actor: "eve"}), "already"},
		{"a signature key too late", honest().emit(Event{Kind: Identity, Actor: "bob"}), "used its signature key"},
		{"a joke of an identity", honest().emit(Event{Kind: Identity, Actor: "bob", What: "joke"}), "no identity"},
		{"a joke of randomness", honest().emit(Event{Kind: Randomness, Actor: "bob", What: "joke"}), "randomness is"},
		{"a joke of a theft", honest().stealOnly("bob", "joke"), "cannot steal"},
		{"a retention of less than nothing", honest().retain("bob", -1, 0), "cannot retain"},
		{"processes what is not there", honest().emit(at(2, Event{Kind: Process, Actor: "bob"})), "no state \"room/2\""},
		{"processes another epoch", honest().emit(Event{Kind: Process, Actor: "bob", State: "room/1", Epoch: 2}), "is room epoch 1, not room epoch 2"},
		{"jumps", honest().path("alice", "bob").path("alice", "bob").emit(at(3, Event{Kind: Process, Actor: "bob"})), "from which no Commit leads"},
		{"processes from elsewhere", honest().path("alice", "bob").emit(at(2, Event{Kind: Process, Actor: "bob", From: "room/0"})), "is not from"},
		{"processes twice", honest().emit(at(1, Event{Kind: Process, Actor: "bob"})), "from which no Commit leads"},
		{"processes its removal", honest().commit("alice", Event{Removes: []string{"bob"}}).emit(at(2, Event{Kind: Process, Actor: "bob"})), "removes the actor"},
		{"processes as an outsider", honest().commit("alice", Event{}).emit(at(2, Event{Kind: Process, Actor: "eve"})), "no state in the group"},
		{"processes its own that it dropped", lost().emit(Event{Kind: Discard, Actor: "alice", Epoch: 2, State: "room/2b"}).
			emit(Event{Kind: Process, Actor: "alice", Epoch: 2, State: "room/2b"}), "does not wait for it"},
		{"processes what the attacker made in its name", evil.emit(at(2, Event{Kind: Process, Actor: "alice"})), "the Commit of the attacker, as alice"},
		{"processes without the PSK", honest().deal("x", "alice").commit("alice", Event{PSKs: []PSKRef{{External: "x"}}}).
			emit(at(2, Event{Kind: Process, Actor: "bob"})), "bob does not hold the external PSK x"},
		{"processes another's key in its leaf", forgedUpdate(), "an Update whose key the actor does not hold"},
		{"processes twice what it handled", lost().emit(Event{Kind: Handle, Actor: "bob", Epoch: 2, State: "room/2b"}).
			emit(Event{Kind: Process, Actor: "bob", Epoch: 2, State: "room/2b"}), "used up the key"},
		{"handles what is public", honest().commit("alice", Event{Path: true}).emit(at(2, Event{Kind: Handle, Actor: "bob"})), "no encrypted handshake"},
		{"handles no proposal", honest().emit(at(1, Event{Kind: Handle, Actor: "bob", Proposal: "p"})), "no proposal"},
		{"drops what it has not", honest().commit("alice", Event{}).emit(at(2, Event{Kind: Discard, Actor: "bob"})), "does not wait"},
		{"leaves as an outsider", honest().emit(Event{Kind: Leave, Actor: "eve"}), "no state in the group"},
		{"joins unasked", honest().emit(at(1, Event{Kind: Join, Actor: "eve"})), "no Welcome"},
		{"joins twice", honest().emit(at(1, Event{Kind: Join, Actor: "bob"})), "no Welcome"},
		{"joins a state to come", honest().emit(at(9, Event{Kind: Join, Actor: "bob"})), "no state"},
		{"joins by the attacker's package", newScript("room", "alice").emit(Event{Kind: KeyPackage, Actor: "bob", Package: "evil", By: Attacker}).
			commit("alice", Event{Adds: []Add{{"bob", "evil"}}}).emit(at(1, Event{Kind: Join, Actor: "bob"})), "does not hold package evil"},
		{"joins without the PSK", newScript("room", "alice").deal("x", "alice").keyPackage("bob").
			commit("alice", Event{Adds: adds("bob"), PSKs: []PSKRef{{External: "x"}}}).emit(at(1, Event{Kind: Join, Actor: "bob"})), "bob does not hold"},
		{"sends in another epoch", honest().emit(at(0, Event{Kind: Send, Actor: "bob", Message: 1})), "is in room epoch 1"},
		{"sends before it may", honest().lost("alice", Event{}).emit(Event{Kind: Send, Actor: "alice", Epoch: 2, State: "room/2b", Message: 1}), "not in room epoch 2 (room/2b)"},
		{"message 0", honest().emit(at(1, Event{Kind: Send, Actor: "bob"})), "not a new one"},
		{"sends the same message again", honest().send("alice").emit(at(1, Event{Kind: Send, Actor: "bob", Message: 1})), "not a new one"},
		{"receives what was not sent", honest().emit(at(1, Event{Kind: Receive, Actor: "bob", Message: 1})), "was not sent"},
		{"receives as an outsider", honest().send("alice").receive("eve"), "no state in the group"},
		{"receives twice", honest().send("alice").receive("bob").receive("bob"), "already had"},
		{"receives its own", honest().send("alice").receive("alice"), "the actor's own"},
		{"receives too late", honest().send("alice").path("alice").receive("bob"), "retains nothing"},
		{"receives in the wrong state", honest().send("alice").emit(at(0, Event{Kind: Receive, Actor: "bob", Message: 1})), "is of room epoch 1"},
		{"receives another under the same key", honest().emit(at(1, Event{Kind: Send, Actor: "alice", Message: 7, By: Attacker})).
			emit(at(1, Event{Kind: Receive, Actor: "bob", Message: 7})).send("alice").receive("bob"), "under its key"},
		{"proposes a joke", honest().emit(at(1, Event{Kind: Propose, Actor: "bob", Proposes: "joke"})), "no proposal of kind"},
		{"proposes in another epoch", honest().emit(at(0, Event{Kind: Propose, Actor: "bob", Proposes: "add"})), "is in room epoch 1"},
		{"proposes an Update without a name", honest().emit(at(1, Event{Kind: Propose, Actor: "bob", Proposes: "update"})), "not a new one"},
		{"exports as an outsider", honest().emit(at(1, Event{Kind: Export, Actor: "eve"})), "no state in the group"},
		{"the attacker takes a seat", honest().emit(at(1, Event{Kind: Join, Actor: "bob", By: Attacker})), "has no seat"},
		{"done by nobody knows whom", honest().emit(at(1, Event{Kind: Send, Actor: "bob", By: "eve", Message: 1})), "by \"eve\""},
		{"no such kind", honest().emit(Event{Kind: "dance", Actor: "bob"}), "no event of kind"},
		{"nobody", honest().emit(Event{Kind: Compromise}), "no actor"},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t) })
	}
}

// forgedUpdate applies an Update that the attacker proposed as bob.
func forgedUpdate() *script {
	return honest().emit(at(1, Event{Kind: Propose, Actor: "bob", Proposes: "update", Proposal: "evil", By: Attacker})).
		emit(commitTo(2, "alice", Event{Path: true, Updates: []Update{{"bob", "evil"}}})).
		emit(at(2, Event{Kind: Process, Actor: "bob"}))
}

// A refused event changes nothing: what follows is judged as without it.
func TestRefusedEventsChangeNothing(t *testing.T) {
	events := fork().events
	w := newWorld()
	for i, e := range events {
		for _, other := range events {
			other.From, other.Message = "nowhere", -1
			if other.Kind == Commit || other.Kind == Send {
				if w.play(i, other) == nil {
					t.Fatalf("%+v was not refused", other)
				}
			}
		}
		if err := w.play(i, e); err != nil {
			t.Fatal(err)
		}
	}
	got := learnAll(w.history).verdicts()
	want, err := Predict(events)
	if err != nil || len(got) != len(want) {
		t.Fatal(err, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}
