package peer

import (
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mlsref/fuzz/target"
	"mlsref/impl/vectors"
	"mlsref/impl/wire"
	"mlsref/props/encoding"
)

// Input is a request, and where it comes from.
type Input struct {
	From string `json:"from"`
	Request
}

// decodable are the requests that bytes of an unknown kind make: every struct that they
// encode.
func decodable(from string, b []byte) []Input {
	var list []Input
	for _, k := range wire.Kinds() {
		if wire.Unmarshal(b, k.New()) == nil {
			list = append(list, Input{from, Request{Do: Decode, Type: k.Name, Hex: b}})
		}
	}
	return list
}

// FromVectors are the byte strings of test vectors that are structs. Each comes once.
func FromVectors(files []*vectors.File) []Input {
	seen := map[string]bool{}
	var list []Input
	for _, f := range files {
		for _, field := range f.Fields() {
			if b := field.Bytes; len(b) <= target.MaxInput && !seen[string(b)] {
				seen[string(b)] = true
				list = append(list, decodable(filepath.Base(f.Path)+field.Path, b)...)
			}
		}
	}
	return list
}

// FromDir are the files of a folder and of those in it: test vectors if they end in
// .json, else the corpora of fuzz targets, in Go's format or as bytes, which are taken
// for messages too if they are none.
func FromDir(dir string) ([]Input, error) {
	var list []Input
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if strings.HasSuffix(path, ".json") {
			f := vectors.Read(path)
			if f.Err != nil {
				return fmt.Errorf("%s: %w", path, f.Err)
			}
			list = append(list, FromVectors([]*vectors.File{f})...)
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil {
			b, err = target.Decode(b)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if len(b) <= target.MaxInput {
			list = append(list, Input{path, Request{Do: Decode, Type: "MLSMessage", Hex: b}})
			for _, in := range decodable(path, b) {
				if in.Type != "MLSMessage" {
					list = append(list, in)
				}
			}
		}
		return nil
	})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s: there is no input in this folder", dir)
	}
	return list, err
}

// Random are n random structs of the types that a peer can decode, one in two of them
// spoiled. The same seed makes the same.
func Random(h Hello, n int, seed uint64) iter.Seq[Input] {
	return func(yield func(Input) bool) {
		var kinds []wire.Kind
		for _, k := range wire.Kinds() {
			if h.Knows(Request{Do: Decode, Type: k.Name}) {
				kinds = append(kinds, k)
			}
		}
		for i := 0; i < n && len(kinds) > 0; i++ {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			k := kinds[rng.IntN(len(kinds))]
			in := Input{fmt.Sprintf("random %s, seed %d, number %d", k.Name, seed, i),
				Request{Do: Decode, Type: k.Name, Hex: encoding.Made(k, rng.IntN)}}
			if rng.IntN(2) == 0 {
				in = Spoiled(rng, in)
			}
			if !yield(in) {
				return
			}
		}
	}
}

// Mutated is n times one of the inputs that are to be decoded, spoiled.
func Mutated(list []Input, n int, seed uint64) iter.Seq[Input] {
	list = slices.DeleteFunc(slices.Clone(list), func(in Input) bool { return in.Do != Decode })
	return func(yield func(Input) bool) {
		for i := 0; i < n && len(list) > 0; i++ {
			rng := rand.New(rand.NewPCG(seed, 1<<32+uint64(i)))
			if !yield(Spoiled(rng, list[rng.IntN(len(list))])) {
				return
			}
		}
	}
}
