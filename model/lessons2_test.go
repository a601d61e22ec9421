package model

import "testing"

// withPSK is a room whose members hold the PSK x, and in which bob was robbed
// before x was dealt.
func withPSK() *script {
	return room("alice", "bob", "carol").steal("bob").deal("x", "alice", "bob", "carol")
}

func usesPSK(ref PSKRef) Event { return Event{PSKs: []PSKRef{ref}} }

// What goes beyond one group's plain line: PSKs, external Commits, weak
// randomness, forks, retained states, other secrets than the epoch's.
func TestLessonsBeyond(t *testing.T) {
	for _, lesson := range []lesson{
		{"an external PSK heals an epoch without a path",
			withPSK().commit("alice", usesPSK(PSKRef{External: "x"})).sync(),
			[]string{"psk:x secret psk-not-known", "joiner_secret2 exposed no-path", "es2 secret psk-not-known", "init2 secret psk-not-known"}},

		{"unless it is stolen, even later",
			withPSK().commit("alice", usesPSK(PSKRef{External: "x"})).sync().path("carol").steal("carol"),
			[]string{"psk:x exposed psk-stolen", "es2 exposed no-path"}},

		{"two PSKs: both are needed",
			withPSK().steal("carol").deal("y", "alice", "bob", "carol").
				commit("alice", Event{PSKs: []PSKRef{{External: "x"}, {External: "y"}}}).sync(),
			[]string{"psk:x exposed psk-stolen", "psk:y secret psk-not-known", "es2 secret psk-not-known"}},

		{"a Welcome does not give the PSKs: the welcome_secret stays",
			newScript("room", "alice").deal("x", "alice", "bob").keyPackage("bob").stealOnly("bob", KeyPackages).
				commit("alice", Event{Adds: adds("bob"), Path: true, PSKs: []PSKRef{{External: "x"}}}).sync(),
			[]string{"joiner_secret1 exposed joiner-init-key", "welcome_secret1 secret psk-not-known", "es1 secret psk-not-known",
				"init_key:kproom1 exposed package-stolen"}},

		{"a resumption_psk of a stolen epoch does not heal",
			room("alice", "bob").steal("bob").commit("alice", usesPSK(PSKRef{State: "room/1"})).sync(),
			[]string{"resumption_psk1 exposed stolen-epoch", "es2 exposed no-path"}},

		{"a resumption_psk falls with whoever retains it",
			room("alice", "bob").retain("bob", 0, 1).path("alice").steal("bob"),
			[]string{"resumption_psk1 exposed retained", "init1 secret init-not-known", "sender_data_secret1 secret init-not-known"}},

		{"and then it is no help in a later Commit",
			room("alice", "bob").retain("bob", 0, 1).retain("alice", 0, 1).path("alice").steal("bob").
				commit("alice", usesPSK(PSKRef{State: "room/1"})).sync(),
			[]string{"es1 secret init-not-known", "init2 exposed stolen-epoch", "es3 exposed no-path"}},

		{"and is gone when it is not retained", room("alice", "bob").path("alice").steal("bob"),
			[]string{"resumption_psk1 secret init-not-known"}},

		{"a branch rests on the old group's epoch",
			branch(room("alice", "bob").steal("bob")),
			[]string{"resumption_psk1 exposed stolen-epoch", "es1 secret init-not-known"}},

		{"a message key that is retained falls late",
			room("alice", "bob", "carol").retain("bob", 1, 0).send("alice").receive("carol").path("alice").steal("bob"),
			[]string{"m1 exposed retained", "sender_data_secret1 exposed retained", "encryption_secret1 exposed secret-tree-whole", "es1 secret init-not-known"}},

		{"a message received late is safe again",
			room("alice", "bob", "carol").retain("bob", 1, 0).send("alice").path("alice").receive("bob").steal("bob"),
			[]string{"m1 secret message-not-held", "encryption_secret1 secret init-not-known"}},

		{"the key of an encrypted Commit is used up, whatever is retained",
			room("alice", "bob", "carol").retain("bob", 1, 0).commit("alice", Event{Path: true, Encrypted: true}).sync().steal("bob"),
			[]string{"path_secret2@1 secret path-not-known", "node_key2@1 exposed key-stolen"}},

		{"retention has a limit", room("alice", "bob").retain("bob", 1, 0).send("alice").path("alice").path("alice").steal("bob"),
			[]string{"m1 secret message-not-held"}},

		{"the secret tree is whole until its first key is taken",
			room("alice", "bob").steal("alice").send("bob").path("bob").send("bob").receive("alice").steal("alice"),
			[]string{"encryption_secret1 exposed secret-tree-whole", "encryption_secret2 exposed path-node-key"}},

		{"and gone then", room("alice", "bob").send("bob").receive("alice").steal("alice"),
			[]string{"encryption_secret1 secret init-not-known", "init1 exposed stolen-epoch"}},

		{"an external Commit rests on the external key",
			room("alice", "bob").outside("carol", Event{}).steal("bob"),
			[]string{"es2 secret external-safe", "joiner_secret2 secret external-safe", "init2 exposed stolen-epoch"}},

		{"which a thief of the epoch has, and the path's secret is sent to a key that it has too",
			room("alice", "bob").steal("bob").outside("carol", Event{}),
			[]string{"external_secret1 exposed stolen-epoch", "es2 exposed external-init"}},

		{"a resync heals: the old leaf is gone",
			room("alice", "bob").steal("bob").outside("bob", Event{Removes: []string{"bob"}}),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known"}},

		{"weak randomness of the committer opens the Welcome, whatever was secret before",
			room("alice", "bob").weak("alice").keyPackage("carol").commit("alice", Event{Adds: adds("carol"), Path: true}).sync(),
			[]string{"es1 secret init-not-known", "es2 exposed weak-randomness"}},

		{"its path alone does not: the previous init_secret counts",
			room("alice", "bob").weak("alice").path("alice").strong("alice").path("alice"),
			[]string{"es2 secret init-not-known", "path_secret2@1 exposed weak-randomness", "leaf_key2:alice exposed weak-randomness", "es3 secret init-not-known"}},

		{"a weak leaf key is one to send path secrets to",
			room("alice", "bob", "carol").weak("bob").path("bob").strong("bob").steal("carol").path("alice"),
			[]string{"es2 secret init-not-known", "init2 exposed stolen-epoch", "es3 exposed weak-randomness", "leaf_key2:bob exposed weak-randomness"}},

		{"a weak creator", newScript("hall", "nobody").in("room").weak("alice").emit(Event{Kind: Create, Actor: "alice", State: "room/0"}),
			[]string{"es0 exposed weak-randomness", "es0 secret first-epoch"}},

		{"a path of one who is alone is known to whoever saw it drawn",
			newScript("room", "alice").steal("alice").weak("alice").path("alice").strong("alice").path("alice"),
			[]string{"init0 exposed stolen-epoch", "es1 exposed weak-randomness", "es2 secret path-not-known"}},

		{"weak coins open the external init", room("alice", "bob").weak("carol").outside("carol", Event{}),
			[]string{"es1 secret init-not-known", "es2 exposed weak-randomness"}},

		{"a package made weakly", newScript("room", "alice").weak("bob").keyPackage("bob").strong("bob").
			commit("alice", Event{Adds: adds("bob"), Path: true}).sync(),
			[]string{"init_key:kproom1 exposed weak-randomness", "es1 exposed weak-randomness"}},

		{"a package of the attacker's, in another's name",
			newScript("room", "alice").emit(Event{Kind: KeyPackage, Actor: "bob", Package: "evil", By: Attacker}).
				commit("alice", Event{Adds: []Add{{"bob", "evil"}}, Path: true}),
			[]string{"es1 exposed attacker-made", "leaf_key1:bob exposed attacker-made"}},

		{"a message of the attacker's",
			room("alice", "bob").steal("bob").emit(Event{Kind: Send, Actor: "bob", Epoch: 1, State: "room/1", Message: 9, By: Attacker}),
			[]string{"m9 exposed attacker-made"}},

		{"an external Commit of the attacker's, in bob's name",
			room("alice", "bob").stealOnly("bob", SignatureKey).outside2(),
			[]string{"es1 secret init-not-known", "init1 secret init-not-known", "es2 exposed attacker-made"}},

		{"a Commit that lost: its maker held the epoch for a while",
			room("alice", "bob").lost("alice", Event{Path: true}).steal("alice").path("bob"),
			[]string{"init2b exposed pending", "es2b secret path-not-known", "init1 exposed stolen-epoch", "es2 exposed path-node-key"}},

		{"after it was dropped it is safe",
			room("alice", "bob").lost("alice", Event{Path: true}).emit(Event{Kind: Discard, Actor: "alice", Epoch: 2, State: "room/2b"}).steal("alice"),
			[]string{"init2b secret path-not-known", "init1 exposed stolen-epoch"}},

		{"a fork: what heals one side leaves the other open",
			fork(),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known", "es2b exposed path-node-key", "m1 exposed epoch-secret-known"}},

		{"a package of last resort falls for every group that it ever joined",
			newScript("room", "alice").emit(Event{Kind: KeyPackage, Actor: "bob", Package: "last", What: LastResort}).
				commit("alice", Event{Adds: []Add{{"bob", "last"}}, Path: true}).sync().path("bob").steal("bob"),
			[]string{"init_key:last exposed package-stolen", "es1 exposed joiner-init-key"}},

		{"an exported value falls with its exporter_secret",
			room("alice", "bob").emit(Event{Kind: Export, Actor: "bob", Epoch: 1, State: "room/1", What: "call"}).steal("alice"),
			[]string{"export1:call exposed stolen-epoch", "exporter_secret1 exposed stolen-epoch", "confirmation_key1 exposed stolen-epoch",
				"membership_key1 exposed stolen-epoch", "epoch_authenticator1 exposed stolen-epoch", "es1 secret init-not-known"}},

		{"a member whose state was stolen retains nothing of the Commit that it handled",
			room("alice", "bob", "carol").commit("alice", Event{Path: true, Encrypted: true}).
				emit(Event{Kind: Handle, Actor: "bob", Epoch: 2, State: "room/2"}).steal("bob"),
			[]string{"init1 exposed stolen-epoch", "es2 secret path-not-known", "path_secret2@1 secret path-not-known"}},
	} {
		t.Run(lesson.name, func(t *testing.T) { lesson.check(t) })
	}
}

// outside2 is the attacker's external Commit as bob.
func (s *script) outside2() *script {
	return s.emit(Event{Kind: Commit, Actor: "bob", Epoch: 2, State: "room/2", From: "room/1", External: true, Path: true,
		Removes: []string{"bob"}, By: Attacker})
}

// branch is a new group of the same members, linked by the old one's epoch 1.
func branch(old *script) *script {
	s := old.keyPackage("bob").in("hall").emit(Event{Kind: Create, Actor: "alice", State: "hall/0"})
	return s.emit(Event{Kind: Commit, Actor: "alice", Epoch: 1, State: "hall/1", From: "hall/0", Path: true,
		Adds: []Add{{"bob", s.packages["bob"]}}, PSKs: []PSKRef{{State: "room/1"}}}).
		emit(Event{Kind: Process, Actor: "alice", Epoch: 1, State: "hall/1"}).
		emit(Event{Kind: Join, Actor: "bob", Epoch: 1, State: "hall/1"})
}

// fork: bob was robbed; alice follows his healing Commit, and carol dave's.
func fork() *script {
	s := room("alice", "bob", "carol", "dave").steal("bob").
		lost("dave", Event{Path: true}).
		commit("bob", Event{Path: true})
	s.emit(Event{Kind: Process, Actor: "bob", Epoch: 2, State: "room/2"})
	s.emit(Event{Kind: Process, Actor: "alice", Epoch: 2, State: "room/2"})
	s.emit(Event{Kind: Process, Actor: "carol", Epoch: 2, State: "room/2b"})
	s.emit(Event{Kind: Process, Actor: "dave", Epoch: 2, State: "room/2b"})
	return s.emit(Event{Kind: Send, Actor: "carol", Epoch: 2, State: "room/2b", Message: 1})
}
