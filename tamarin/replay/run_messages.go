package replay

import (
	"fmt"

	"mlsref/model"
	"mlsref/trace"
)

// holder is somebody's copy of a ratchet.
type holder struct {
	base model.TermID
	who  string
}

// ratchets names the rules of message_ratchet. Each holder's copy of a ratchet is a
// ratchet of its own there, with secrets of its own names. What was stolen the model
// does not move on from, so that Advance and Receive of a stolen secret are left out.
type ratchets struct {
	list
	*index
	passed map[holder]int  // how many generations it has moved past
	has    map[holder]bool // it has started
	stolen map[string]bool // secrets and keys, as the model names them
}

func ratchetRules(t *trace.Trace) []Firing {
	r := &ratchets{index: newIndex(t), passed: map[holder]int{}, has: map[holder]bool{}, stolen: map[string]bool{}}
	for i := range t.Events {
		e := &t.Events[i]
		r.at(e)
		switch {
		case e.Kind == trace.KindCompromise:
			r.theft(e.Actor, e.Terms)
		case e.Kind != trace.KindStep || !honest(e.Step):
		case e.Step.Kind == model.Send:
			if at, ok := r.sealedWith(e.Step.Message); ok {
				r.send(holder{at.base, e.Actor}, at.at)
			}
		case e.Step.Kind == model.Receive:
			if at, ok := r.sealedWith(e.Step.Message); ok {
				r.receive(holder{at.base, e.Actor}, at.at)
			}
		}
	}
	return r.firings
}

// own names a generation's secret in a holder's copy.
func (r *ratchets) own(h holder, generation int) Term {
	id, _ := r.secret(h.base, generation)
	return Fresh(fmt.Sprintf("t%d_%s", id, h.who))
}

func (h holder) ratchet() Term { return Fresh(fmt.Sprintf("ratchet_t%d_%s", h.base, h.who)) }

func (r *ratchets) start(h holder) {
	if !r.has[h] {
		r.has[h] = true
		r.fire("Start", Bindings{"ratchet": h.ratchet(), "secret": r.own(h, 0)})
	}
}

// move passes a generation: its key is kept, its secret is gone.
func (r *ratchets) move(h holder, generation int) {
	secret := r.own(h, generation)
	if !r.stolen[secret.name] {
		r.fire("Advance", Bindings{"secret": secret})
	}
	if _, ok := r.secret(h.base, generation+1); ok {
		r.fire("Step", Bindings{"ratchet": h.ratchet(), "secret": secret, "next": r.own(h, generation+1)})
	}
}

func (r *ratchets) use(h holder, generation int) {
	secret := r.own(h, generation)
	if !r.stolen[secret.name] && !r.stolen["key "+secret.name] {
		r.fire("Receive", Bindings{"secret": secret, "key": derive(secret, "key")})
	}
}

// send uses the generations in order: a sender skips none.
func (r *ratchets) send(h holder, generation int) {
	if generation == 0 {
		r.start(h)
	}
	r.move(h, generation)
	r.use(h, generation)
	r.passed[h] = generation + 1
}

// receive moves up to the message's generation, and keeps the keys that it skips.
func (r *ratchets) receive(h holder, generation int) {
	r.start(h)
	for ; r.passed[h] <= generation; r.passed[h]++ {
		r.move(h, r.passed[h])
	}
	r.use(h, generation)
}

// theft fires Compromise and CompromiseKey for what the stolen bytes are of ratchets.
func (r *ratchets) theft(who string, terms []model.TermID) {
	for _, id := range terms {
		if at, ok := r.ratchetOf(id); ok {
			h := holder{at.base, who}
			r.start(h)
			if secret := r.own(h, at.at); !r.stolen[secret.name] {
				r.stolen[secret.name] = true
				r.fire("Compromise", Bindings{"ratchet": h.ratchet(), "secret": secret})
			}
			continue
		}
		of, ok := r.of(id, model.OpExpand, "key", 0)
		if !ok {
			continue
		}
		if at, ok := r.ratchetOf(of); ok {
			secret := r.own(holder{at.base, who}, at.at)
			if !r.stolen["key "+secret.name] && !r.stolen[secret.name] {
				r.stolen["key "+secret.name] = true
				r.fire("CompromiseKey", Bindings{"secret": secret})
			}
		}
	}
}

// replayRules names the rules of message_replay: what is sent, and who opens it. Here
// all hold the same secrets. Thefts are message_ratchet's; the attacker's messages are
// left out, with those who open them.
func replayRules(t *trace.Trace) []Firing {
	x := newIndex(t)
	var l list
	passed, joined := map[holder]int{}, map[holder]bool{}
	secret := func(at ratchet, generation int) Term {
		id, _ := x.secret(at.base, generation)
		return name(id)
	}
	forged := map[int]bool{}
	for i := range t.Events {
		e := &t.Events[i]
		if e.Kind != trace.KindStep || e.Step.Message == 0 {
			continue
		}
		l.at(e)
		forged[e.Step.Message] = forged[e.Step.Message] || !honest(e.Step)
		at, ok := x.sealedWith(e.Step.Message)
		if !ok || forged[e.Step.Message] {
			continue
		}
		of := Fresh(fmt.Sprintf("ratchet_t%d", at.base))
		message := Public(fmt.Sprintf("message %d", e.Step.Message))
		switch e.Step.Kind {
		case model.Send:
			if at.at == 0 {
				l.fire("Start", Bindings{"ratchet": of, "secret": secret(at, 0)})
			}
			l.fire("Send", Bindings{"ratchet": of, "secret": secret(at, at.at), "m": message, "next": secret(at, at.at+1)})
		case model.Receive:
			h := holder{at.base, e.Actor}
			me := Fresh(fmt.Sprintf("%s_t%d", h.who, h.base))
			if !joined[h] {
				joined[h] = true
				l.fire("Join", Bindings{"receiver": me, "ratchet": of, "secret": secret(at, 0)})
			}
			for ; passed[h] <= at.at; passed[h]++ {
				l.fire("Advance", Bindings{"receiver": me, "ratchet": of, "secret": secret(at, passed[h]), "next": secret(at, passed[h]+1)})
			}
			l.fire("Receive", Bindings{"receiver": me, "ratchet": of, "secret": secret(at, at.at), "m": message})
		}
	}
	return l.firings
}
