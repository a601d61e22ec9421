package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/fuzz"
	"mlsref/fuzz/target"
)

func fuzzRunCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run TARGET [FILE…]",
		Short: "Run inputs of a target, and say what they reach or find",
		Long: `run gives a target the bytes of each FILE ("-" is standard input), and says which rules of
RFC 9420 they reach and whether anything is wrong. A FILE in the go command's format, as
fuzz/testdata/fuzz has them, is taken for what it holds. Without FILEs all inputs that come
with the target are run.

Exit code 1: something is wrong.`,
		Example: `  mlsref fuzz run FuzzWire
  mlsref fuzz run FuzzReceive crash-1f3a`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := targetNamed(args[0])
			if err != nil {
				return err
			}
			inputs, err := inputsOf(c.InOrStdin(), t, args[1:])
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error { return runInputs(out, st, t, inputs, len(args) > 1) })
		},
	}
}

func inputsOf(stdin io.Reader, t target.Target, files []string) ([]fuzz.Input, error) {
	if len(files) == 0 {
		return fuzz.Inputs(t)
	}
	var inputs []fuzz.Input
	for _, file := range files {
		in, err := readFuzzInput(stdin, file)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}

// readFuzzInput reads one input, of which a target would run all.
func readFuzzInput(stdin io.Reader, file string) (fuzz.Input, error) {
	name, b, err := readInput(stdin, []string{file})
	if err != nil {
		return fuzz.Input{}, err
	}
	if b, err = target.Decode(b); err != nil {
		return fuzz.Input{}, fmt.Errorf("%s: %w", name, err)
	}
	if len(b) > target.MaxInput {
		return fuzz.Input{}, fmt.Errorf("%s: an input of %d bytes, no target takes more than %d", name, len(b), target.MaxInput)
	}
	return fuzz.Input{Name: name, Bytes: b}, nil
}

// runInputs runs them one by one; each is told of if it was asked for by its name.
func runInputs(out io.Writer, st style, t target.Target, inputs []fuzz.Input, each bool) error {
	total := &target.Seen{}
	var complaints []error
	for _, in := range inputs {
		seen := &target.Seen{}
		err := fuzz.Try(t, in.Bytes, seen)
		total.Add(seen)
		if err != nil {
			fmt.Fprintf(out, "%s %s: %s\n", st.red("FOUND"), in.Name, printableLines(err.Error()))
			complaints = append(complaints, fmt.Errorf("%s: %s: %s", t.Name, in.Name, printable(firstLine(err.Error()))))
			continue
		}
		if each {
			fmt.Fprintf(out, "%s: %s\n", in.Name, nameAll(seen))
		}
	}
	fmt.Fprintf(out, "%s: %s, %d found, %s reached\n", t.Name, count(len(inputs), "input"), len(complaints), count(len(total.Rules()), "rule"))
	return check(complaints...)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// nameAll is what one input reached.
func nameAll(seen *target.Seen) string {
	all := slices.Concat(slices.Sorted(maps.Keys(seen.Outcomes())), slices.Sorted(maps.Keys(seen.Rules())))
	if len(all) == 0 {
		return "nothing wrong"
	}
	return strings.Join(all, ", ")
}

func fuzzCorpusCommand() *cobra.Command {
	var dir string
	var also []string
	c := &cobra.Command{
		Use:   "corpus [TARGET…]",
		Short: "Write the inputs of targets as files, for other engines",
		Long: `corpus writes all inputs that come with each TARGET, or with all of them, as files of plain
bytes: DIR/TARGET/HASH, as libFuzzer and AFL read them. --also DIR adds what an engine has
collected, in DIR/TARGET: that of the go command is $(go env GOCACHE)/fuzz/mlsref/fuzz.`,
		Example: `  mlsref fuzz corpus FuzzReceive -o corpus
  mlsref fuzz corpus --also "$(go env GOCACHE)/fuzz/mlsref/fuzz" -o corpus`,
		RunE: func(c *cobra.Command, args []string) error {
			targets, err := targetsNamed(args)
			if err != nil {
				return err
			}
			for _, t := range targets {
				inputs, err := inputsAnd(t, also)
				if err != nil {
					return err
				}
				if err := writeInputs(filepath.Join(dir, t.Name), inputs); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", filepath.Join(dir, t.Name), count(len(inputs), "input"))
			}
			return nil
		},
	}
	alsoFlag(c, &also)
	c.Flags().StringVarP(&dir, "output", "o", "", "write below `DIR`")
	_ = c.MarkFlagRequired("output") // it is there
	return c
}

func writeInputs(dir string, inputs []fuzz.Input) error {
	undo, err := makeDir(dir)
	if err != nil {
		return err
	}
	var files []output
	for _, in := range inputs {
		files = append(files, output{path: filepath.Join(dir, fuzz.FileName(in.Bytes)), data: in.Bytes})
	}
	if err := writeFiles(files); err != nil {
		undo()
		return err
	}
	return nil
}

func fuzzKeepCommand() *cobra.Command {
	var dir, name string
	c := &cobra.Command{
		Use:   "keep TARGET FILE…",
		Short: "Make inputs regression tests of a target",
		Long: `keep writes each FILE in the go command's format to DIR/TARGET, where go test ./fuzz runs
it from then on. The file's name is a hash of what is in it, or what --name says: what the
input showed. Inputs that come with the target already are left out, unless they get a name.`,
		Example: `  mlsref fuzz keep FuzzReceive crash-1f3a --name empty-kem-output`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := targetNamed(args[0])
			if err != nil {
				return err
			}
			if name != "" && len(args) > 2 {
				return fmt.Errorf("--name: it is for one FILE, %d are given", len(args)-1)
			}
			inputs, err := inputsOf(c.InOrStdin(), t, args[1:])
			if err != nil {
				return err
			}
			if name == "" {
				given := len(inputs)
				if inputs, err = newInputs(t, inputs); err != nil {
					return err
				}
				if old := given - len(inputs); old > 0 {
					fmt.Fprintf(c.OutOrStdout(), "%s: left out, %s has the same already\n", count(old, "input"), t.Name)
				}
				if len(inputs) == 0 {
					return nil
				}
			}
			return keep(c.OutOrStdout(), filepath.Join(dir, t.Name), name, inputs)
		},
	}
	c.Flags().StringVar(&dir, "to", filepath.Join("fuzz", "testdata", "fuzz"), "the folder of all corpora is `DIR`")
	c.Flags().StringVar(&name, "name", "", "what the file is called")
	return c
}

// newInputs are those that do not come with the target.
func newInputs(t target.Target, inputs []fuzz.Input) ([]fuzz.Input, error) {
	old, err := fuzz.Inputs(t)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, in := range old {
		have[string(in.Bytes)] = true
	}
	return slices.DeleteFunc(inputs, func(in fuzz.Input) bool { return have[string(in.Bytes)] }), nil
}

func keep(out io.Writer, dir, name string, inputs []fuzz.Input) error {
	if _, err := os.Stat(filepath.Dir(dir)); err != nil {
		return fmt.Errorf("%s: is not there: run this in the project's folder, or name it by --to", filepath.Dir(dir))
	}
	if _, err := makeDir(dir); err != nil {
		return err
	}
	var files []output
	for _, in := range inputs {
		file := name
		if file == "" {
			file = fuzz.FileName(in.Bytes)
		}
		files = append(files, output{path: filepath.Join(dir, file), data: target.Encode(in.Bytes)})
	}
	if err := writeFiles(files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(out, f.path)
	}
	return nil
}
