package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mlsref": main})
}

// TestScripts plays testdata/script/*.txtar: whole command lines, what they
// print, and how they exit.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error { // for what looks at the source
			root, err := filepath.Abs(filepath.Join("..", ".."))
			env.Setenv("SOURCE", root)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"replace":  replace,
			"truncate": truncate,
			"empty":    empty,
			"files":    files,
		},
	})
}

// exits CODE COMMAND… runs a command that must exit with this very code, where
// "! exec" would take any but 0.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// replace FILE OLD NEW replaces the first OLD, which must be there.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o644))
}

// truncate FILE PERCENT keeps that much of a file.
func truncate(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: truncate FILE PERCENT")
	}
	percent, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:len(text)*percent/100]), 0o644))
}

// empty DIR: nothing lies in a directory, not even a hidden file.
func empty(ts *testscript.TestScript, _ bool, args []string) {
	for _, dir := range args {
		lying, err := os.ReadDir(ts.MkAbs(dir))
		ts.Check(err)
		for _, f := range lying {
			ts.Fatalf("%s holds %s", dir, f.Name())
		}
	}
}

// files DIR N: so many files lie in a directory, hidden ones too.
func files(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: files DIR N")
	}
	lying, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if strconv.Itoa(len(lying)) != args[1] {
		ts.Fatalf("%d files in %s, want %s: %v", len(lying), args[0], args[1], lying)
	}
}
