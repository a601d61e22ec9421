package trace

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"mlsref/model"
)

func parse(t testing.TB, text string) *Scenario {
	t.Helper()
	sc, err := Parse("x.mls", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func TestParseEveryStatement(t *testing.T) {
	sc := parse(t, `# a lesson
suite MLS_128_DHKEMP256_AES128GCM_SHA256_P256
seed 7
handshakes public

alice creates room       # and a comment
alice adds bob carol without path
bob sends "hello # \"you\""
carol updates
bob proposes adding dave
bob proposes removing alice
carol goes offline
bob commits
bob removes carol
carol comes online
compromise dave
bob commits
expect epoch 0 secret
expect epoch 1 init_secret exposed
expect message 1 exposed
`)
	if sc.Suite != "MLS_128_DHKEMP256_AES128GCM_SHA256_P256" || sc.Seed != 7 || !sc.Public {
		t.Fatalf("settings: %+v", sc)
	}
	zero, one := uint64(0), uint64(1)
	want := []Statement{
		{Line: 6, Verb: VerbCreates, Actor: "alice", Group: "room"},
		{Line: 7, Verb: VerbAdds, Actor: "alice", Names: []string{"bob", "carol"}, NoPath: true},
		{Line: 8, Verb: VerbSends, Actor: "bob", Text: `hello # "you"`},
		{Line: 9, Verb: VerbUpdates, Actor: "carol"},
		{Line: 10, Verb: VerbProposesAdd, Actor: "bob", Names: []string{"dave"}},
		{Line: 11, Verb: VerbProposesRemove, Actor: "bob", Names: []string{"alice"}},
		{Line: 12, Verb: VerbOffline, Actor: "carol"},
		{Line: 13, Verb: VerbCommits, Actor: "bob"},
		{Line: 14, Verb: VerbRemoves, Actor: "bob", Names: []string{"carol"}},
		{Line: 15, Verb: VerbOnline, Actor: "carol"},
		{Line: 16, Verb: VerbCompromise, Actor: "dave"},
		{Line: 17, Verb: VerbCommits, Actor: "bob"},
		{Line: 18, Verb: VerbExpect, Expect: &Expect{Epoch: &zero}},
		{Line: 19, Verb: VerbExpect, Expect: &Expect{Epoch: &one, Secret: model.InitSecret, Exposed: true}},
		{Line: 20, Verb: VerbExpect, Expect: &Expect{Message: 1, Exposed: true}},
	}
	for i := range want {
		if i >= len(sc.Statements) || !reflect.DeepEqual(sc.Statements[i], want[i]) {
			t.Fatalf("statement %d: %+v, want %+v", i, sc.Statements[i:], want[i])
		}
	}
}

func TestParseDefaults(t *testing.T) {
	sc := parse(t, "alice creates room\r\n")
	if sc.Suite != defaultSuite || sc.Seed != defaultSeed || sc.Public {
		t.Fatalf("%+v", sc)
	}
}

// Every mistake names file and line, what was read, and what was expected there.
func TestParseMistakes(t *testing.T) {
	const start = "alice creates room\nalice adds bob carol\n"
	for _, c := range []struct {
		name, text, want string
	}{
		{"empty", "# nothing\n", `x.mls:2: the scenario ends, expected a step: NAME creates GROUP`},
		{"unknown verb", start + "alice ads dave", `x.mls:3: read "ads", expected what alice does: creates, adds,`},
		{"nearest verb", start + "alice ads dave", `did you mean "adds"?`},
		{"nearest opening", start + "compromize carol", `x.mls:3: read "compromize", expected a name, or one of suite, seed, handshakes, compromise or expect; did you mean "compromise"?`},
		{"name alone", start + "alice", `x.mls:3: the line ends after "alice", expected what alice does: creates,`},
		{"text for a name", start + `"alice" sends "x"`, `x.mls:3: read "alice", expected a name, or one of`},
		{"bad name", start + "alice adds d-ve", `x.mls:3: read "d-ve", expected a name: a letter, then letters, digits or _`},
		{"word for a name", start + "alice adds updates", `x.mls:3: read "updates", expected a name, and this word`},
		{"no name", start + "alice adds", `x.mls:3: the line ends after "adds", expected a name: who is added`},
		{"no name but without", start + "alice adds without path", `x.mls:3: read "without", expected a name`},
		{"twice in a list", start + "alice adds dave dave", `x.mls:3: dave is named twice`},
		{"without what", start + "alice adds dave without paths", `x.mls:3: read "paths", expected path; did you mean "path"?`},
		{"without alone", start + "alice commits without", `x.mls:3: the line ends after "without", expected path`},
		{"more after commits", start + "alice commits now", `x.mls:3: read "now", expected without as in "without path", or the end of the line`},
		{"more after updates", start + "alice updates bob", `x.mls:3: read "bob", expected the end of the line after "updates"`},
		{"proposes what", start + "alice proposes updating", `x.mls:3: read "updating", expected adding or removing`},
		{"goes where", start + "bob goes online", `x.mls:3: read "online", expected offline`},
		{"no text", start + "bob sends hello", `x.mls:3: read "hello", expected the text to send, in double quotes, at least one byte`},
		{"empty text", start + `bob sends ""`, `x.mls:3: read "", expected the text to send, in double quotes, at least one byte`},
		{"open quote", start + `bob sends "hello`, `x.mls:3: read "hello, expected a text in double quotes as in Go (is the closing quote missing?)`},
		{"bad escape", start + `bob sends "\q"`, `x.mls:3: read "\q", expected a text in double quotes as in Go`},
		{"suite", "suite MLS_128_DHKEMP256_AES128GCM_SHA256_P255\n", `x.mls:1: read "MLS_128_DHKEMP256_AES128GCM_SHA256_P255", expected MLS_128_DHKEMX25519`},
		{"suite, nearest", "suite MLS_128_DHKEMP256_AES128GCM_SHA256_P255\n", `did you mean "MLS_128_DHKEMP256_AES128GCM_SHA256_P256"?`},
		{"suite missing", "suite\n", `x.mls:1: the line ends after "suite", expected MLS_128`},
		{"seed", "seed -1\n", `x.mls:1: read "-1", expected a seed: a number from 0 to 18446744073709551615`},
		{"seed missing", "seed # 4\n", `x.mls:1: the line ends after "seed", expected a seed`},
		{"handshakes", "handshakes secret\n", `x.mls:1: read "secret", expected public or private`},
		{"setting twice", "seed 1\nseed 2\n", `x.mls:2: "seed" was already given in line 1`},
		{"setting too late", start + "seed 2\n", `x.mls:3: "seed" must come before the first step`},
		{"expect what", start + "expect epochs 1 secret", `x.mls:3: read "epochs", expected epoch or message; did you mean "epoch"?`},
		{"expect number", start + "expect epoch one secret", `x.mls:3: read "one", expected the number of the epoch: a number from 0 to 2147483647`},
		{"expect fate", start + "expect epoch 1 safe", `x.mls:3: read "safe", expected secret, exposed, epoch_secret or init_secret`},
		{"expect no fate", start + "expect epoch 1 init_secret", `x.mls:3: the line ends after "init_secret", expected secret or exposed`},
		{"not text", "alice\xff creates room", `x.mls:1: the line is not UTF-8 text`},
		{"long line", "# " + strings.Repeat("x", maxLine), `x.mls:1: the line is longer than 16384 bytes`},
		{"long text", strings.Repeat("# x\n", maxScenario/4+1), `x.mls:262145: the scenario is longer than 1048576 bytes`},

		{"no group yet", "alice adds bob", `x.mls:1: there is no group yet: read "adds", expected NAME creates GROUP first`},
		{"second group", start + "bob creates den", `x.mls:3: the group room exists already, and a scenario has one group`},
		{"not a member", start + "bbo updates", `x.mls:3: bbo is not a member of room at epoch 1, expected alice, bob or carol; did you mean "bob"?`},
		{"removed", start + "alice removes bob\nbob updates", `x.mls:4: bob is not a member of room at epoch 2`},
		{"removing a stranger", start + "alice removes dave", `x.mls:3: dave is not a member of room at epoch 1`},
		{"member already", start + "alice adds bob", `x.mls:3: bob is already a member of room at epoch 1`},
		{"added twice", start + "alice proposes adding dave\nbob adds dave", `x.mls:4: adding dave is proposed already in epoch 1`},
		{"removed twice", start + "alice proposes removing bob\ncarol proposes removing bob", `x.mls:4: removing bob is proposed already in epoch 1`},
		{"updates twice", start + "bob updates\nbob updates", `x.mls:4: bob has an Update pending already in epoch 1`},
		{"removes itself", start + "bob removes bob", `x.mls:3: bob cannot commit its own removal (RFC 9420 §12.2)`},
		{"commits its removal", start + "bob proposes removing bob\nbob commits", `x.mls:4: bob cannot commit its own removal`},
		{"offline acts", start + "bob goes offline\nbob sends \"x\"", `x.mls:4: bob is offline and cannot act, expected bob comes online first`},
		{"offline twice", start + "bob goes offline\nbob goes offline", `x.mls:4: bob is offline already`},
		{"online twice", start + "bob comes online", `x.mls:3: bob is online already`},
		{"no key package", start + "bob goes offline\nalice removes bob\nalice adds bob", `x.mls:5: bob is offline and left no unused key package`},
		{"update without path", start + "bob updates\nalice commits without path", `x.mls:4: the Update of bob is pending and needs a path (RFC 9420 §12.4)`},
		{"removal without path", start + "bob proposes removing carol\nalice adds dave without path", `x.mls:4: the removal of carol is pending and needs a path`},
		{"nothing without path", start + "alice commits without path", `x.mls:3: nothing is pending, and a Commit of nothing needs a path`},
		{"theft of nothing", start + "compromise dave", `x.mls:3: dave holds no group state here that could be stolen, expected alice, bob or carol`},
		{"theft after leaving", start + "alice removes bob\ncompromise bob", `x.mls:4: bob holds no group state here`},
		{"later epoch", start + "expect epoch 2 secret", `x.mls:3: epoch 2 is never reached, expected at most 1`},
		{"later message", start + "bob sends \"x\"\nexpect message 2 secret", `x.mls:4: message 2 is never sent, expected at most 1`},
		{"sending before committing", start + "bob updates\nbob sends \"x\"", `x.mls:4: what concerns bob is proposed in epoch 1 and must be committed before bob sends (RFC 9420 §12.4), expected somebody to commit first`},
		{"message 0", start + "expect message 0 secret", `x.mls:3: messages are counted from 1, read 0`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("x.mls", strings.NewReader(c.text))
			var input *InputError
			if !errors.As(err, &input) {
				t.Fatalf("%v is not an *InputError", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got  %s\nwant %s", err, c.want)
			}
		})
	}
}

// What a mistake's rule must not forbid.
func TestParseAllows(t *testing.T) {
	const start = "alice creates room\nalice adds bob carol\n"
	for _, c := range []struct{ name, text string }{
		{"own Update beside an Add without path", "alice updates\nalice adds dave without path"},
		{"removal wins over an Update", "bob updates\nalice removes bob"},
		{"removal pending and by value", "carol proposes removing bob\nalice removes bob"},
		{"theft from an offline member that was removed", "bob goes offline\nalice removes bob\ncompromise bob"},
		{"theft of a key package", "dave goes offline\ncompromise dave\nalice adds dave"},
		{"back again", "alice removes bob\nalice adds bob\nbob updates"},
		{"an expectation before its epoch", "expect epoch 2 secret\nalice commits"},
		{"an own removal for others", "bob proposes removing bob\nalice commits"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Play(parse(t, start+c.text), Options{}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("alice creates room\nalice adds bob without path\nbob sends \"x\"\ncompromise bob\nexpect epoch 1 exposed\n")
	f.Add("seed 3\nhandshakes public\nalice creates r\nbob goes offline\nalice proposes adding bob\nalice commits")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse("x.mls", strings.NewReader(text))
		var input *InputError
		if err != nil && (!errors.As(err, &input) || input.Line < 1 || input.Line > 1+strings.Count(text, "\n")) {
			t.Fatalf("%v", err)
		}
	})
}

func TestParseTooManyPeople(t *testing.T) {
	var b strings.Builder
	b.WriteString("alice creates room\n")
	for i := range maxPeople {
		fmt.Fprintf(&b, "p%d goes offline\n", i)
	}
	_, err := Parse("x.mls", strings.NewReader(b.String()))
	if err == nil || err.Error() != "x.mls:1025: p1023 is one name too many, expected at most 1024" {
		t.Error(err)
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ read, want string }{
		{"ads", "adds"}, {"add", "adds"}, {"remove", "removes"}, {"Sends", "sends"}, {"commtis", "commits"},
		{"alice", ""}, {"x", ""}, {"", ""}, {"updtaes", "updates"}, {"goez", "goes"},
	} {
		if got := nearest(c.read, verbs); got != c.want {
			t.Errorf("nearest(%q) = %q, want %q", c.read, got, c.want)
		}
	}
}
