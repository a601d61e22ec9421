package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

// exporters are what --to can name.
var exporters = map[string]func(io.Writer, *trace.Trace, *trace.Report) error{
	"proverif": trace.ExportProVerif,
	"tamarin":  trace.ExportTamarin,
}

func exportCommand() *cobra.Command {
	var to, file string
	var all bool
	c := &cobra.Command{
		Use:   "export TRACE --to proverif|tamarin",
		Short: "Write a trace as a file for ProVerif or Tamarin",
		Long: `export writes a trace for a prover, with one query or lemma for each secret and
the verdict to expect beside it. Without --all the secrets are epoch and init
secrets, messages, PSKs and exported values: a prover takes its time for each.`,
		Example: `  mlsref export out/first.trace.jsonl --to proverif -o first.pv`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			write, known := exporters[to]
			if !known {
				return fmt.Errorf("--to: read %q, expected proverif or tamarin", to)
			}
			if file != "" {
				if err := checkWritable(file); err != nil {
					return err
				}
			}
			t, report, err := judgeFile(args[0])
			if err != nil {
				return err
			}
			if !all {
				report = trace.ForProvers(report)
			}
			var text bytes.Buffer
			if err := write(&text, t, report); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if file != "" {
				return writeFiles([]output{{path: file, data: text.Bytes()}})
			}
			_, err = c.OutOrStdout().Write(text.Bytes())
			return err
		},
	}
	c.Flags().StringVar(&to, "to", "", "the prover: proverif or tamarin")
	c.Flags().BoolVar(&all, "all", false, "ask about every secret that the judges know")
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE` and not to the terminal")
	return c
}
