package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"reflect"
	"slices"
	"strings"

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
			return page(c.OutOrStdout(), func(out io.Writer, st style) error { return diff(out, st, args) })
		},
	}
}

// side is one of two traces, read event by event.
type side struct {
	name   string
	header trace.Header
	words  *glossary
	next   func() (*trace.Event, error, bool)
	stop   func()
	event  *trace.Event // nil at the end
}

func openSide(path string) (*side, error) {
	s := &side{name: printable(path)}
	s.next, s.stop = iter.Pull2(func(yield func(*trace.Event, error) bool) {
		enough := errors.New("enough")
		f, err := os.Open(path)
		if err == nil {
			defer f.Close()
			err = trace.Scan(f, path, func(h trace.Header) { s.header, s.words = h, glossaryFor(h) }, func(e *trace.Event) error {
				if !yield(e, nil) {
					return enough
				}
				return nil
			})
		}
		if err != nil && err != enough {
			yield(nil, err)
		}
	})
	return s, s.advance()
}

// advance goes on to the next event.
func (s *side) advance() error {
	e, err, more := s.next()
	if s.event = e; !more || err != nil {
		s.event = nil
		return err
	}
	s.words.add(e)
	return nil
}

// tell prints the event, and goes on.
func (s *side) tell() (string, error) {
	e := s.event
	place := ""
	if e.Line > 0 {
		place = fmt.Sprintf("line %d", e.Line)
	}
	text := fmt.Sprintf("  %6d  %-9s %s\n", e.Seq, place, s.words.told(e))
	return text, s.advance()
}

func diff(out io.Writer, st style, names []string) error {
	var sides [2]*side
	for i, name := range names {
		var err error
		sides[i], err = openSide(name)
		defer sides[i].stop()
		if err != nil {
			return err
		}
	}
	a, b := sides[0], sides[1]
	if a.header.Suite != b.header.Suite {
		fmt.Fprintf(out, "%s is of %s, %s of %s\n", a.name, printable(a.header.Suite), b.name, printable(b.header.Suite))
	}
	same := 0
	var last []string
	for ; a.event != nil && b.event != nil && sameEvent(a.event, b.event); same++ {
		text, err := a.tell()
		if err = errors.Join(err, b.advance()); err != nil {
			return err
		}
		const most = 3
		if last = append(last, text); len(last) > most {
			last = last[1:]
		}
	}
	if a.event == nil && b.event == nil {
		fmt.Fprintln(out, st.green(fmt.Sprintf("the runs do not part: %s, %s", count(same, "event"), seeds(a.header, b.header))))
		return nil
	}
	fmt.Fprintf(out, "the first %s are the same", count(same, "event"))
	if same > 0 {
		fmt.Fprint(out, "; the last of them:\n\n", strings.Join(last, ""))
	} else {
		fmt.Fprintln(out)
	}
	for _, s := range sides {
		if err := s.goesOn(out, st); err != nil {
			return err
		}
	}
	return check(fmt.Errorf("%s and %s part at event %d", a.name, b.name, same+1))
}

// goesOn prints what comes next in one of the traces.
func (s *side) goesOn(out io.Writer, st style) error {
	headingLine(out, st, s.name+" goes on with")
	if s.event == nil {
		fmt.Fprintf(out, "  nothing: it ends here\n")
	}
	for n := 0; n < 4 && s.event != nil; n++ {
		text, err := s.tell()
		if err != nil {
			return err
		}
		fmt.Fprint(out, text)
	}
	return nil
}

func seeds(a, b trace.Header) string {
	if a.Seed == b.Seed {
		return fmt.Sprintf("seed %d", a.Seed)
	}
	return fmt.Sprintf("seeds %d and %d: only the bytes differ", a.Seed, b.Seed)
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
