package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"mlsref/tamarin"
	"mlsref/tamarin/replay"
	"mlsref/trace"
)

// exportSpecMon writes the models and what the trace did in them. A trace that is no
// run of a model has failed a check. SpecMon has no answer to an empty stream of events,
// so a model that the run has no event of is left out, and named.
func exportSpecMon(w io.Writer, path, dir string) error {
	if dir == "" {
		return errors.New("--to specmon: several files are written: name a folder with -o")
	}
	t, err := trace.ReadFile(path)
	if err != nil {
		return err
	}
	var files []output
	var idle []string
	for _, r := range replay.Replays {
		text, err := tamarin.Models.ReadFile(r.Model)
		if err != nil {
			return err
		}
		theory, err := replay.Parse(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", r.Model, err)
		}
		events, err := replay.SpecMonEvents(theory, r.Firings(t))
		if err != nil {
			return check(fmt.Errorf("%s: is no run of the model %w", path, err))
		}
		if len(events) == 0 {
			idle = append(idle, r.Model)
			continue
		}
		name := filepath.Join(dir, strings.TrimSuffix(r.Model, ".spthy"))
		files = append(files,
			output{path: name + ".spthy", data: replay.SpecMonTheory(theory)},
			output{path: name + ".events.json", data: events})
	}
	undo, err := makeDir(dir)
	if err != nil {
		return err
	}
	defer undo()
	if err := writeFiles(files); err != nil {
		return err
	}
	for _, model := range idle {
		fmt.Fprintf(w, "%s: not written: nothing in this run is an event of it\n", model)
	}
	return nil
}
