package trace

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The bounds of a scenario. A thousand epochs fit many times.
const (
	maxScenario = 1 << 20 // bytes of the whole text
	maxLine     = 1 << 14 // bytes of a line
	maxName     = 32      // bytes of a name
	maxPeople   = 1024    // names of people
)

// defaultSuite and defaultSeed hold where the scenario says nothing.
const (
	defaultSuite = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"
	defaultSeed  = 1
)

// Verb says what a statement does.
type Verb string

// The steps of a scenario.
const (
	VerbCreates        Verb = "creates"
	VerbAdds           Verb = "adds"
	VerbRemoves        Verb = "removes"
	VerbUpdates        Verb = "updates"
	VerbProposesAdd    Verb = "proposes adding"
	VerbProposesRemove Verb = "proposes removing"
	VerbProposesPSK    Verb = "proposes psk"
	VerbProposesLabel  Verb = "proposes label"
	VerbProposesReInit Verb = "proposes reinit"
	VerbCommits        Verb = "commits"
	VerbLabels         Verb = "labels"    // commits a GroupContextExtensions
	VerbAllows         Verb = "allows"    // commits external_senders
	VerbReInits        Verb = "reinits"   // commits a ReInit
	VerbReopens        Verb = "reopens"   // makes the group that a ReInit announced
	VerbBranches       Verb = "branches"  // makes a subgroup
	VerbPrepares       Verb = "prepares"  // makes a Commit, and waits
	VerbPublishes      Verb = "publishes" // the Commit is accepted
	VerbAbandons       Verb = "abandons"  // the Commit is dropped
	VerbAsks           Verb = "asks"      // proposes to be added, from outside
	VerbJoins          Verb = "joins"     // by an external Commit
	VerbRejoins        Verb = "rejoins"   // the same, removing its earlier appearance
	VerbSends          Verb = "sends"
	VerbExports        Verb = "exports"
	VerbOffline        Verb = "goes offline"
	VerbOnline         Verb = "comes online"
	VerbRandomness     Verb = "has randomness"
	VerbDeal           Verb = "deal"    // an external PSK is given to some
	VerbDeliver        Verb = "deliver" // a message that was withheld
	VerbReplay         Verb = "replay"  // a message that was delivered before
	VerbCompromise     Verb = "compromise"
	VerbAlters         Verb = "alters" // the attacker's only
	VerbExpect         Verb = "expect"
)

// theAttacker is who acts in a line like: attacker sends "text" as bob.
const theAttacker = "attacker"

// Statement is one step of a scenario, or one expectation.
type Statement struct {
	Line    int
	Verb    Verb
	Actor   string    // who does it, or whose state is stolen
	As      string    // whom the attacker, as Actor, pretends to be
	Names   []string  // who is added, removed, dealt to, allowed
	Group   string    // that is created, joined, branched to, reopened
	In      string    // the group that it happens in; "" if there is no doubt
	To      []string  // the only ones that get to see it; nil: all
	Through string    // joins: whose GroupInfo
	PSKs    []PSKWord // commits: to be injected
	NoPath  bool      // commits: "without path"
	Text    string    // sends, exports, labels: the text; reinits: the suite; alters: where
	PSK     string    // deal
	Number  int       // deliver, replay: the message; alters: of the wire
	With    int       // alters: the message of the wire that has what is put in place
	What    string    // compromise: of what; has: known or good; alters: with, without, twice
	Expect  *Expect   // expect
}

// PSKWord names a PSK: an external one, or the resumption_psk of an epoch.
type PSKWord struct {
	Name  string
	Epoch *uint64
	Of    string // the group of that epoch; "" for the one that it happens in
}

// Scenario is a parsed scenario. Whether its steps are possible, playing it shows.
type Scenario struct {
	File       string // for messages
	Text       string // as it was read
	Suite      string // the RFC's name
	Seed       uint64
	Public     bool // handshakes are sent as PublicMessage
	PastEpochs int  // whose message keys all keep
	PastPSKs   int  // epochs whose resumption_psk all keep
	Statements []Statement
}

// Parse reads a scenario. name is for messages; a mistake is an *InputError.
func Parse(name string, r io.Reader) (*Scenario, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxScenario+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > maxScenario {
		return nil, &InputError{name, 1 + bytes.Count(text[:maxScenario], []byte("\n")), fmt.Sprintf("the scenario is longer than %d bytes", maxScenario)}
	}
	sc := &Scenario{File: name, Text: string(text), Suite: defaultSuite, Seed: defaultSeed}
	p := &parser{sc: sc, settings: map[string]int{}}
	for i, line := range strings.Split(sc.Text, "\n") {
		if msg := p.parseLine(i+1, strings.TrimSuffix(line, "\r")); msg != "" {
			return nil, &InputError{name, i + 1, msg}
		}
	}
	if len(sc.Statements) == 0 {
		return nil, &InputError{name, 1 + strings.Count(sc.Text, "\n"), "the scenario ends, expected a step: NAME creates GROUP"}
	}
	return sc, nil
}

// word is one token of a line: a bare word, or a quoted text.
type word struct {
	raw    string
	text   string // unquoted
	quoted bool
}

// words splits a line; a # outside of quotes starts a comment.
func words(line string) ([]word, string) {
	if len(line) > maxLine {
		return nil, fmt.Sprintf("the line is longer than %d bytes", maxLine)
	}
	if !utf8.ValidString(line) || strings.ContainsRune(line, 0) {
		return nil, "the line is not UTF-8 text"
	}
	var out []word
	for {
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == '#' {
			return out, ""
		}
		w, rest, msg := nextWord(line)
		if msg != "" {
			return nil, msg
		}
		out = append(out, w)
		line = rest
	}
}
