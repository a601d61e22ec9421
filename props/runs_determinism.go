package props

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"mlsref/trace"
)

// oneIn is how many histories there are for each that is played again, which takes as
// long as to play it.
const oneIn = 4

// newDeterminism plays some histories again, with nobody looking on.
func newDeterminism(h *History) Checks {
	if !h.sometimes(oneIn) {
		return Checks{}
	}
	return Checks{Judged: func(t *trace.Trace, r *trace.Report) {
		h.Check(caught(func() error { return repeats(t, r) }))
	}}
}

// repeats plays a trace's scenario again, and compares byte by byte; and has the trace
// judged as a file that was read.
func repeats(t *trace.Trace, r *trace.Report) error {
	if err := trace.Replay(t); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := trace.Write(&file, t); err != nil {
		return err
	}
	back, err := trace.Read(&file, t.Header.File)
	if err != nil {
		return fmt.Errorf("the trace that was written: %w", err)
	}
	again, err := trace.Judge(back)
	if err != nil {
		return fmt.Errorf("the trace that was read: %w", err)
	}
	if !reflect.DeepEqual(again, r) {
		return errors.New("the trace that was read is judged otherwise")
	}
	return nil
}
