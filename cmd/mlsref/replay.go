package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

func replayCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "replay TRACE",
		Short: "Play a written trace again and compare byte by byte",
		Long: `replay plays the scenario that stands in a trace, with the trace's seed, and
compares the new trace with the file, byte by byte.`,
		Example: `  mlsref replay out/first.trace.jsonl`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return replayFile(c, args[0])
		},
	}
}

func replayFile(c *cobra.Command, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var recorded bytes.Buffer // trace.Read stops where it is no trace, so this is bounded as it is
	t, err := trace.Read(io.TeeReader(f, &recorded), path)
	if err != nil {
		return err
	}
	again, err := playAgain(t, path)
	if err != nil {
		return playFailed(err)
	}
	var played bytes.Buffer
	if err := trace.Write(&played, again); err != nil {
		return err
	}
	return page(c.OutOrStdout(), func(out io.Writer, st style) error {
		line, at := firstDifference(recorded.Bytes(), played.Bytes())
		if line == 0 {
			fmt.Fprintln(out, st.green(fmt.Sprintf("%s, %s: played again, and every byte is the same",
				count(len(t.Events), "event"), count(recorded.Len(), "byte"))))
			return nil
		}
		fmt.Fprintf(out, "%s the first %s (%s) are the same, then line %d differs\n", st.red("FAILED:"),
			count(at, "byte"), count(line-1, "line"), line)
		return check(fmt.Errorf("%s:%d: recorded %s, played again %s", path, line,
			excerpt(recorded.Bytes(), at), excerpt(played.Bytes(), at)))
	})
}

// playAgain plays what a trace says it is a record of.
func playAgain(t *trace.Trace, path string) (*trace.Trace, error) {
	sc, err := trace.Parse(t.Header.File, strings.NewReader(t.Header.Scenario))
	var input *trace.InputError
	if errors.As(err, &input) {
		return nil, &trace.InputError{File: path, Line: 1, Msg: fmt.Sprintf("the scenario in the header: line %d: %s", input.Line, input.Msg)}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: the scenario in the header: %w", path, err)
	}
	return trace.Play(sc, t.PlayedWith())
}

// firstDifference is the line, from 1, and the offset at which two texts begin
// to differ; line 0 if they do not.
func firstDifference(a, b []byte) (line, at int) {
	if bytes.Equal(a, b) {
		return 0, len(a)
	}
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	return 1 + bytes.Count(a[:at], []byte("\n")), at
}

// excerpt is what stands around a place, within its line.
func excerpt(text []byte, at int) string {
	if at >= len(text) {
		return "nothing more"
	}
	const around = 24
	from := max(bytes.LastIndexByte(text[:at], '\n')+1, at-around)
	to := min(len(text), at+around)
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		to = min(to, at+end)
	}
	return fmt.Sprintf("%q", text[from:to])
}
