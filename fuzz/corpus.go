package fuzz

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"mlsref/fuzz/target"
)

// found are the files of the corpora, as they were when the program was built.
//
//go:embed testdata/fuzz
var found embed.FS

// Input is an input of a target.
type Input struct {
	Name  string // a file's; of a seed its number: "seed-3"
	Bytes []byte
}

// Inputs are all inputs that come with a target: its seeds, and what was found.
func Inputs(t target.Target) ([]Input, error) {
	seeds, err := t.Seeds()
	if err != nil {
		return nil, fmt.Errorf("%s: its seeds: %w", t.Name, err)
	}
	var list []Input
	for i, b := range seeds {
		list = append(list, Input{fmt.Sprintf("seed-%d", i), b})
	}
	files, err := found.ReadDir(path.Join("testdata/fuzz", t.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	for _, f := range files {
		file := path.Join("testdata/fuzz", t.Name, f.Name())
		text, err := found.ReadFile(file)
		if err != nil {
			return nil, err
		}
		b, err := target.Decode(text)
		if err != nil {
			return nil, fmt.Errorf("fuzz/%s: %w", file, err)
		}
		list = append(list, Input{f.Name(), b})
	}
	return list, err
}

// FileName is how the file of an input is called: by what is in it.
func FileName(in []byte) string {
	sum := sha256.Sum256(in)
	return fmt.Sprintf("%x", sum[:8])
}
