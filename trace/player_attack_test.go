package trace

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/group"
	"mlsref/model"
)

// three is how the scenarios of this file begin.
const three = "alice creates room\nalice adds bob carol\n"

// attacks are the attacker's steps of a run, in words, and why they failed.
func attacks(tr *Trace) (outcomes []string) {
	for _, e := range tr.Events {
		if e.Kind == KindAttack {
			outcomes = append(outcomes, Outcome(e.Attack))
		}
	}
	return outcomes
}

// rejections are the rules by which members refused a message: "alice application 9.1/generation-once".
func rejections(tr *Trace) (list []string) {
	for _, e := range tr.Events {
		if e.Kind == KindReject {
			list = append(list, strings.TrimSpace(e.Actor+" "+e.Reject.Kind+" "+e.Reject.Rule))
		}
	}
	return list
}

// TestAttacks carries out attacks, and expects what becomes of them.
func TestAttacks(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a fresh copy sends", three + "compromise bob\nattacker sends \"x\" as bob\nexpect attack 1 succeeds\n",
			"accepted by alice, carol"},
		{"a copy follows others' Commits", three + "compromise bob\nalice commits\ncarol updates\nalice commits\nattacker sends \"x\" as bob\nexpect attack 1 succeeds\n",
			"accepted by alice, carol"},
		{"its victim has committed", three + "compromise bob\nbob commits\nattacker sends \"x\" as bob\nexpect attack 1 fails\n",
			"it could not be carried out: the stolen copy of bob cannot follow the Commit to room/2"},
		{"its victim has updated", three + "compromise bob\nbob updates\nalice commits\nattacker sends \"x\" as bob\nexpect attack 1 fails\nexpect epoch 2 secret\n",
			"it could not be carried out: the stolen copy of bob cannot follow the Commit to room/2"},
		{"an Update that nobody has committed heals nobody", "handshakes public\n" + three + "compromise bob\nbob updates\nattacker commits as bob\nexpect attack 1 succeeds\nexpect epoch 2 exposed\n",
			"accepted by alice, carol"},
		{"its victim has proposed meanwhile", three + "compromise bob\nbob updates\nattacker commits as bob\nexpect attack 1 succeeds\n",
			"accepted by alice, carol"},
		{"its victim was removed", three + "compromise bob\nalice removes bob\nattacker sends \"x\" as bob\nexpect attack 1 fails\nexpect epoch 2 secret\n",
			"it could not be carried out: bob was removed in room/2"},
		{"its victim has sent meanwhile", three + "compromise bob\nbob sends \"first\"\nattacker sends \"x\" as bob\nexpect attack 1 succeeds\n",
			"accepted by alice, carol"},
		{"its victim has made a Commit and not sent it, and then sent a proposal", three + "compromise bob\nbob prepares\nbob proposes removing bob\nattacker commits as bob\nexpect attack 1 succeeds\n",
			"accepted by alice, carol"},
		{"a signature key alone does not send", three + "compromise bob signature key\nattacker sends \"x\" as bob\nexpect attack 1 fails\n",
			"it could not be carried out: no state of room was stolen from bob"},
		{"nothing was stolen", three + "attacker joins room as bob\nexpect attack 1 fails\n",
			"it could not be carried out: nothing was stolen from bob"},
		{"a signature key alone joins", three + "compromise bob signature key\nattacker joins room as bob\nexpect attack 1 succeeds\nexpect epoch 1 secret\nexpect epoch 2 exposed\n",
			"accepted by alice, carol"},
		{"a forged Commit", three + "compromise bob\nattacker commits as bob\nexpect attack 1 succeeds\nexpect epoch 2 exposed\n",
			"accepted by alice, carol"},
		{"a forged Commit, in the clear", "handshakes public\n" + three + "compromise bob\nattacker commits as bob\nexpect attack 1 succeeds\nexpect epoch 2 exposed\n",
			"accepted by alice, carol"},
		{"a forged Remove", three + "compromise bob\nattacker removes carol as bob\nexpect attack 1 succeeds\n",
			"accepted by alice, carol"},
		{"a forged Update", three + "compromise bob\nattacker updates as bob\nexpect attack 1 succeeds\nalice commits\nexpect epoch 2 exposed\n",
			"accepted by alice, carol"},
		{"a PSK that the thief has not", three + "compromise bob\ndeal tea to alice bob carol\nalice commits with psk tea\nattacker sends \"x\" as bob\nexpect attack 1 fails\nexpect epoch 2 secret\nexpect psk tea secret\n",
			"it could not be carried out: the stolen copy of bob cannot follow the Commit to room/2"},
		{"a PSK that the thief has", "deal tea to alice bob carol\n" + three + "compromise bob\nalice commits with psk tea\nattacker sends \"x\" as bob\nexpect attack 1 succeeds\nexpect epoch 2 exposed\nexpect psk tea exposed\n",
			"accepted by alice, carol"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr, report := sound(t, parse(t, c.text))
			got := attacks(tr)
			if len(got) == 0 || !strings.HasPrefix(got[0], c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			forgeable(t, tr, report)
		})
	}
}

