package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mlsref/proverif/verdicts"
	"mlsref/trace"
)

// proveOptions are what the flags of prove say.
type proveOptions struct {
	trace.Selection
	programs     map[verdicts.Tool]*string
	limits       verdicts.Limits
	dir, json    string
	allowMissing bool
	record       bool
}

// tools are the provers, in the order of the table.
var tools = []verdicts.Tool{verdicts.ProVerif, verdicts.Tamarin}

var toolNames = map[verdicts.Tool]string{verdicts.ProVerif: "ProVerif", verdicts.Tamarin: "Tamarin"}

// programVariable names a prover's program in the environment.
var programVariable = map[verdicts.Tool]string{verdicts.ProVerif: "MLSREF_PROVERIF", verdicts.Tamarin: "MLSREF_TAMARIN"}

func proveCommand() *cobra.Command {
	o := proveOptions{programs: map[verdicts.Tool]*string{verdicts.ProVerif: new(string), verdicts.Tamarin: new(string)}}
	c := &cobra.Command{
		Use:   "prove PATH…",
		Short: "Ask ProVerif and Tamarin, and compare with what is expected",
		Long: `prove asks the provers about each PATH: a scenario, which it plays; a trace
(.jsonl); a file that export wrote, or a hand-written model (.pv, .spthy), whose
comments say what to expect; or a folder, for all of these below it. One table
shows what the predicate, the closure and each prover say of each secret.

The provers are "proverif" and "tamarin-prover" on PATH, or what the flags or
MLSREF_PROVERIF and MLSREF_TAMARIN name. As many run at once as there are cores,
each within the limits. A long trace is cut into slices, of what some queries need.

Exit code 0: every verdict is the expected one; 1: one is not, or a query was not
answered (a prover that is missing or too old, a limit, an interruption: with
--allow-missing a prover that is missing or too old is only told, if the other is
there); 2: a PATH is wrong.`,
		Example: `  mlsref prove docs/scenarios/1-forward-secrecy.scenario
  mlsref prove docs/scenarios --json verdicts.json
  mlsref prove out/first.trace.jsonl --epochs 1-2 --messages 2 -o provers
  mlsref prove tamarin proverif --record`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return prove(c, args, o) },
	}
	c.Flags().StringVar(o.programs[verdicts.ProVerif], "proverif", "", "the `PROGRAM` to run as ProVerif")
	c.Flags().StringVar(o.programs[verdicts.Tamarin], "tamarin", "", "the `PROGRAM` to run as Tamarin")
	c.Flags().IntVar(&o.limits.Seconds, "seconds", 300, "the most seconds of one run of a prover")
	c.Flags().IntVar(&o.limits.MemoryMiB, "memory", 6000, "the most memory of one run, `MiB` of address space")
	c.Flags().StringVarP(&o.dir, "output", "o", "", "keep the files that the provers are given in `DIR`")
	c.Flags().StringVar(&o.json, "json", "", "write the table to `FILE`, as JSON")
	c.Flags().BoolVar(&o.allowMissing, "allow-missing", false, "a prover that is missing or too old is no failure")
	c.Flags().BoolVar(&o.record, "record", false, "write the verdict files of hand-written models")
	selectionFlags(c, &o.Selection)
	return c
}

func prove(c *cobra.Command, args []string, o proveOptions) error {
	if o.limits.Seconds < 1 || o.limits.MemoryMiB < 1 {
		return errors.New("--seconds, --memory: expected at least 1")
	}
	if o.json != "" {
		if err := checkWritable(o.json); err != nil {
			return err
		}
	}
	dir, clean, err := proveDir(c, o)
	if err != nil {
		return err
	}
	defer clean()
	ctx, stop := interruptible()
	defer stop()
	paths, err := findSubjects(args)
	if err != nil {
		return err
	}
	p := &proof{proveOptions: o, dir: dir, provers: map[verdicts.Tool]verdicts.Prover{}, missing: map[verdicts.Tool]error{}, names: map[string]bool{}}
	for _, path := range paths {
		if err := p.load(path); err != nil {
			return err
		}
	}
	p.findProvers(ctx)
	p.run(ctx, c.ErrOrStderr())
	if o.json != "" {
		if err := writeFiles([]output{{path: o.json, write: p.writeJSON}}); err != nil {
			return err
		}
	}
	return page(c.OutOrStdout(), func(out io.Writer, st style) error { return p.tell(out, st) })
}

// proveDir is where the provers' files go: a folder that is kept, or one that is not.
func proveDir(c *cobra.Command, o proveOptions) (dir string, clean func(), err error) {
	if !c.Flags().Changed("output") {
		dir, err = os.MkdirTemp("", "mlsref-prove-")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	if o.dir == "" {
		return "", nil, errors.New("--output: read an empty name, expected a directory")
	}
	clean, err = makeDir(o.dir)
	return o.dir, clean, err
}

// findProvers looks for those that there is something to ask of.
func (p *proof) findProvers(ctx context.Context) {
	for _, tool := range tools {
		if len(p.jobsOf(tool)) == 0 {
			continue
		}
		program := *p.programs[tool]
		if program == "" {
			program = os.Getenv(programVariable[tool])
		}
		if program == "" {
			program = string(tool)
		}
		found, err := verdicts.Find(ctx, tool, program)
		if err != nil {
			p.missing[tool] = err
			continue
		}
		p.provers[tool] = found
	}
}

// why a prover has no verdict to give.
func (p *proof) absent(tool verdicts.Tool) verdicts.Answer {
	switch err := p.missing[tool]; {
	case err == nil:
		return ""
	case errors.Is(err, verdicts.ErrTooOld):
		return verdicts.TooOld
	default:
		return verdicts.Missing
	}
}

func (p *proof) jobsOf(tool verdicts.Tool) (jobs []*proofJob) {
	for _, j := range p.jobs {
		if j.tool == tool {
			jobs = append(jobs, j)
		}
	}
	return jobs
}
