package replay

import (
	"fmt"

	"mlsref/model"
	"mlsref/trace"
)

// index is what a trace says of its terms, before its steps are looked at.
type index struct {
	terms map[model.TermID]model.Term
	goals map[model.Goal]model.TermID
	inits map[model.TermID]string // init_secrets: of which state
	epoch map[string]model.TermID // epoch_secret, by state
	next  map[model.TermID]model.TermID
	keys  map[int]model.TermID // of the key of each application message
}

func newIndex(t *trace.Trace) *index {
	x := &index{terms: map[model.TermID]model.Term{}, goals: map[model.Goal]model.TermID{},
		inits: map[model.TermID]string{}, epoch: map[string]model.TermID{},
		next: map[model.TermID]model.TermID{}, keys: map[int]model.TermID{}}
	messages := map[model.TermID]int{}
	for _, e := range t.Events {
		for _, d := range e.Define {
			x.terms[d.ID] = d.Term
		}
		if e.Kind != trace.KindGoal {
			continue
		}
		x.goals[*e.Goal] = e.Term
		switch e.Goal.Kind {
		case model.InitSecret:
			x.inits[e.Term] = e.Goal.State
		case model.EpochSecret:
			x.epoch[e.Goal.State] = e.Term
		case model.Message:
			messages[e.Term] = e.Goal.Message
		}
	}
	for id, term := range x.terms {
		switch {
		case term.Op == model.OpExpand && term.Label == "secret":
			x.next[term.Args[0]] = id
		case term.Op == model.OpSeal:
			for _, part := range x.terms[term.Args[3]].Args {
				if n := messages[part]; n != 0 {
					x.keys[n] = term.Args[0]
				}
			}
		}
	}
	return x
}

// name is a term of the trace as a fresh value of a run.
func name(id model.TermID) Term { return Fresh(fmt.Sprintf("t%d", id)) }

// of returns an argument of a term that was made so, and whether it was.
func (x *index) of(id model.TermID, op model.Op, label string, arg int) (model.TermID, bool) {
	t, ok := x.terms[id]
	if !ok || t.Op != op || t.Label != label || arg >= len(t.Args) {
		return 0, false
	}
	return t.Args[arg], true
}

// inputs returns what an epoch_secret was made of, init_secret and commit_secret
// (RFC 9420 §8, the first figure), as the recorded calls say.
func (x *index) inputs(epochSecret model.TermID) (init, commit model.TermID, ok bool) {
	at := epochSecret
	for _, up := range []struct {
		op    model.Op
		label string
	}{{model.OpExpand, "epoch"}, {model.OpExtract, ""}, {model.OpExpand, "joiner"}} {
		if at, ok = x.of(at, up.op, up.label, 0); !ok {
			return 0, 0, false
		}
	}
	init, ok = x.of(at, model.OpExtract, "", 0)
	commit, _ = x.of(at, model.OpExtract, "", 1)
	return init, commit, ok
}

// ratchet is one leaf's application ratchet in one epoch (RFC 9420 §9.1).
type ratchet struct {
	base model.TermID // its first secret
	at   int          // a generation
}

// ratchetOf finds the ratchet and the generation of a ratchet's secret.
func (x *index) ratchetOf(secret model.TermID) (ratchet, bool) {
	for generation := 0; ; generation++ {
		if _, ok := x.of(secret, model.OpExpand, "application", 0); ok {
			return ratchet{secret, generation}, true
		}
		before, ok := x.of(secret, model.OpExpand, "secret", 0)
		if !ok {
			return ratchet{}, false
		}
		secret = before
	}
}

// secret returns the secret of a generation, as far as anybody has derived it.
func (x *index) secret(base model.TermID, generation int) (model.TermID, bool) {
	for range generation {
		after, ok := x.next[base]
		if !ok {
			return 0, false
		}
		base = after
	}
	return base, true
}

// sealedWith finds the ratchet and the generation of an application message.
func (x *index) sealedWith(message int) (ratchet, bool) {
	secret, ok := x.of(x.keys[message], model.OpExpand, "key", 0)
	if !ok {
		return ratchet{}, false
	}
	return x.ratchetOf(secret)
}
