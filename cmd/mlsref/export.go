package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

// exporters are what --to can name.
var exporters = map[string]func(io.Writer, *trace.Trace, *trace.Report, trace.ExportOptions) error{
	"proverif": trace.ExportProVerif,
	"tamarin":  trace.ExportTamarin,
}

func exportCommand() *cobra.Command {
	var to, file string
	var asked trace.Selection
	var slice bool
	c := &cobra.Command{
		Use:   "export TRACE --to proverif|tamarin",
		Short: "Write a trace as a file for ProVerif or Tamarin",
		Long: `export writes a trace for a prover, with one query or lemma for each secret and
the verdict to expect beside it. Without --all the secrets are epoch and init
secrets, messages, PSKs and exported values: a prover takes its time for each. --epochs,
--messages and --only choose others, and add up. With --slice the file holds only
what its queries depend on.`,
		Example: `  mlsref export out/first.trace.jsonl --to proverif -o first.pv
  mlsref export out/first.trace.jsonl --to tamarin --epochs 1-2 --messages 1,3
  mlsref export out/first.trace.jsonl --to tamarin --only "epoch 2: init_secret" --slice`,
		Args: cobra.ExactArgs(1),
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
			ask, err := asked.Ask(t, report)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			var text bytes.Buffer
			if err := write(&text, t, report, trace.ExportOptions{Ask: ask, Slice: slice}); err != nil {
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
	selectionFlags(c, &asked)
	c.Flags().BoolVar(&slice, "slice", false, "leave out what no query depends on")
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE` and not to the terminal")
	return c
}

func selectionFlags(c *cobra.Command, s *trace.Selection) {
	c.Flags().BoolVar(&s.All, "all", false, "ask about every secret that the judges know")
	c.Flags().StringVar(&s.Epochs, "epochs", "", "ask about the secrets of the epochs `N-M`")
	c.Flags().StringSliceVar(&s.Messages, "messages", nil, "ask about the messages with these `NUMBERS`, with commas between")
	c.Flags().StringArrayVar(&s.Only, "only", nil, "ask about the secret `NAME`; may be given more than once")
}
