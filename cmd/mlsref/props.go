package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mlsref/props"
	"mlsref/trace"
)

// propsOptions are what the flags of props say.
type propsOptions struct {
	randomOptions
	seed       uint64
	only       []string
	except     []string
	dir        string
	json, list bool
	noShrink   bool
	alter      bool
	properties []props.Property
}

func propsCommand() *cobra.Command {
	var o propsOptions
	c := &cobra.Command{
		Use:   "props [FILE…]",
		Short: "Hold the properties under random histories, or under given scenarios",
		Long: `props plays random histories of the whole protocol under the eyes of the
properties in package props, until one does not hold. The scenario is then made as
short as it goes, shown, and saved as NAME-SEED.scenario; mlsref props plays it again,
and so does mlsref run. With FILEs it plays these scenarios instead.`,
		Example: `  mlsref props --histories 1000 --seed 1
  mlsref props --only exclusion --only tree-invariant
  mlsref props docs/scenarios/16-fork.scenario
  mlsref props --list`,
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if o.properties, err = o.chosen(); err != nil {
				return fmt.Errorf("%w; mlsref props --list names them", err)
			}
			switch {
			case o.list:
				return page(c.OutOrStdout(), func(out io.Writer, st style) error { return listProperties(out, st, o.properties) })
			case len(args) > 0:
				for _, flag := range []string{"histories", "seed", "steps", "people", "alter"} {
					if c.Flags().Changed(flag) {
						return fmt.Errorf("--%s: it is for random histories, and a FILE is given", flag)
					}
				}
				return propsOfFiles(c, args, o)
			}
			if err := o.check("histories", o.seed); err != nil {
				return err
			}
			return propsOfRandom(c, o)
		},
	}
	c.Flags().IntVar(&o.histories, "histories", 100, "play at most `N` random histories, of the seeds from --seed on")
	c.Flags().IntVar(&o.steps, "steps", 40, "how many steps a history has, about")
	c.Flags().IntVar(&o.people, "people", 6, "how many people there are, at most")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "the first seed")
	c.Flags().BoolVar(&o.alter, "alter", false, "the attacker alters messages, too: other histories of the same seeds")
	c.Flags().StringArrayVar(&o.only, "only", nil, "hold the property `NAME` only; may be given again")
	c.Flags().StringArrayVar(&o.except, "except", nil, "hold all but the property `NAME`; may be given again")
	c.Flags().BoolVar(&o.noShrink, "no-shrink", false, "leave the history of a failure as it was drawn")
	c.Flags().StringVarP(&o.dir, "output", "o", "", "save a failing scenario in `DIR`, not here")
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object, of FILEs one for each")
	c.Flags().BoolVar(&o.list, "list", false, "list the properties")
	return c
}

// chosen are the properties that --only and --except leave.
func (o *propsOptions) chosen() ([]props.Property, error) {
	if o.only != nil && o.except != nil {
		return nil, errors.New("--only and --except: expected one of them")
	}
	if o.only != nil {
		list, err := props.Named(o.only...)
		if err != nil {
			return nil, fmt.Errorf("--only: %w", err)
		}
		return list, nil
	}
	list, err := props.Except(o.except...)
	if err != nil {
		return nil, fmt.Errorf("--except: %w", err)
	}
	return list, nil
}

func listProperties(out io.Writer, st style, list []props.Property) error {
	for _, p := range list {
		fmt.Fprintf(out, "%s\n", st.bold(p.Name))
		for _, line := range wrap(p.About+" ("+p.Source+")", max(20, st.width-2)) {
			fmt.Fprintf(out, "  %s\n", line)
		}
	}
	return nil
}

// propsResult is what came of it, as --json prints it: everything up to the first
// history in which something failed.
type propsResult struct {
	Histories int             `json:"histories"`
	Steps     int             `json:"steps"`
	Seed      uint64          `json:"seed,omitempty"` // of the failing history
	Failures  []props.Failure `json:"failures,omitempty"`
	Scenario  string          `json:"scenario,omitempty"` // shrunk, for the first of the failures
	Lines     int             `json:"lines,omitempty"`    // of it, without the settings
	After     string          `json:"after,omitempty"`    // what the first of them says of the shrunk scenario
}

func propsOfRandom(c *cobra.Command, o propsOptions) error {
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
	outcomes, err := playHistories(ctx, c.ErrOrStderr(), o)
	if err != nil {
		return err
	}
	r := propsResult{}
	for _, h := range outcomes {
		if h == nil {
			break
		}
		r.Histories++
		r.Steps += h.Steps
		if h.Failed() {
			if err := r.shrink(h.Outcome, o.noShrink); err != nil {
				return err
			}
			break
		}
	}
	took := time.Since(began)
	return page(c.OutOrStdout(), func(out io.Writer, st style) error { return r.tell(out, st, o, took) })
}

