package trace

import (
	"slices"
	"sort"
	"strings"

	"mlsref/model"
)

// Fork is an epoch of a group that is there more than once: what the members of one
// state hold is not what those of another hold.
type Fork struct {
	Group   string              `json:"group"`
	Epoch   uint64              `json:"epoch"`
	States  []string            `json:"states"`
	Members map[string][]string `json:"members"` // by state: who was ever in it
}

// more fills in what the report says beside the fate of each secret.
func (j *judge) more(events []model.Event) error {
	var err error
	if j.report.Auth, err = model.CouldHaveMade(events); err != nil {
		return err
	}
	if j.report.Intervals, err = model.Intervals(events); err != nil {
		return err
	}
	j.report.Forks = forks(events)
	j.forgeries(events)
	j.leftovers()
	return j.alterations(events)
}

// leftovers are problems: nothing may be held that should have been erased.
func (j *judge) leftovers() {
	for _, e := range j.trace.Events {
		if e.Kind != KindLeftover {
			continue
		}
		l := *e.Leftover
		l.Seq, l.Name = e.Seq, j.defs.name(l.Term)
		j.report.Leftovers = append(j.report.Leftovers, l)
		j.problem(BrokenDeletion, e.Line, "%s still holds %s, at %s (%s)", l.Who, l.Name, l.Path, l.Rule)
	}
}

// forgeries: what the attacker made and somebody accepted, the predicate must have
// thought possible.
func (j *judge) forgeries(events []model.Event) {
	for _, v := range j.report.Auth {
		if v.Maker == model.Attacker && v.Moment < len(events) && !v.Attacker {
			j.problem(BrokenAuth, 0, "somebody accepted what the attacker made in the name of %s in %s, which it cannot have made: %s", v.Sender, v.State, v.Because)
		}
	}
}

// alterations: nobody may accept what was altered, unless the predicate thinks that the
// attacker could sign and seal it. A Commit only those may accept whom it removes: its
// confirmation_tag covers the content and the signature, and was not made again (RFC 9420
// §8.1, §8.2).
func (j *judge) alterations(events []model.Event) error {
	steps := 0
	for _, e := range j.trace.Events {
		if e.Kind == KindStep {
			steps++
		}
		a := e.Attack
		if e.Kind != KindAttack || a.Altered == nil || len(a.Accepted) == 0 {
			continue
		}
		var why string
		switch {
		case a.As == "":
			why = "nothing was signed again"
		case a.Altered.At == atSignature:
			why = "its signature was altered and not made again"
		case a.Altered.Kind == "commit" && len(a.Altered.Removed) < len(a.Accepted):
			why = "its confirmation_tag was not made again"
		default:
			v, err := model.CouldForge(events, model.Forgery{State: a.State, As: a.As, Moment: steps, Encrypted: a.Altered.Encrypted,
				Handshake: a.Altered.Kind != "application", Generation: int(a.Altered.Generation)})
			if err != nil {
				return err
			}
			if v.Attacker {
				continue
			}
			why = v.Because
		}
		j.problem(BrokenAuth, e.Line, "%s accepted message %d of the wire (%s of %s), altered at %s (%s): %s",
			strings.Join(a.Accepted, ", "), a.Altered.Wire, a.Altered.Kind, a.State, a.Altered.At, a.Altered.How, why)
	}
	return nil
}

// stepBefore is the Seq of the last step at or before an event: a fact belongs to
// the step that showed it.
func (j *judge) stepBefore(seq int) int {
	i := sort.SearchInts(j.steps, seq+1)
	if i == 0 {
		return 0
	}
	return j.steps[i-1]
}

// stepAfter is the Seq of the first step after an event: what is computed belongs to
// the step that it was computed for.
func (j *judge) stepAfter(seq int) int {
	i := sort.SearchInts(j.steps, seq)
	if i == len(j.steps) {
		return seq
	}
	return j.steps[i]
}

func forks(events []model.Event) []Fork {
	type epoch struct {
		group  string
		number uint64
	}
	var order []epoch
	states := map[epoch][]string{}
	members := map[string][]string{}
	for _, e := range events {
		if e.State == "" || e.By == model.Attacker && e.Kind != model.Commit {
			continue
		}
		at := epoch{e.Group, e.Epoch}
		switch e.Kind {
		case model.Create, model.Commit:
			if states[at] == nil {
				order = append(order, at)
			}
			states[at] = append(states[at], e.State)
			if e.Kind == model.Create {
				members[e.State] = append(members[e.State], e.Actor)
			}
		case model.Process, model.Join:
			if !slices.Contains(members[e.State], e.Actor) {
				members[e.State] = append(members[e.State], e.Actor)
			}
		}
	}
	var list []Fork
	for _, at := range order {
		if len(states[at]) < 2 {
			continue
		}
		f := Fork{Group: at.group, Epoch: at.number, States: states[at], Members: map[string][]string{}}
		for _, s := range f.States {
			f.Members[s] = members[s]
		}
		list = append(list, f)
	}
	return list
}
