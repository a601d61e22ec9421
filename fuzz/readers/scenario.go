package readers

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"mlsref/fuzz/dictionary"
	"mlsref/fuzz/target"
	"mlsref/trace"
)

const file = "fuzz" // the name of every input

func runScenario(in []byte, seen *target.Seen) error {
	sc, err := trace.Parse(file, bytes.NewReader(in))
	if err != nil {
		seen.Outcome("refused")
		return placed(in, err)
	}
	seen.Outcome("parsed")
	last := 0
	for _, st := range sc.Statements {
		if st.Line <= last || st.Line > 1+bytes.Count(in, []byte("\n")) {
			return fmt.Errorf("a statement is in line %d, after one in line %d", st.Line, last)
		}
		last = st.Line
	}
	var commented strings.Builder
	for line := range strings.Lines(string(in)) {
		if len(line) > 16000 || strings.HasSuffix(line, "\r") {
			return nil // a comment would make it too long, or the \r a part of it
		}
		commented.WriteString(strings.TrimRight(line, "\r\n") + "\t # \"\r\n")
	}
	again, err := trace.Parse(file, strings.NewReader(commented.String()))
	if err != nil {
		return fmt.Errorf("with comments: %w", err)
	}
	again.Text = sc.Text
	if !reflect.DeepEqual(again, sc) {
		return fmt.Errorf("with comments it is %+v, without %+v", again, sc)
	}
	return nil
}

// placed: the error names the file and a line of it.
func placed(in []byte, err error) error {
	var input *trace.InputError
	if !errors.As(err, &input) || input.File != file || input.Msg == "" {
		return fmt.Errorf("the error %w does not name the file", err)
	}
	if lines := 1 + bytes.Count(in, []byte("\n")); input.Line < 1 || input.Line > lines {
		return fmt.Errorf("the error %w is in none of %d lines", err, lines)
	}
	return nil
}

// scenarios are of every verb and expectation.
var scenarios = []string{
	"alice creates room\nalice adds bob without path\nbob sends \"x\"\ncompromise bob\nexpect epoch 1 exposed\n",
	"seed 3\nhandshakes public\nkeep epochs 1\nkeep psks 2\nalice creates r\nbob goes offline\nalice proposes adding bob\nalice commits\nbob comes online\n",
	"deal secret to alice bob\nalice creates r\nalice commits with psk secret\nalice adds bob carol\nalice commits with psk of epoch 1\ndave joins r\nbob rejoins r through alice\n",
	"alice creates r\nalice adds bob\nalice reinits as \"next\"\nalice reopens next\nalice branches sub with bob\nbob exports \"label\"\nalice labels \"name\"\n",
	"alice creates r\nalice adds bob carol\nalice prepares removes bob\nalice publishes\nbob prepares\nbob abandons\ncarol asks r\n",
	"alice creates r\nalice adds bob\ncompromise bob of signature key\nattacker sends \"text\" as bob\nattacker commits as bob\nattacker joins r as bob\nexpect attack 1 fails\n",
	"alice creates r\nalice adds bob to bob\nalice sends \"m\" to bob\ndeliver 1 to carol\nreplay 1 to bob\nbob has known randomness\nexpect message 1 secret\n",
}

func scenarioSeeds() ([][]byte, error) {
	var all [][]byte
	for _, s := range scenarios {
		all = append(all, []byte(s))
	}
	for _, w := range dictionary.Words() {
		if w.Of == dictionary.Scenario {
			all = append(all, []byte("alice creates room\nalice "+string(w.Bytes)+" bob\n"+string(w.Bytes)+" 1 to bob in room\n"))
		}
	}
	return all, nil
}
