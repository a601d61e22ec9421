// Package campaign plays random histories over a range of seeds, in shards that any
// engine may run, and keeps what came of each in files (docs/campaigns.md).
//
// A campaign is a Kind of history, a range of seeds and what else a history is a
// function of: Params. A shard is a share of the range. Run plays one and appends a line
// for each seed to the shard's file; whatever kills it, the next Run goes on where the
// file ends. A Set is files that belong together, checked against one another: Merge
// writes it as one file, and Report sums it up.
//
// Nothing here schedules, queues or serves: Slurm, Kubernetes and the like do that.
package campaign

import (
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// Params are all that the histories of a campaign are a function of.
type Params struct {
	Kind       string   `json:"kind"`
	First      uint64   `json:"first"`     // seed
	Histories  int      `json:"histories"` // one for each seed from the first on
	Steps      int      `json:"steps"`     // of a history, about
	People     int      `json:"people"`    // at most
	Properties []string `json:"properties"`
}

// Check names the flag that is wrong.
func (p Params) Check() error {
	switch {
	case p.Histories < 1:
		return fmt.Errorf("--histories: read %d, expected how many histories, at least 1", p.Histories)
	case p.Steps < 1:
		return fmt.Errorf("--steps: read %d, expected at least 1", p.Steps)
	case p.People < 1 || p.People > 20:
		return fmt.Errorf("--people: read %d, expected 1 to 20", p.People)
	case uint64(p.Histories)-1 > math.MaxUint64-p.First:
		return fmt.Errorf("--seed: read %d, expected room for %d seeds", p.First, p.Histories)
	}
	_, err := kindOf(p)
	return err
}

// Last is the last seed of the range.
func (p Params) Last() uint64 { return p.First + uint64(p.Histories) - 1 }

func (p Params) contains(seed uint64) bool { return seed >= p.First && seed <= p.Last() }

// differs says in what two campaigns are not the same; "" if they are.
func (p Params) differs(q Params) string {
	switch {
	case p.Kind != q.Kind:
		return fmt.Sprintf("kind %s, not %s", p.Kind, q.Kind)
	case p.First != q.First || p.Histories != q.Histories:
		return fmt.Sprintf("seeds %d to %d, not %d to %d", p.First, p.Last(), q.First, q.Last())
	case p.Steps != q.Steps:
		return fmt.Sprintf("%d steps, not %d", p.Steps, q.Steps)
	case p.People != q.People:
		return fmt.Sprintf("%d people, not %d", p.People, q.People)
	case !slices.Equal(p.Properties, q.Properties):
		return fmt.Sprintf("the properties %q, not %q", p.Properties, q.Properties)
	}
	return ""
}

// Shard is a share of a campaign: Index of Count, from 1. The zero Shard is all of it,
// as a merged file has it.
type Shard struct{ Index, Count int }

var shardForm = regexp.MustCompile(`^([0-9]{1,9})/([0-9]{1,9})$`)

// ParseShard reads "i/n".
func ParseShard(text string) (Shard, error) {
	m := shardForm.FindStringSubmatch(text)
	if m == nil {
		return Shard{}, fmt.Errorf("read %q, expected i/n, such as 1/4", text)
	}
	i, _ := strconv.Atoi(m[1]) // they are digits, and few
	n, _ := strconv.Atoi(m[2])
	if i < 1 || i > n {
		return Shard{}, fmt.Errorf("read %q, expected 1/n to n/n: shards count from 1, where a cluster's index is from 0", text)
	}
	return Shard{i, n}, nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// MarshalText writes "i/n"; nothing for all of a campaign.
func (s Shard) MarshalText() ([]byte, error) {
	if s == (Shard{}) {
		return nil, nil
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Shard) UnmarshalText(text []byte) (err error) {
	*s = Shard{}
	if len(text) > 0 {
		*s, err = ParseShard(string(text))
	}
	return err
}

// File is where the shard's results are, in a directory of the campaign's.
func (s Shard) File(dir string) string {
	return filepath.Join(dir, fmt.Sprintf("campaign-%d-of-%d.jsonl", s.Index, s.Count))
}

// has: the seeds of a range are dealt like cards. Every share is of about the same size
// and work, and whenever a campaign is stopped, what its shards have done is about the
// beginning of the range, which a longer range has too.
func (s Shard) has(p Params, seed uint64) bool {
	return p.contains(seed) && (s == (Shard{}) || (seed-p.First)%uint64(s.Count) == uint64(s.Index)-1)
}

// seeds are the shard's, in order.
func (s Shard) seeds(p Params) iter.Seq[uint64] {
	if s == (Shard{}) {
		s = Shard{1, 1}
	}
	return func(yield func(uint64) bool) {
		for i := s.Index - 1; i < p.Histories; i += s.Count {
			if !yield(p.First + uint64(i)) {
				return
			}
		}
	}
}

// Size is how many seeds the shard has.
func (s Shard) Size(p Params) int {
	if s == (Shard{}) {
		return p.Histories
	}
	return max(0, (p.Histories-s.Index+s.Count)/s.Count)
}
