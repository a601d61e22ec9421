package campaign

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"mlsref/props"
	"mlsref/trace"
)

// Options say how a shard is played; nothing of what comes of it depends on them.
type Options struct {
	Workers int // histories at once
	Shrink  int // at most so many findings are made short, those of the first seeds; 0: none

	// Each may be nil, and is called by one at a time.
	Playing   func(missing int) // how many histories are to be played
	Played    func(r *Result)   // one more
	Shrinking func(finding string)
}

// Outcome is what came of a Run.
type Outcome struct {
	File      string
	Torn      int // bytes of a torn last line that were cut
	Before    int // histories that the file had
	Played    int // histories that were added
	Size      int // histories of the shard
	Findings  []string
	Unshrunk  int  // findings that are still to be shrunk
	Cancelled bool // before all was done
}

// Complete says that nothing of the shard is missing.
func (o Outcome) Complete() bool { return o.Before+o.Played == o.Size }

// Run plays what is missing of a shard, and appends it to its file in dir, which must be
// there. When ctx ends, the histories in flight are finished and no further one is begun.
func Run(ctx context.Context, dir string, p Params, shard Shard, o Options) (out Outcome, err error) {
	if err := p.Check(); err != nil {
		return out, err
	}
	build, err := ThisBuild()
	if err != nil {
		return out, err
	}
	file, err := openShard(shard.File(dir), Header{Format, build, p, shard})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, file.close()) }()
	out = Outcome{File: file.path, Torn: file.torn, Before: len(file.done), Size: shard.Size(p)}
	var missing []uint64
	for seed := range shard.seeds(p) {
		if !file.done[seed] {
			missing = append(missing, seed)
		}
	}
	if o.Playing != nil {
		o.Playing(len(missing))
	}
	out.Played, err = file.play(ctx, p, missing, o)
	if err == nil && ctx.Err() == nil {
		err = file.shrink(ctx, p, o)
	}
	out.Cancelled = ctx.Err() != nil
	for _, f := range file.findings() {
		out.Findings = append(out.Findings, f.name)
	}
	out.Unshrunk = len(file.toShrink(o.Shrink))
	return out, err
}

// play plays seeds, several at once. The first error ends it.
func (s *shardFile) play(ctx context.Context, p Params, seeds []uint64, o Options) (played int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan uint64)
	go func() {
		defer close(next)
		for _, seed := range seeds {
			select {
			case next <- seed:
			case <-ctx.Done():
				return
			}
		}
	}()
	var writing sync.Mutex
	var working sync.WaitGroup
	for range max(1, o.Workers) {
		working.Go(func() {
			for seed := range next {
				began := time.Now()
				r, failed := one(p, seed)
				took := time.Since(began)
				writing.Lock()
				if failed == nil {
					failed = s.append(line{Result: r, MS: took.Milliseconds()})
				}
				if failed != nil {
					err = failed
					stop()
				} else {
					s.add(r)
					played++
					if o.Played != nil {
						o.Played(r)
					}
				}
				writing.Unlock()
			}
		})
	}
	working.Wait()
	return played, err
}

// unplayed is the property of a history that could not be played at all.
const unplayed = "playable"

// one plays the history of a seed. An error says that there is no such campaign.
func one(p Params, seed uint64) (r *Result, err error) {
	kind, err := kindOf(p)
	if err != nil {
		return nil, err
	}
	list, err := kind.named(p.Properties...)
	if err != nil {
		return nil, err
	}
	r = &Result{Seed: seed, Operations: map[string]int{}, Shapes: map[string]int{}}
	o, err := kind.play(p, seed, append(list, shapes(r.Shapes)))
	if err != nil {
		o.Failures = append(o.Failures, props.Failure{Property: unplayed, Text: err.Error()})
	}
	r.Steps, r.Rules, r.Failures = o.Steps, o.Rules, o.Failures
	for i := range r.Failures {
		r.Failures[i].Text = valid(r.Failures[i].Text)
	}
	if o.Scenario == nil {
		return r, nil
	}
	for _, st := range o.Scenario.Statements[:o.Steps] {
		r.Operations[operation(st)]++
	}
	if len(r.Failures) > 0 {
		r.Scenario = valid(o.Scenario.Text)
	}
	return r, nil
}

// operation is what a statement does, and whether the attacker does it.
func operation(st trace.Statement) string {
	if st.Actor == trace.Attacker {
		return trace.Attacker + " " + string(st.Verb)
	}
	return string(st.Verb)
}

// first is the first history in which something was found.
type first struct {
	name               string
	seed               uint64
	property, scenario string
}

// findings are what was found, in the order of their first seeds.
func (s *shardFile) findings() []first {
	var list []first
	for _, f := range s.found {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b first) int {
		return cmp.Or(cmp.Compare(a.seed, b.seed), strings.Compare(a.name, b.name))
	})
	return list
}

// toShrink are those of the first n findings that are not short yet.
func (s *shardFile) toShrink(n int) []first {
	list := s.findings()
	return slices.DeleteFunc(list[:min(n, len(list))], func(f first) bool {
		_, done := s.shrunk[f.name]
		return done
	})
}
