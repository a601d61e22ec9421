package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mlsref/trace"
)

//go:embed first.scenario
var firstScenario string

func runCommand() *cobra.Command {
	var dir string
	var seed uint64
	c := &cobra.Command{
		Use:   "run [FILE]",
		Short: "Play a scenario, tell its story, and judge it",
		Long: `run plays the scenario in FILE (without it: the built-in first one), tells the
story epoch by epoch, and asks both judges about every secret.`,
		Example: `  mlsref run docs/scenarios/forward-secrecy.scenario -o out --seed 7`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			sc, err := readScenario(args)
			if err != nil {
				return err
			}
			opt := trace.Options{Snapshots: true}
			if c.Flags().Changed("seed") {
				opt.Seed = &seed
			}
			if c.Flags().Changed("output") {
				return runInto(c, sc, opt, dir)
			}
			return run(c, sc, opt, nil)
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", "", "write the trace, its exports and the verdicts into `DIR`")
	c.Flags().Uint64Var(&seed, "seed", 0, "play with the seed `N` in place of the scenario's")
	return c
}

func readScenario(args []string) (*trace.Scenario, error) {
	if len(args) == 0 {
		return trace.Parse("first.scenario", strings.NewReader(firstScenario))
	}
	f, err := os.Open(args[0])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return trace.Parse(args[0], f)
}

// runInto is run with files. That they can be written is known before anything
// is played; if nothing comes of it, nothing is left behind.
func runInto(c *cobra.Command, sc *trace.Scenario, opt trace.Options, dir string) (err error) {
	if dir == "" {
		return errors.New("--output: read an empty name, expected a directory")
	}
	undo, err := makeDir(dir)
	if err != nil {
		return err
	}
	defer undo()
	files := filesOf(sc, dir)
	if err := checkWritable(files.trace, files.proverif, files.tamarin, files.verdicts); err != nil {
		return err
	}
	return run(c, sc, opt, files)
}

// runFiles are the names of what run -o writes.
type runFiles struct{ trace, proverif, tamarin, verdicts string }

func filesOf(sc *trace.Scenario, dir string) *runFiles {
	name := filepath.Base(sc.File)
	if base := strings.TrimSuffix(name, filepath.Ext(name)); base != "" {
		name = base
	}
	name = filepath.Join(dir, name)
	return &runFiles{name + ".trace.jsonl", name + ".pv", name + ".spthy", name + ".verdicts.json"}
}

// run plays, judges, writes, and tells; files may be nil. The files come before
// the story: whoever closes the pipe in the middle of it has them all the same.
func run(c *cobra.Command, sc *trace.Scenario, opt trace.Options, files *runFiles) error {
	var done func()
	opt.Progress, done = progress(c.ErrOrStderr(), sc)
	t, err := trace.Play(sc, opt)
	done()
	if err != nil {
		return playFailed(err)
	}
	report, err := trace.Judge(t)
	if err != nil {
		return playFailed(err)
	}
	var left []error
	if files != nil {
		if left, err = files.write(t, report); err != nil {
			return err
		}
	}
	return page(c.OutOrStdout(), func(out io.Writer, st style) error {
		if err := tellStory(out, st, t, report); err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s\n\n", st.bold("── the judges "+strings.Repeat("─", min(st.width, 78)-14)))
		printTable(out, st, report)
		printDerivations(out, st, t, report)
		if files != nil {
			fmt.Fprintf(out, "\n%s\n", files.told(left))
		}
		return check(append(conclude(out, st, t, report), left...)...)
	})
}

// playFailed tells a mistake in the input from a run that went wrong: an honest
// message that somebody rejects is a failed check, not bad input.
func playFailed(err error) error {
	var input *trace.InputError
	if errors.As(err, &input) {
		return err
	}
	return check(err)
}

// write writes all files or none. left says what a prover is not told, and why:
// an export may be too large for the provers, and the trace is still wanted.
func (f *runFiles) write(t *trace.Trace, report *trace.Report) (left []error, err error) {
	var recorded, pv, spthy bytes.Buffer
	if err := trace.Write(&recorded, t); err != nil {
		return nil, err
	}
	verdicts, err := verdictsJSON(t, report)
	if err != nil {
		return nil, err
	}
	files := []output{{f.trace, recorded.Bytes()}, {f.verdicts, verdicts}}
	if err := trace.ExportProVerif(&pv, t, report); err != nil {
		left = append(left, fmt.Errorf("%s: not written: %w", f.proverif, err))
	} else {
		files = append(files, output{f.proverif, pv.Bytes()})
	}
	if err := trace.ExportTamarin(&spthy, t, report); err != nil {
		left = append(left, fmt.Errorf("%s: not written: %w", f.tamarin, err))
	} else {
		files = append(files, output{f.tamarin, spthy.Bytes()})
	}
	return left, writeFiles(files)
}

func (f *runFiles) told(left []error) string {
	if len(left) > 0 {
		return fmt.Sprintf("written: %s and .verdicts.json beside it, but not every prover's file", f.trace)
	}
	return fmt.Sprintf("written: %s, and beside it .pv (ProVerif), .spthy (Tamarin), .verdicts.json", f.trace)
}

// progress shows on a terminal which line of a long scenario is being played.
func progress(stderr io.Writer, sc *trace.Scenario) (step func(line int), done func()) {
	f, ok := stderr.(*os.File)
	const long = 40 // statements
	if !ok || len(sc.Statements) < long || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	lines := 1 + strings.Count(sc.Text, "\n")
	step = func(line int) { fmt.Fprintf(f, "\rplaying line %d of %d", line, lines) }
	return step, func() { fmt.Fprint(f, "\r\x1b[K") }
}

// page prints through a buffer, and reports what could not be printed.
func page(stdout io.Writer, print func(io.Writer, style) error) error {
	out := bufio.NewWriter(stdout)
	err := print(out, styleFor(stdout))
	if flushed := out.Flush(); flushed != nil {
		return flushed
	}
	return err
}
