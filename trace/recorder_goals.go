package trace

import (
	"mlsref/model"
)

// below are the secrets that hang below epoch_secret, by label (RFC 9420 §8, Table 4).
var below = map[string]model.GoalKind{
	"sender data": model.SenderDataSecret, "encryption": model.EncryptionSecret, "exporter": model.ExporterSecret,
	"external": model.ExternalSecret, "confirm": model.ConfirmationKey, "membership": model.MembershipKey,
	"resumption": model.ResumptionPSK, "authentication": model.EpochAuthenticator,
}

// goal makes the secrecy of a term a goal of the judges.
func (r *Recorder) goal(term model.TermID, g model.Goal) {
	r.goals = append(r.goals, goalTerm{g, term})
	r.add(Event{Kind: KindGoal, Term: term, Goal: &g})
}

// State binds what the actor derived in this step to a state: the last derivation
// of an init_secret, or an earlier one if a step has several (which counts from the
// last, 0). The first to arrive makes the state's secrets goals; everybody after
// must agree. adds says that a Welcome goes with it.
func (r *Recorder) State(id, group string, number uint64, which int, adds bool) {
	if r.err != nil {
		return
	}
	if which >= len(r.inits) {
		r.fail("arrived at epoch %d of %s without deriving an init_secret", number, group)
		return
	}
	init := r.inits[len(r.inits)-1-which]
	for _, s := range r.states {
		if s.id != id {
			continue
		}
		if s.initStep != init {
			r.fail("epoch %d of %s: %s derived %s, %s derived %s", number, group,
				s.by, r.describe(s.epochSecret), r.actor, r.describe(init.epochSecret))
		}
		return
	}
	s := &state{id: id, group: group, number: number, by: r.actor, initStep: init}
	r.states = append(r.states, s)
	of := func(kind model.GoalKind) model.Goal {
		return model.Goal{Kind: kind, Group: group, Epoch: number, State: id}
	}
	r.goal(s.epochSecret, of(model.EpochSecret))
	r.goal(s.initSecret, of(model.InitSecret))
	for _, child := range r.children[s.epochSecret] {
		if kind, known := below[r.terms[child].Label]; known {
			r.goal(child, of(kind))
		}
	}
	if member, ok := r.arg(s.epochSecret, model.OpExpand, "epoch", 0); ok {
		if joiner, ok := r.arg(member, model.OpExtract, "", 0); ok {
			r.goal(joiner, of(model.JoinerSecret))
		}
		for _, child := range r.children[member] {
			if adds && r.terms[child].Label == "welcome" {
				r.goal(child, of(model.WelcomeSecret))
			}
		}
	}
}

// arg is the i-th argument of a term, if the term was made by op (and label).
func (r *Recorder) arg(id model.TermID, op model.Op, label string, i int) (model.TermID, bool) {
	t := r.terms[id]
	if t.Op != op || t.Label != label {
		return 0, false
	}
	return t.Args[i], true
}

// NodeGoal makes the private key of a public key a goal, and the path secret that it
// came from, if there is one.
func (r *Recorder) NodeGoal(publicKey []byte, g model.Goal) {
	sk, known := r.privateKeyOf(publicKey)
	if r.err != nil {
		return
	}
	if !known {
		r.fail("nobody made the key pair of node %d in %s", g.Node, g.State)
		return
	}
	r.goal(sk, g)
	if g.Kind != model.NodeKey {
		return
	}
	if secret, ok := r.arg(r.terms[sk].Args[0], model.OpExpand, "node", 0); ok {
		g.Kind = model.PathSecret
		r.goal(secret, g)
	}
}

// MessageGoal makes the secrecy of message n a goal. It fails if no Seal held it.
func (r *Recorder) MessageGoal(g model.Goal) {
	if r.err != nil {
		return
	}
	m := r.messages[g.Message]
	if m == nil || !m.sealed {
		r.fail("message %d was never encrypted", g.Message)
		return
	}
	r.goal(m.term, g)
}

// ExportGoal makes the value that the actor exported in this step a goal.
func (r *Recorder) ExportGoal(g model.Goal) {
	if r.err != nil {
		return
	}
	if r.exported == nil {
		r.fail("nothing was exported")
		return
	}
	r.goal(*r.exported, g)
}

// PSKGoal makes an external PSK a goal; it must have been drawn.
func (r *Recorder) PSKGoal(psk []byte, g model.Goal) {
	if r.err != nil {
		return
	}
	id, known := r.index.exact(psk)
	if !known {
		r.fail("nobody drew the PSK %s", g.Label)
		return
	}
	r.hints[id] = "psk_" + g.Label
	r.goal(id, g)
}

// Spent says that the message that the actor sent or opened in this step was taken:
// the keys that it went out with must be gone.
func (r *Recorder) Spent() {
	r.spent[r.actor] = append(r.spent[r.actor], r.keys...)
	r.keys = nil
}

// ratchetKey notes the key of a message: one that was derived from a ratchet's secret
// (RFC 9420 §9.1), unlike those of sender data and of a Welcome.
func (r *Recorder) ratchetKey(id model.TermID) {
	secret, ok := r.arg(id, model.OpExpand, "key", 0)
	if !ok {
		return
	}
	switch r.terms[secret].Label {
	case "handshake", "application", "secret":
		r.keys = append(r.keys, id)
	}
}

// modelTerms are all terms so far.
func (r *Recorder) modelTerms() []model.Term {
	terms := make([]model.Term, len(r.terms))
	for i := range r.terms {
		terms[i] = r.terms[i].Term
	}
	return terms
}
