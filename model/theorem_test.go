package model

import (
	"strings"
	"testing"
)

// The theorem's cases, one by one: what it allows for the newest epoch.
func TestTheoremCases(t *testing.T) {
	trio := func() *script { return room("alice", "bob", "carol") }
	invite := func(s *script) *script {
		return s.commit("alice", Event{Adds: adds("dave"), Path: true}).sync()
	}
	for _, c := range []struct {
		name string
		tell *script
		want string
	}{
		{"nothing", trio().path("alice"), ""},
		{"the epoch's secrets", trio().path("alice").steal("bob"), "case 1: the secrets of room epoch 2 were stolen from bob"},
		{"the creator's", newScript("room", "alice").steal("alice"), "case 10: the secrets of room epoch 0"},
		{"a joiner's init key", invite(trio().keyPackage("dave").stealOnly("dave", KeyPackages)), "case 2: the init key of dave"},
		{"a joiner's signature key", trio().emit(Event{Kind: KeyPackage, Actor: "dave", Package: "evil", By: Attacker}).
			commit("alice", Event{Adds: []Add{{"dave", "evil"}}, Path: true}), "case 3: the attacker, with the signature key of dave"},
		{"no path", trio().steal("bob").commit("alice", Event{}).sync(), "case 4: the Commit of alice to room epoch 2 has no path"},
		{"node keys", trio().steal("bob").path("alice"), "case 5: node keys under the leaf that bob has"},
		{"node keys, stolen later", trio().steal("bob").path("bob").path("alice").steal("carol"), "case 1"},
		{"healed", trio().steal("bob").path("bob"), ""},
		{"a leaf of the attacker's", trio().steal("carol").outsideEvil().path("alice"), "case 6: the attacker made the leaf that bob has"},
		{"a path of the attacker's", trio().steal("carol").outsideEvil(), "case 6: the Commit of the attacker, as bob"},
		{"a leaf of a stolen package", newScript("room", "alice").keyPackage("bob").stealOnly("bob", KeyPackages).
			commit("alice", Event{Adds: adds("bob"), Path: true}).sync().path("alice"), "case 7: node keys under the leaf that bob has"},
		{"the inviter's signature key", trio().keyPackage("dave").commit("alice", Event{Adds: adds("dave"), By: Attacker}), "case 8: the attacker, with the signature key of alice"},
		{"a PSK that is safe", trio().steal("bob").deal("x", "alice", "carol").commit("alice", Event{PSKs: []PSKRef{{External: "x"}}}), ""},
		{"a PSK that is not", trio().steal("bob").deal("x", "alice", "carol").commit("alice", Event{PSKs: []PSKRef{{External: "x"}}}).
			steal("carol"), "case 4"},
		{"a resumption_psk that is safe", safeResumption(), ""},
		{"a resumption_psk that was retained", room("alice", "bob").retain("bob", 0, 1).retain("alice", 0, 1).path("alice").steal("bob").
			commit("alice", Event{PSKs: []PSKRef{{State: "room/1"}}}), "case 4"},
		{"known coins", invite(trio().keyPackage("dave").weak("alice")), "randomness: the attacker saw alice draw the coins of the Welcome"},
	} {
		t.Run(c.name, func(t *testing.T) {
			may, err := MayBeExposed(c.tell.events)
			if err != nil {
				t.Fatal(err)
			}
			got := may[Goal{Kind: InitSecret, Group: "room", Epoch: c.tell.epoch, State: c.tell.id(c.tell.epoch)}]
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// The recursion: node keys that were stolen later endanger a Commit only if the
// epoch before it is exposed as well.
func TestTheoremNeedsTheEpochBefore(t *testing.T) {
	for _, path := range []bool{true, false} {
		s := room("alice", "bob", "carol").commit("alice", Event{Path: path}).sync().path("alice").steal("bob")
		may, err := MayBeExposed(s.events)
		if err != nil {
			t.Fatal(err)
		}
		for _, goal := range []Goal{{Kind: InitSecret, Group: "room", Epoch: 2, State: "room/2"}, {Kind: InitSecret, Group: "room", Epoch: 1, State: "room/1"}} {
			if may[goal] != "" {
				t.Errorf("%+v: %s", goal, may[goal])
			}
		}
	}
}

// safeResumption takes in the resumption_psk of an epoch that healed.
func safeResumption() *script {
	s := room("alice", "bob", "carol").retain("alice", 0, 1).retain("bob", 0, 1).retain("carol", 0, 1)
	s.path("bob").emit(Event{Kind: Retention, Actor: "bob"}).steal("bob")
	return s.commit("alice", Event{PSKs: []PSKRef{{State: "room/1"}}})
}

// outsideEvil is the attacker's external Commit as bob, which the others follow.
func (s *script) outsideEvil() *script {
	s.commit("bob", Event{External: true, Path: true, Removes: []string{"bob"}, By: Attacker})
	delete(s.at, "bob")
	s.roster = []string{"alice", "carol"}
	return s.sync()
}
