package main

import (
	"bytes"
	"errors"
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
		Use:   "export TRACE --to proverif|tamarin|specmon",
		Short: "Write a trace for ProVerif, Tamarin or SpecMon",
		Long: `export writes a trace for a prover, with one query or lemma for each secret and
the verdict to expect beside it. Without --all the secrets are epoch and init
secrets, messages, PSKs and exported values: a prover takes its time for each. --epochs,
--messages and --only choose others, and add up. With --slice the file holds only
what its queries depend on.

For SpecMon, which monitors whether a run is one of a model's, -o names a folder: for
each hand-written model that traces are held against, MODEL.events.json and, with
triggers on the rules, MODEL.spthy. "specmon monitor MODEL.spthy --in MODEL.events.json"
runs it.`,
		Example: `  mlsref export out/first.trace.jsonl --to proverif -o first.pv
  mlsref export out/first.trace.jsonl --to tamarin --epochs 1-2 --messages 1,3
  mlsref export out/first.trace.jsonl --to tamarin --only "epoch 2: init_secret" --slice
  mlsref export out/first.trace.jsonl --to specmon -o monitored`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if to == "specmon" {
				if slice || asked.Given() {
					return errors.New("--to specmon: --all, --epochs, --messages, --only and --slice are questions for provers")
				}
				return exportSpecMon(c.OutOrStdout(), args[0], file)
			}
			write, known := exporters[to]
			if !known {
				return fmt.Errorf("--to: read %q, expected proverif, tamarin or specmon", to)
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
	c.Flags().StringVar(&to, "to", "", "the tool: proverif, tamarin or specmon")
	selectionFlags(c, &asked)
	c.Flags().BoolVar(&slice, "slice", false, "leave out what no query depends on")
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE` and not to the terminal (for SpecMon, a folder)")
	return c
}

func selectionFlags(c *cobra.Command, s *trace.Selection) {
	c.Flags().BoolVar(&s.All, "all", false, "ask about every secret that the judges know")
	c.Flags().StringVar(&s.Epochs, "epochs", "", "ask about the secrets of the epochs `N-M`")
	c.Flags().StringSliceVar(&s.Messages, "messages", nil, "ask about the messages with these `NUMBERS`, with commas between")
	c.Flags().StringArrayVar(&s.Only, "only", nil, "ask about the secret `NAME`; may be given more than once")
}
