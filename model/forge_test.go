package model

import "testing"

// TestCouldForge: what a forgery takes, as it is framed. The thefts are of room/1.
func TestCouldForge(t *testing.T) {
	trio := func() *script { return room("alice", "bob", "carol") }
	public, encrypted := Forgery{State: "room/1", As: "bob"}, Forgery{State: "room/1", As: "bob", Encrypted: true}
	later := encrypted
	later.Generation = 3
	for _, c := range []struct {
		name   string
		tell   *script
		forged Forgery
		want   string
	}{
		{"nothing was stolen", trio(), public, ClauseSignatureSafe},
		{"the signature key alone does not tag", trio().stealOnly("bob", SignatureKey), public, ClauseMembershipSafe},
		{"nor encrypt", trio().stealOnly("bob", SignatureKey), encrypted, ClauseRatchetSafe},
		{"another's keys do not sign", trio().steal("carol"), public, ClauseSignatureSafe},
		{"all of bob's tag", trio().steal("bob"), public, ClauseCanForge},
		{"and encrypt", trio().steal("bob"), encrypted, ClauseCanForge},
		{"with a later key too", trio().steal("bob"), later, ClauseCanForge},
		{"but not with one that he had used", trio().send("bob").steal("bob"), encrypted, ClauseRatchetSafe},
		{"which is no matter in public", trio().send("bob").steal("bob"), public, ClauseCanForge},
	} {
		c.forged.Moment = len(c.tell.events)
		v, err := CouldForge(c.tell.events, c.forged)
		if err != nil || v.Clause != c.want || v.Attacker != (c.want == ClauseCanForge) {
			t.Errorf("%s: %+v, %v, want %s", c.name, v, err, c.want)
		}
	}
	for _, f := range []Forgery{{State: "room/9", As: "bob"}, {State: "room/1", As: "dave"}} {
		if _, err := CouldForge(trio().events, f); err == nil {
			t.Errorf("%s in %s has a verdict", f.As, f.State)
		}
	}
}
