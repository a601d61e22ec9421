package bugs

import (
	"context"
	"slices"
	"strconv"
)

// Control is the name of the run without any bug. Its properties must hold, or those
// of the others say nothing.
const Control = "control"

// Hunt is how long to look for a bug.
type Hunt struct {
	Histories, Steps, People int // as of mlsref props; 0: what it takes without being told
	Seed                     uint64

	// Quick: begin where the bug was caught before, and do not shrink.
	Quick  bool
	before uint64 // the seed of that history, if it is known
	bytes  bool   // only known answers caught it
}

// arguments are the command line that asks mlsref to run its properties.
func (h Hunt) arguments() []string {
	args := []string{"props", "--json"}
	for _, flag := range []struct {
		name  string
		value int
	}{{"--histories", h.Histories}, {"--steps", h.Steps}, {"--people", h.People}} {
		if flag.value > 0 {
			args = append(args, flag.name, strconv.Itoa(flag.value))
		}
	}
	if h.Seed > 0 {
		args = append(args, "--seed", strconv.FormatUint(h.Seed, 10))
	}
	if h.Quick {
		args = append(args, "--no-shrink")
	}
	return args
}

// Report is what mlsref props prints as JSON.
type Report struct {
	Histories int       `json:"histories"` // that were played, the failing one included
	Steps     int       `json:"steps"`     // in all of them
	Failures  []Failure `json:"failures"`
	Scenario  string    `json:"scenario,omitempty"` // that fails, shrunk
	Lines     int       `json:"lines,omitempty"`    // of the scenario
}

// Failure is one property that does not hold.
type Failure struct {
	Property string `json:"property"`
	Line     int    `json:"line,omitempty"` // of the scenario
	Text     string `json:"text"`
	Seed     uint64 `json:"seed"` // of the history, before it was shrunk
}

// Properties are the names of those that failed, each once.
func (r Report) Properties() []string {
	var names []string
	for _, f := range r.Failures {
		if !slices.Contains(names, f.Property) {
			names = append(names, f.Property)
		}
	}
	return names
}

// Verdict is what came of a bug.
type Verdict string

// The verdicts. All but the first two make a run of the table fail.
const (
	Caught     Verdict = "caught"
	Holds      Verdict = "holds" // of the control only
	Survived   Verdict = "survived"
	Broken     Verdict = "broken"      // of the control only: a property fails without any bug
	NotApplied Verdict = "not applied" // the code has moved on
	NotBuilt   Verdict = "not built"   // what results is no Go program
	NotRun     Verdict = "not run"     // mlsref props ended without a report, or took too long
)

// Outcome is one row of the table.
type Outcome struct {
	Bug     Bug     `json:"-"`
	Name    string  `json:"bug"`
	Verdict Verdict `json:"verdict"`
	Report  Report  `json:"report"`
	Problem string  `json:"problem,omitempty"` // why there is no report
	Stale   string  `json:"stale,omitempty"`   // why the bug's lesson is not true any more
}

// Runner builds mlsref from the source with some files changed (their paths in the
// module, and texts), and runs its properties.
type Runner interface {
	Run(ctx context.Context, changed map[string]string, h Hunt) (Report, error)
}

// BuildError is the error of a source that does not compile.
type BuildError struct{ Err error }

func (e BuildError) Error() string { return e.Err.Error() }

func (e BuildError) Unwrap() error { return e.Err }

// One looks for one bug of the source under root.
func (h Hunt) One(ctx context.Context, r Runner, root string, b Bug) Outcome {
	changed, err := b.Changed(root)
	if err != nil {
		return Outcome{Bug: b, Name: b.Name, Verdict: NotApplied, Problem: err.Error()}
	}
	h.before, h.bytes = b.Seed, slices.Equal(b.Expect, []string{knownAnswers})
	out := h.run(ctx, r, b.Name, changed, Caught, Survived)
	out.Bug = b
	if p, plays := r.(Player); plays && out.Verdict == Caught {
		if err := b.Held(ctx, p, root); err != nil {
			out.Stale = err.Error()
		}
	}
	return out
}

// Unchanged runs the properties of the source as it is.
func (h Hunt) Unchanged(ctx context.Context, r Runner) Outcome {
	return h.run(ctx, r, Control, nil, Broken, Holds)
}

func (h Hunt) run(ctx context.Context, r Runner, name string, changed map[string]string, failed, held Verdict) Outcome {
	out := Outcome{Name: name, Verdict: held}
	var err error
	out.Report, err = r.Run(ctx, changed, h)
	switch _, unbuilt := err.(BuildError); {
	case unbuilt:
		out.Verdict, out.Problem = NotBuilt, "it does not compile: "+err.Error()
	case err != nil:
		out.Verdict, out.Problem = NotRun, err.Error()
	case len(out.Report.Failures) > 0:
		out.Verdict = failed
	}
	return out
}
