package model

import "testing"

// auth returns the verdict on the last message or Commit of a script.
func auth(t *testing.T, s *script) AuthVerdict {
	t.Helper()
	all, err := CouldHaveMade(s.events)
	if err != nil {
		t.Fatal(err)
	}
	last := all[0]
	for _, v := range all {
		if v.Event > last.Event {
			last = v
		}
	}
	return last
}

// lostTo is another's Commit to the newest epoch, made before the lost one, which
// its maker enters now.
func (s *script) lostTo(who string) *script {
	last := len(s.events) - 1
	s.commit(who, Event{Path: true})
	s.events[last], s.events[last+1] = s.events[last+1], s.events[last]
	return s.emit(at(s.epoch, Event{Kind: Process, Actor: who}))
}

func TestWhoCouldHaveMade(t *testing.T) {
	trio := func() *script { return room("alice", "bob", "carol") }
	for _, c := range []struct {
		name string
		tell *script
		want string
	}{
		{"nothing was stolen", trio().send("bob").receive("alice"), ClauseSignatureSafe},
		{"bob was robbed before: the attacker speaks as bob", trio().steal("bob").send("bob").receive("alice"), ClauseCanForge},
		{"after the message was received", trio().send("bob").receive("alice").steal("bob"), ClauseSignatureSafe},
		{"while it was under way: its key is spent already", trio().send("bob").steal("bob").receive("alice"), ClauseRatchetSafe},
		{"but carol's copy is not", trio().send("bob").steal("bob").steal("carol").receive("alice"), ClauseCanForge},
		{"carol was robbed: she cannot sign as bob", trio().steal("carol").send("bob").receive("alice"), ClauseSignatureSafe},
		{"the signature key alone", trio().stealOnly("bob", SignatureKey).send("bob").receive("alice"), ClauseRatchetSafe},
		{"the signature key, and the epoch from carol", trio().stealOnly("bob", SignatureKey).steal("carol").send("bob").receive("alice"), ClauseCanForge},
		{"healed in the key agreement, not in the signature key",
			trio().steal("bob").path("bob").send("bob").receive("alice"), ClauseRatchetSafe},
		{"and a new signature key heals that as well",
			trio().steal("bob").emit(Event{Kind: Identity, Actor: "bob", What: NewKey}).path("bob").steal("carol").send("bob").receive("alice"), ClauseSignatureSafe},
		{"which is in the leaf only after a Commit",
			trio().steal("bob").emit(Event{Kind: Identity, Actor: "bob", What: NewKey}).send("bob").receive("alice"), ClauseCanForge},
		{"an Update that waits still names an older key, which was stolen with it",
			trio().emit(Event{Kind: Identity, Actor: "bob", What: NewKey}).propose("bob").emit(Event{Kind: Identity, Actor: "bob", What: NewKey}).
				stealOnly("bob", SignatureKey).commit("alice", Event{Path: true, Updates: updates("bob")}).sync().steal("carol").send("bob").receive("alice"), ClauseCanForge},
		{"a Commit that waits too", trio().emit(Event{Kind: Identity, Actor: "bob", What: NewKey}).commit("bob", Event{Path: true}).
			emit(Event{Kind: Identity, Actor: "bob", What: NewKey}).stealOnly("bob", SignatureKey).sync().steal("carol").send("bob").receive("alice"), ClauseCanForge},
		{"a package names the key of its making, not a weak one of later", room("alice", "carol").keyPackage("bob").
			weak("bob").emit(Event{Kind: Identity, Actor: "bob", What: NewKey}).strong("bob").
			commit("alice", Event{Path: true, Adds: adds("bob")}).sync().steal("carol").send("bob").receive("alice"), ClauseSignatureSafe},
		{"a weak signature key", newScript("hall", "x").weak("bob").emit(Event{Kind: Identity, Actor: "bob"}).strong("bob").in("room").
			keyPackage("bob").emit(Event{Kind: Create, Actor: "alice", State: "room/0"}).
			emit(Event{Kind: Commit, Actor: "alice", Epoch: 1, From: "room/0", State: "room/1", Path: true, Adds: []Add{{"bob", "kproom1"}}}).
			emit(at(1, Event{Kind: Join, Actor: "bob"})).emit(at(1, Event{Kind: Send, Actor: "bob", Message: 1})), ClauseRatchetSafe},

		{"a Commit", trio().path("bob"), ClauseSignatureSafe},
		{"a Commit of the robbed", trio().steal("bob").path("bob"), ClauseCanForge},
		{"a Commit by the signature key alone", trio().stealOnly("bob", SignatureKey).path("bob"), ClauseMembershipSafe},
		{"an encrypted one", trio().stealOnly("bob", SignatureKey).commit("bob", Event{Path: true, Encrypted: true}).sync(), ClauseRatchetSafe},
		{"an encrypted one of the robbed", trio().steal("bob").commit("bob", Event{Path: true, Encrypted: true}).sync(), ClauseCanForge},
		{"a PSK is in the confirmation_tag", trio().steal("bob").deal("x", "alice", "bob", "carol").
			commit("bob", Event{Path: true, PSKs: []PSKRef{{External: "x"}}}).sync(), ClausePSKSafe},
		{"retained ratchets encrypt a Commit, but have no init_secret for its confirmation_tag",
			trio().retain("bob", 1, 0).stealOnly("alice", SignatureKey).lost("alice", Event{Path: true, Encrypted: true}).
				lostTo("bob").steal("bob"), ClauseInitSafe},
		{"an external Commit takes the signature key", trio().outside("dave", Event{}), ClauseSignatureSafe},
		{"and nothing else", trio().stealOnly("dave", SignatureKey).outside("dave", Event{}), ClauseCanForge},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := auth(t, c.tell)
			if v.Clause != c.want || v.Attacker != (c.want == ClauseCanForge) {
				t.Errorf("%+v, want %s", v, c.want)
			}
		})
	}
}

// What the attacker made bears another's name.
func TestMakerIsTheAttacker(t *testing.T) {
	v := auth(t, room("alice", "bob").steal("bob").
		emit(at(1, Event{Kind: Send, Actor: "bob", Message: 1, By: Attacker})).emit(at(1, Event{Kind: Receive, Actor: "alice", Message: 1})))
	if v.Sender != "bob" || v.Maker != Attacker || !v.Attacker || v.Moment != v.Event+1 {
		t.Errorf("%+v", v)
	}
	if want := "the signature key of bob: stolen from bob; the key of message 1 of room epoch 1: " +
		"the state of bob was stolen in room epoch 1 while it held the key, which it never used; the sender_data_secret of room epoch 1: " +
		"the state of bob was stolen in room epoch 1, and held its sender_data_secret"; v.Because != want {
		t.Errorf("because %q\nwant    %q", v.Because, want)
	}
}
