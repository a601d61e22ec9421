package main

import (
	"os"
	"path/filepath"
	"testing"
)

// All files or none: where one cannot be written, nothing of the others is left.
func TestWriteFilesAllOrNone(t *testing.T) {
	dir := t.TempDir()
	good := output{path: filepath.Join(dir, "good"), data: []byte("new")}
	if err := writeFiles([]output{good, {path: filepath.Join(dir, "missing", "bad")}}); err == nil {
		t.Error("written into a directory that is not there")
	}
	holds(t, dir)
	if err := writeFiles([]output{good}); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "good")
}

func holds(t *testing.T, dir string, want ...string) {
	t.Helper()
	lying, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(lying) != len(want) {
		t.Fatalf("%v, want %v", lying, want)
	}
	for i, f := range lying {
		if f.Name() != want[i] {
			t.Errorf("%s, want %s", f.Name(), want[i])
		}
	}
}

// What makeDir made is undone, but never what others put there.
func TestMakeDirUndo(t *testing.T) {
	dir := t.TempDir()
	undo, err := makeDir(filepath.Join(dir, "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	undo()
	holds(t, dir)
	undo, err = makeDir(filepath.Join(dir, "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a", "note"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	undo()
	holds(t, filepath.Join(dir, "a"), "note")
}
