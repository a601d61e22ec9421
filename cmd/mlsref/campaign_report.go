package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/fuzz/campaign"
)

// campaignReportOptions are what the flags of campaign report say.
type campaignReportOptions struct {
	json, all bool
	dir       string
}

func campaignReportCommand() *cobra.Command {
	var o campaignReportOptions
	c := &cobra.Command{
		Use:   "report FILE|DIR…",
		Short: "Sum a campaign up: what it reached, what it found",
		Long: `report sums up what is there of a campaign, complete or not: how fast it was, which
rules of RFC 9420 its answers named and which none has, what was done, which trees there
were, and each finding with its scenario and the command that plays it again. Exit code
1: there are findings, or two results of one seed differ.`,
		Example: `  mlsref campaign report out
  mlsref campaign report all.jsonl -o findings`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("output") {
				undo, err := outputDir(o.dir, filepath.Join(o.dir, "finding"))
				if err != nil {
					return err
				}
				defer undo()
			}
			set, err := campaign.OpenSet(args)
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error { return campaignReport(out, st, set, o) })
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	c.Flags().BoolVar(&o.all, "all", false, "print the rules that were reached, too")
	c.Flags().StringVarP(&o.dir, "output", "o", "", "save the scenarios of the findings in `DIR`")
	return c
}

func campaignReport(out io.Writer, st style, set *campaign.Set, o campaignReportOptions) error {
	r, err := set.Report()
	if err != nil {
		return err
	}
	complaints := set.Clashes()
	for _, f := range r.Found {
		complaints = append(complaints, fmt.Errorf("%s: in %s, the first of seed %d", printable(f.Finding), plural(f.Count, "history", "histories"), f.Seed))
	}
	files := findingFiles(r.Found, o.dir)
	if o.dir != "" {
		if err := writeFindings(r.Found, files); err != nil {
			return err
		}
	}
	if o.json {
		if err := printJSON(out, "", r); err != nil {
			return err
		}
		return check(complaints...)
	}
	tellNotes(out, set)
	p := reportPage{style: st, out: out, report: r}
	p.summary()
	p.rules(o.all)
	p.operations()
	p.shapes()
	p.findings(files, o.dir != "")
	return check(complaints...)
}

// findingFiles are the names of the findings' scenarios: PROPERTY-SEED.scenario.
func findingFiles(found []campaign.Found, dir string) []string {
	files, used := []string{}, map[string]int{}
	for _, f := range found {
		name := fmt.Sprintf("%s-%d", f.Failure.Property, f.Seed)
		if used[name]++; used[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, used[name])
		}
		files = append(files, filepath.Join(dir, name+".scenario"))
	}
	return files
}

func writeFindings(found []campaign.Found, files []string) error {
	var list []output
	for i, f := range found {
		says := f.Failure.String()
		if f.Shrunk {
			says = f.After
		}
		text := fmt.Sprintf("# %s\n# %s\n%s\n", printable(says), f.Again, strings.TrimRight(f.Scenario, "\n"))
		list = append(list, output{path: files[i], data: []byte(text)})
	}
	return writeFiles(list)
}

// reportPage prints a report.
type reportPage struct {
	style
	out    io.Writer
	report *campaign.Report
}

func (p *reportPage) line(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

func (p *reportPage) summary() {
	r := p.report
	p.line("%s of %s (seeds %d to %d, about %s, at most %d people), %s",
		p.bold(fmt.Sprintf("%d of %s", r.Histories, plural(r.Params.Histories, "history", "histories"))), r.Params.Kind,
		r.Params.First, r.Params.Last(), count(r.Params.Steps, "step"), r.Params.People, plural(len(r.Params.Properties), "property", "properties"))
	p.line("%s; on one core %.1f histories/s, %.0f steps/s", count(r.Steps, "step"), float64(r.Histories)/max(r.Seconds, 0.001), r.StepsASec)
	p.line("a history takes %d ms (median), %d ms (95 of 100 take no longer), at most %d ms (seed %d)", r.Times.Median, r.Times.P95, r.Times.Max, r.Times.Seed)
	p.line("%s", p.dim(r.Build.String()))
	for _, what := range r.Missing {
		p.line("%s %s", p.red("MISSING"), printable(what))
	}
}

// rules are those that were not reached, and with all the others too.
func (p *reportPage) rules(all bool) {
	reached := 0
	for _, rule := range p.report.Rules {
		if rule.Count > 0 {
			reached++
		}
	}
	p.line("\n%s", p.bold(fmt.Sprintf("rules: %d of %d were named by an answer", reached, len(p.report.Rules))))
	for _, rule := range p.report.Rules {
		switch {
		case rule.Count > 0 && all:
			p.line("  %s %8d", pad(rule.ID, 34), rule.Count)
		case rule.Count == 0 && rule.Excused != "":
			p.line("  %s %8s  %s", pad(rule.ID, 34), "never", p.dim(rule.Excused))
		case rule.Count == 0:
			p.line("  %s %8s", pad(rule.ID, 34), "never")
		}
	}
}

func (p *reportPage) operations() {
	p.line("\n%s", p.bold("operations"))
	for _, c := range p.report.Operations {
		p.line("  %s %8d", pad(c.Name, 34), c.Count)
	}
}

func (p *reportPage) shapes() {
	distinct := 0
	for _, w := range p.report.Shapes {
		distinct += w.Distinct
	}
	p.line("\n%s", p.bold(fmt.Sprintf("tree shapes: %d", distinct)))
	p.line("  leaves     trees  shapes  members  blank parents  unmerged")
	for _, w := range p.report.Shapes {
		p.line("  %6d  %8d  %6d  %7s  %13s  %8s", w.Leaves, w.Trees, w.Distinct, upTo(w.FewestMembers, w.MostMembers), upTo(0, w.MostBlank), upTo(0, w.MostUnmerged))
	}
}

func upTo(from, to int) string {
	if from == to {
		return fmt.Sprint(to)
	}
	return fmt.Sprintf("%d–%d", from, to)
}

func (p *reportPage) findings(files []string, saved bool) {
	if len(p.report.Found) == 0 {
		p.line("\n%s", p.green("nothing was found"))
		return
	}
	p.line("\n%s", p.bold(fmt.Sprintf("findings: %d", len(p.report.Found))))
	for i, f := range p.report.Found {
		p.line("%s %s (%s, the first of seed %d)", p.red("FOUND"), printable(f.Finding), plural(f.Count, "history", "histories"), f.Seed)
		p.line("  %s", printable(f.Failure.String()))
		if f.Shrunk {
			p.line("  shrunk to this, in which: %s", printable(f.After))
		} else {
			p.line("  as it was drawn:")
		}
		if f.Scenario != "" {
			p.line("%s", printableLines(strings.TrimRight(f.Scenario, "\n")))
		}
		p.line("  again: %s", f.Again)
		if saved {
			p.line("  again: %s", p.report.Play(f, files[i]))
		}
	}
}
