package model

import (
	"fmt"
	"strings"
	"testing"
)

// Each history is honest but for its last event, and the error names that event.
func TestMalformedHistories(t *testing.T) {
	honest := func() *script { return room("alice", "bob") }
	for _, c := range []struct {
		name string
		tell *script
		want string
	}{
		{"a Commit by an outsider", honest().emit(Event{Kind: Commit, Actor: "eve", Epoch: 2, Path: true}), "no state"},
		{"a Commit in an unknown group", honest().emit(Event{Kind: Commit, Actor: "eve", Epoch: 2}), "no state"},
		{"a Commit that leaves an epoch out", honest().emit(Event{Kind: Commit, Actor: "bob", Epoch: 3}), "a Commit to epoch 3"},
		{"two Commits to one epoch", honest().commit("alice", Event{Path: true}).emit(Event{Kind: Commit, Actor: "bob", Epoch: 2}), "a Commit to epoch 2"},
		{"a second group of the same name", honest().emit(Event{Kind: Create, Actor: "eve"}), "there already"},
		{"a group that starts late", honest().in("hall").emit(Event{Kind: Create, Actor: "eve", Epoch: 4}), "starts at epoch 0"},
		{"removes a stranger", honest().commit("alice", Event{Removes: []string{"eve"}}), "not a member"},
		{"removes itself", honest().commit("alice", Event{Removes: []string{"alice"}}), "removes itself"},
		{"removes twice", honest().commit("alice", Event{Removes: []string{"bob", "bob"}}), "not a member"},
		{"adds a member", honest().keyPackage("bob").commit("alice", Event{Adds: adds("bob")}), "is a member"},
		{"adds without a key package", honest().commit("alice", Event{Adds: adds("eve")}), "no key package"},
		{"uses a key package twice", honest().commit("alice", Event{Removes: []string{"bob"}, Adds: adds("bob")}), "no key package"},
		{"uses a key package again that never joined", honest().keyPackage("carol").
			commit("alice", Event{Adds: adds("carol")}).sync("carol").
			commit("alice", Event{Removes: []string{"carol"}, Path: true}).sync().
			commit("alice", Event{Adds: adds("carol")}), "no key package"},
		{"an Update of a member that was left behind", honest().propose("bob").path("alice", "bob").commit("alice", Event{Updates: updates("bob")}), "no Update"},
		{"an Update that nobody proposed", honest().commit("alice", Event{Updates: updates("bob")}), "no Update"},
		{"an Update of the epoch before", honest().propose("bob").path("alice").commit("alice", Event{Updates: updates("bob")}), "no Update"},
		{"its own Update", honest().propose("bob").commit("bob", Event{Updates: updates("bob")}), "its own"},
		{"updates and removes", honest().propose("bob").commit("alice", Event{Updates: updates("bob"), Removes: []string{"bob"}}), "two proposals"},
		{"processes what is not there", honest().emit(Event{Kind: Process, Actor: "bob", Epoch: 2}), "no Commit to epoch 2"},
		{"jumps", honest().path("alice", "bob").path("alice", "bob").emit(Event{Kind: Process, Actor: "bob", Epoch: 3}), "from epoch 1 to epoch 3"},
		{"processes twice", honest().emit(Event{Kind: Process, Actor: "bob", Epoch: 1}), "from epoch 1 to epoch 1"},
		{"processes its removal", honest().commit("alice", Event{Removes: []string{"bob"}}).emit(Event{Kind: Process, Actor: "bob", Epoch: 2}), "removes the actor"},
		{"leaves unasked", honest().emit(Event{Kind: Leave, Actor: "bob", Epoch: 1}), "removes the actor"},
		{"joins unasked", honest().emit(Event{Kind: Join, Actor: "eve", Epoch: 1}), "no Welcome"},
		{"joins twice", honest().emit(Event{Kind: Join, Actor: "bob", Epoch: 1}), "no Welcome"},
		{"joins an epoch to come", honest().emit(Event{Kind: Join, Actor: "bob", Epoch: 9}), "no epoch 9"},
		{"sends in another epoch", honest().emit(Event{Kind: Send, Actor: "bob", Epoch: 0, Message: 1}), "is in epoch 1"},
		{"message 0", honest().emit(Event{Kind: Send, Actor: "bob", Epoch: 1}), "not a new one"},
		{"sends the same message again", honest().send("alice").emit(Event{Kind: Send, Actor: "bob", Epoch: 1, Message: 1}), "not a new one"},
		{"receives what was not sent", honest().receive("bob"), "was not sent"},
		{"receives twice", honest().send("alice").receive("bob").receive("bob"), "already had"},
		{"receives its own", honest().send("alice").receive("alice"), "already had"},
		{"receives too late", honest().send("alice").path("alice").receive("bob"), "is of epoch 1"},
		{"proposes a joke", honest().emit(Event{Kind: Propose, Actor: "bob", Epoch: 1, Proposes: "joke"}), "no proposal"},
		{"proposes in another epoch", honest().emit(Event{Kind: Propose, Actor: "bob", Epoch: 3, Proposes: "update"}), "is in epoch 1"},
		{"no such kind", honest().emit(Event{Kind: "dance", Actor: "bob"}), "no event of kind"},
		{"nobody", honest().emit(Event{Kind: Compromise}), "no actor"},
	} {
		t.Run(c.name, func(t *testing.T) {
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
		})
	}
}
