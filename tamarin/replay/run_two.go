package replay

import (
	"slices"

	"mlsref/model"
	"mlsref/trace"
)

// two names the rules of treekem_two, for as long as a group has two members: leaf
// keys, Commits with a path, who opens them with which leaf key, and thefts. A leaf
// key that comes otherwise (a key package, an Update, a larger tree) begins with the
// rule KeyPackage. To which key a path secret was encrypted, the recorded call says.
type two struct {
	list
	*index
	members map[string][]string                // by state
	leaves  map[string]map[string]model.TermID // by state and member: private keys
	held    map[model.TermID]string            // leaf keys that the model has: whose
	stolen  map[model.TermID]bool
	paths   map[string]model.TermID // by state: the root's path secret
	sentTo  map[model.TermID]model.TermID
	commits map[string]*model.Event // by state
	seen    map[string]bool         // states that somebody has moved to
}

func twoRules(t *trace.Trace) []Firing {
	r := &two{index: newIndex(t), members: map[string][]string{}, leaves: map[string]map[string]model.TermID{},
		held: map[model.TermID]string{}, stolen: map[model.TermID]bool{}, paths: map[string]model.TermID{},
		sentTo: map[model.TermID]model.TermID{}, commits: map[string]*model.Event{}, seen: map[string]bool{}}
	r.encryptions()
	for i := range t.Events {
		e := &t.Events[i]
		r.at(e)
		switch e.Kind {
		case trace.KindStep:
			r.step(e.Step)
		case trace.KindCompromise:
			r.theft(e.Actor, e.Terms)
		}
	}
	return r.firings
}

// encryptions finds the keys to which path secrets were encrypted.
func (r *two) encryptions() {
	for _, term := range r.terms {
		if term.Op == model.OpEncrypt && term.Label == "UpdatePathNode" {
			if private, ok := r.of(term.Args[0], model.OpPublic, "", 0); ok {
				r.sentTo[term.Args[2]] = private
			}
		}
	}
	for goal, id := range r.goals {
		if _, sent := r.sentTo[id]; sent && goal.Kind == model.PathSecret {
			r.paths[goal.State] = id
		}
	}
}

func (r *two) step(e *model.Event) {
	switch e.Kind {
	case model.Create:
		r.members[e.State] = []string{e.Actor}
		r.leavesOf(e)
	case model.Commit:
		r.membersOf(e)
		r.leavesOf(e)
		r.commits[e.State] = e
	case model.Process:
		r.process(e)
	}
}

func (r *two) membersOf(e *model.Event) {
	now := slices.DeleteFunc(slices.Clone(r.members[e.From]), func(who string) bool {
		return slices.Contains(e.Removes, who) || e.External && who == e.Actor
	})
	for _, a := range e.Adds {
		now = append(now, a.Name)
	}
	if e.External {
		now = append(now, e.Actor)
	}
	r.members[e.State] = now
}

// leavesOf notes the leaf keys in a new state: those of before, and those that are new.
func (r *two) leavesOf(e *model.Event) {
	leaves := map[string]model.TermID{}
	for _, who := range r.members[e.State] {
		leaves[who] = r.leaves[e.From][who]
		goal := model.Goal{Kind: model.LeafKey, Group: e.Group, Epoch: e.Epoch, State: e.State, Owner: who}
		if id, ok := r.goals[goal]; ok {
			leaves[who] = id
		}
	}
	r.leaves[e.State] = leaves
}

// process fires Commit when its first reader is there, its committer as a rule, and
// Process for the other one.
func (r *two) process(e *model.Event) {
	ps, path := r.paths[e.State]
	commit := r.commits[e.State]
	if commit == nil { // nobody made it: the model shall say so
		if path && len(r.members[e.From]) == 2 {
			r.read(e, ps)
		}
		return
	}
	plain := path && honest(commit) && !commit.External && len(r.members[e.From]) == 2 &&
		len(commit.Adds)+len(commit.Removes) == 0
	if !r.seen[e.State] {
		r.seen[e.State] = true
		if plain {
			r.commit(commit, ps)
		}
		if len(r.members[e.State]) == 2 {
			r.hold(e.State)
		}
	}
	if plain && e.Actor != commit.Actor {
		r.read(e, ps)
	}
}

// read opens the path secret, with the member's leaf key before the Commit, or the one
// of its Update that the Commit applies.
func (r *two) read(e *model.Event, ps model.TermID) {
	leaf := r.leaves[e.From][e.Actor]
	if made, ok := r.leaves[e.State][e.Actor]; ok {
		leaf = made
	}
	r.fire("Process", Bindings{"Me": Public(e.Actor), "ps": name(ps), "leaf": name(leaf)})
}

func (r *two) commit(e *model.Event, ps model.TermID) {
	other := r.members[e.From][0]
	if other == e.Actor {
		other = r.members[e.From][1]
	}
	to := r.sentTo[ps]
	if r.leaves[e.State][other] != r.leaves[e.From][other] { // an Update
		r.hold1(other, r.leaves[e.State][other])
	}
	leaf, leaf2 := r.leaves[e.From][e.Actor], r.leaves[e.State][e.Actor]
	r.held[leaf2] = e.Actor
	r.fire("Commit", Bindings{"Me": Public(e.Actor), "leaf": name(leaf), "Other": Public(other), "leafO": name(to),
		"ps": name(ps), "leaf2": name(leaf2)})
}

func (r *two) hold(state string) {
	for _, who := range r.members[state] {
		r.hold1(who, r.leaves[state][who])
	}
}

func (r *two) hold1(who string, leaf model.TermID) {
	if r.held[leaf] == "" {
		r.held[leaf] = who
		r.fire("KeyPackage", Bindings{"Me": Public(who), "leaf": name(leaf)})
	}
}

func (r *two) theft(who string, terms []model.TermID) {
	for _, id := range terms {
		if r.held[id] == who && !r.stolen[id] {
			r.stolen[id] = true
			r.fire("Compromise", Bindings{"Me": Public(who), "leaf": name(id)})
		}
	}
}