// forgeable holds Report.Auth against what was carried out: a forgery that was accepted
// has a verdict that says so, and of what was not forged the maker is its sender.
func forgeable(t *testing.T, tr *Trace, report *Report) {
	t.Helper()
	made := map[string]bool{}
	for _, v := range report.Auth {
		made[fmt.Sprint(v.Maker, v.State, v.Message > 0)] = true
		if v.Maker == model.Attacker && v.Moment < len(Steps(tr)) && !v.Attacker {
			t.Errorf("accepted, and not forgeable: %+v", v)
		}
		if v.Attacker != (v.Clause == model.ClauseCanForge) || v.Attacker != (v.Since >= 0) {
			t.Errorf("of two minds: %+v", v)
		}
	}
	for _, e := range tr.Events {
		if e.Kind == KindStep && (e.Step.Kind == model.Send || e.Step.Kind == model.Commit) {
			maker := e.Step.Actor
			if e.Step.By != "" {
				maker = e.Step.By
			}
			if !made[fmt.Sprint(maker, e.Step.State, e.Step.Kind == model.Send)] {
				t.Errorf("no verdict on who made the %s in %s, which %s made", e.Step.Kind, e.Step.State, maker)
			}
		}
	}
}

// TestAuth: who could have made what, and what the attacker lacked.
func TestAuth(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // of each message after the Commits: sender, clause
	}{
		{"nothing is stolen", three + "alice sends \"x\"\n", []string{"room/1 alice signature-key-safe", "message 1 alice signature-key-safe"}},
		{"another's theft", three + "compromise bob\nalice sends \"x\"\n", []string{"room/1 alice signature-key-safe", "message 1 alice signature-key-safe"}},
		{"a theft, then a message", three + "compromise bob\nbob sends \"x\"\n", []string{"room/1 alice signature-key-safe", "message 1 bob can-forge"}},
		{"a message, then a theft", three + "bob sends \"x\"\ncompromise bob\n", []string{"room/1 alice signature-key-safe", "message 1 bob signature-key-safe"}},
		{"only the signature key", three + "compromise bob signature key\nbob sends \"x\"\nbob commits\n",
			[]string{"room/1 alice signature-key-safe", "room/2 bob ratchet-safe", "message 1 bob ratchet-safe"}},
		{"only the signature key, in the clear", "handshakes public\n" + three + "compromise bob signature key\nbob commits\n",
			[]string{"room/1 alice signature-key-safe", "room/2 bob membership-key-safe"}},
		{"only the signature key, from outside", three + "compromise bob signature key\nbob rejoins room\n",
			[]string{"room/1 alice signature-key-safe", "room/2 bob can-forge"}},
		{"after healing", three + "compromise bob\nbob commits\nbob sends \"x\"\n",
			[]string{"room/1 alice signature-key-safe", "room/2 bob can-forge", "message 1 bob ratchet-safe"}},
		{"a PSK that the thief has not", "handshakes public\n" + three + "compromise bob\ndeal tea to alice bob carol\nbob commits with psk tea\n",
			[]string{"room/1 alice signature-key-safe", "room/2 bob psk-safe"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr, report := sound(t, parse(t, c.text))
			var got []string
			for _, v := range report.Auth {
				what := v.State
				if v.Message > 0 {
					what = fmt.Sprintf("message %d", v.Message)
				}
				got = append(got, what+" "+v.Sender+" "+v.Clause)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			forgeable(t, tr, report)
		})
	}
}

