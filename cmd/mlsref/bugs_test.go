package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsref/props/bugs"
)

// fakeRunner knows what comes of a source by what its one file says.
type fakeRunner map[string]func() (bugs.Report, error)

func (f fakeRunner) Run(_ context.Context, changed map[string]string, _ bugs.Hunt) (bugs.Report, error) {
	if changed == nil {
		return f[bugs.Control]()
	}
	return f[strings.TrimSpace(changed["a.go"])]()
}

func reports(r bugs.Report) func() (bugs.Report, error) {
	return func() (bugs.Report, error) { return r, nil }
}

func fails(err error) func() (bugs.Report, error) {
	return func() (bugs.Report, error) { return bugs.Report{}, err }
}

var (
	allHold  = reports(bugs.Report{Histories: 20, Steps: 900})
	deletion = reports(bugs.Report{Histories: 3, Steps: 41, Lines: 6, Failures: []bugs.Failure{{Property: "deletion", Text: "x"}}})
)

// hunted is what the fake runner finds of bugs with these names.
func hunted(t *testing.T, ctx context.Context, r fakeRunner, names ...string) (*bugTable, error) {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "a.go"), []byte("right\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var chosen []bugs.Bug
	for _, name := range names {
		edit := bugs.Edit{File: "a.go", Lines: []bugs.Line{{Mark: '-', Text: "right"}, {Mark: '+', Text: name}}}
		if name == "stale" {
			edit.Lines[0].Text = "wrong"
		}
		chosen = append(chosen, bugs.Bug{Name: name, Title: name + "'s title", Layer: "wire", Expect: []string{"codec"}, Edits: []bugs.Edit{edit}})
	}
	return huntAll(ctx, io.Discard, r, root, chosen, bugs.Hunt{})
}

// told is the table, the complaints and the exit code.
func told(t *bugTable, err error) (text string, code int) {
	var out bytes.Buffer
	if err == nil {
		err = t.tell(&out, style{width: plainWidth})
	}
	var failed checkFailed
	switch {
	case err == nil:
		return out.String(), exitOK
	case errors.As(err, &failed):
		return out.String() + errors.Join(failed...).Error(), exitFailed
	}
	return out.String() + err.Error(), exitInput
}

func TestBugsTable(t *testing.T) {
	codec := reports(bugs.Report{Histories: 1, Steps: 2, Lines: 1, Failures: []bugs.Failure{{Property: "codec"}, {Property: "codec"}}})
	for _, c := range []struct {
		name  string
		bugs  []string
		found fakeRunner
		code  int
		want  []string
	}{
		{"all are caught", []string{"one", "two"}, fakeRunner{bugs.Control: allHold, "one": deletion, "two": codec}, exitOK, []string{
			"bug  layer     caught by  steps  shrunk to\n",
			"one  wire      deletion*  41     6 lines\n", // the asterisk: nobody expected it
			"two  wire      codec      2      1 line\n",
			"without any bug: holds in 900 steps\n2 of 2 bugs caught\n",
		}},
		{"one survives", []string{"one", "two"}, fakeRunner{bugs.Control: allHold, "one": deletion, "two": allHold}, exitFailed, []string{
			"two  wire      survived   900    –\n", "1 of 2 bugs caught\n", "two survives: two's title; expected codec",
		}},
		{"one gives no answer", []string{"one"}, fakeRunner{bugs.Control: allHold, "one": fails(errors.New("it did not end"))}, exitFailed, []string{
			"one  wire      not run    –      –\n", "bug one: no answer: it did not end",
		}},
		{"one does not compile", []string{"one", "two"}, fakeRunner{bugs.Control: allHold, "one": fails(bugs.BuildError{Err: errors.New("a.go:1")}), "two": allHold}, exitInput, []string{
			"bug one: it does not compile: a.go:1", "two survives",
		}},
		{"one does not apply", []string{"one", "stale"}, fakeRunner{}, exitInput, []string{
			`bug stale: it does not apply: a.go: the lines from "wrong" on are there 0 times`,
		}},
		{"the control fails", []string{"one"}, fakeRunner{bugs.Control: deletion}, exitFailed, []string{
			"without any bug: broken in 41 steps\n", "so that the others would say nothing: deletion: x",
		}},
		{"the control gives no answer", []string{"one"}, fakeRunner{bugs.Control: fails(errors.New("no such command"))}, exitInput, []string{
			"without any bug: no such command",
		}},
	} {
		text, code := told(hunted(t, t.Context(), c.found, c.bugs...))
		if code != c.code {
			t.Errorf("%s: exit code %d, want %d", c.name, code, c.code)
		}
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: there is no %q in\n%s", c.name, want, text)
			}
		}
	}
}

func TestBugsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	text, code := told(hunted(t, ctx, fakeRunner{bugs.Control: allHold, "one": func() (bugs.Report, error) {
		cancel()
		return bugs.Report{}, context.Canceled
	}}, "one"))
	if code != exitFailed || !strings.Contains(text, "interrupted: 0 of 1 bug were run") {
		t.Errorf("exit code %d:\n%s", code, text)
	}
}

func TestBugsJSON(t *testing.T) {
	table, err := hunted(t, t.Context(), fakeRunner{bugs.Control: allHold, "one": deletion, "two": allHold}, "one", "two")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var failed checkFailed
	if err := table.tellJSON(&out, style{}); !errors.As(err, &failed) {
		t.Errorf("a survivor, and %v", err)
	}
	var got struct {
		Format  string
		Control struct{ Verdict string }
		Bugs    []struct {
			Bug, Verdict, Title string
			Report              bugs.Report
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Format != "mlsref-bugs/1" || got.Control.Verdict != "holds" || len(got.Bugs) != 2 || got.Bugs[0].Bug != "one" ||
		got.Bugs[0].Report.Lines != 6 || got.Bugs[1].Verdict != "survived" || got.Bugs[1].Title != "two's title" {
		t.Errorf("%+v", got)
	}
}
