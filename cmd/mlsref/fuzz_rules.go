package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/fuzz"
	"mlsref/fuzz/target"
	"mlsref/props/insider"
	"mlsref/spec"
)

func fuzzRulesCommand() *cobra.Command {
	var also []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "rules [TARGET…]",
		Short: "Say which rules of RFC 9420 the corpora reach, and which none does",
		Long: `rules runs every input of each TARGET, or of all of them, and counts the rules that the
answers name. --also DIR adds what an engine has collected, in DIR/TARGET: that of the go
command is $(go env GOCACHE)/fuzz/mlsref/fuzz. What no input reaches is what the next input
should aim at; a rule that no message from an insider can break has a reason.

Exit code 1: something is wrong with an input.`,
		Example: `  mlsref fuzz rules
  mlsref fuzz rules FuzzReceive --also "$(go env GOCACHE)/fuzz/mlsref/fuzz"`,
		RunE: func(c *cobra.Command, args []string) error {
			targets, err := targetsNamed(args)
			if err != nil {
				return err
			}
			r, err := reach(c.ErrOrStderr(), targets, also)
			if err != nil {
				return err
			}
			if asJSON {
				return errors.Join(printJSON(c.OutOrStdout(), "  ", r.json()), r.check())
			}
			return page(c.OutOrStdout(), r.tell)
		},
	}
	alsoFlag(c, &also)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// reached is what the inputs of some targets reach.
type reached struct {
	targets  []target.Target
	inputs   []int          // of each target
	seen     []*target.Seen // by each target
	total    target.Seen
	findings []fuzz.Finding
}

func reach(stderr io.Writer, targets []target.Target, also []string) (*reached, error) {
	r := &reached{targets: targets}
	for _, t := range targets {
		inputs, err := inputsAnd(t, also)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(stderr, "%s: %s\n", t.Name, count(len(inputs), "input"))
		seen, findings := fuzz.Reach(t, inputs)
		r.inputs, r.seen, r.findings = append(r.inputs, len(inputs)), append(r.seen, seen), append(r.findings, findings...)
		r.total.Add(seen)
	}
	return r, nil
}

// alsoFlag adds folders of inputs to those that come with the targets.
func alsoFlag(c *cobra.Command, also *[]string) {
	c.Flags().StringArrayVar(also, "also", nil, "take what is in `DIR`/TARGET, too; may be given again")
}

// inputsAnd are the inputs that come with a target, and those of its folder in others.
func inputsAnd(t target.Target, also []string) ([]fuzz.Input, error) {
	inputs, err := fuzz.Inputs(t)
	if err != nil {
		return nil, err
	}
	for _, dir := range also {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("--also: %s: is no folder", dir)
		}
		more, err := inputsIn(filepath.Join(dir, t.Name))
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, more...)
	}
	return inputs, nil
}

// inputsIn are the files of a folder; there may be none.
func inputsIn(dir string) ([]fuzz.Input, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var inputs []fuzz.Input
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		in, err := readFuzzInput(nil, filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}

// by names the targets that reach a rule, and with how many answers.
func (r *reached) by(rule *spec.Rule) []string {
	var names []string
	for i, t := range r.targets {
		if n := r.seen[i].Rules()[rule.ID]; n > 0 {
			names = append(names, fmt.Sprintf("%s %d", strings.TrimPrefix(t.Name, "Fuzz"), n))
		}
	}
	return names
}

func (r *reached) check() error {
	var complaints []error
	for _, f := range r.findings {
		complaints = append(complaints, fmt.Errorf("%s: %s: %s", f.Target, f.Input, printable(firstLine(f.Text))))
	}
	return check(complaints...)
}

func (r *reached) tell(out io.Writer, st style) error {
	missing := r.total.Missing()
	width := 0
	for _, rule := range spec.Rules() {
		width = max(width, len(rule.ID))
	}
	fmt.Fprintln(out, st.bold(pad("rule", width)+"  reached by"))
	for _, rule := range spec.Rules() {
		if !slices.Contains(missing, rule) {
			fmt.Fprintf(out, "%s  %s\n", pad(rule.ID, width), strings.Join(r.by(rule), ", "))
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(out, "\n%s\n", st.bold(pad("rule", width)+"  reached by no input"))
	}
	for _, rule := range missing {
		why := insider.Excused(rule)
		if why == "" {
			why = rule.Text
		}
		for i, line := range wrap(why, max(20, st.width-width-2)) {
			fmt.Fprintf(out, "%s  %s\n", pad([]string{rule.ID, ""}[min(i, 1)], width), line)
		}
	}
	sum := 0
	for _, n := range r.inputs {
		sum += n
	}
	all := len(spec.Rules())
	fmt.Fprintf(out, "\n%s, %s: %d of %s reached\n", count(len(r.targets), "target"), count(sum, "input"), all-len(missing), count(all, "rule"))
	return r.check()
}

// reachedJSON is what --json prints.
type reachedJSON struct {
	Targets  []reachedTarget `json:"targets"`
	Missing  []missingRule   `json:"missing"`
	Findings []fuzz.Finding  `json:"findings,omitempty"`
}

type reachedTarget struct {
	Name     string         `json:"name"`
	Group    string         `json:"group"`
	Inputs   int            `json:"inputs"`
	Rules    map[string]int `json:"rules"`
	Outcomes map[string]int `json:"outcomes,omitempty"`
}

type missingRule struct {
	Rule    string `json:"rule"`
	Excused string `json:"excused,omitempty"`
}

func (r *reached) json() reachedJSON {
	j := reachedJSON{Findings: r.findings}
	for i, t := range r.targets {
		j.Targets = append(j.Targets, reachedTarget{t.Name, t.Group, r.inputs[i], r.seen[i].Rules(), r.seen[i].Outcomes()})
	}
	for _, rule := range r.total.Missing() {
		j.Missing = append(j.Missing, missingRule{rule.ID, insider.Excused(rule)})
	}
	return j
}
