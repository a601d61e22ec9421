package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

func judgeCommand() *cobra.Command {
	var o viewOptions
	c := &cobra.Command{
		Use:     "judge TRACE",
		Short:   "Judge a written trace again",
		Long:    `judge reads a trace that "mlsref run -o" wrote, and asks both judges again.`,
		Example: `  mlsref judge out/first.trace.jsonl`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, report, err := judgeFile(args[0])
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error {
				fmt.Fprintf(out, "%s\n\n", st.bold(printable(t.Header.File)))
				if err := o.view(out, st, t, report).verdicts(""); err != nil {
					return err
				}
				return check(conclude(out, st, t, report)...)
			})
		},
	}
	o.flags(c)
	return c
}

// judgeFile reads a trace and judges it. A trace that cannot be judged is bad
// input: its steps are not those of any run.
func judgeFile(path string) (*trace.Trace, *trace.Report, error) {
	t, err := trace.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	report, err := trace.Judge(t)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, report, nil
}
