package trace

import (
	"fmt"
	"strings"
	"testing"
)

// altering is a run of three, with their key packages (1, 2), the Commit (3), the Welcome
// (4), a message of carol's (5) and proposals of bob's and carol's (6, 7) on the wire.
const altering = three + "compromise bob\ncarol sends \"there\"\nbob proposes removing carol\ncarol updates\n"

// TestAlterations: nobody takes what the attacker altered without keys for it, and what
// it altered with them is taken as the victim's.
func TestAlterations(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`wire 5 at "private_message.ciphertext" with wire 6`, "rejected by alice, bob"},
		{`wire 5 at "private_message.authenticated_data" with wire 4`, "x.mls:7: message 4 of the wire has no opaque authenticated_data"},
		{`wire 5 at "private_message.epic" twice`, `x.mls:7: message 5 of the wire has nothing at "private_message.epic"`},
		{`wire 5 at "private_message.epoch" twice as dave`, "x.mls:7: nobody here is called dave"},
		{`wire 5 at "private_message.epoch" twice as carol`, "it could not be carried out: nothing was stolen from carol"},
		{`wire 4 at "welcome.secrets[0]" without it`, "rejected by bob, read as it was before by carol"},
		{`wire 4 at "welcome.secrets[0]" without it to carol`, "read as it was before by carol"},
		{`wire 4 at "welcome.secrets[0]" without it as bob`, "it could not be carried out: nothing of room/0 was stolen from bob"},
		{`wire 5 at "content.application_data" twice as bob`, "accepted by alice"},
		{`wire 5 at "content.application_data" without it as bob`, "accepted by alice"},
		{`wire 5 at "auth.signature" with wire 6 as bob`, "rejected by alice"},
		{`wire 5 at "content.epoch" with wire 3 as bob`, "rejected by alice"},
		{`wire 5 at "content.sender" twice as bob`, "it could not be carried out: malformed"},
		{`wire 6 at "content.authenticated_data" twice as bob`, "it could not be carried out: it changes nothing"},
		{`wire 6 at "content.proposal" with wire 7 as bob`, "rejected by alice, carol"},
		{`wire 7 at "content.proposal" with wire 6 as bob`, "accepted by alice"},
		{`wire 7 at "content.proposal.update" with wire 1 as bob`, "it could not be carried out: message 1 of the wire has no Update update"},
	} {
		sc := parse(t, altering+"attacker alters "+c.line+"\nalice commits\n")
		tr, err := Play(sc, Options{Audit: true})
		got := fmt.Sprint(err)
		if err == nil {
			got = attacks(tr)[0]
			if report := judged(t, tr); !report.OK() {
				t.Errorf("%s: %v", c.line, report.Problems)
			}
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
}

// An alteration is a trial: all else of the run is what it was.
func TestAlterationsChangeNothing(t *testing.T) {
	const after = "alice commits\nbob sends \"x\"\nattacker sends \"y\" as bob\n"
	without, err := Play(parse(t, altering+after), Options{})
	if err != nil {
		t.Fatal(err)
	}
	with, err := Play(parse(t, altering+"attacker alters wire 7 at \"content.proposal\" with wire 6 as bob\n"+after), Options{})
	if err != nil {
		t.Fatal(err)
	}
	was, is := judged(t, without), judged(t, with)
	if len(was.Rows) != len(is.Rows) || fmt.Sprint(was.Auth) != fmt.Sprint(is.Auth) {
		t.Errorf("%d secrets, and with an alteration %d", len(was.Rows), len(is.Rows))
	}
	for i := range was.Rows {
		if a, b := was.Rows[i], is.Rows[i]; a.Goal != b.Goal || a.Closure != b.Closure {
			t.Errorf("%v was %v, and is %v with an alteration", a.Goal, a.Closure, b.Closure)
		}
	}
}

// The judge does not believe that somebody accepted what the attacker could not make.
func TestAlterationsAreJudged(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`wire 5 at "private_message.ciphertext" twice`, "nothing was signed again"},
		{`wire 5 at "auth.signature" with wire 6 as bob`, "its signature was altered and not made again"},
		{`wire 8 at "content.commit.proposals" twice as bob`, "its confirmation_tag was not made again"},
		{`wire 5 at "content.application_data" twice as carol`, "the attacker did not have the signature key of carol then"},
	} {
		for _, handshakes := range []string{"public", "private"} {
			tr, err := Play(parse(t, "handshakes "+handshakes+"\n"+altering+"alice commits\nattacker alters "+c.line+"\n"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			a := tr.Events[len(tr.Events)-1].Attack
			a.Accepted, a.Rejected, a.Failed = []string{"alice"}, nil, ""
			a.Altered.Encrypted = true
			problems := fmt.Sprint(judged(t, tr).Problems)
			if !strings.Contains(problems, c.want) {
				t.Errorf("%s, %s: %s, want %s", handshakes, c.line, problems, c.want)
			}
		}
	}
}
