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

func TestParseSettings(t *testing.T) {
	sc := parse(t, `# a lesson
suite MLS_128_DHKEMP256_AES128GCM_SHA256_P256
seed 7
handshakes public
keep epochs 2
keep psks 3
alice creates room`)
	if sc.Suite != "MLS_128_DHKEMP256_AES128GCM_SHA256_P256" || sc.Seed != 7 || !sc.Public || sc.PastEpochs != 2 || sc.PastPSKs != 3 {
		t.Errorf("%+v", sc)
	}
	sc = parse(t, "alice creates room\r\n")
	if sc.Suite != defaultSuite || sc.Seed != defaultSeed || sc.Public || sc.PastEpochs != 0 || sc.PastPSKs != 0 {
		t.Errorf("%+v", sc)
	}
}

func number(n uint64) *uint64 { return &n }

// parsed is every form of a statement, and what it is read as.
var parsed = []struct {
	text string
	want Statement
}{
	{`alice creates room  # and a comment`, Statement{Verb: VerbCreates, Actor: "alice", Group: "room"}},
	{`alice adds bob carol`, Statement{Verb: VerbAdds, Actor: "alice", Names: []string{"bob", "carol"}}},
	{`alice adds bob without path in room`, Statement{Verb: VerbAdds, Actor: "alice", Names: []string{"bob"}, NoPath: true, In: "room"}},
	{`alice adds bob to carol dave`, Statement{Verb: VerbAdds, Actor: "alice", Names: []string{"bob"}, To: []string{"carol", "dave"}}},
	{`alice adds bob with psk tea with psk of epoch 3 with psk of epoch 0 of den`, Statement{Verb: VerbAdds, Actor: "alice", Names: []string{"bob"},
		PSKs: []PSKWord{{Name: "tea"}, {Epoch: number(3)}, {Epoch: number(0), Of: "den"}}}},
	{`bob removes carol dave to alice in room`, Statement{Verb: VerbRemoves, Actor: "bob", Names: []string{"carol", "dave"}, To: []string{"alice"}, In: "room"}},
	{`bob updates`, Statement{Verb: VerbUpdates, Actor: "bob"}},
	{`bob updates in room`, Statement{Verb: VerbUpdates, Actor: "bob", In: "room"}},
	{`bob proposes adding dave erin`, Statement{Verb: VerbProposesAdd, Actor: "bob", Names: []string{"dave", "erin"}}},
	{`bob proposes removing dave in room`, Statement{Verb: VerbProposesRemove, Actor: "bob", Names: []string{"dave"}, In: "room"}},
	{`bob proposes psk tea`, Statement{Verb: VerbProposesPSK, Actor: "bob", PSKs: []PSKWord{{Name: "tea"}}}},
	{`bob proposes psk of epoch 1 of den in room`, Statement{Verb: VerbProposesPSK, Actor: "bob", PSKs: []PSKWord{{Epoch: number(1), Of: "den"}}, In: "room"}},
	{`bob proposes label "x" in room`, Statement{Verb: VerbProposesLabel, Actor: "bob", Text: "x", In: "room"}},
	{`bob proposes reinit next`, Statement{Verb: VerbProposesReInit, Actor: "bob", Group: "next"}},
	{`bob proposes reinit next as MLS_128_DHKEMP256_AES128GCM_SHA256_P256 in room`,
		Statement{Verb: VerbProposesReInit, Actor: "bob", Group: "next", Text: "MLS_128_DHKEMP256_AES128GCM_SHA256_P256", In: "room"}},
	{`bob commits`, Statement{Verb: VerbCommits, Actor: "bob"}},
	{`bob commits with psk tea without path to carol in room`,
		Statement{Verb: VerbCommits, Actor: "bob", PSKs: []PSKWord{{Name: "tea"}}, NoPath: true, To: []string{"carol"}, In: "room"}},
	{`bob labels "hello # \"you\"" in room`, Statement{Verb: VerbLabels, Actor: "bob", Text: `hello # "you"`, In: "room"}},
	{`bob allows server other in room`, Statement{Verb: VerbAllows, Actor: "bob", Names: []string{"server", "other"}, In: "room"}},
	{`bob reinits next`, Statement{Verb: VerbReInits, Actor: "bob", Group: "next"}},
	{`bob reinits next as MLS_128_DHKEMP256_AES128GCM_SHA256_P256 in room to carol without path`,
		Statement{NoPath: true, Verb: VerbReInits, Actor: "bob", Group: "next", Text: "MLS_128_DHKEMP256_AES128GCM_SHA256_P256", In: "room", To: []string{"carol"}}},
	{`bob reopens next`, Statement{Verb: VerbReopens, Actor: "bob", Group: "next"}},
	{`bob branches side with carol dave in room`, Statement{Verb: VerbBranches, Actor: "bob", Group: "side", Names: []string{"carol", "dave"}, In: "room"}},
	{`bob prepares with psk tea`, Statement{Verb: VerbPrepares, Actor: "bob", PSKs: []PSKWord{{Name: "tea"}}}},
	{`bob publishes to carol in room`, Statement{Verb: VerbPublishes, Actor: "bob", To: []string{"carol"}, In: "room"}},
	{`bob abandons in room`, Statement{Verb: VerbAbandons, Actor: "bob", In: "room"}},
	{`dave asks to join room`, Statement{Verb: VerbAsks, Actor: "dave", Group: "room"}},
	{`dave joins room`, Statement{Verb: VerbJoins, Actor: "dave", Group: "room"}},
	{`dave joins room through bob with psk tea`, Statement{Verb: VerbJoins, Actor: "dave", Group: "room", Through: "bob", PSKs: []PSKWord{{Name: "tea"}}}},
	{`dave rejoins room through bob`, Statement{Verb: VerbRejoins, Actor: "dave", Group: "room", Through: "bob"}},
	{`bob sends "x"`, Statement{Verb: VerbSends, Actor: "bob", Text: "x"}},
	{`bob sends "x" in room to carol dave`, Statement{Verb: VerbSends, Actor: "bob", Text: "x", In: "room", To: []string{"carol", "dave"}}},
	{`bob exports "x" in room`, Statement{Verb: VerbExports, Actor: "bob", Text: "x", In: "room"}},
	{`bob goes offline`, Statement{Verb: VerbOffline, Actor: "bob"}},
	{`bob comes online`, Statement{Verb: VerbOnline, Actor: "bob"}},
	{`bob has known randomness`, Statement{Verb: VerbRandomness, Actor: "bob", What: model.Known}},
	{`bob has good randomness`, Statement{Verb: VerbRandomness, Actor: "bob", What: model.Good}},
	{`deal tea to bob carol`, Statement{Verb: VerbDeal, PSK: "tea", Names: []string{"bob", "carol"}}},
	{`deliver 2 to bob carol`, Statement{Verb: VerbDeliver, Number: 2, To: []string{"bob", "carol"}}},
	{`replay 1 to bob`, Statement{Verb: VerbReplay, Number: 1, To: []string{"bob"}}},
	{`compromise bob`, Statement{Verb: VerbCompromise, Actor: "bob"}},
	{`compromise bob signature key`, Statement{Verb: VerbCompromise, Actor: "bob", What: model.SignatureKey}},
	{`compromise bob key package`, Statement{Verb: VerbCompromise, Actor: "bob", What: model.KeyPackages}},
	{`attacker sends "x" as bob`, Statement{Verb: VerbSends, Actor: theAttacker, Text: "x", As: "bob"}},
	{`attacker commits in room as bob`, Statement{Verb: VerbCommits, Actor: theAttacker, In: "room", As: "bob"}},
	{`attacker removes carol as bob`, Statement{Verb: VerbRemoves, Actor: theAttacker, Names: []string{"carol"}, As: "bob"}},
	{`attacker updates as bob in room`, Statement{Verb: VerbUpdates, Actor: theAttacker, In: "room", As: "bob"}},
	{`attacker joins room as bob through carol`, Statement{Verb: VerbJoins, Actor: theAttacker, Group: "room", As: "bob", Through: "carol"}},
	{`attacker alters wire 5 at "private_message.ciphertext" with wire 6`,
		Statement{Verb: VerbAlters, Actor: theAttacker, Number: 5, Text: "private_message.ciphertext", What: "with", With: 6}},
	{`attacker alters wire 5 at "welcome.secrets[0]" without it to bob carol`,
		Statement{Verb: VerbAlters, Actor: theAttacker, Number: 5, Text: "welcome.secrets[0]", What: "without", To: []string{"bob", "carol"}}},
	{`attacker alters wire 5 at "content" twice as bob to carol`,
		Statement{Verb: VerbAlters, Actor: theAttacker, Number: 5, Text: "content", What: "twice", As: "bob", To: []string{"carol"}}},
	{`expect epoch 0 secret`, Statement{Verb: VerbExpect, Expect: &Expect{Epoch: number(0)}}},
	{`expect epoch 2 of room exposed`, Statement{Verb: VerbExpect, Expect: &Expect{Epoch: number(2), Group: "room", Exposed: true}}},
	{`expect epoch 2 of room exporter_secret exposed`,
		Statement{Verb: VerbExpect, Expect: &Expect{Epoch: number(2), Group: "room", Secret: model.ExporterSecret, Exposed: true}}},
	{`expect message 1 exposed`, Statement{Verb: VerbExpect, Expect: &Expect{Message: 1, Exposed: true}}},
	{`expect psk tea secret`, Statement{Verb: VerbExpect, Expect: &Expect{PSK: "tea"}}},
	{`expect attack 2 succeeds`, Statement{Verb: VerbExpect, Expect: &Expect{Attack: 2, Exposed: true}}},
	{`expect attack 2 fails`, Statement{Verb: VerbExpect, Expect: &Expect{Attack: 2}}},
}

