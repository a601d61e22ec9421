package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mlsref/fuzz/campaign"
	"mlsref/trace/whole"
)

func campaignMergeCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "merge FILE|DIR… -o FILE",
		Short: "Make one file of a campaign's shards",
		Long: `merge checks that files are of one campaign and one mlsref, and writes their results
as one file, each seed once and in order. What is missing is said, and the exit code is 1;
what is there is written all the same, and can be merged with the rest later. If two
results of one seed differ in more than the time, nothing is written. Of a DIR it reads
the files campaign-I-of-N.jsonl.`,
		Example: `  mlsref campaign merge out -o all.jsonl
  mlsref campaign merge all.jsonl late/campaign-3-of-8.jsonl -o all.jsonl`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				return errors.New("--output: expected the name of the merged file: -o FILE")
			}
			if err := checkWritable(file); err != nil {
				return err
			}
			set, err := campaign.OpenSet(args)
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, _ style) error { return campaignMerge(out, set, file) })
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "write the merged `FILE`")
	return c
}

func campaignMerge(out io.Writer, set *campaign.Set, file string) error {
	tellNotes(out, set)
	if clashes := set.Clashes(); len(clashes) > 0 {
		return check(append(clashes, fmt.Errorf("%s: not written", file))...)
	}
	if err := writeFiles([]output{{path: file, write: set.Merge}}); err != nil {
		return fmt.Errorf("%s: cannot be written: %w; nothing is lost", file, whole.Cause(err))
	}
	fmt.Fprintf(out, "%s: %s of %s\n", file, plural(set.Results(), "history", "histories"), count(len(set.Files), "file"))
	var complaints []error
	for _, what := range set.Missing() {
		complaints = append(complaints, errors.New(what))
	}
	return check(complaints...)
}

func tellNotes(out io.Writer, set *campaign.Set) {
	for _, note := range set.Notes {
		fmt.Fprintln(out, printable(note))
	}
}
