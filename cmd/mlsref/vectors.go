package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/impl/suite"
	"mlsref/impl/vectors"
	"mlsref/impl/wire"
)

func vectorsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "vectors",
		Short: "Verify or make test vectors in the MLS working group's format",
		Long: `vectors verifies test vectors, those of others or its own, and makes new ones.
The kinds, one file each:
` + vectorKinds(),
		Example: `  mlsref vectors verify vectors/                    all *.json in a folder
  mlsref vectors generate out --seed 7              all kinds, all suites`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(vectorsVerifyCommand(), vectorsGenerateCommand())
	return c
}

func vectorKinds() string {
	var lines []string
	for _, k := range vectors.Kinds() {
		lines = append(lines, "  "+pad(k.Name, 31)+k.Shows)
	}
	return strings.Join(lines, "\n")
}

func vectorsGenerateCommand() *cobra.Command {
	var opt vectors.Options
	var suites, kinds []string
	var force bool
	c := &cobra.Command{
		Use:   "generate DIR",
		Short: "Make test vectors of all kinds, for all cipher suites",
		Long: `generate writes one file for each kind into DIR. The same seed gives the same
bytes; the entries of a kind and suite do not depend on which others are made.
A file that is there and would change is kept, and nothing is written, without
--force. The kinds:
` + vectorKinds(),
		Example: `  mlsref vectors generate out
  mlsref vectors generate out --seed 7 --kind treekem --suite 1 --suite 2`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			chosen, err := chooseKinds(kinds)
			if err != nil {
				return err
			}
			if opt.Suites, err = chooseSuites(suites); err != nil {
				return err
			}
			return generateVectors(c, args[0], chosen, opt, force)
		},
	}
	c.Flags().Uint64Var(&opt.Seed, "seed", 1, "what all randomness comes from")
	c.Flags().StringArrayVar(&suites, "suite", nil, "only this cipher `SUITE`, by name or number; may be given more than once")
	c.Flags().StringArrayVar(&kinds, "kind", nil, "only this `KIND`; may be given more than once")
	c.Flags().BoolVar(&opt.Small, "small", false, "few and small entries: for a repository")
	c.Flags().BoolVar(&force, "force", false, "overwrite files")
	return c
}

func chooseKinds(names []string) ([]vectors.Kind, error) {
	if len(names) == 0 {
		return vectors.Kinds(), nil
	}
	for _, name := range names {
		if _, known := vectors.KindOf(name); !known {
			return nil, fmt.Errorf("--kind: read %q, expected a kind of test vectors, see mlsref vectors --help", name)
		}
	}
	return slices.DeleteFunc(vectors.Kinds(), func(k vectors.Kind) bool { return !slices.Contains(names, k.Name) }), nil
}

// chooseSuites reads names and numbers, and puts them in the registry's order.
func chooseSuites(names []string) ([]wire.CipherSuite, error) {
	var list []wire.CipherSuite
	for _, name := range names {
		s, err := suite.ByName(name)
		if n, parse := strconv.ParseUint(name, 0, 16); parse == nil {
			s, err = suite.ByID(wire.CipherSuite(n))
		}
		if err != nil {
			return nil, fmt.Errorf("--suite: read %q, expected one of 1 to 7, or a name like %s", name, suite.Names()[0])
		}
		list = append(list, s.ID())
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func generateVectors(c *cobra.Command, dir string, kinds []vectors.Kind, opt vectors.Options, force bool) error {
	if dir == "" {
		return fmt.Errorf("DIR: read an empty name, expected a directory")
	}
	undo, err := makeDir(dir)
	if err != nil {
		return err
	}
	defer undo()
	bar := newBar(c.ErrOrStderr(), len(kinds), "kind")
	defer bar.finish()
	var files []output
	for _, k := range kinds {
		path := filepath.Join(dir, k.Name+".json")
		if err := checkWritable(path); err != nil {
			return err
		}
		data, err := vectors.Generate(k, opt)
		if err != nil {
			return err
		}
		if have, err := os.ReadFile(path); err == nil && !bytes.Equal(have, data) && !force {
			return fmt.Errorf("%s: it is there already and would change; nothing was written (--force overwrites)", path)
		}
		files = append(files, output{path: path, data: data})
		bar.add()
	}
	bar.finish()
	if err := writeFiles(files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", f.path, count(len(f.data), "byte"))
	}
	return nil
}