// outcome is a history that was played.
type outcome struct {
	props.Outcome
	err error
}

// playHistories plays on all cores, in the order of the seeds, until a property fails.
func playHistories(ctx context.Context, stderr io.Writer, o propsOptions) ([]*outcome, error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	list := make([]*outcome, o.histories)
	bar := newBar(stderr, o.histories, "history")
	var drawing sync.Mutex
	onAllCores(ctx, len(list), func(i int) {
		h := &outcome{}
		play := props.One
		if o.alter {
			play = props.Altered
		}
		h.Outcome, h.err = play(o.seed+uint64(i), o.steps, o.people, o.properties)
		list[i] = h
		if h.err != nil || h.Failed() {
			enough() // those before it are being played already
		}
		drawing.Lock()
		bar.add()
		drawing.Unlock()
	})
	bar.finish()
	for i, h := range list {
		if h != nil && h.err != nil {
			return nil, fmt.Errorf("seed %d: %w", o.seed+uint64(i), h.err)
		}
	}
	return list, nil
}

// shrink makes the failing history as short as it goes, for the first property that
// fails without the others: what one tries may have harmed a group for another, if
// what had to be refused was taken.
func (r *propsResult) shrink(h props.Outcome, not bool) error {
	r.Seed, r.Scenario, r.Lines, r.After = h.Seed, h.Scenario.Text, len(h.Scenario.Statements), h.Failures[0].String()
	r.Failures = h.Failures
	if not {
		r.Lines = 0 // none that means anything
		return nil
	}
	for i, f := range h.Failures {
		property, err := props.Named(f.Property)
		if err != nil {
			return err
		}
		short, alone := props.Shrink(h.Scenario, property[0], props.ShrinkTries)
		if alone.Property == "" {
			continue
		}
		r.Scenario, r.Lines, r.After = short.Text, len(short.Statements), alone.String()
		r.Failures = slices.Concat(h.Failures[i:i+1], h.Failures[:i], h.Failures[i+1:])
		break
	}
	return nil
}

// tell prints the result, and saves the scenario of a failure.
func (r *propsResult) tell(out io.Writer, st style, o propsOptions, took time.Duration) error {
	var complaints []error
	if r.Histories < o.histories && r.Failures == nil {
		complaints = append(complaints, fmt.Errorf("interrupted: %d of %s were played", r.Histories, plural(o.histories, "history", "histories")))
	}
	for _, f := range r.Failures {
		complaints = append(complaints, fmt.Errorf("seed %d: %s", r.Seed, printable(f.String())))
	}
	if o.json {
		return errors.Join(printJSON(out, "", r), check(complaints...))
	}
	fmt.Fprintf(out, "%s (seeds from %d on, %s), %s, %s\n", plural(r.Histories, "history", "histories"), o.seed, count(r.Steps, "step"),
		plural(len(o.properties), "property", "properties"), round(took))
	if r.Failures == nil && complaints == nil {
		fmt.Fprintln(out, st.green("every property holds"))
		return nil
	}
	if r.Failures != nil {
		path := filepath.Join(o.dir, fmt.Sprintf("%s-%d.scenario", r.Failures[0].Property, r.Seed))
		fmt.Fprintf(out, "%s %s\n%s\n%s\n", st.red("FAILED"), path, printableLines(r.Scenario), printable(r.After))
		text := "# " + printable(r.After) + "\n" + strings.TrimRight(r.Scenario, "\n") + "\n"
		if err := writeFiles([]output{{path: path, data: []byte(text)}}); err != nil {
			complaints = append(complaints, err)
		}
	}
	return check(complaints...)
}

// propsOfFile is what --json prints of one FILE.
type propsOfFile struct {
	File     string          `json:"file"`
	Failures []props.Failure `json:"failures,omitempty"`
}

// propsOfFiles holds the properties under given scenarios.
func propsOfFiles(c *cobra.Command, files []string, o propsOptions) error {
	var complaints []error
	for _, file := range files {
		sc, err := readScenario([]string{file})
		if err != nil {
			return err
		}
		failures, _, err := props.Run(sc, o.properties, props.Look{Thorough: true})
		var impossible *trace.InputError
		if errors.As(err, &impossible) {
			return err
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, f := range failures {
			complaints = append(complaints, fmt.Errorf("%s:%s", file, printable(strings.TrimPrefix(f.String(), "line "))))
		}
		if o.json {
			if err := printJSON(c.OutOrStdout(), "", propsOfFile{file, failures}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(c.OutOrStdout(), "%s: %s, %d failed\n", file, plural(len(o.properties), "property", "properties"), len(failures))
	}
	return check(complaints...)
}
