package replay

import (
	"maps"

	"mlsref/model"
	"mlsref/trace"
)

// agreement names the rules of groupops_agreement: who makes a Commit in which state,
// and who accepts it there. The model lets each step begin in any state, so that a
// state's tree and transcript are public names of their own here. Its Commit applies
// one proposal by reference: the first Update of the Commit, if there is one, and else
// all that it does is one proposal of the committer.
//
// The attacker's Commits name no rule: whoever accepts one takes a signature that the
// attacker must be able to make.
type agreement struct {
	list
	last    model.TermID            // the signature key that was made last
	keys    map[string]model.TermID // each one's present signature key
	owners  map[model.TermID]string
	commits map[string]Bindings // what Process takes of a Commit, by the state that it makes
}

func agreementRules(t *trace.Trace) []Firing {
	r := &agreement{keys: map[string]model.TermID{}, owners: map[model.TermID]string{},
		commits: map[string]Bindings{}}
	for i := range t.Events {
		e := &t.Events[i]
		r.at(e)
		switch {
		case e.Kind == trace.KindPrimitive && e.Op == "signature_keypair":
			r.last = e.Out[0]
		case e.Kind == trace.KindStep:
			r.step(e.Step)
		case e.Kind == trace.KindCompromise:
			for _, id := range e.Terms {
				if who := r.owners[id]; who != "" {
					r.fire("CompromiseSignature", Bindings{"A": Public(who), "sk": name(id)})
				}
			}
		}
	}
	return r.firings
}

func (r *agreement) step(e *model.Event) {
	switch e.Kind {
	case model.Identity:
		r.keys[e.Actor], r.owners[r.last] = r.last, e.Actor
		r.fire("Identity", Bindings{"A": Public(e.Actor), "sk": name(r.last)})
	case model.Propose:
		if honest(e) {
			r.propose(e.Actor, e.State, proposalName(e.Proposal))
		}
	case model.Commit:
		r.commit(e)
	case model.Process:
		b := Bindings{"B": Public(e.Actor), "init": Public("init"), "commitSecret": Public("commit_secret"),
			"path": Public("path " + e.State), "proposal": proposalName(e.State)}
		maps.Copy(b, r.commits[e.State])
		r.fire("Process", inState(e.From, b))
	}
}

func (r *agreement) propose(who, state string, proposal Term) {
	r.fire("Propose", Bindings{"A": Public(who), "sk": name(r.keys[who]), "gc": context(state), "proposal": proposal})
}

func (r *agreement) commit(e *model.Event) {
	who, proposal := e.Actor, proposalName(e.State)
	if len(e.Updates) > 0 {
		who, proposal = e.Updates[0].Name, proposalName(e.Updates[0].Proposal)
	}
	b := Bindings{"A": Public(e.Actor), "sk": name(r.keys[e.Actor]), "P": Public(who), "skP": name(r.keys[who]),
		"proposal": proposal, "path": Public("path " + e.State)}
	r.commits[e.State] = b
	if !honest(e) {
		return
	}
	if who == e.Actor {
		r.propose(who, e.From, proposal)
	}
	tbs := Apply("pair", Public("FramedContentTBS"), tuple([]Term{context(e.From), b["P"], tuple([]Term{Public("proposal"), proposal})}))
	ref := Apply("h", tuple([]Term{proposal, Apply("sign", tbs, b["skP"])}))
	r.fire("Commit", inState(e.From, Bindings{"A": b["A"], "sk": b["sk"], "path": b["path"], "ref": ref}))
}

func proposalName(id string) Term { return Public("proposal " + id) }

// inState adds the parts of a state to what a rule is told.
func inState(state string, b Bindings) Bindings {
	b["group"], b["epoch"], b["tree"] = Public("group"), Public("epoch of "+state), Public("tree of "+state)
	b["confirmed"], b["interim"] = Public("confirmed of "+state), Public("interim of "+state)
	return b
}

// context is a state's GroupContext, as the model's rules write it.
func context(state string) Term {
	b := inState(state, Bindings{})
	return tuple([]Term{b["group"], b["epoch"], Apply("h", b["tree"]), b["confirmed"]})
}
