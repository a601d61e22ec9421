package coverage

import (
	"cmp"
	"slices"
	"strings"

	"mlsref/spec"
)

// Sum counts the statements of one section, layer or keyword.
type Sum struct {
	Name        string `json:"name"`
	All         int    `json:"all"`
	Implemented int    `json:"implemented"`
	BothWays    int    `json:"bothWays"`
	OneWay      int    `json:"oneWay"` // tested positively only, or negatively only
	Proved      int    `json:"proved"`
	Excused     int    `json:"excused"` // neither code nor test, and a reason
	Gaps        int    `json:"gaps"`
}

func (s *Sum) add(e *Entry) {
	for _, count := range []struct {
		to   *int
		when bool
	}{
		{&s.All, true},
		{&s.Implemented, e.Implemented()},
		{&s.BothWays, e.State == BothWays},
		{&s.OneWay, e.State == Positive || e.State == Negative},
		{&s.Proved, e.Proved},
		{&s.Excused, e.State == Excused},
		{&s.Gaps, len(e.Gaps) > 0},
	} {
		if count.when {
			*count.to++
		}
	}
}

// Total is the sum of all entries.
func Total(entries []Entry) Sum {
	total := Sum{Name: "all"}
	for i := range entries {
		total.add(&entries[i])
	}
	return total
}

// BySection sums up by the first number of the section, in the RFC's order.
func BySection(entries []Entry) []Sum {
	sums := sumBy(entries, func(s spec.Statement) string {
		top, _, _ := strings.Cut(s.Section, ".")
		return top
	})
	slices.SortFunc(sums, func(a, b Sum) int { return CompareSections(a.Name, b.Name) })
	return sums
}

// ByLayer sums up by layer, in the order of spec.Layers.
func ByLayer(entries []Entry) []Sum {
	sums := sumBy(entries, func(s spec.Statement) string { return s.Layer })
	slices.SortStableFunc(sums, func(a, b Sum) int {
		return cmp.Compare(slices.Index(spec.Layers, a.Name), slices.Index(spec.Layers, b.Name))
	})
	return sums
}

// ByKeyword sums up by keyword, the most frequent first.
func ByKeyword(entries []Entry) []Sum {
	sums := sumBy(entries, func(s spec.Statement) string { return s.Keyword })
	slices.SortStableFunc(sums, func(a, b Sum) int { return cmp.Or(b.All-a.All, cmp.Compare(a.Name, b.Name)) })
	return sums
}

func sumBy(entries []Entry, name func(spec.Statement) string) []Sum {
	var sums []Sum
	for i := range entries {
		n := name(entries[i].Statement)
		at := slices.IndexFunc(sums, func(s Sum) bool { return s.Name == n })
		if at < 0 {
			at = len(sums)
			sums = append(sums, Sum{Name: n})
		}
		sums[at].add(&entries[i])
	}
	return sums
}
