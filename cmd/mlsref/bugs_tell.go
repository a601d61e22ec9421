package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"mlsref/props/bugs"
)

// tell prints the table and the sum, and complains of each bug that was not caught.
func (t *bugTable) tell(out io.Writer, st style) error {
	name, by := len("bug"), len("caught by")
	for _, row := range t.rows {
		name = max(name, columns(row.Name))
		by = max(by, columns(caughtBy(row)))
	}
	line := func(bug, layer, who, steps, shrunk string) string {
		return fmt.Sprintf("%s  %s  %s  %s  %s", pad(bug, name), pad(layer, len("treesync")), pad(who, by), pad(steps, len("steps")), shrunk)
	}
	fmt.Fprintln(out, st.bold(line("bug", "layer", "caught by", "steps", "shrunk to")))
	caught := 0
	for _, row := range t.rows {
		paint := st.red
		if row.Verdict == bugs.Caught {
			caught++
			paint = st.green
		}
		fmt.Fprintln(out, line(row.Name, string(row.Bug.Layer), paint(caughtBy(row)), steps(row), shrunk(row)))
	}
	fmt.Fprintf(out, "\nwithout any bug: %s in %s steps\n", t.control.Verdict, steps(t.control))
	fmt.Fprintf(out, "%d of %s caught\n", caught, count(t.asked, "bug"))
	return t.complain()
}

func steps(o bugs.Outcome) string {
	if o.Problem != "" || o.Report.Steps == 0 {
		return "–"
	}
	return fmt.Sprint(o.Report.Steps)
}

func shrunk(o bugs.Outcome) string {
	if o.Report.Lines == 0 {
		return "–"
	}
	return count(o.Report.Lines, "line")
}

// caughtBy names the properties that failed; those that the catalogue does not expect
// are marked.
func caughtBy(o bugs.Outcome) string {
	if o.Verdict != bugs.Caught {
		return string(o.Verdict)
	}
	var names []string
	for _, p := range o.Report.Properties() {
		if !slices.Contains(o.Bug.Expect, p) {
			p += "*"
		}
		names = append(names, p)
	}
	return printable(strings.Join(names, ", "))
}

// complain: a bug that is no program is bad input, all else is a check that failed.
func (t *bugTable) complain() error {
	var failed, unbuilt []error
	if t.control.Verdict != bugs.Holds {
		failed = append(failed, fmt.Errorf("without any bug a property fails, so that the others would say nothing: %s",
			firstFailure(t.control.Report)))
	}
	for _, row := range t.rows {
		if row.Stale != "" {
			failed = append(failed, errors.New(printable(row.Stale)))
		}
		switch row.Verdict {
		case bugs.Survived:
			failed = append(failed, fmt.Errorf("%s survives: %s; expected %s", row.Name, printable(row.Bug.Title), strings.Join(row.Bug.Expect, ", ")))
		case bugs.NotBuilt, bugs.NotApplied:
			unbuilt = append(unbuilt, fmt.Errorf("bug %s: %s", row.Name, printable(row.Problem)))
		case bugs.NotRun:
			failed = append(failed, fmt.Errorf("bug %s: no answer: %s", row.Name, printable(row.Problem)))
		}
	}
	if t.control.Verdict == bugs.Holds && len(t.rows) < t.asked {
		failed = append(failed, fmt.Errorf("interrupted: %d of %s were run", len(t.rows), count(t.asked, "bug")))
	}
	if len(unbuilt) > 0 {
		return errors.Join(append(unbuilt, failed...)...)
	}
	return check(failed...)
}

func firstFailure(r bugs.Report) string {
	if len(r.Failures) == 0 {
		return "no report"
	}
	return printable(r.Failures[0].Property + ": " + r.Failures[0].Text)
}

// tellJSON prints the table for programs, with the shrunk scenarios.
func (t *bugTable) tellJSON(out io.Writer, _ style) error {
	type rowJSON struct {
		bugs.Outcome
		Title  string     `json:"title"`
		Layer  bugs.Layer `json:"layer"`
		Source string     `json:"source"`
		Expect []string   `json:"expect"`
	}
	table := struct {
		Format  string       `json:"format"`
		Control bugs.Outcome `json:"control"`
		Bugs    []rowJSON    `json:"bugs"`
	}{"mlsref-bugs/1", t.control, []rowJSON{}}
	for _, row := range t.rows {
		table.Bugs = append(table.Bugs, rowJSON{row, row.Bug.Title, row.Bug.Layer, row.Bug.Source, row.Bug.Expect})
	}
	return errors.Join(printJSON(out, "  ", table), t.complain())
}

// listBugs prints a line for each bug, or all that there is to say of it.
func listBugs(out io.Writer, st style, chosen []bugs.Bug, whole bool) error {
	name := 0
	for _, b := range chosen {
		name = max(name, len(b.Name))
	}
	for i, b := range chosen {
		if !whole {
			fmt.Fprintf(out, "%s  %s  %s\n", pad(b.Name, name), pad(string(b.Layer), len("treesync")), b.Title)
			continue
		}
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s: %s\nlayer: %s\nsource: %s\nexpected to be caught by: %s\n\n%s\n", st.bold(b.Name), b.Title, b.Layer, b.Source, strings.Join(b.Expect, ", "), b.Text)
		for _, e := range b.Edits {
			fmt.Fprintf(out, "\n%s\n%s", e.File, e)
		}
	}
	return nil
}
