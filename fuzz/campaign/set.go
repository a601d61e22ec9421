package campaign

import (
	"cmp"
	"fmt"
	"mlsref/trace/whole"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Set is files of one campaign: shards, merged files, or both. It knows where each result
// stands, not what is in it, so that it may be large.
type Set struct {
	Header Header // of all files, without the shard
	Files  []File
	Notes  []string // what was left out or counted once, in a line each

	results []entry            // by seed, one each
	shrunk  map[string]*Shrunk // by finding, from the lowest seed
	clashes []error
}

// File is one of the files.
type File struct {
	Path    string
	Shard   Shard
	Results int
}

// entry is a result, and where it stands.
type entry struct {
	place
	seed uint64
	sum  string
}

// OpenSet reads files, and of a directory the shards in it. An error names the file and
// line that cannot be, or files that are not of one campaign.
func OpenSet(paths []string) (*Set, error) {
	files, err := expand(paths)
	if err != nil {
		return nil, err
	}
	s := &Set{shrunk: map[string]*Shrunk{}}
	var found []entry
	for _, path := range files {
		list, err := s.read(path)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	s.once(found)
	return s, nil
}

func expand(paths []string) ([]string, error) {
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
		in, err := filepath.Glob(filepath.Join(strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`).Replace(path), "campaign-*-of-*.jsonl"))
		if err != nil {
			return nil, err
		}
		if len(in) == 0 {
			return nil, fmt.Errorf("%s: there is no campaign-*-of-*.jsonl in it", path)
		}
		files = append(files, in...)
	}
	seen := map[string]bool{}
	for _, f := range files {
		if clean := filepath.Clean(f); seen[clean] {
			return nil, fmt.Errorf("%s: it is given twice", f)
		} else {
			seen[clean] = true
		}
	}
	return files, nil
}

// read takes in one file.
func (s *Set) read(path string) ([]entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found []entry
	var shard Shard
	torn, err := lines(path, f, func(at place, _ []byte, l line) error {
		switch {
		case at.line == 1:
			if err := s.belongs(at, l); err != nil {
				return err
			}
			shard = l.Header.Shard
			return nil
		case l.Header != nil:
			return fmt.Errorf("%s: a second header; two files were put into one", at)
		case l.Shrunk != nil:
			if was := s.shrunk[l.Shrunk.Finding]; was == nil || l.Shrunk.Seed < was.Seed {
				s.shrunk[l.Shrunk.Finding] = l.Shrunk
			}
			return nil
		case !shard.has(s.Header.Params, l.Result.Seed):
			return fmt.Errorf("%s: seed %d is not of shard %s", at, l.Result.Seed, shard)
		}
		if err := l.Result.check(); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		found = append(found, entry{at, l.Result.Seed, l.Sum})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if s.Files == nil || s.Files[len(s.Files)-1].Path != path {
		return nil, fmt.Errorf("%s: it is empty, or has no more than a torn line", path)
	}
	if torn > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%s: its last line is torn and was left out: the run was killed, or goes on", path))
	}
	s.Files[len(s.Files)-1].Results = len(found)
	return found, nil
}

// belongs takes a file's header: all must be of one campaign, and of one mlsref.
func (s *Set) belongs(at place, l line) error {
	h := l.Header
	switch {
	case h == nil:
		return fmt.Errorf("%s: not the header of a campaign", at)
	case h.Format != Format:
		return fmt.Errorf("%s: the format is %q, this mlsref reads %q", at, h.Format, Format)
	}
	if err := h.Params.Check(); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	s.Files = append(s.Files, File{Path: at.file, Shard: h.Shard})
	if len(s.Files) == 1 {
		s.Header = *h
		s.Header.Shard = Shard{}
		return nil
	}
	first := s.Files[0].Path
	if what := h.Params.differs(s.Header.Params); what != "" {
		return fmt.Errorf("%s: another campaign than %s: %s", at, first, what)
	}
	if h.Build != s.Header.Build {
		return fmt.Errorf("%s: made by another mlsref (%s) than %s (%s): they may not have played the same", at, h.Build, first, s.Header.Build)
	}
	return nil
}

// check: a result names rules and shapes that there are.
func (r *Result) check() error {
	for id := range r.Rules {
		if !knownRules[id] {
			return fmt.Errorf("there is no rule %q", id)
		}
	}
	for text := range r.Shapes {
		if _, err := parseShape(text); err != nil {
			return fmt.Errorf("%q is no shape of a tree", text)
		}
	}
	return nil
}

// once leaves one result for each seed, in order. Two that differ in more than the time
// are a clash: what the seed does is not determined.
func (s *Set) once(found []entry) {
	slices.SortStableFunc(found, func(a, b entry) int { return cmp.Compare(a.seed, b.seed) })
	twice, places := 0, ""
	for _, e := range found {
		if n := len(s.results); n == 0 || s.results[n-1].seed != e.seed {
			s.results = append(s.results, e)
			continue
		}
		was := s.results[len(s.results)-1]
		if was.sum != e.sum {
			s.clashes = append(s.clashes, fmt.Errorf("seed %d: %s and %s differ in more than the time: what it does is not determined", e.seed, was.place, e.place))
			continue
		}
		if twice++; twice == 1 {
			places = fmt.Sprintf("%s and %s", was.place, e.place)
		}
	}
	if twice == 1 {
		s.Notes = append(s.Notes, fmt.Sprintf("1 seed is there twice, the same both times, and is counted once: %s", places))
	} else if twice > 1 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d seeds are there twice, the same both times, and are counted once: the first in %s", twice, places))
	}
}

// Clashes are the seeds of which two results differ.
func (s *Set) Clashes() []error { return s.clashes }

// Results is how many seeds have one.
func (s *Set) Results() int { return len(s.results) }

// Missing says in a line each what has no result.
func (s *Set) Missing() []string {
	lacking := s.Header.Params.Histories - len(s.results)
	if lacking == 0 {
		return nil
	}
	count := s.Files[0].Shard.Count
	for _, f := range s.Files {
		if f.Shard.Count != count {
			count = 0
		}
	}
	if count == 0 { // merged files, or shards of different numbers
		return []string{s.lacks("the campaign", Shard{})}
	}
	there := map[int]bool{}
	for _, f := range s.Files {
		there[f.Shard.Index] = true
	}
	var missing []string
	for i := 1; i <= count; i++ {
		shard := Shard{i, count}
		what := "shard " + shard.String()
		if !there[i] {
			if size := shard.Size(s.Header.Params); size > 0 {
				missing = append(missing, fmt.Sprintf("%s has no file: %d of the seeds", what, size))
			}
		} else if text := s.lacks(what, shard); text != "" {
			missing = append(missing, text)
		}
	}
	return missing
}

// lacks names the first seeds of a shard that have no result; "" if there are none.
func (s *Set) lacks(what string, shard Shard) string {
	lacking, first := 0, []string{}
	at := 0
	for seed := range shard.seeds(s.Header.Params) {
		for at < len(s.results) && s.results[at].seed < seed {
			at++
		}
		if at < len(s.results) && s.results[at].seed == seed {
			continue
		}
		if lacking++; lacking <= 5 {
			first = append(first, fmt.Sprint(seed))
		}
	}
	switch {
	case lacking == 0:
		return ""
	case lacking > len(first):
		first = append(first, "…")
	}
	return fmt.Sprintf("%s lacks %d of its %d seeds: %s", what, lacking, shard.Size(s.Header.Params), strings.Join(first, " "))
}

// each reads all results again, in the order of their seeds.
func (s *Set) each(do func(r *Result, ms int64) error) error {
	return s.eachLine(func(at place, b []byte) error {
		l, err := decode(b[:len(b)-1])
		if err != nil || l.Result == nil {
			return fmt.Errorf("%s: it was changed while it was read", at)
		}
		return do(l.Result, l.MS)
	})
}

func (s *Set) eachLine(do func(at place, b []byte) error) error {
	open := map[string]*os.File{}
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	for _, e := range s.results {
		f := open[e.file]
		if f == nil {
			var err error
			if f, err = os.Open(e.file); err != nil {
				return err
			}
			open[e.file] = f
		}
		b := make([]byte, e.length)
		if _, err := f.ReadAt(b, e.offset); err != nil {
			return fmt.Errorf("%s: it was changed while it was read: %w", e.place, whole.Cause(err))
		}
		if err := do(e.place, b); err != nil {
			return err
		}
	}
	return nil
}
