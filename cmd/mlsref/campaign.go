package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/fuzz/campaign"
)

func campaignCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "campaign",
		Short: "Play random histories of a range of seeds, in shards that a cluster can run",
		Long: `campaign plays the random histories of a range of seeds and keeps a line for each.
A range is cut into shards, each of which any machine may play; whatever stops it, the
same command goes on with what is missing. The shards' files are then merged into one,
and reported. docs/campaigns.md says how to run one on a cluster.`,
		Example: `  mlsref campaign run --seed 1 --histories 1000 -o out
  mlsref campaign run --seed 1 --histories 1000 --shard 3/8 -o out
  mlsref campaign merge out -o out/all.jsonl
  mlsref campaign report out/all.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(campaignRunCommand(), campaignMergeCommand(), campaignReportCommand())
	return c
}

// campaignOptions are what the flags of campaign run say.
type campaignOptions struct {
	campaign.Params
	only, except []string
	shard        string
	workers      int
	shrink       int
	dir          string
}

func campaignRunCommand() *cobra.Command {
	var o campaignOptions
	c := &cobra.Command{
		Use:   "run -o DIR",
		Short: "Play a shard, or go on with it",
		Long: `run plays what is missing of a shard of a campaign, and appends a line for each
history to DIR/campaign-I-of-N.jsonl. It may be killed at any time: the same command goes
on. When all histories are played, the scenario of each finding is made short. Exit code
0: the shard is complete, with findings or without (campaign report tells them); 1: it was
interrupted; 2: bad input, or the file cannot be written.`,
		Example: `  mlsref campaign run --seed 1 --histories 1000 -o out
  mlsref campaign run --kind judges --histories 1000 --shard 3/8 --workers 1 -o out`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			shard, err := o.check()
			if err != nil {
				return err
			}
			return campaignRun(c, o, shard)
		},
	}
	var kinds []string
	for _, k := range campaign.Kinds {
		kinds = append(kinds, fmt.Sprintf("%s (%s)", k.Name, k.About))
	}
	c.Flags().StringVar(&o.Kind, "kind", campaign.Kinds[0].Name, "play histories of the `KIND` "+strings.Join(kinds, ", or "))
	c.Flags().Uint64Var(&o.First, "seed", 1, "the first seed of the campaign")
	c.Flags().IntVar(&o.Histories, "histories", 100, "how many histories the campaign has, `N`, all shards together")
	c.Flags().IntVar(&o.Steps, "steps", 40, "how many steps a history has, about")
	c.Flags().IntVar(&o.People, "people", 6, "how many people there are, at most")
	c.Flags().StringArrayVar(&o.only, "only", nil, "hold the property `NAME` only; may be given again")
	c.Flags().StringArrayVar(&o.except, "except", nil, "hold all but the property `NAME`; may be given again")
	c.Flags().StringVar(&o.shard, "shard", "1/1", "play shard `I/N` of the campaign, from 1/N to N/N")
	c.Flags().IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "play so many histories at once")
	c.Flags().IntVar(&o.shrink, "shrink", 20, "make the scenarios of at most `N` findings short")
	c.Flags().StringVarP(&o.dir, "output", "o", "", "the `DIR` of the campaign's files")
	return c
}

func (o *campaignOptions) check() (campaign.Shard, error) {
	if o.dir == "" {
		return campaign.Shard{}, errors.New("--output: a campaign needs a directory for its files: -o DIR")
	}
	shard, err := campaign.ParseShard(o.shard)
	switch {
	case err != nil:
		return shard, fmt.Errorf("--shard: %w", err)
	case o.workers < 1:
		return shard, fmt.Errorf("--workers: read %d, expected at least 1", o.workers)
	case o.shrink < 0:
		return shard, fmt.Errorf("--shrink: read %d, expected how many findings, or 0", o.shrink)
	}
	if err := o.Check(); err != nil {
		return shard, err
	}
	return shard, o.Choose(o.only, o.except)
}

// campaignRun plays, with the bar of the histories that were missing.
func campaignRun(c *cobra.Command, o campaignOptions, shard campaign.Shard) error {
	undo, err := makeDir(o.dir)
	if err != nil {
		return err
	}
	defer undo()
	ctx, stop := interruptible()
	defer stop()
	done, err := playShard(ctx, c.ErrOrStderr(), o, shard)
	if err != nil {
		return err
	}
	return page(c.OutOrStdout(), func(out io.Writer, st style) error { return tellShard(out, st, done, o.dir) })
}

func playShard(ctx context.Context, stderr io.Writer, o campaignOptions, shard campaign.Shard) (campaign.Outcome, error) {
	b := newBar(stderr, 0, "history")
	defer func() { b.finish() }()
	return campaign.Run(ctx, o.dir, o.Params, shard, campaign.Options{
		Workers: o.workers, Shrink: o.shrink,
		Playing: func(missing int) { b = newBar(stderr, missing, "history") },
		Played:  func(*campaign.Result) { b.add() },
		Shrinking: func(finding string) {
			b.finish()
			fmt.Fprintf(stderr, "making short: %s\n", printable(finding))
		},
	})
}

func tellShard(out io.Writer, st style, done campaign.Outcome, dir string) error {
	if done.Torn > 0 {
		fmt.Fprintf(out, "%s: its last line was torn, and is cut: a run was killed\n", done.File)
	}
	there := done.Before + done.Played
	fmt.Fprintf(out, "%s: %d of %s, %d of them played now\n", done.File, there, plural(done.Size, "history", "histories"), done.Played)
	for _, f := range done.Findings {
		fmt.Fprintf(out, "%s %s\n", st.red("FOUND"), printable(f))
	}
	switch {
	case len(done.Findings) > 0:
		fmt.Fprintf(out, "mlsref campaign report %s tells more\n", dir)
	case there == done.Size:
		fmt.Fprintln(out, st.green("nothing was found"))
	}
	switch {
	case there < done.Size:
		return check(fmt.Errorf("interrupted: %d of %s are played; the same command goes on", there, plural(done.Size, "history", "histories")))
	case done.Cancelled && done.Unshrunk > 0:
		return check(fmt.Errorf("interrupted: %s not made short yet; the same command goes on", plural(done.Unshrunk, "finding is", "findings are")))
	}
	return nil
}
