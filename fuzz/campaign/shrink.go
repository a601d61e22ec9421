package campaign

import (
	"context"
	"strings"
	"time"

	"mlsref/props"
	"mlsref/trace"
)

// shrink makes the scenario of each finding short, once all histories are played: so a
// finding is always shrunk from the first seed that has it, whoever played that when.
func (s *shardFile) shrink(ctx context.Context, p Params, o Options) error {
	kind, err := kindOf(p)
	if err != nil {
		return err
	}
	for _, f := range s.toShrink(o.Shrink) {
		if o.Shrinking != nil {
			o.Shrinking(f.name)
		}
		began := time.Now()
		short := make(chan *Shrunk, 1)
		go func() { short <- f.shrunk(kind) }()
		select {
		case <-ctx.Done():
			return nil // it takes minutes, and would begin anew
		case sh := <-short:
			if err := s.append(line{Shrunk: sh, MS: time.Since(began).Milliseconds()}); err != nil {
				return err
			}
			s.shrunk[sh.Finding] = sh.Seed
		}
	}
	return nil
}

// shrunk is without a scenario, if the property does not fail when it looks on alone:
// what another one tried may have harmed the group.
func (f first) shrunk(kind Kind) *Shrunk {
	s := &Shrunk{Finding: f.name, Seed: f.seed, Property: f.property}
	property, err := kind.named(f.property)
	if err != nil {
		return s // it could not be played
	}
	sc, err := trace.Parse("random", strings.NewReader(f.scenario))
	if err != nil {
		return s
	}
	short, alone := props.Shrink(sc, property[0], props.ShrinkTries)
	if alone.Property != "" {
		s.Scenario, s.Lines, s.After = valid(short.Text), len(short.Statements), valid(alone.String())
	}
	return s
}
