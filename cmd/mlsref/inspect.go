package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/impl/wire"
)

func inspectCommand() *cobra.Command {
	var as, encoding string
	var asJSON, all bool
	c := &cobra.Command{
		Use:   "inspect [FILE]",
		Short: "Show what the bytes of an MLS object mean",
		Long: `inspect decodes an MLS object from FILE, or from standard input without it (or
with "-"), and shows each field's offset, name, value and section of RFC 9420.

The input may be binary, hex or base64. If it is not an MLSMessage, every other
struct of the RFC is tried; those that take all bytes are named, and --as picks one:
` + kindNames() + `

Exit code 0: it decodes; 2: it does not. Then what decodes is shown, and where
and why it went wrong.`,
		Example: `  mlsref inspect welcome.bin
  xxd -p tree.bin | mlsref inspect --as RatchetTree --all
  mlsref inspect message.b64 --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name, raw, err := readInput(c.InOrStdin(), args)
			if err != nil {
				return err
			}
			b, form, err := decodeText(raw, encoding)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			f, err := inspect(b, as)
			if err != nil {
				return err
			}
			f.file, f.form = name, form
			return f.show(c.OutOrStdout(), asJSON, all)
		},
	}
	c.Flags().StringVar(&as, "as", "", "decode as the struct `TYPE` of the RFC")
	c.Flags().StringVar(&encoding, "encoding", "", "the input is binary, hex or base64 (default: detected)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: everything, nothing shortened")
	c.Flags().BoolVar(&all, "all", false, "print every element and every byte")
	return c
}

// kindNames are the names that --as takes, wrapped for the help text.
func kindNames() string {
	var names []string
	for _, k := range wire.Kinds() {
		names = append(names, k.Name)
	}
	return "  " + strings.Join(wrap(strings.Join(names, " "), 76), "\n  ")
}

func readInput(stdin io.Reader, args []string) (name string, b []byte, err error) {
	if len(args) == 0 || args[0] == "-" {
		b, err = io.ReadAll(stdin)
		return "standard input", b, err
	}
	b, err = os.ReadFile(args[0])
	return printable(args[0]), b, err
}

// finding is what an input turned out to be.
type finding struct {
	file, form string
	size       int
	forced     bool // --as
	root       *wire.Part
	err        *wire.SyntaxError // nil if it decodes
	also       []string          // what else it could be
}

// inspect decodes b as the struct as, or as whatever it could be.
func inspect(b []byte, as string) (finding, error) {
	if as != "" {
		k, known := wire.KindOf(as)
		if !known {
			return finding{}, fmt.Errorf("--as: read %q, expected a struct of RFC 9420, see mlsref inspect --help", as)
		}
		f, err := annotate(b, k)
		f.forced = true
		return f, err
	}
	fits, best := candidates(b)
	f, err := annotate(b, best)
	for _, k := range fits {
		if k.Name != best.Name {
			f.also = append(f.also, k.Name)
		}
	}
	return f, err
}

// candidates lists the structs that take all of b, and picks one: the likeliest
// of those, or, if there are none, the one that decodes furthest. An MLSMessage
// says what it is, so that nothing else is tried.
func candidates(b []byte) (fits []wire.Kind, best wire.Kind) {
	furthest := -1
	for i, k := range wire.Kinds() {
		n, err := wire.UnmarshalPrefix(b, k.New())
		if err == nil && n == len(b) {
			if i == 0 {
				return nil, k
			}
			fits = append(fits, k)
			continue
		}
		var se *wire.SyntaxError
		if errors.As(err, &se) {
			n = se.Offset
		} else if i > 0 {
			n /= 2 // bytes left over: many a small struct fits the start of anything
		}
		if n > furthest {
			furthest, best = n, k
		}
	}
	if len(fits) > 0 {
		best = fits[0]
	}
	return fits, best
}

func annotate(b []byte, k wire.Kind) (finding, error) {
	root, err := wire.Annotate(b, k.New())
	f := finding{size: len(b), root: root}
	if err != nil && !errors.As(err, &f.err) {
		return finding{}, err
	}
	return f, nil
}

// show prints the finding. Bytes that do not decode are its error.
func (f finding) show(stdout io.Writer, asJSON, all bool) error {
	err := page(stdout, func(out io.Writer, st style) error {
		if asJSON {
			return f.json(out)
		}
		f.print(out, st, all)
		return nil
	})
	if err != nil || f.err == nil {
		return err
	}
	if f.forced {
		return fmt.Errorf("%s: as %s: %w", f.file, f.root.Type, f.err)
	}
	return fmt.Errorf("%s: no MLS object; as %s, which fits furthest: %w", f.file, f.root.Type, f.err)
}
