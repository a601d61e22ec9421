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

// lessons are the scenarios of docs/scenarios.
func lessons() ([][]byte, error) {
	files, err := scenarios.Files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var list [][]byte
	for _, f := range files {
		text, err := scenarios.Files.ReadFile(f.Name())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		list = append(list, text)
	}
	return list, nil
}
