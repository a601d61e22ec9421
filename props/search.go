package props

import (
	"errors"
	"math/rand/v2"

	"mlsref/trace"
)

// Outcome is what came of one history.
type Outcome struct {
	Seed     uint64
	Steps    int // statements that were played
	Failures []Failure
	Rules    map[string]int // how often an answer named which rule, by ID
	Scenario *trace.Scenario
}

// Failed says that a property did not hold.
func (o Outcome) Failed() bool { return len(o.Failures) > 0 }

// One plays the random history of a seed, of about so many steps.
func One(seed uint64, steps, people int, properties []Property) (Outcome, error) {
	rng := rand.New(rand.NewPCG(seed, 0x70726f7073))
	return Drawn(rng.IntN, seed, steps, people, properties)
}

// Altered does the same with another history, in which the attacker alters messages, too.
func Altered(seed uint64, steps, people int, properties []Property) (Outcome, error) {
	rng := rand.New(rand.NewPCG(seed, 0x616c746572))
	return drawn(rng.IntN, seed, steps, people, true, properties)
}

// Drawn plays a history that pick decides: pick(n) is 0 to n-1. An implementation that
// fails while the history is drawn fails again when it is played.
func Drawn(pick func(n int) int, seed uint64, steps, people int, properties []Property) (Outcome, error) {
	return drawn(pick, seed, steps, people, false, properties)
}

func drawn(pick func(n int) int, seed uint64, steps, people int, alters bool, properties []Property) (Outcome, error) {
	var g *trace.Generator
	err := caught(func() (err error) {
		if g, err = trace.NewGenerator(pick, seed, people); err == nil {
			g.Alters = alters
		}
		for i := 0; i < steps && err == nil; i++ {
			err = g.More()
		}
		return err
	})
	if g == nil {
		return Outcome{}, err
	}
	return Played(g, err, properties)
}

// Played plays what was drawn, up to the line that failed with an error, if one did.
func Played(g *trace.Generator, drawing error, properties []Property) (Outcome, error) {
	sc, err := g.Scenario()
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{Seed: sc.Seed, Rules: map[string]int{}, Scenario: sc}
	o.Failures, o.Steps, err = Run(sc, properties, Look{Rules: o.Rules})
	if drawing != nil && !o.Failed() {
		err = errors.Join(err, drawing)
	}
	return o, err
}
