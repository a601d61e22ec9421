package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

// randomOptions say which random histories run --random plays.
type randomOptions struct{ histories, steps, people int }

func (o *randomOptions) flags(c *cobra.Command) {
	c.Flags().IntVar(&o.histories, "random", 0, "play `N` random histories, of the seeds from --seed on")
	c.Flags().IntVar(&o.steps, "steps", 40, "with --random: how many steps a history has, about")
	c.Flags().IntVar(&o.people, "people", 6, "with --random: how many people there are, at most")
}

// check names the flag that says how many histories are played.
func (o *randomOptions) check(flag string, first uint64) error {
	switch {
	case o.histories < 1:
		return fmt.Errorf("--%s: read %d, expected how many histories, at least 1", flag, o.histories)
	case o.steps < 1:
		return fmt.Errorf("--steps: read %d, expected at least 1", o.steps)
	case o.people < 1 || o.people > 20:
		return fmt.Errorf("--people: read %d, expected 1 to 20", o.people)
	case uint64(o.histories)-1 > math.MaxUint64-first:
		return fmt.Errorf("--seed: read %d, expected room for %s", first, count(o.histories, "seed"))
	}
	return nil
}

func runRandom(c *cobra.Command, args []string, o runOptions) error {
	for _, name := range []string{"explain", "all", "reveal"} {
		if c.Flags().Changed(name) {
			return fmt.Errorf("--%s: it is not for --random", name)
		}
	}
	if len(args) > 0 {
		return fmt.Errorf("--random: it takes no FILE, read %q", args[0])
	}
	if !c.Flags().Changed("seed") {
		o.seed = 1
	}
	if err := o.check("random", o.seed); err != nil {
		return err
	}
	if c.Flags().Changed("output") {
		undo, err := outputDir(o.dir, filepath.Join(o.dir, "random"))
		if err != nil {
			return err
		}
		defer undo()
	}
	ctx, stop := interruptible()
	defer stop()
	began := time.Now()
	total := playRandom(ctx, c.ErrOrStderr(), o)
	total.took = time.Since(began)
	return page(c.OutOrStdout(), func(out io.Writer, st style) error { return total.tell(out, st, o) })
}

// history is what came of one random history.
type history struct {
	seed                          uint64
	done                          bool
	goals, exposed                int
	attacks, accepted, impossible int
	problems                      []string
	scenario                      string // if there is a problem
}

// tally sums histories up.
type tally struct {
	histories, goals, exposed     int
	attacks, accepted, impossible int
	failed                        []history
	took                          time.Duration
}

// playRandom plays on all cores. What it returns is in the order of the seeds.
func playRandom(ctx context.Context, stderr io.Writer, o runOptions) *tally {
	results := make([]history, o.histories)
	bar := newBar(stderr, o.histories, "history")
	var drawing sync.Mutex
	onAllCores(ctx, len(results), func(i int) {
		results[i] = playOne(o.seed+uint64(i), o.randomOptions)
		drawing.Lock()
		bar.add()
		drawing.Unlock()
	})
	bar.finish()
	total := &tally{}
	for _, h := range results {
		total.add(h)
	}
	return total
}

func (t *tally) add(h history) {
	if !h.done {
		return
	}
	t.histories++
	t.goals, t.exposed = t.goals+h.goals, t.exposed+h.exposed
	t.attacks, t.accepted, t.impossible = t.attacks+h.attacks, t.accepted+h.accepted, t.impossible+h.impossible
	if len(h.problems) > 0 {
		t.failed = append(t.failed, h)
	}
}

// playOne makes, plays and judges the history of one seed.
func playOne(seed uint64, o randomOptions) history {
	h := history{seed: seed, done: true}
	sc, err := trace.Random(seed, o.steps, o.people)
	if err != nil {
		first, scenario, _ := strings.Cut(err.Error(), "\n") // it comes with the lines that it played
		h.problems, h.scenario = []string{first}, scenario
		return h
	}
	sc.File = randomName(seed)
	h.scenario = sc.Text
	t, err := trace.Play(sc, trace.Options{})
	if err != nil {
		h.problems = []string{err.Error()}
		return h
	}
	report, err := trace.Judge(t)
	if err != nil {
		h.problems = []string{err.Error()}
		return h
	}
	h.count(t, report)
	for _, p := range report.Problems {
		h.problems = append(h.problems, p.String())
	}
	if len(h.problems) == 0 {
		h.scenario = ""
	}
	return h
}

func (h *history) count(t *trace.Trace, report *trace.Report) {
	h.goals = len(report.Rows)
	for i := range report.Rows {
		if report.Rows[i].Exposed() {
			h.exposed++
		}
	}
	for i := range t.Events {
		a := t.Events[i].Attack
		switch {
		case a == nil:
			continue
		case len(a.Accepted) > 0:
			h.accepted++
		case a.Failed != "":
			h.impossible++
		}
		h.attacks++
	}
}

func randomName(seed uint64) string { return fmt.Sprintf("random-%d.scenario", seed) }

// tell prints what failed, with its scenario, which it saves, and then the sum.
func (t *tally) tell(out io.Writer, st style, o runOptions) error {
	var complaints []error
	for _, h := range t.failed {
		path := filepath.Join(o.dir, randomName(h.seed))
		fmt.Fprintf(out, "%s %s\n%s\n", st.red("FAILED"), path, printableLines(h.scenario))
		if err := writeFiles([]output{{path: path, data: []byte(strings.TrimRight(h.scenario, "\n") + "\n")}}); err != nil {
			complaints = append(complaints, err)
		}
		for _, p := range h.problems {
			complaints = append(complaints, fmt.Errorf("seed %d: %s", h.seed, printable(p)))
		}
	}
	text := fmt.Sprintf("%s (seeds %d to %d), %s: %s, %d exposed; %s: %d accepted by somebody, %d rejected, %d not possible",
		plural(t.histories, "history", "histories"), o.seed, o.seed+uint64(o.histories)-1, round(t.took), count(t.goals, "secret"), t.exposed,
		count(t.attacks, "attack"), t.accepted, t.attacks-t.accepted-t.impossible, t.impossible)
	if t.histories < o.histories {
		complaints = append(complaints, fmt.Errorf("interrupted: %d of %s were played", t.histories, plural(o.histories, "history", "histories")))
	}
	if len(complaints) > 0 {
		fmt.Fprintf(out, "%s\n", text)
		return check(complaints...)
	}
	fmt.Fprintf(out, "%s\n%s\n", text, st.green("the judges agree on every secret"))
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func round(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }

// printableLines is printable, line by line.
func printableLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := range lines {
		lines[i] = "  " + printable(lines[i])
	}
	return strings.Join(lines, "\n")
}
