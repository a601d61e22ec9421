package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/fuzz"
	"mlsref/fuzz/target"
)

func fuzzCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "fuzz",
		Short: "Fuzz targets: list them, run inputs, see which rules they reach; ask a peer",
		Long: `fuzz looks after the fuzz targets of package fuzz. The fuzzing itself is an engine's:

  go test ./fuzz -run - -fuzz '^FuzzReceive$'

or libFuzzer, by way of .clusterfuzzlite; docs/campaigns.md says how to choose. What an
engine finds, run plays again and keep makes a regression test of.`,
		Example: `  mlsref fuzz list
  mlsref fuzz run FuzzReceive crash-1f3a
  mlsref fuzz rules
  mlsref fuzz corpus FuzzReceive -o corpus`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(fuzzListCommand(), fuzzRunCommand(), fuzzRulesCommand(), fuzzCorpusCommand(), fuzzKeepCommand(), fuzzDictionaryCommand(), fuzzPeerCommand(), fuzzServeCommand())
	return c
}

func fuzzListCommand() *cobra.Command {
	var names bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the targets, by group",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return page(c.OutOrStdout(), func(out io.Writer, st style) error {
				group := ""
				for _, t := range fuzz.All() {
					if names {
						fmt.Fprintln(out, t.Name)
						continue
					}
					if t.Group != group {
						group = t.Group
						fmt.Fprintln(out, st.bold(group))
					}
					fmt.Fprintf(out, "  %s\n", t.Name)
					for _, line := range wrap(t.About, max(20, st.width-4)) {
						fmt.Fprintf(out, "    %s\n", line)
					}
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&names, "names", false, "print only their names, one a line")
	return c
}

// targetNamed is the target of a name, or an error that says which there are.
func targetNamed(name string) (target.Target, error) {
	t, err := fuzz.Named(name)
	if err != nil {
		var names []string
		for _, t := range fuzz.All() {
			names = append(names, t.Name)
		}
		return t, fmt.Errorf("%w; there are %s", err, strings.Join(names, ", "))
	}
	return t, nil
}

// targetsNamed are the targets of some names, or all if there are none.
func targetsNamed(names []string) ([]target.Target, error) {
	if len(names) == 0 {
		return fuzz.All(), nil
	}
	var list []target.Target
	for _, name := range names {
		t, err := targetNamed(name)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}
