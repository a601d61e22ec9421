package trace

import "fmt"

// InputError is a mistake in a file that someone gave us: a scenario or a trace.
type InputError struct {
	File string
	Line int // from 1
	Msg  string
}

func (e *InputError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }
