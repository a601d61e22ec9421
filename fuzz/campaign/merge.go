package campaign

import (
	"cmp"
	"io"
	"maps"
	"slices"
)

// Merge writes the set as one file: its results in the order of their seeds, and then
// the shrunk scenarios, one for each finding. It does not depend on how the campaign was
// cut into shards, if nothing is missing. A set with clashes must not be merged.
func (s *Set) Merge(w io.Writer) error {
	head, err := line{Header: &s.Header}.encode()
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	if err := s.eachLine(func(_ place, b []byte) error {
		_, err := w.Write(b)
		return err
	}); err != nil {
		return err
	}
	for _, sh := range s.Shrunk() {
		b, err := line{Shrunk: sh}.encode()
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// Shrunk are the scenarios that were made short, by the seeds they came from.
func (s *Set) Shrunk() []*Shrunk {
	return slices.SortedFunc(maps.Values(s.shrunk), func(a, b *Shrunk) int {
		return cmp.Or(cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Finding, b.Finding))
	})
}
