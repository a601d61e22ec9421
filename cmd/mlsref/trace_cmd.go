package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/trace"
)

func traceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "trace",
		Short: "Compare, count and look through written traces",
		Long:  `trace reads traces that "mlsref run -o" wrote, and says what is in them.`,
		Example: `  mlsref trace diff a.trace.jsonl b.trace.jsonl   where two runs part
  mlsref trace stats a.trace.jsonl                how much of what
  mlsref trace metadata a.trace.jsonl --compare   what the delivery service sees`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(traceDiffCommand(), traceStatsCommand(), traceMetadataCommand())
	return c
}

// scanFile reads a trace event by event: however long it is, no more than one is kept.
func scanFile(path string, each func(*trace.Event) error) (h trace.Header, err error) {
	f, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer f.Close()
	return h, trace.Scan(f, path, func(read trace.Header) { h = read }, each)
}

// told is an event in words, for who compares two runs: no bytes.
func (g *glossary) told(e *trace.Event) string {
	if e == nil {
		return "the run has ended"
	}
	who := e.Actor
	if who == "" {
		who = "nobody in particular"
	}
	return fmt.Sprintf("%s: %s", printable(who), g.toldKind(e))
}

func (g *glossary) toldKind(e *trace.Event) string {
	switch e.Kind {
	case trace.KindStep:
		return toldStep(e)
	case trace.KindPrimitive:
		var out []string
		for _, id := range e.Out {
			out = append(out, g.name(id))
		}
		return printable(strings.TrimSpace(fmt.Sprintf("%s %s gives %s", e.Layer, e.Op, strings.Join(out, ", "))))
	case trace.KindWire:
		return printable(fmt.Sprintf("sends a %s of %s", e.Wire.Kind, count(e.Wire.Size, "byte")))
	case trace.KindRepeated:
		n := 0
		for _, k := range e.Calls {
			n += k
		}
		return count(n, "call") + " of primitives that give nothing new"
	case trace.KindCompromise:
		return "is robbed of " + count(len(e.Terms), "value")
	case trace.KindKnown:
		return "drew what the attacker knows, " + count(len(e.Terms), "value")
	case trace.KindGoal:
		return "the secret " + g.goal(*e.Goal)
	case trace.KindSnapshot:
		return "the tree of " + g.state(e.Tree.State)
	case trace.KindExpect:
		return "an expectation: " + g.wrote(e.Line)
	case trace.KindReject:
		return printable(fmt.Sprintf("rejects the %s of %s: %s", e.Reject.Kind, e.Reject.From, rejection(e.Reject)))
	case trace.KindAttack:
		return printable(fmt.Sprintf("attack %d, %s: %s", e.Attack.Number, e.Attack.Tried(), trace.Outcome(e.Attack)))
	}
	return printable(e.Kind)
}

// toldStep names what a step has, in the order of its fields.
func toldStep(e *trace.Event) string {
	s := e.Step
	text := string(s.Kind)
	for _, field := range []struct{ word, value string }{
		{"in", s.From}, {"to", s.State}, {"proposing", s.Proposes}, {"of", s.What}, {"PSK", s.PSK}, {"package", s.Package}, {"by", s.By},
		{"adding", strings.Join(addNames(s.Adds), " ")}, {"updating", strings.Join(updateNames(s.Updates), " ")},
		{"removing", strings.Join(s.Removes, " ")}, {"names", strings.Join(s.Names, " ")},
	} {
		if field.value != "" {
			text += ", " + field.word + " " + field.value
		}
	}
	if s.Message > 0 {
		text += fmt.Sprintf(", message %d", s.Message)
	}
	for _, flag := range []struct {
		is   bool
		word string
	}{{s.External, "external"}, {s.Encrypted, "encrypted"}, {s.Kind == "commit" && !s.Path, "without path"}} {
		if flag.is {
			text += ", " + flag.word
		}
	}
	return printable(text)
}

func headingLine(out io.Writer, st style, text string) {
	fmt.Fprintf(out, "\n%s\n\n", st.bold(text))
}
