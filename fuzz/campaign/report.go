package campaign

import (
	"cmp"
	"maps"
	"slices"

	"mlsref/props"
	"mlsref/props/insider"
	"mlsref/spec"
)

// Report is a campaign summed up.
type Report struct {
	Params     Params   `json:"params"`
	Build      Build    `json:"build"`
	Missing    []string `json:"missing,omitempty"`
	Histories  int      `json:"histories"`
	Steps      int      `json:"steps"`
	Seconds    float64  `json:"seconds"`          // that all histories took together
	StepsASec  float64  `json:"steps_per_second"` // of one core
	Times      Times    `json:"times"`
	Rules      []Rule   `json:"rules"`
	Operations []Count  `json:"operations"`
	Shapes     []Width  `json:"tree_shapes"`
	Found      []Found  `json:"findings,omitempty"`
}

// Times are how long histories took, in milliseconds.
type Times struct {
	Median int64  `json:"median_ms"`
	P95    int64  `json:"p95_ms"`
	Max    int64  `json:"max_ms"`
	Seed   uint64 `json:"max_seed"` // that took longest
}

// Rule is a rule, and how often answers named it.
type Rule struct {
	ID      string `json:"id"`
	Count   int    `json:"count"`
	Excused string `json:"excused,omitempty"` // why no message of a member's breaks it
}

// Count is how often there was something.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Width is the trees of one number of leaves.
type Width struct {
	Leaves        int `json:"leaves"`
	Trees         int `json:"trees"`
	Distinct      int `json:"distinct"` // shapes
	FewestMembers int `json:"fewest_members"`
	MostMembers   int `json:"most_members"`
	MostBlank     int `json:"most_blank"`    // parents
	MostUnmerged  int `json:"most_unmerged"` // leaves, at all parents together
}

// Found is one finding.
type Found struct {
	Finding  string        `json:"finding"` // as Finding writes it
	Count    int           `json:"count"`   // of histories
	Seed     uint64        `json:"seed"`    // the first
	Failure  props.Failure `json:"failure"` // there
	Scenario string        `json:"scenario"`
	Shrunk   bool          `json:"shrunk"`
	After    string        `json:"after,omitempty"` // what the property says of the shrunk scenario
	Again    string        `json:"again"`           // the command that plays the seed again
}

// Play is the command that plays a finding's scenario, if it is in a file.
func (r *Report) Play(f Found, file string) string {
	kind, err := kindOf(r.Params)
	if err != nil {
		return ""
	}
	return kind.file(f.Failure.Property, file)
}

// Report sums the set up.
func (s *Set) Report() (*Report, error) {
	kind, err := kindOf(s.Header.Params)
	if err != nil {
		return nil, err
	}
	t := tally{rules: map[string]int{}, operations: map[string]int{}, shapes: map[string]int{}, found: map[string]*Found{}}
	r := &Report{Params: s.Header.Params, Build: s.Header.Build, Missing: s.Missing(), Histories: len(s.results)}
	if err := s.each(func(h *Result, ms int64) error { r.Steps += h.Steps; t.add(h, ms); return nil }); err != nil {
		return nil, err
	}
	r.Seconds, r.Times = t.times()
	if r.Seconds > 0 {
		r.StepsASec = float64(r.Steps) / r.Seconds
	}
	for _, rule := range spec.Rules() {
		r.Rules = append(r.Rules, Rule{rule.ID, t.rules[rule.ID], insider.Excused(rule)})
	}
	for name, n := range t.operations {
		r.Operations = append(r.Operations, Count{name, n})
	}
	slices.SortFunc(r.Operations, func(a, b Count) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
	if r.Shapes, err = widths(t.shapes); err != nil {
		return nil, err
	}
	for _, f := range t.found {
		f.Again = kind.again(r.Params, f.Seed)
		if sh := s.shrunk[f.Finding]; sh != nil && sh.Scenario != "" {
			f.Scenario, f.Shrunk, f.After = sh.Scenario, true, sh.After
		}
		r.Found = append(r.Found, *f)
	}
	slices.SortFunc(r.Found, func(a, b Found) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Finding, b.Finding))
	})
	return r, nil
}

// tally sums histories up.
type tally struct {
	took                      []Times // Max and Seed of each
	rules, operations, shapes map[string]int
	found                     map[string]*Found
}

func (t *tally) add(r *Result, ms int64) {
	t.took = append(t.took, Times{Max: ms, Seed: r.Seed})
	for _, sum := range []struct{ all, one map[string]int }{{t.rules, r.Rules}, {t.operations, r.Operations}, {t.shapes, r.Shapes}} {
		for k, n := range sum.one {
			sum.all[k] += n
		}
	}
	here := map[string]bool{}
	for _, f := range r.Failures {
		name := Finding(f)
		if t.found[name] == nil {
			t.found[name] = &Found{Finding: name, Seed: r.Seed, Failure: f, Scenario: r.Scenario}
		}
		if !here[name] {
			here[name] = true
			t.found[name].Count++
		}
	}
}

func (t *tally) times() (seconds float64, times Times) {
	if len(t.took) == 0 {
		return 0, times
	}
	slices.SortStableFunc(t.took, func(a, b Times) int { return cmp.Compare(a.Max, b.Max) })
	for _, one := range t.took {
		seconds += float64(one.Max) / 1000
	}
	n := len(t.took)
	times = t.took[n-1]
	times.Median, times.P95 = t.took[(n-1)/2].Max, t.took[(n-1)*95/100].Max
	return seconds, times
}

// widths sums shapes up by the number of leaves.
func widths(shapes map[string]int) ([]Width, error) {
	byLeaves := map[int]*Width{}
	for text, n := range shapes {
		s, err := parseShape(text)
		if err != nil {
			return nil, err
		}
		w := byLeaves[s.Leaves]
		if w == nil {
			w = &Width{Leaves: s.Leaves, FewestMembers: s.Members}
			byLeaves[s.Leaves] = w
		}
		w.Trees += n
		w.Distinct++
		w.FewestMembers, w.MostMembers = min(w.FewestMembers, s.Members), max(w.MostMembers, s.Members)
		w.MostBlank, w.MostUnmerged = max(w.MostBlank, s.Blank), max(w.MostUnmerged, s.Unmerged)
	}
	var list []Width
	for _, leaves := range slices.Sorted(maps.Keys(byLeaves)) {
		list = append(list, *byLeaves[leaves])
	}
	return list, nil
}
