package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mlsref/props/bugs"
)

// bugsOptions are what the flags of bugs say.
type bugsOptions struct {
	bugs.Hunt
	seconds    int
	list, json bool
}

// bugsAtOnce bounds the builds and runs: each takes all cores for a while.
const bugsAtOnce = 2

func bugsCommand() *cobra.Command {
	var o bugsOptions
	c := &cobra.Command{
		Use:   "bugs [NAME…]",
		Short: "See that the properties catch each seeded bug",
		Long: `bugs builds mlsref with one seeded bug after another (or those of the NAMEs) and
has each run its properties, as "mlsref props" does. One table shows which property
caught the bug, after how many steps, and how small the scenario is that shows it.
First comes the control: the source as it is, where every property must hold.

The bugs are changes to the source, applied to a copy at build time: it takes the go
command, and a working directory within the source of this very version.

Exit code 0: each bug is caught; 1: one survives, or its run gave no answer, or the
control fails; 2: a bug does not apply to the source or does not compile.`,
		Example: `  mlsref bugs --list                        what bugs there are
  mlsref bugs                               all of them: takes a while
  mlsref bugs remove-keeps-ancestors --histories 50`,
		RunE: func(c *cobra.Command, args []string) error { return runBugs(c, args, o) },
	}
	c.Flags().IntVar(&o.Histories, "histories", 0, "how many histories to look at, at most (0: as many as mlsref props)")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "the seed of the first history (0: as mlsref props)")
	c.Flags().IntVar(&o.Steps, "steps", 0, "how many steps a history has, about (0: as mlsref props)")
	c.Flags().IntVar(&o.People, "people", 0, "how many people there are, at most (0: as mlsref props)")
	c.Flags().BoolVar(&o.Quick, "quick", false, "begin with the history that showed the bug before, and do not shrink")
	c.Flags().IntVar(&o.seconds, "seconds", 600, "the most seconds of one run of the properties")
	c.Flags().BoolVar(&o.list, "list", false, "list the bugs; those of the NAMEs with what they change")
	c.Flags().BoolVar(&o.json, "json", false, "print the table as JSON")
	return c
}

func runBugs(c *cobra.Command, args []string, o bugsOptions) error {
	if min(o.Histories, o.Steps, o.People) < 0 || o.seconds < 1 {
		return errors.New("--histories, --steps, --people: expected at least 0; --seconds: at least 1")
	}
	chosen, err := bugs.Named(args)
	if err != nil {
		return err
	}
	if o.list {
		return page(c.OutOrStdout(), func(out io.Writer, st style) error { return listBugs(out, st, chosen, len(args) > 0) })
	}
	ctx, stop := interruptible()
	defer stop()
	root, err := bugs.Source(ctx)
	if err != nil {
		return err
	}
	runner := bugs.GoRunner{Root: root, Package: "./cmd/mlsref", Limit: time.Duration(o.seconds) * time.Second}
	t, err := huntAll(ctx, c.ErrOrStderr(), runner, root, chosen, o.Hunt)
	if err != nil {
		return err
	}
	print := t.tell
	if o.json {
		print = t.tellJSON
	}
	return page(c.OutOrStdout(), print)
}

// bugTable is what came of all bugs.
type bugTable struct {
	control bugs.Outcome
	rows    []bugs.Outcome // in the order of the catalogue; those that were finished
	asked   int
}

// huntAll runs the control, then all bugs. That all of them apply is seen first, since
// it takes no time.
func huntAll(ctx context.Context, stderr io.Writer, r bugs.Runner, root string, chosen []bugs.Bug, h bugs.Hunt) (*bugTable, error) {
	var stale []error
	for _, b := range chosen {
		if _, err := b.Changed(root); err != nil {
			stale = append(stale, fmt.Errorf("bug %s: %w", b.Name, err))
		}
	}
	if len(stale) > 0 {
		return nil, errors.Join(stale...)
	}
	t := &bugTable{asked: len(chosen), control: h.Unchanged(ctx, r)}
	switch {
	case ctx.Err() != nil:
		return nil, check(errors.New("interrupted in the run without any bug"))
	case t.control.Problem != "":
		return nil, fmt.Errorf("without any bug: %s", t.control.Problem)
	case t.control.Verdict == bugs.Broken:
		return t, nil
	}
	rows := make([]bugs.Outcome, len(chosen))
	bar := newBar(stderr, len(chosen), "run")
	var drawing sync.Mutex
	atOnce(ctx, bugsAtOnce, len(chosen), func(i int) {
		row := h.One(ctx, r, root, chosen[i])
		drawing.Lock()
		defer drawing.Unlock()
		if ctx.Err() != nil {
			return // what it says is of the interruption
		}
		rows[i] = row
		bar.add()
	})
	bar.finish()
	for _, row := range rows {
		if row.Verdict != "" {
			t.rows = append(t.rows, row)
		}
	}
	return t, nil
}
