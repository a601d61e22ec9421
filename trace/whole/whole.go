// Package whole writes files that are there completely or not at all.
package whole

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes a file: its bytes go to a temporary one, which then takes the name.
// After an error nothing is left, and what was there is as it was.
func Write(path string, write func(io.Writer) error) error {
	name, err := Temporary(path, write)
	if err != nil {
		return err
	}
	defer os.Remove(name) // gone already, if it has its name
	return os.Rename(name, path)
}

// Cause is what went wrong with a path, without the path.
func Cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Temporary writes a file beside path, to be renamed when others are written too.
// After an error there is none.
func Temporary(path string, write func(io.Writer) error) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	buffered := bufio.NewWriter(f)
	if err = write(buffered); err == nil {
		err = errors.Join(buffered.Flush(), f.Chmod(0o644), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}
