package replay

import (
	"mlsref/model"
	"mlsref/trace"
)

// epochs names the rules of keyschedule_epochs. A state's epoch_secret is its fresh
// value; the init_secret that goes into a Commit is the one of the recorded calls.
type epochs struct {
	list
	*index
	known   map[string]bool      // whose randomness the attacker knows
	stolen  map[string]bool      // states: the model's state is stolen once at most
	sits    map[[2]string]string // actor, group: its state
	pending map[[2]string]string // actor, group: the state of its Commit
	deleted map[string]int       // states: where their Delete stands in the list
	cancel  map[int]bool         // Deletes of a state that somebody late came to
}

func epochRules(t *trace.Trace) []Firing {
	r := &epochs{index: newIndex(t), known: map[string]bool{}, stolen: map[string]bool{},
		sits: map[[2]string]string{}, pending: map[[2]string]string{},
		deleted: map[string]int{}, cancel: map[int]bool{}}
	for i := range t.Events {
		e := &t.Events[i]
		r.at(e)
		switch e.Kind {
		case trace.KindStep:
			r.step(e.Step)
		case trace.KindCompromise:
			r.theft(e.Terms)
		}
	}
	var firings []Firing
	for i, f := range r.firings {
		if !r.cancel[i] {
			firings = append(firings, f)
		}
	}
	return firings
}

func (r *epochs) step(e *model.Event) {
	seat := [2]string{e.Actor, e.Group}
	switch e.Kind {
	case model.Create:
		r.fire("Create", Bindings{"es": name(r.epoch[e.State])})
		r.enter(r.sits, seat, e.State)
	case model.Commit:
		r.commit(e)
		if honest(e) {
			r.enter(r.pending, seat, e.State)
		}
	case model.Process, model.Join:
		if r.pending[seat] == e.State {
			delete(r.pending, seat)
		}
		r.enter(r.sits, seat, e.State)
		r.drop(r.pending, seat)
	case model.Discard:
		r.drop(r.pending, seat)
	case model.Leave:
		r.drop(r.sits, seat)
		r.drop(r.pending, seat)
	case model.Randomness:
		r.known[e.Actor] = e.What == model.Known
	}
}

// commit fires the rule for the new state. An external Commit begins a chain of its
// own: its init_secret is not of the epoch before (§8.3, keyschedule_inputs).
func (r *epochs) commit(e *model.Event) {
	es2 := r.epoch[e.State]
	if e.External {
		r.fire("Create", Bindings{"es": name(es2)})
		return
	}
	init, cs, _ := r.inputs(es2)
	b := Bindings{"es": name(r.epoch[e.From]), "es2": name(es2), "init": name(init)}
	if of, ok := r.of(init, model.OpExpand, "init", 0); ok {
		b["init"] = derive(name(of), "init")
	}
	if e.Path {
		b["cs"] = name(cs)
	}
	if e.Path && honest(e) && !r.known[e.Actor] {
		r.fire("CommitHealing", b)
	} else {
		r.fire("CommitKnown", b)
	}
}

// theft fires Compromise for each init_secret among the stolen bytes.
func (r *epochs) theft(terms []model.TermID) {
	for _, id := range terms {
		if state, ok := r.inits[id]; ok && !r.stolen[state] {
			r.stolen[state] = true
			r.fire("Compromise", Bindings{"es": name(r.epoch[state]), "init": derive(name(r.epoch[state]), "init")})
		}
	}
}

// enter puts somebody into a state; what it held instead is dropped.
func (r *epochs) enter(where map[[2]string]string, seat [2]string, state string) {
	if at, ok := r.deleted[state]; ok {
		r.cancel[at] = true
		delete(r.deleted, state)
	}
	if where[seat] != state {
		r.drop(where, seat)
	}
	where[seat] = state
}

// drop takes somebody out of a state; the last one deletes it.
func (r *epochs) drop(where map[[2]string]string, seat [2]string) {
	state, ok := where[seat]
	if !ok {
		return
	}
	delete(where, seat)
	for _, all := range []map[[2]string]string{r.sits, r.pending} {
		for _, s := range all {
			if s == state {
				return
			}
		}
	}
	if !r.stolen[state] {
		r.deleted[state] = len(r.firings)
		r.fire("Delete", Bindings{"es": name(r.epoch[state])})
	}
}
