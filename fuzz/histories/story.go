package histories

import (
	"bytes"
	"errors"
	"fmt"

	"mlsref/docs/scenarios"
	"mlsref/fuzz/target"
	"mlsref/props"
	"mlsref/trace"
)

// The bounds of a story that is played, so that none takes long.
const (
	mostStatements = 30
	mostNames      = 60  // in all statements
	mostKept       = 100 // epochs
)

// story plays the bytes as a scenario, if they are one. Its expectations may fail.
func story(in []byte, seen *target.Seen) error {
	sc, err := trace.Parse("story", bytes.NewReader(in))
	var mistake *trace.InputError
	if errors.As(err, &mistake) {
		seen.Outcome("not a scenario")
		return nil
	}
	if err != nil {
		return err
	}
	if long(sc) {
		seen.Outcome("too long")
		return nil
	}
	properties, err := judged()
	if err != nil {
		return err
	}
	failures, _, err := props.Run(sc, append(properties, counting(seen)), props.Look{})
	switch {
	case errors.As(err, &mistake):
		seen.Outcome("not possible")
		return nil
	case err != nil:
		return err
	case len(failures) > 0:
		return errors.New(joined(failures))
	}
	seen.Outcome("played")
	return nil
}

func long(sc *trace.Scenario) bool {
	names := 0
	for _, st := range sc.Statements {
		names += len(st.Names) + len(st.To)
	}
	return len(sc.Statements) > mostStatements || names > mostNames || sc.PastEpochs > mostKept || sc.PastPSKs > mostKept
}

// judged are the properties that the judges decide.
func judged() ([]props.Property, error) {
	return props.Named(props.Acceptance, "agreement", "secrecy", "forward-secrecy", "post-compromise-security", "deletion", "authentication", "derivation")
}

// altering are stories of messages that a thief of a member's state changes and signs
// again, each change before one check: a tag, a signature, a path.
var altering = []string{
	`handshakes public
alice creates room
alice adds bob carol
alice commits
compromise bob
bob commits
attacker alters wire 6 at "auth.confirmation_tag" with wire 5 as bob
attacker alters wire 6 at "auth.confirmation_tag" without it as bob
attacker alters wire 6 at "auth.signature" with wire 5 as bob
attacker alters wire 6 at "public_message.membership_tag" without it
attacker alters wire 6 at "public_message.membership_tag" with wire 5
`,
	`alice creates room
alice adds bob carol
compromise bob
bob sends "x"
bob sends "y"
attacker alters wire 5 at "auth.signature" without it as bob
attacker alters wire 5 at "auth.signature" with wire 6 as bob
attacker alters wire 5 at "private_message.ciphertext" with wire 6
attacker alters wire 5 at "private_message.encrypted_sender_data" with wire 6
replay 1 to carol
bob commits
attacker alters wire 7 at "auth.confirmation_tag" without it as bob
attacker alters wire 7 at "content.commit.path" without it as bob
`,
}

// lessons are the scenarios of docs/scenarios, and those of altered messages.
func lessons() ([][]byte, error) {
	files, err := scenarios.Files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var list [][]byte
	for _, text := range altering {
		list = append(list, []byte(text))
	}
	for _, f := range files {
		text, err := scenarios.Files.ReadFile(f.Name())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		list = append(list, text)
	}
	return list, nil
}
