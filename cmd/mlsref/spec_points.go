package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/spec"
	"mlsref/spec/coverage"
)

func specPointsCommand() *cobra.Command {
	var kind, source string
	c := &cobra.Command{
		Use:   "points [N]",
		Short: "List where two careful readers of RFC 9420 may differ",
		Long: `points lists the subtle points of RFC 9420: the sections, what could be meant, which
reading is taken here, and which code and tests show it. With N it shows that one.`,
		Example: `  mlsref spec points --kind error
  mlsref spec points 4`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			chosen, err := pointsOf(args, kind)
			if err != nil {
				return err
			}
			ix, err := indexIfThere(c, source)
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error {
				for i, r := range chosen {
					if i > 0 {
						fmt.Fprintln(out)
					}
					tellPoint(checkPage{out, st}, r, ix)
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&kind, "kind", "", "only those where the text is in `KIND`: error, gap or subtle")
	sourceFlag(c, &source)
	return c
}

func pointsOf(args []string, kind string) ([]spec.Reading, error) {
	all := spec.Readings()
	if kind != "" {
		if err := oneOf("--kind", kind, []string{string(spec.TextError), string(spec.Gap), string(spec.Subtle)}); err != nil {
			return nil, err
		}
	}
	var chosen []spec.Reading
	for _, r := range all {
		if (kind == "" || string(r.Kind) == kind) && (len(args) == 0 || strconv.Itoa(r.Point) == args[0]) {
			chosen = append(chosen, r)
		}
	}
	if len(chosen) == 0 {
		if kind != "" {
			return nil, fmt.Errorf("read %q, expected the number of a subtle point of kind %s", args[0], kind)
		}
		return nil, fmt.Errorf("read %q, expected the number of a subtle point, 1 to %d", args[0], len(all))
	}
	return chosen, nil
}

func tellPoint(p checkPage, r spec.Reading, ix *coverage.Index) {
	fmt.Fprintf(p.out, "%s\n", p.st.bold(fmt.Sprintf("%d. §%s (%s)", r.Point, strings.Join(r.Sections, ", §"), r.Kind)))
	p.lines(2, r.Open)
	p.lines(2, "taken: "+r.Taken)
	p.lines(2, "code: "+strings.Join(placed(r.Code, ix, false), ", "))
	p.lines(2, "shown by: "+strings.Join(placed(r.Tests, ix, true), ", "))
}

// placed names functions or tests, with their places if the source is at hand.
func placed(names []string, ix *coverage.Index, tests bool) []string {
	var out []string
	for _, name := range names {
		l := coverage.Link{Name: name}
		if ix != nil {
			in := ix.Functions
			if tests {
				in = ix.Tests
			}
			l.File, l.Line = in[name].File, in[name].Line
		}
		out = append(out, linkText(l))
	}
	return out
}
