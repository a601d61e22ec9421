package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

func judgeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "judge TRACE",
		Short:   "Judge a written trace again",
		Long:    `judge reads a trace that "mlsref run -o" wrote, and asks both judges again.`,
		Example: `  mlsref judge out/first.trace.jsonl`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := trace.ReadFile(args[0])
			if err != nil {
				return err
			}
			report, err := trace.Judge(t)
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error {
				fmt.Fprintf(out, "%s\n\n", st.bold(printable(t.Header.File)))
				printTable(out, st, report)
				printDerivations(out, st, t, report)
				return conclude(out, c.ErrOrStderr(), st, t, report)
			})
		},
	}
}
