package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"mlsref/trace/whole"
)

// output is a file to be written.
type output struct {
	path  string
	data  []byte
	write func(io.Writer) error // in place of data, for what is large
}

// writeFiles writes all files or none: the bytes go to temporary files beside
// the real ones, and only when all of them are on the disk do they get their names.
func writeFiles(files []output) (err error) {
	var temporary []string
	defer func() {
		for _, name := range temporary {
			os.Remove(name) // those that were renamed are gone already
		}
	}()
	for _, f := range files {
		name, err := whole.Temporary(f.path, f.fill)
		if err != nil {
			return err
		}
		temporary = append(temporary, name)
	}
	for i, f := range files {
		if err := os.Rename(temporary[i], f.path); err != nil {
			return fmt.Errorf("%s: cannot be written: %w", f.path, errors.Unwrap(err))
		}
	}
	return nil
}

func (f output) fill(w io.Writer) error {
	if f.write != nil {
		return f.write(w)
	}
	_, err := w.Write(f.data)
	return err
}

// outputDir makes the directory of --output, if the files can be written there. What it
// made and nothing came into, undo removes.
func outputDir(dir string, files ...string) (undo func(), err error) {
	if dir == "" {
		return nil, errors.New("--output: read an empty name, expected a directory")
	}
	if undo, err = makeDir(dir); err != nil {
		return nil, err
	}
	if err := checkWritable(files...); err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}

// checkWritable says whether files can be written, before hours of work are
// spent on them: there must be room for a temporary file, and no name may be a
// directory's.
func checkWritable(paths ...string) error {
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fmt.Errorf("%s: cannot be written: it is a directory", path)
		}
		name, err := whole.Temporary(path, output{}.fill)
		if err != nil {
			return fmt.Errorf("%s: cannot be written: %w", path, whole.Cause(err))
		}
		os.Remove(name)
	}
	return nil
}

// makeDir creates a directory where it is missing. undo takes away again what
// was created and is still empty.
func makeDir(dir string) (undo func(), err error) {
	var made []string
	clean := filepath.Clean(dir) // MkdirAll would make "new" on the way to new/../out
	for d := clean; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) || d == filepath.Dir(d) {
			break
		}
		made = append(made, d)
	}
	undo = func() {
		for _, d := range made {
			os.Remove(d) // fails where something lies in it, as it should
		}
	}
	if err := os.MkdirAll(clean, 0o755); err != nil {
		undo()
		return nil, fmt.Errorf("%s: cannot be written: %w", dir, whole.Cause(err))
	}
	return undo, nil
}

// printJSON writes v as JSON, each level further in by indent; in one line if that is
// empty.
func printJSON(out io.Writer, indent string, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}
