package props

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"mlsref/impl/suite"
	"mlsref/trace"
)

// Acceptance is the property that needs no eyes: the run goes on.
const Acceptance = "acceptance"

// Run plays a scenario under the eyes of some properties. It returns one failure for
// each that did not hold, the first, in the order in which they were seen, and how many
// statements were played. A step that is impossible only after a failure ends the run. An error says that the scenario is not possible
// (a *trace.InputError) or could not be judged.
func Run(sc *trace.Scenario, properties []Property, look Look) (failures []Failure, steps int, err error) {
	r := &run{sc: sc, look: look}
	for _, p := range properties {
		h := newHistory(p, sc)
		h.look = look
		r.histories = append(r.histories, h)
		r.checks = append(r.checks, p.New(h))
	}
	err = r.play()
	return r.failures(), r.steps, err
}

// run is a history and all who look on.
type run struct {
	sc        *trace.Scenario
	look      Look
	histories []*History
	checks    []Checks
	steps     int
	line      int
	stopped   *Failure // the run could not go on
}

func (r *run) play() error {
	s, err := trace.Start(r.sc, trace.Options{Watch: r.watch(), Audit: slices.ContainsFunc(r.checks, func(c Checks) bool { return c.Audit })})
	if err != nil {
		return err
	}
	var impossible *trace.InputError
	for i := range r.sc.Statements {
		r.at(r.sc.Statements[i].Line)
		if err := caught(func() error { return s.Play(&r.sc.Statements[i]) }); errors.As(err, &impossible) {
			if len(r.failures()) > 0 {
				return nil // what had to be refused was taken: the group is not what it was
			}
			return err
		} else if err != nil {
			r.stopped = &Failure{Property: stopper(err), Line: r.line, Text: err.Error()}
			break
		}
		r.steps++
	}
	if r.stopped == nil {
		for i, c := range r.checks {
			if c.End != nil {
				r.histories[i].Check(s.Unrecorded(func() error {
					return caught(func() error { c.End(s); return nil })
				}))
			}
		}
	}
	r.at(0)
	if !slices.ContainsFunc(r.checks, func(c Checks) bool { return c.Judged != nil }) {
		return nil
	}
	return r.judge(s)
}

// judge has what was recorded judged. What was recorded up to a fault is judged too, as
// far as that is possible.
func (r *run) judge(s *trace.Session) error {
	t, err := s.Finish()
	if err == nil {
		var report *trace.Report
		if report, err = trace.Judge(t); err == nil {
			for _, c := range r.checks {
				if c.Judged != nil {
					c.Judged(t, report)
				}
			}
			return nil
		}
	}
	var impossible *trace.InputError
	switch {
	case r.stopped != nil:
		return nil
	case errors.As(err, &impossible):
		return err // an expectation about what is not there
	}
	r.stopped = &Failure{Property: Acceptance, Text: err.Error()}
	return nil
}

func stopper(err error) string {
	if errors.Is(err, trace.ErrDisagree) {
		return "agreement"
	}
	return Acceptance
}

// caught makes a panic an error: a broken implementation may do anything.
func caught(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v, %s", p, place(debug.Stack()))
		}
	}()
	return f()
}

// place is the first line of our own code below a panic.
func place(stack []byte) string {
	_, below, _ := strings.Cut(string(stack), "panic(")
	for line := range strings.SplitSeq(below, "\n") {
		if _, file, found := strings.Cut(line, "/impl/"); found {
			file, _, _ = strings.Cut(file, " ")
			return "impl/" + file
		}
	}
	return "outside of impl/"
}

func (r *run) at(line int) {
	r.line = line
	for _, h := range r.histories {
		h.line = line
	}
}

// watch calls all who look on.
func (r *run) watch() *trace.Watch {
	return &trace.Watch{
		Answer: r.look.answer,
		Call: func(who string, c suite.Call) {
			for _, eyes := range r.checks {
				if eyes.Call != nil {
					eyes.Call(who, c)
				}
			}
		},
		Reading: func(s *trace.Session, reader string, m trace.Message) error {
			return r.each(func(c Checks) error {
				if c.Reading == nil {
					return nil
				}
				return c.Reading(s, reader, m)
			})
		},
		Read: func(s *trace.Session, reader string, m trace.Message, refused error) error {
			return r.each(func(c Checks) error {
				if c.Read == nil {
					return nil
				}
				return c.Read(s, reader, m, refused)
			})
		},
		Step: func(s *trace.Session, line int) error {
			return r.each(func(c Checks) error {
				if c.Step == nil {
					return nil
				}
				return c.Step(s, line)
			})
		},
	}
}

// each lets all look. What one finds does not end the run.
func (r *run) each(look func(Checks) error) error {
	for i, c := range r.checks {
		r.histories[i].Check(caught(func() error { return look(c) }))
	}
	return nil
}

// failures are the first of each property; what stopped the run comes last, unless its
// property has failed before.
func (r *run) failures() []Failure {
	var list []Failure
	for _, h := range r.histories {
		if len(h.failures) > 0 {
			list = append(list, h.failures[0])
		}
	}
	if f := r.stopped; f != nil && !slices.ContainsFunc(list, func(o Failure) bool { return o.Property == f.Property }) {
		list = append(list, *f)
	}
	last := func(f Failure) int {
		if f.Line == 0 {
			return len(r.sc.Text)
		}
		return f.Line
	}
	slices.SortStableFunc(list, func(a, b Failure) int { return last(a) - last(b) })
	return list
}
