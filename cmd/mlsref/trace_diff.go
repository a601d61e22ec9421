package main

import (
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

func traceDiffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "Show where two runs part",
		Long: `diff names the first event in which two traces differ, in words, with what came
before it and what comes next in each. Bytes are not compared: two runs of one
scenario with two seeds do not part.

Exit code 0: they do not part; 1: they do; 2: a file is no trace.`,
		Example: `  mlsref trace diff out/a.trace.jsonl out/b.trace.jsonl`,
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			var t [2]*trace.Trace
			for i, path := range args {
				var err error
				if t[i], err = trace.ReadFile(path); err != nil {
					return err
				}
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error { return diff(out, st, args, t) })
		},
	}
}

func diff(out io.Writer, st style, names []string, t [2]*trace.Trace) error {
	a, b := t[0], t[1]
	if a.Header.Suite != b.Header.Suite {
		fmt.Fprintf(out, "%s is of %s, %s of %s\n", printable(names[0]), printable(a.Header.Suite), printable(names[1]), printable(b.Header.Suite))
	}
	i := 0
	for i < len(a.Events) && i < len(b.Events) && sameEvent(&a.Events[i], &b.Events[i]) {
		i++
	}
	if i == len(a.Events) && i == len(b.Events) {
		seeds := fmt.Sprintf("seed %d", a.Header.Seed)
		if a.Header.Seed != b.Header.Seed {
			seeds = fmt.Sprintf("seeds %d and %d: only the bytes differ", a.Header.Seed, b.Header.Seed)
		}
		fmt.Fprintln(out, st.green(fmt.Sprintf("the runs do not part: %s, %s", count(i, "event"), seeds)))
		return nil
	}
	words := [2]*glossary{newGlossary(a), newGlossary(b)}
	fmt.Fprintf(out, "the first %s are the same", count(i, "event"))
	if i > 0 {
		fmt.Fprintf(out, "; the last of them:\n\n")
		for k := max(0, i-3); k < i; k++ {
			tellEvent(out, words[0], a, k)
		}
	} else {
		fmt.Fprintln(out)
	}
	for side, name := range names {
		headingLine(out, st, printable(name)+" goes on with")
		const most = 4
		for k := i; k < i+most && k < len(t[side].Events); k++ {
			tellEvent(out, words[side], t[side], k)
		}
		if i >= len(t[side].Events) {
			fmt.Fprintf(out, "  nothing: it ends here\n")
		}
	}
	return check(fmt.Errorf("%s and %s part at event %d", printable(names[0]), printable(names[1]), i+1))
}

func tellEvent(out io.Writer, g *glossary, t *trace.Trace, i int) {
	e := &t.Events[i]
	place := "   "
	if e.Line > 0 {
		place = fmt.Sprintf("line %d", e.Line)
	}
	fmt.Fprintf(out, "  %6d  %-9s %s\n", e.Seq, place, g.told(e))
}

// sameEvent compares all but bytes. Terms are compared by what they are made of, not
// by their names: these depend on what comes later.
func sameEvent(a, b *trace.Event) bool {
	x, y := *a, *b
	if len(x.Define) != len(y.Define) || (x.Wire == nil) != (y.Wire == nil) {
		return false
	}
	for i := range x.Define {
		p, q := &x.Define[i], &y.Define[i]
		if p.Op != q.Op || p.Label != q.Label || p.Public != q.Public || p.Length != q.Length || !slices.Equal(p.Args, q.Args) {
			return false
		}
	}
	if x.Wire != nil && (x.Wire.Kind != y.Wire.Kind || x.Wire.Size != y.Wire.Size) {
		return false
	}
	x.Define, y.Define, x.Wire, y.Wire = nil, nil, nil, nil
	// Which line of the scenario it was is no part of what happened.
	x.Line, y.Line = 0, 0
	return reflect.DeepEqual(x, y)
}
