package fuzz

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

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
		b, err := Decode(text)
		if err != nil {
			return nil, fmt.Errorf("fuzz/%s: %w", file, err)
		}
		list = append(list, Input{f.Name(), b})
	}
	return list, err
}

// mark is the first line of a file in the go command's format.
const mark = "go test fuzz v1\n"

// Decode is the input in a file: of the go command's format if it begins as such, and
// otherwise all of its bytes.
func Decode(file []byte) ([]byte, error) {
	text, isGo := strings.CutPrefix(string(file), mark)
	if !isGo {
		return file, nil
	}
	text = strings.TrimSuffix(text, "\n")
	quoted, ok := strings.CutPrefix(text, "[]byte(")
	quoted, closed := strings.CutSuffix(quoted, ")")
	if !ok || !closed {
		return nil, errors.New(`line 2: expected one []byte("…")`)
	}
	in, err := strconv.Unquote(quoted)
	if err != nil {
		return nil, fmt.Errorf("line 2: expected one Go string, read %.40q", quoted)
	}
	return []byte(in), nil
}

// Encode is an input as a file in the go command's format.
func Encode(in []byte) []byte {
	return fmt.Appendf(nil, "%s[]byte(%q)\n", mark, in)
}

// FileName is how the file of an input is called: by what is in it.
func FileName(in []byte) string {
	sum := sha256.Sum256(in)
	return fmt.Sprintf("%x", sum[:8])
}
