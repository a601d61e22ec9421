package fuzz

import (
	"fmt"
	"runtime/debug"

	"mlsref/fuzz/target"
)

// Finding is an input with which something was wrong.
type Finding struct {
	Target string `json:"target"`
	Input  string `json:"input"` // its name
	Text   string `json:"text"`
}

// Try runs one input. A panic is a finding as an error is, with the stack.
func Try(t target.Target, in []byte, seen *target.Seen) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if len(in) > target.MaxInput {
		return nil
	}
	return t.Run(in, seen)
}

// Reach runs inputs, and says what they reached and found.
func Reach(t target.Target, inputs []Input) (*target.Seen, []Finding) {
	seen := &target.Seen{}
	var findings []Finding
	for _, in := range inputs {
		if err := Try(t, in.Bytes, seen); err != nil {
			findings = append(findings, Finding{t.Name, in.Name, err.Error()})
		}
	}
	return seen, findings
}
