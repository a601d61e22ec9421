package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever interrupts a long run is told how far it came.
func TestRandomInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := runOptions{randomOptions: randomOptions{histories: 1000, steps: 1, people: 2}, seed: 1}
	total := playRandom(ctx, io.Discard, o)
	var out bytes.Buffer
	err := total.tell(&out, style{width: 80}, o)
	var failed checkFailed
	if !errors.As(err, &failed) || !strings.Contains(failed[len(failed)-1].Error(), "interrupted: ") {
		t.Errorf("got %v, want a failed check that speaks of the interruption", err)
	}
	if total.histories > 100 {
		t.Errorf("%d histories were played after the interruption", total.histories)
	}
}

// A history on which the judges do not agree is shown, saved, and fails.
func TestRandomDisagreement(t *testing.T) {
	dir := t.TempDir()
	total := &tally{}
	total.add(history{seed: 6, done: true, goals: 3})
	total.add(history{seed: 7, done: true, problems: []string{"epoch 1: the judges disagree"}, scenario: "seed 7\nalice creates room\n"})
	o := runOptions{randomOptions: randomOptions{histories: 2}, seed: 6, dir: dir}
	var out bytes.Buffer
	err := total.tell(&out, style{width: 80}, o)
	var failed checkFailed
	if !errors.As(err, &failed) || len(failed) != 1 || failed[0].Error() != "seed 7: epoch 1: the judges disagree" {
		t.Errorf("got %v", err)
	}
	for _, want := range []string{"FAILED", "random-7.scenario", "  alice creates room", "2 histories (seeds 6 to 7)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, &out)
		}
	}
	saved, err := os.ReadFile(filepath.Join(dir, "random-7.scenario"))
	if err != nil || string(saved) != "seed 7\nalice creates room\n" {
		t.Errorf("saved %q, %v", saved, err)
	}
}

// The sum does not depend on who played what.
func TestRandomDeterministic(t *testing.T) {
	o := runOptions{randomOptions: randomOptions{histories: 12, steps: 15, people: 4}, seed: 3}
	tell := func() string {
		total := playRandom(context.Background(), io.Discard, o)
		var out bytes.Buffer
		if err := total.tell(&out, style{width: 80}, o); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if one, two := tell(), tell(); one != two {
		t.Errorf("%s%s", one, two)
	}
}
