package model

import (
	"fmt"
	"maps"
	"slices"
)

// Interval is a run of consecutive epochs, along one branch of a group's history,
// that a theft or a time of weak randomness exposed: forward secrecy is where it
// begins, post-compromise security where it ends.
type Interval struct {
	Who     string   `json:"who,omitempty"` // who was robbed; "" if it took several causes together
	Cause   string   `json:"cause"`         // "stolen", "known randomness", "the attacker's own steps", "several causes together"
	Event   int      `json:"event"`         // of the theft, or when the weakness began; -1 if there is not one
	Group   string   `json:"group"`
	At      string   `json:"at,omitempty"` // the state that Who was in, if it was in the group
	AtEpoch uint64   `json:"at_epoch"`
	From    uint64   `json:"from"` // the first and the last epoch exposed
	To      uint64   `json:"to"`
	States  []string `json:"states"`              // exposed, the oldest first
	Healed  string   `json:"healed,omitempty"`    // the first state after them; "" if there is none
	By      string   `json:"healed_by,omitempty"` // "carol's Update"
}

// String is the interval in one sentence.
func (v Interval) String() string {
	s := v.Cause
	if v.Who != "" {
		s = v.Who + ": " + s
	}
	s += " (" + v.Group + ")"
	if v.At != "" {
		s = fmt.Sprintf("%s: %s at %s epoch %d", v.Who, v.Cause, v.Group, v.AtEpoch)
	}
	if v.From == v.To {
		s += fmt.Sprintf(": epoch %d exposed", v.From)
	} else {
		s += fmt.Sprintf(": epochs %d to %d exposed", v.From, v.To)
	}
	if v.Healed == "" {
		return s + ", not healed"
	}
	return s + fmt.Sprintf(", healed at %d by %s", v.To+1, v.By)
}

// Intervals says for each theft and each time of weak randomness which epochs it
// exposes by itself, had there been no other, and what ended that; and last what
// only several of them together expose. A state counts as exposed if its
// init_secret or its message ratchets are. Each cause takes a reading of the
// whole history.
func Intervals(events []Event) ([]Interval, error) {
	whole, err := readHistory(events)
	if err != nil {
		return nil, err
	}
	own := cause{what: "the attacker's own steps", event: -1}
	base := exposedBy(own.alone(events), nil)
	explained := maps.Clone(base)
	all := own.intervals(whole, base)
	for _, c := range causes(events) {
		exposed := exposedBy(c.alone(events), base)
		maps.Copy(explained, exposed)
		all = append(all, c.intervals(whole, exposed)...)
	}
	together := cause{what: "several causes together", event: -1}
	return append(all, together.intervals(whole, exposedBy(events, explained))...), nil
}

// cause is a theft, or a time of weak randomness: the events from event on, of
// this client, are kept.
type cause struct {
	who, what string
	event     int
	events    []int // that make it
}

func causes(events []Event) []cause {
	var all []cause
	weak := map[string]int{} // by client: the cause that has not ended
	for i, e := range events {
		switch {
		case e.Kind == Compromise:
			all = append(all, cause{e.Actor, stolen(e), i, []int{i}})
		case e.Kind == Randomness && e.What == Known:
			if _, already := weak[e.Actor]; already {
				continue
			}
			weak[e.Actor] = len(all)
			all = append(all, cause{e.Actor, "known randomness", i, []int{i}})
		case e.Kind == Randomness:
			if c, has := weak[e.Actor]; has {
				all[c].events = append(all[c].events, i)
				delete(weak, e.Actor)
			}
		}
	}
	return all
}

func stolen(e Event) string {
	if e.What == "" {
		return "stolen"
	}
	return e.What + " stolen"
}

// alone is the history without all other causes. They leave a harmless event
// behind, so that the numbers of the others stay.
func (c cause) alone(events []Event) []Event {
	kept := slices.Clone(events)
	for i, e := range kept {
		if (e.Kind == Compromise || e.Kind == Randomness) && !slices.Contains(c.events, i) {
			kept[i] = Event{Kind: Randomness, Actor: "nobody", What: Good}
		}
	}
	return kept
}

// exposedBy are the IDs of the exposed states, without those that are known. The
// events are of a history that was read before, less a few thefts.
func exposedBy(events []Event, except map[string]bool) map[string]bool {
	h, err := readHistory(events)
	if err != nil {
		panic("model: internal: a history is impossible without a theft: " + err.Error())
	}
	k := learnAll(h)
	exposed := map[string]bool{}
	for _, s := range h.states {
		if (k.live(s, InitSecret).known() || len(s.ratchetThefts) > 0) && !except[s.id] {
			exposed[s.id] = true
		}
	}
	return exposed
}

// intervals are the runs of exposed states along each branch, each run once.
func (c cause) intervals(h *history, exposed map[string]bool) []Interval {
	in, after := map[*state]bool{}, map[*state][]*state{}
	for _, s := range h.states {
		in[s] = exposed[s.id]
		after[s.from] = append(after[s.from], s)
	}
	var all []Interval
	for _, last := range h.states {
		next := after[last]
		if !in[last] || len(next) > 0 && !slices.ContainsFunc(next, func(s *state) bool { return !in[s] }) {
			continue // not the last of a run on any branch
		}
		run := []*state{last}
		for s := last.from; s != nil && in[s]; s = s.from {
			run = append(run, s)
		}
		slices.Reverse(run)
		v := c.interval(run)
		if len(next) == 0 {
			all = append(all, v)
		}
		for _, s := range next {
			if !in[s] {
				v.Healed, v.By = s.id, c.healer(s)
				all = append(all, v)
			}
		}
	}
	return all
}

func (c cause) interval(run []*state) Interval {
	v := Interval{Who: c.who, Cause: c.what, Event: c.event, Group: run[0].group, From: run[0].epoch, To: run[len(run)-1].epoch}
	for _, s := range run {
		v.States = append(v.States, s.id)
		for _, t := range s.thefts {
			if t.event == c.event && !t.pending {
				v.At, v.AtEpoch = s.id, s.epoch
			}
		}
	}
	return v
}

// healer says what in the Commit to s ended the exposure by this cause.
func (c cause) healer(s *state) string {
	was, is := s.from.tree.leafOf(c.who) >= 0, s.stays(c.who)
	switch {
	case s.committer == c.who && s.external:
		return c.who + "'s external Commit"
	case s.committer == c.who && s.hasPath:
		return c.who + "'s Commit"
	case s.updates[c.who] != nil:
		return c.who + "'s Update"
	case was && !is:
		return "the removal of " + c.who
	case len(s.psks) > 0:
		return fmt.Sprintf("%s, which takes in %s", s.commit(), s.psks[0])
	default:
		return s.commit()
	}
}