func TestParseEveryStatement(t *testing.T) {
	seen := map[Verb]bool{}
	for _, c := range parsed {
		want := c.want
		want.Line = 2
		sc := parse(t, "# one statement\n"+c.text)
		if len(sc.Statements) != 1 || !reflect.DeepEqual(sc.Statements[0], want) {
			t.Errorf("%s: %+v, want %+v", c.text, sc.Statements, want)
		}
		seen[c.want.Verb] = true
	}
	for _, secret := range epochSecrets {
		st := parse(t, "expect epoch 1 "+secret+" secret").Statements[0]
		if string(st.Expect.Secret) != secret {
			t.Errorf("%s: %+v", secret, st.Expect)
		}
	}
	for _, v := range []Verb{VerbCreates, VerbAdds, VerbRemoves, VerbUpdates, VerbProposesAdd, VerbProposesRemove, VerbProposesPSK, VerbProposesLabel,
		VerbProposesReInit, VerbCommits, VerbLabels, VerbAllows, VerbReInits, VerbReopens, VerbBranches, VerbPrepares, VerbPublishes, VerbAbandons,
		VerbAsks, VerbJoins, VerbRejoins, VerbSends, VerbExports, VerbOffline, VerbOnline, VerbRandomness, VerbDeal, VerbDeliver, VerbReplay,
		VerbCompromise, VerbExpect} {
		if !seen[v] {
			t.Errorf("no statement with the verb %q was parsed", v)
		}
	}
}

// Every mistake of the language names file and line, what was read, and what was
// expected there.
func TestParseMistakes(t *testing.T) {
	const start = "alice creates room\nalice adds bob carol\n"
	for _, c := range append(mistakes(start), moreMistakes(start)...) {
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

func TestPlayTooManyPeople(t *testing.T) {
	var b strings.Builder
	b.WriteString("alice creates room\n")
	for i := range maxPeople {
		fmt.Fprintf(&b, "p%d has good randomness\n", i)
	}
	_, err := Play(parse(t, b.String()), Options{})
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