// TestThiefWorksOnACopy: whatever the thief does, its victim holds what it held; what
// the victim does later, the thief has not.
func TestThiefWorksOnACopy(t *testing.T) {
	held := func(p *player) []Found {
		found, err := p.rec.Walk(p.byName["bob"].live()...)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	p := running(t, "deal tea to bob\n"+three+"compromise bob\n")
	before := held(p)
	for i, line := range []string{"attacker sends \"one\" as bob", "attacker sends \"two\" as bob", "attacker updates as bob", "attacker commits as bob"} {
		st := parse(t, line).Statements[0]
		st.Line = 100 + i
		if err := p.play(&st); err != nil {
			t.Fatal(err)
		}
		if after := held(p); !reflect.DeepEqual(after, before) {
			t.Errorf("%s changed what bob holds:\n%+v\n%+v", line, before, after)
		}
	}

	p = running(t, "deal tea to bob\n"+three+"compromise bob\ndeal milk to bob\n")
	bob := p.byName["bob"]
	for psk, want := range map[string]bool{"tea": true, "milk": false} {
		id := group.ExternalPSK([]byte(psk))
		if got := bob.stolen.client.Config.PSKs.Has(id); got != want || !bob.client.Config.PSKs.Has(id) {
			t.Errorf("the thief has %s: %v", psk, got)
		}
	}
	thief, err := p.rec.Walk(Root{"loot", bob.stolen.seats[0].group})
	if err != nil {
		t.Fatal(err)
	}
	st := parse(t, "bob sends \"x\"").Statements[0]
	if err := p.play(&st); err != nil {
		t.Fatal(err)
	}
	again, _ := p.rec.Walk(Root{"loot", bob.stolen.seats[0].group})
	if !reflect.DeepEqual(thief, again) {
		t.Errorf("what bob sent changed the thief's copy:\n%+v\n%+v", thief, again)
	}
}

// Both use the victim's ratchet from where the theft found it: whose message comes
// first is read, the other's is refused.
func TestThiefAndVictimRace(t *testing.T) {
	tr, _ := sound(t, parse(t, three+"compromise bob\nattacker sends \"forged\" as bob\nbob sends \"real\"\nexpect attack 1 succeeds\nexpect message 2 exposed\n"))
	if got, want := rejections(tr), []string{"alice application 9.1/generation-once", "carol application 9.1/generation-once"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A wrong expectation of an attack is a problem, and so is a forgery that was accepted
// and that the predicate thinks impossible.
func TestAttackProblems(t *testing.T) {
	tr := played(t, three+"compromise bob\nattacker sends \"x\" as bob\nexpect attack 1 fails\n")
	if got := fmt.Sprint(judged(t, tr).Problems); got != `[run.scenario:5: expected attack 1, sends as bob, to fail; accepted by alice, carol]` {
		t.Error(got)
	}
	find(t, tr, isStep(model.Compromise)).Step.What = model.KeyPackages
	if got := fmt.Sprint(judged(t, tr).Problems); !strings.Contains(got, "somebody accepted what the attacker made in the name of bob in room/1, which it cannot have made") {
		t.Error(got)
	}
	_, err := Judge(played(t, three+"compromise bob\nattacker sends \"x\" as bob\nexpect attack 2 succeeds\n"))
	if err == nil || err.Error() != "run.scenario:5: the run has no attack 2" {
		t.Error(err)
	}
}
