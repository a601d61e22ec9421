package trace

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// PlayedWith are the options with which the trace's scenario gives the same trace.
func (t *Trace) PlayedWith() Options {
	has := func(kind string) bool {
		return slices.ContainsFunc(t.Events, func(e Event) bool { return e.Kind == kind })
	}
	return Options{Seed: &t.Header.Seed, Snapshots: has(KindSnapshot), Audit: has(KindLeftover)}
}

// Replay plays a trace's scenario again, with its seed, and compares the two
// byte by byte. The error names the first line that differs: line 1 is the
// header, line N the event before it.
func Replay(t *Trace) error {
	sc, err := Parse(t.Header.File, strings.NewReader(t.Header.Scenario))
	if err != nil {
		return fmt.Errorf("the scenario in the trace: %w", err)
	}
	again, err := Play(sc, t.PlayedWith())
	if err != nil {
		return fmt.Errorf("playing it again: %w", err)
	}
	var recorded, played bytes.Buffer
	if err := Write(&recorded, t); err != nil {
		return err
	}
	if err := Write(&played, again); err != nil {
		return err
	}
	return compareLines(recorded.Bytes(), played.Bytes())
}

func compareLines(recorded, played []byte) error {
	for line := 1; ; line++ {
		a, restA, moreA := bytes.Cut(recorded, []byte("\n"))
		b, restB, moreB := bytes.Cut(played, []byte("\n"))
		if !bytes.Equal(a, b) {
			at := 0
			for at < len(a) && at < len(b) && a[at] == b[at] {
				at++
			}
			return fmt.Errorf("line %d differs from byte %d on: recorded %s, played again %s", line, at+1, excerpt(a, at), excerpt(b, at))
		}
		if !moreA || !moreB {
			return nil // equal lines, and both are the last: a line feed was compared with each
		}
		recorded, played = restA, restB
	}
}

// excerpt is what stands around a place in a line.
func excerpt(line []byte, at int) string {
	if at >= len(line) {
		return "the end of the line"
	}
	return fmt.Sprintf("%q", line[max(0, at-20):min(len(line), at+20)])
}
