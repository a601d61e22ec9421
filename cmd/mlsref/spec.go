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

	"mlsref/spec"
	"mlsref/spec/coverage"
)

func specCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "spec",
		Short: "RFC 9420 as data: statements, rules, coverage; does a draft still agree?",
		Long: `spec is for who edits the text. Every normative statement of RFC 9420 is in a
catalogue, with the code that does it, the tests that show it and the lemmas that
prove it; a changed text is held against it and against the code.`,
		Example: `  mlsref spec check draft.md                 what is new, gone, changed; what contradicts the code
  mlsref spec coverage                       what is implemented, tested and proved
  mlsref spec rule 7.3/source                a rule, its code, its tests, a message that breaks it
  mlsref spec search parent hash
  mlsref spec points                         where two careful readers may differ`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("spec %s: expected check, coverage, rule, search or points", printable(args[0]))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(specCheckCommand(), specCoverageCommand(), specRuleCommand(), specSearchCommand(), specPointsCommand())
	return c
}

// errNoSource is that the links into the code cannot be followed.
var errNoSource = errors.New("the source of mlsref is not at hand: expected the working directory, or --source DIR, in its module")

// sourceIndex reads the source under dir, or under the nearest directory above the
// working one that is the module's root.
func sourceIndex(dir string) (*coverage.Index, error) {
	root, err := sourceRoot(dir)
	if err != nil {
		return nil, err
	}
	return coverage.Scan(root)
}

// indexIfThere is nil without the source, unless --source asks for it: then functions
// and tests are named without their lines.
func indexIfThere(c *cobra.Command, dir string) (*coverage.Index, error) {
	ix, err := sourceIndex(dir)
	if errors.Is(err, errNoSource) && !c.Flags().Changed("source") {
		return nil, nil
	}
	return ix, err
}

func sourceRoot(dir string) (string, error) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for d := from; ; d = filepath.Dir(d) {
		mod, err := os.ReadFile(filepath.Join(d, "go.mod"))
		if err == nil {
			if first, _, _ := strings.Cut(string(mod), "\n"); strings.TrimSpace(first) == "module mlsref" {
				return d, nil
			}
		}
		if d == filepath.Dir(d) {
			return "", errNoSource
		}
	}
}

func sourceFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "source", ".", "the source of mlsref is in `DIR`")
}

func specCoverageCommand() *cobra.Command {
	var format, file, source string
	c := &cobra.Command{
		Use:   "coverage",
		Short: "Say what of RFC 9420 is implemented, tested both ways and proved",
		Long: `coverage lays the statements of RFC 9420 beside the code, by section, by layer and
by keyword, and lists the gaps. The code is parsed: a function, test or lemma that a
statement names and that does not exist is an error.`,
		Example: `  mlsref spec coverage
  mlsref spec coverage --format html -o coverage.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, coverage.Formats); err != nil {
				return err
			}
			ix, err := sourceIndex(source)
			if err != nil {
				return err
			}
			write := func(w io.Writer) error { return coverage.Write(w, format, ix, spec.Statements()) }
			if !c.Flags().Changed("output") {
				ix.Base = ""
				return page(c.OutOrStdout(), func(out io.Writer, _ style) error { return write(out) })
			}
			if ix.Base, err = baseFor(source, file); err != nil {
				return err
			}
			if err := checkWritable(file); err != nil {
				return err
			}
			return writeFiles([]output{{path: file, write: write}})
		},
	}
	c.Flags().StringVar(&format, "format", "text", "write `FORMAT`: "+strings.Join(coverage.Formats, ", "))
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE`, with links from there into the source")
	sourceFlag(c, &source)
	return c
}

// baseFor is the way from a page to the module's root.
func baseFor(source, file string) (string, error) {
	if file == "" {
		return "", errors.New("--output: read an empty name, expected a file")
	}
	root, err := sourceRoot(source)
	if err != nil {
		return "", err
	}
	from, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	way, err := filepath.Rel(from, root)
	if err != nil {
		return "", err
	}
	if way == "." {
		return "", nil
	}
	return filepath.ToSlash(way) + "/", nil
}

// oneOf says what a flag takes.
func oneOf(flag, got string, want []string) error {
	if slices.Contains(want, got) {
		return nil
	}
	return fmt.Errorf("%s: read %q, expected %s or %s", flag, got, strings.Join(want[:len(want)-1], ", "), want[len(want)-1])
}
