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
	VerbCommits        Verb = "commits"
	VerbSends          Verb = "sends"
	VerbOffline        Verb = "goes offline"
	VerbOnline         Verb = "comes online"
	VerbCompromise     Verb = "compromise"
	VerbExpect         Verb = "expect"
)

// Statement is one step of a scenario, or one expectation.
type Statement struct {
	Line   int
	Verb   Verb
	Actor  string   // who does it, or whose state is stolen
	Names  []string // who is added or removed
	Group  string   // creates
	NoPath bool     // adds, commits: "without path"
	Text   string   // sends
	Expect *Expect  // expect
}

// Scenario is a parsed and checked scenario.
type Scenario struct {
	File       string // for messages
	Text       string // as it was read
	Suite      string // the RFC's name
	Seed       uint64
	Public     bool // handshakes are sent as PublicMessage
	Statements []Statement
}

// Parse reads a scenario and checks that every step is possible where it
// stands. name is for messages; a mistake is an *InputError.
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
	if err := check(sc); err != nil {
		return nil, err
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
