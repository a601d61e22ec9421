package model

import (
	"fmt"
	"testing"
)

// longRun is a room of so many members and epochs, each Commit with a path and a
// message, and five thefts on the way.
func longRun(members, epochs int) []Event {
	var names []string
	for i := range members {
		names = append(names, fmt.Sprint("m", i))
	}
	s := room(names...)
	for e := range epochs {
		s.path(names[e%members]).send(names[(e+1)%members]).receive(names[(e+2)%members])
		if e%(epochs/5) == 1 {
			s.steal(names[(3*e)%members])
		}
	}
	return s.events
}

// What a judgement costs, all goals with their sentences.
func BenchmarkJudges(b *testing.B) {
	for _, size := range []struct{ members, epochs int }{{20, 100}, {50, 1000}} {
		events := longRun(size.members, size.epochs)
		for _, judge := range []struct {
			name string
			run  func() error
		}{
			{"predict", func() error { _, err := Predict(events); return err }},
			{"theorem", func() error { _, err := MayBeExposed(events); return err }},
			{"auth", func() error { _, err := CouldHaveMade(events); return err }},
			{"intervals", func() error { _, err := Intervals(events); return err }},
		} {
			b.Run(fmt.Sprintf("%s/%dx%d", judge.name, size.members, size.epochs), func(b *testing.B) {
				for b.Loop() {
					if err := judge.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
