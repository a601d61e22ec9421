package replay

import (
	"mlsref/model"
	"mlsref/trace"
)

// welcomeRules names the rules of keyschedule_welcome: key packages, the Welcome of a
// Commit with Adds, joining. The rule Welcome has two joiners; one alone stands there
// twice, and a Commit that adds more is left out, with those who join by it. So are
// packages of last resort, which a variant is about, and stolen ones, which the model
// does not let join.
func welcomeRules(t *trace.Trace) []Firing {
	x := newIndex(t)
	var l list
	skip := map[string]bool{} // packages
	initKey := func(id string) Term {
		return name(x.goals[model.Goal{Kind: model.InitKey, Label: id}])
	}
	packages := map[model.TermID]string{}
	owner := map[string]string{}
	for i := range t.Events {
		e := &t.Events[i]
		l.at(e)
		if e.Kind == trace.KindCompromise {
			for _, id := range e.Terms {
				if p := packages[id]; p != "" && !skip[p] {
					skip[p] = true
					l.fire("Compromise", Bindings{"Me": Public(owner[p]), "initKey": name(id)})
				}
			}
		}
		if e.Kind != trace.KindStep {
			continue
		}
		switch s := e.Step; s.Kind {
		case model.KeyPackage:
			skip[s.Package] = s.What == model.LastResort
			owner[s.Package] = s.Actor
			packages[x.goals[model.Goal{Kind: model.InitKey, Label: s.Package}]] = s.Package
			l.fire("KeyPackage", Bindings{"Me": Public(s.Actor), "initKey": initKey(s.Package)})
		case model.Commit:
			if len(s.Adds) > 2 {
				for _, a := range s.Adds {
					skip[a.Package] = true
				}
			} else if len(s.Adds) > 0 {
				b, c := s.Adds[0], s.Adds[len(s.Adds)-1]
				l.fire("Welcome", Bindings{"joiner": name(x.joiner(s)), "gc": Public(s.State),
					"B": Public(b.Name), "keyB": initKey(b.Package), "C": Public(c.Name), "keyC": initKey(c.Package)})
			}
		case model.Join:
			if !skip[s.Package] {
				l.fire("Join", Bindings{"Me": Public(s.Actor), "initKey": initKey(s.Package), "joiner": name(x.joiner(s))})
			}
		}
	}
	return l.firings
}

func (x *index) joiner(e *model.Event) model.TermID {
	return x.goals[model.Goal{Kind: model.JoinerSecret, Group: e.Group, Epoch: e.Epoch, State: e.State}]
}
