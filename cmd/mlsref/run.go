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

// runOptions are what the flags of run say.
type runOptions struct {
	viewOptions
	randomOptions
	dir     string
	seed    uint64
	explain string
}

// viewOptions say how verdicts are shown.
type viewOptions struct{ all, reveal bool }

func (o *viewOptions) flags(c *cobra.Command) {
	c.Flags().BoolVar(&o.all, "all", false, "show every secret and every reason")
	c.Flags().BoolVar(&o.reveal, "reveal", false, "show the real bytes of what is named")
}

func (o viewOptions) view(out io.Writer, st style, t *trace.Trace, report *trace.Report) *verdictView {
	v := &verdictView{style: st, out: out, trace: t, report: report, terms: newGlossary(t), all: o.all}
	v.terms.reveal = o.reveal
	return v
}

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [FILE]",
		Short: "Play a scenario, tell its story, and judge it",
		Long: `run plays the scenario in FILE (without it: the built-in first one), tells the
story epoch by epoch, and asks both judges about every secret. With --random it
plays random histories instead, and tells only where the judges do not agree.`,
		Example: `  mlsref run docs/scenarios/1-forward-secrecy.scenario -o out --seed 7
  mlsref run docs/scenarios/1-forward-secrecy.scenario --explain=init_secret
  mlsref run --random 1000 --seed 1`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("random") {
				return runRandom(c, args, o)
			}
			for _, name := range []string{"steps", "people"} {
				if c.Flags().Changed(name) {
					return fmt.Errorf("--%s: it is for --random, which is not given", name)
				}
			}
			sc, err := readScenario(args)
			if err != nil {
				return err
			}
			opt := trace.Options{Snapshots: true}
			if c.Flags().Changed("seed") {
				opt.Seed = &o.seed
			}
			if c.Flags().Changed("output") {
				return runInto(c, sc, opt, o)
			}
			return run(c, sc, opt, o, nil)
		},
	}
	c.Flags().StringVarP(&o.dir, "output", "o", "", "write the trace, its exports and the verdicts into `DIR`")
	c.Flags().Uint64Var(&o.seed, "seed", 0, "play with the seed `N` in place of the scenario's; of --random: the first seed")
	c.Flags().StringVar(&o.explain, "explain", "", "explain each verdict, or with =`NAME` that on one secret")
	c.Flags().Lookup("explain").NoOptDefVal = explainAll
	o.viewOptions.flags(c)
	o.randomOptions.flags(c)
	return c
}

// explainAll is --explain without a name; no secret is called so.
const explainAll = "*"

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
func runInto(c *cobra.Command, sc *trace.Scenario, opt trace.Options, o runOptions) (err error) {
	files := filesOf(sc, o.dir)
	undo, err := outputDir(o.dir, files.trace, files.proverif, files.tamarin, files.verdicts)
	if err != nil {
		return err
	}
	defer undo()
	return run(c, sc, opt, o, files)
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
func run(c *cobra.Command, sc *trace.Scenario, opt trace.Options, o runOptions, files *runFiles) error {
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
		v := o.view(out, st, t, report)
		if err := tellStory(v); err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s\n\n", st.bold("── the judges "+strings.Repeat("─", min(st.width, 78)-14)))
		if err := v.verdicts(o.explain); err != nil {
			return err
		}
		if files != nil {
			fmt.Fprintf(out, "\n%s\n", files.told(left))
		}
		return check(append(conclude(out, st, t, report), left...)...)
	})
}

// verdicts prints the table, all that goes with it, and the explanations asked for.
func (v *verdictView) verdicts(explain string) error {
	v.table()
	v.more()
	switch explain {
	case "":
		return v.exposed()
	case explainAll:
		return v.explain(nil)
	}
	return v.explain([]string{explain})
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
	files := []output{
		{path: f.trace, write: func(w io.Writer) error { return trace.Write(w, t) }},
		{path: f.verdicts, write: func(w io.Writer) error { return writeVerdicts(w, t, report) }},
	}
	usual, err := trace.Selection{}.Ask(t, report)
	if err != nil {
		return nil, err
	}
	for _, x := range []struct{ to, path string }{{"proverif", f.proverif}, {"tamarin", f.tamarin}} {
		var text bytes.Buffer
		if err := exporters[x.to](&text, t, report, trace.ExportOptions{Ask: usual}); err != nil {
			left = append(left, fmt.Errorf("%s: not written: %w", x.path, err))
			continue
		}
		files = append(files, output{path: x.path, data: text.Bytes()})
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
