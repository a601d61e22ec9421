// Package histories has the fuzz targets whose bytes are what happens to groups:
// operations, thefts, faults of the network and of the randomness, and forgeries. What
// must hold are the properties of package props.
package histories

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"mlsref/fuzz/target"
	"mlsref/props"
	"mlsref/spec"
	"mlsref/trace"
)

// Targets are the targets of histories.
func Targets() []target.Target {
	return []target.Target{
		{
			Name: "FuzzHistory", Group: "histories",
			About: "in every history that the bytes choose, judges, live states and messages keep the properties",
			Run:   history, Seeds: drawnSeeds,
		},
		{
			Name: "FuzzStory", Group: "histories",
			About: "a text that is a possible scenario is played without a fault, and the judges agree on it",
			Run:   story, Seeds: lessons,
		},
	}
}

// The bounds of a history: the statements after the first, and the lines that are
// drawn for them, most of which are not possible.
const (
	mostSteps = 20
	mostLines = 100
	people    = 6
)

// watching are the properties that a history is held to: what the judges decide, and what
// is seen at a glance. The others cost as much as the history itself, and are
// FuzzProperties'.
var watching = []string{
	props.Acceptance, "secrecy", "forward-secrecy", "post-compromise-security", "authentication", "derivation",
	"agreement", "tree-shape", "closed", "message-once", "wrong-context", "nonce-reuse",
}

// history plays what the bytes choose: the first is the seed, and each of the others
// one choice. It ends where they do.
func history(in []byte, seen *target.Seen) error {
	properties, err := props.Named(watching...)
	if err != nil {
		return err
	}
	g, drawing := drawn(&choices{left: in})
	o, err := props.Played(g, drawing, append(properties, counting(seen)))
	switch {
	case err != nil:
		return fmt.Errorf("%w, in\n%s", err, g.Text())
	case o.Failed():
		return fmt.Errorf("%s, in\n%s", joined(o.Failures), o.Scenario.Text)
	}
	return nil
}

// drawn makes the history that was chosen. An error says that the implementation fails
// in it.
func drawn(c *choices) (*trace.Generator, error) {
	g, err := trace.NewGenerator(c.pick, uint64(c.pick(256)), people)
	g.Alters = true
	for steps, lines := 0, 0; err == nil && steps < mostSteps && lines < mostLines && len(c.left) > 0; lines++ {
		before, added := len(c.made), false
		if added, err = g.Try(); added {
			steps++
		} else {
			c.made = c.made[:before]
		}
	}
	return g, err
}

// choices are bytes that choose. A byte chooses the same for as long as there are as
// many things to choose from, or more. Where no byte is left, the first thing is chosen.
type choices struct {
	left []byte
	made []byte // what they chose, but for lines that were not possible
}

func (c *choices) pick(n int) int {
	at := 0
	if len(c.left) > 0 {
		at, c.left = int(c.left[0])%n, c.left[1:]
	}
	c.made = append(c.made, byte(at)) // n is at most 256, or a path of a message's that is too far down is never chosen
	return at
}

// counting is no property: it counts what members answer to messages, and to altered ones.
func counting(seen *target.Seen) props.Property {
	return props.Property{Name: "seen", New: func(*props.History) props.Checks {
		return props.Checks{Judged: func(t *trace.Trace, _ *trace.Report) {
			for _, e := range t.Events {
				switch {
				case e.Kind == trace.KindReject:
					seen.Outcome("refused")
					for _, r := range spec.Rules() {
						if r.ID == e.Reject.Rule {
							seen.Answer(r)
						}
					}
				case e.Kind == trace.KindAttack && e.Attack.Failed == "":
					seen.Outcome("attack " + e.Attack.What)
					if len(e.Attack.Accepted) > 0 {
						seen.Outcome("attack " + e.Attack.What + ", accepted")
					}
				}
			}
		}}
	}}
}

func joined(failures []props.Failure) string {
	var list []string
	for _, f := range failures {
		list = append(list, f.String())
	}
	return strings.Join(list, "\n")
}

// drawnSeeds are some random histories that begin with a group of four, a theft, a message
// and a proposal, without the lines that were not possible.
func drawnSeeds() ([][]byte, error) {
	var list [][]byte
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 0x68697374))
		who := byte(seed % 4)
		b := []byte{byte(seed), byte(seed), 1, 1, 2, 0, 1, 2, 1, 0, 2, 3, 1} // alice adds bob carol, and carol dave
		b = append(b, 1, 46, who, 1, 34, (who+1)%4, 1, 14, (who+2)%4, who)   // see the templates of trace.Generator
		for range 250 {
			b = append(b, byte(rng.Uint32()))
		}
		c := &choices{left: b}
		if _, err := drawn(c); err != nil {
			return nil, err
		}
		list = append(list, c.made)
	}
	return list, nil
}
