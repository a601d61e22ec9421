package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/cmd/mlsref/inspect"
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
			b, form, err := inspect.Decode(raw, encoding)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			f, err := inspect.Of(b, as)
			if err != nil {
				return err
			}
			f.Form = form
			return showFinding(c.OutOrStdout(), name, f, asJSON, all)
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

// inspectStyle is a style for package inspect.
type inspectStyle struct{ style }

func (s inspectStyle) Bold(text string) string   { return s.bold(text) }
func (s inspectStyle) Dim(text string) string    { return s.dim(text) }
func (s inspectStyle) Red(text string) string    { return s.red(text) }
func (s inspectStyle) Wrap(text string) []string { return wrap(text, s.width) }

// showFinding prints what the bytes of a file are. Bytes that do not decode are its error.
func showFinding(stdout io.Writer, file string, f inspect.Finding, asJSON, all bool) error {
	err := page(stdout, func(out io.Writer, st style) error {
		if asJSON {
			return printJSON(out, " ", f.JSON())
		}
		f.Print(out, inspectStyle{st}, all)
		return nil
	})
	if err != nil || f.Err == nil {
		return err
	}
	if f.Forced {
		return fmt.Errorf("%s: as %s: %w", file, f.Root.Type, f.Err)
	}
	return fmt.Errorf("%s: no MLS object; as %s, which fits furthest: %w", file, f.Root.Type, f.Err)
}
