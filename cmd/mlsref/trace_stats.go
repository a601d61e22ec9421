package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/model"
	"mlsref/trace"
)

func traceStatsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "stats TRACE",
		Short:   "Count what is in a trace",
		Long:    `stats counts events, primitives by layer, terms, groups and epochs, and bytes on the wire.`,
		Example: `  mlsref trace stats out/first.trace.jsonl`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s := newStats()
			header, err := scanFile(args[0], func(e *trace.Event) error { s.event(e); return nil })
			if err != nil {
				return err
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error {
				s.print(out, st, header)
				return nil
			})
		},
	}
}

// stats are the counts of one trace.
type stats struct {
	kinds, steps      map[string]int
	layers            map[string]int            // primitives
	byLayer           map[string]map[string]int // primitives by layer and operation
	terms             map[string]int            // by operation
	goals             map[string]int
	wires             map[string][]int // sizes by kind
	groups            []string
	states            map[string]map[string]uint64 // by group: state to epoch
	people            map[string]bool
	termBytes, events int
}

func newStats() *stats {
	return &stats{
		kinds: map[string]int{}, steps: map[string]int{}, layers: map[string]int{}, byLayer: map[string]map[string]int{},
		terms: map[string]int{}, goals: map[string]int{}, wires: map[string][]int{}, states: map[string]map[string]uint64{}, people: map[string]bool{},
	}
}

func (s *stats) event(e *trace.Event) {
	s.events++
	s.kinds[e.Kind]++
	for i := range e.Define {
		s.terms[string(e.Define[i].Op)]++
		s.termBytes += len(e.Define[i].Value) / 2
	}
	switch e.Kind {
	case trace.KindStep:
		s.step(e.Step)
	case trace.KindPrimitive:
		s.calls(e.Layer, e.Op, 1)
	case trace.KindRepeated:
		for call, n := range e.Calls {
			layer, op, _ := strings.Cut(call, " ")
			s.calls(layer, op, n)
		}
	case trace.KindWire:
		s.wires[e.Wire.Kind] = append(s.wires[e.Wire.Kind], e.Wire.Size)
	case trace.KindGoal:
		s.goals[string(e.Goal.Kind)]++
	}
}

func (s *stats) calls(layer, op string, n int) {
	layer = cmp.Or(layer, "player")
	s.layers[layer] += n
	if s.byLayer[layer] == nil {
		s.byLayer[layer] = map[string]int{}
	}
	s.byLayer[layer][op] += n
}

func (s *stats) step(e *model.Event) {
	s.steps[string(e.Kind)]++
	if e.Kind != model.Deal && e.Actor != "" {
		s.people[e.Actor] = true
	}
	if e.Kind == model.Create || e.Kind == model.Commit {
		if s.states[e.Group] == nil {
			s.groups, s.states[e.Group] = append(s.groups, e.Group), map[string]uint64{}
		}
		s.states[e.Group][e.State] = e.Epoch
	}
}

func (s *stats) print(out io.Writer, st style, h trace.Header) {
	fmt.Fprintf(out, "%s, %s, seed %d\n", st.bold(printable(h.File)), printable(h.Suite), h.Seed)
	total := 0
	for _, sizes := range s.wires {
		for _, n := range sizes {
			total += n
		}
	}
	terms := 0
	for _, n := range s.terms {
		terms += n
	}
	fmt.Fprintf(out, "%s, %s (%s), %s, %s, %s on the wire\n", count(s.events, "event"), count(terms, "term"),
		count(s.termBytes, "byte"), plural(len(s.people), "client", "clients"), count(len(s.groups), "group"), count(total, "byte"))
	for _, g := range s.groups {
		last := uint64(0)
		for _, epoch := range s.states[g] {
			last = max(last, epoch)
		}
		states := len(s.states[g])
		text := fmt.Sprintf("  %s: epochs 0 to %d", printable(g), last)
		if uint64(states) > last+1 {
			text += fmt.Sprintf(", %d of them more than once", uint64(states)-last-1)
		}
		fmt.Fprintln(out, text)
	}
	tabulate(out, st, "events", s.kinds)
	tabulate(out, st, "protocol steps", s.steps)
	s.printPrimitives(out, st)
	tabulate(out, st, "terms by operation", s.terms)
	tabulate(out, st, "secrets that are judged", s.goals)
	s.printWire(out, st)
}

// tabulate prints counts, the largest first, several to a line.
func tabulate(out io.Writer, st style, title string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	headingLine(out, st, title)
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
	for _, name := range names {
		fmt.Fprintf(out, "  %9d  %s\n", counts[name], printable(name))
	}
}

func (s *stats) printPrimitives(out io.Writer, st style) {
	if len(s.layers) == 0 {
		return
	}
	headingLine(out, st, "calls of primitives by layer")
	for _, layer := range slices.Sorted(maps.Keys(s.layers)) {
		text := ""
		for _, op := range slices.Sorted(maps.Keys(s.byLayer[layer])) {
			text += fmt.Sprintf("%s %d, ", printable(op), s.byLayer[layer][op])
		}
		lines := wrap(text[:len(text)-2], st.width-24)
		fmt.Fprintf(out, "  %9d  %-9s  %s\n", s.layers[layer], printable(layer), lines[0])
		for _, more := range lines[1:] {
			fmt.Fprintf(out, "%24s%s\n", "", more)
		}
	}
}

func (s *stats) printWire(out io.Writer, st style) {
	if len(s.wires) == 0 {
		return
	}
	headingLine(out, st, "messages on the wire")
	fmt.Fprintln(out, st.dim("    messages      bytes   smallest     median    largest"))
	for _, kind := range slices.Sorted(maps.Keys(s.wires)) {
		sizes := slices.Sorted(slices.Values(s.wires[kind]))
		total := 0
		for _, n := range sizes {
			total += n
		}
		fmt.Fprintf(out, "  %10d %10d %10d %10d %10d  %s\n", len(sizes), total, sizes[0], sizes[len(sizes)/2], sizes[len(sizes)-1], printable(kind))
	}
}
