package vectors

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"mlsref/impl/wire"
)

// File is a file of test vectors. One that cannot be read has an Err, and fails.
type File struct {
	Path    string
	Kind    Kind
	ByShape bool // the kind was told by the entries, not by the name
	Err     error
	entries []entry
}

// Entries is how many entries the file has.
func (f *File) Entries() int { return len(f.entries) }

// Find lists the vector files that paths name: files, or folders for all *.json
// in them, in order. An error means that a path leads nowhere.
func Find(paths ...string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		found, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		before := len(files)
		for _, f := range found {
			if !f.IsDir() && strings.HasSuffix(f.Name(), ".json") && !strings.HasPrefix(f.Name(), ".") {
				files = append(files, filepath.Join(path, f.Name()))
			}
		}
		if len(files) == before {
			return nil, fmt.Errorf("%s: no file *.json in this folder", path)
		}
	}
	return files, nil
}

// Read reads a file as far as its entries.
func Read(path string) *File {
	b, err := os.ReadFile(path)
	if err != nil {
		return &File{Path: path, Err: err}
	}
	return Parse(path, b)
}

// Parse is Read for a file that holds b. The name may say the kind.
func Parse(path string, b []byte) *File {
	f := &File{Path: path}
	if f.entries, f.Err = split(b); f.Err != nil {
		return f
	}
	if len(f.entries) == 0 {
		f.Err = fmt.Errorf("there are no entries")
		return f
	}
	var byName bool
	f.Kind, byName, f.Err = kindOfFile(f.Path, f.entries)
	f.ByShape = f.Err == nil && !byName
	if f.Err != nil {
		f.entries = nil
	}
	return f
}

// Check checks one entry, of which there are Entries.
func (f *File) Check(i int) []Failure { return f.entries[i].check(f.Kind) }

// Result is what came of one entry.
type Result struct {
	File     *File
	Entry    int
	Line     int
	Suite    wire.CipherSuite // 0: none, or not to be read
	Failures []Failure        // none: it passed
	done     bool
}

// Passed says whether nothing is wrong with the entry.
func (r *Result) Passed() bool { return len(r.Failures) == 0 }

// Verify checks all entries of all files, on all cores. The results come in the
// order of files and entries; progress is called after each entry, from one
// goroutine. When ctx is cancelled, only the results so far are returned.
func Verify(ctx context.Context, files []*File, progress func()) []Result {
	var results []Result
	for _, f := range files {
		for i, e := range f.entries {
			results = append(results, Result{File: f, Entry: i, Line: e.line, Suite: e.suite()})
		}
	}
	// The longest first, so that no core is left with a long one at the end.
	order := make([]int, len(results))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return results[b].size() - results[a].size() })

	type outcome struct {
		i        int
		failures []Failure
	}
	jobs, outcomes := make(chan int, len(order)), make(chan outcome, len(order))
	for _, i := range order {
		jobs <- i
	}
	close(jobs)
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for i := range jobs {
				if ctx.Err() != nil {
					return
				}
				outcomes <- outcome{i, results[i].entry().check(results[i].File.Kind)}
			}
		}()
	}
	for range order {
		select {
		case <-ctx.Done():
			return slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return !r.done })
		case o := <-outcomes:
			results[o.i].Failures, results[o.i].done = o.failures, true
			progress()
		}
	}
	return results
}

func (r *Result) entry() entry { return r.File.entries[r.Entry] }

func (e entry) check(k Kind) []Failure { return k.verify(e) }

// size stands for the time that an entry will take.
func (r *Result) size() int {
	n := len(r.entry().raw)
	if r.File.Kind.Name == treeKEMKind.Name {
		n *= 64 // public-key work, where others hash
	}
	return n
}
