package trace

import (
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/model"
)

// Leftover is a value that a client's live state held, or gave, when RFC 9420 wants
// it gone: where it was found, and why it should have been erased.
type Leftover struct {
	Who  string       `json:"who"`
	Term model.TermID `json:"term"`
	Path string       `json:"path"` // to the field that holds it, or what it follows from
	Rule string       `json:"rule"`

	// The judge fills these in.
	Seq  int    `json:"seq,omitempty"`
	Name string `json:"name,omitempty"`
}

// audit walks every client's live state after a step, and compares it with what must
// be gone by then (RFC 9420 §9.2, §12.4.3.1, §14). What must be gone must not even
// follow from what is held: that is asked of the closure, with the state as all that
// there is. Each leftover is reported once.
func (p *player) audit() error {
	for _, c := range p.clients {
		found, err := p.rec.Walk(c.live()...)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		gone := p.mustBeGone(c)
		if err := p.compare(c, found, gone); err != nil {
			return err
		}
	}
	return nil
}

// compare reports what of gone is held, or follows from what is held.
func (p *player) compare(c *client, found []Found, gone map[model.TermID]string) error {
	facts := make([]model.Fact, len(found))
	at := map[model.TermID]string{}
	for i, f := range found {
		facts[i], at[f.Term] = model.Fact{Term: f.Term, Why: "held"}, f.Path
	}
	closure, err := model.Saturate(p.rec.modelTerms(), facts)
	if err != nil {
		return err
	}
	var left []model.TermID
	for id := range gone {
		if closure.Knows(id) && !p.reported[leftoverKey{c.name, id}] {
			left = append(left, id)
		}
	}
	slices.Sort(left)
	for _, id := range left {
		p.reported[leftoverKey{c.name, id}] = true
		p.rec.Leftover(&Leftover{Who: c.name, Term: id, Path: at[heldFor(closure, id)], Rule: gone[id]})
	}
	return nil
}

// heldFor is the value in the live state that a term is, or follows from.
func heldFor(closure *model.Closure, id model.TermID) model.TermID {
	for _, step := range closure.Derivation(id) {
		if step.Fact != nil {
			return step.Conclusion
		}
	}
	return id
}

type leftoverKey struct {
	who  string
	term model.TermID
}

// mustBeGone are the terms that a client must not have any more, and why.
func (p *player) mustBeGone(c *client) map[model.TermID]string {
	gone := map[model.TermID]string{}
	for _, key := range p.rec.spent[c.name] {
		gone[key] = "RFC 9420 §9.2: the key of a message that was sent or opened"
	}
	in := map[string]bool{}
	for _, s := range c.seats {
		in[s.state] = true
		if s.pending != nil {
			in[s.draft.next] = true
		}
	}
	kept := p.kept(c)
	for _, g := range p.rec.goals {
		switch {
		case g.goal.Kind == model.InitKey && p.used[g.goal.Label] == c.name:
			gone[g.term] = "RFC 9420 §10: the init key of a KeyPackage that was used to join"
		case g.goal.State == "" || !p.was[seatIn{c.name, g.goal.State}]:
		case slices.Contains(neverKept, g.goal.Kind):
			gone[g.term] = "RFC 9420 §9.2: consumed as soon as what follows from it was derived"
		case !in[g.goal.State] && perState[g.goal.Kind] && !kept[stateGoal{g.goal.State, g.goal.Kind}]:
			gone[g.term] = "RFC 9420 §9.2: of an epoch that is over"
		}
	}
	p.oldNodeKeys(c, gone)
	return gone
}

// neverKept are used up at once; path secrets give node keys and are dropped (§7.4).
var neverKept = []model.GoalKind{model.EpochSecret, model.JoinerSecret, model.WelcomeSecret, model.PathSecret}

// perState are kept for as long as the epoch lasts.
var perState = map[model.GoalKind]bool{
	model.InitSecret: true, model.SenderDataSecret: true, model.ExporterSecret: true, model.ExternalSecret: true,
	model.ConfirmationKey: true, model.MembershipKey: true, model.ResumptionPSK: true, model.EpochAuthenticator: true,
	model.EncryptionSecret: true,
}

type stateGoal struct {
	state string
	kind  model.GoalKind
}

type seatIn struct{ who, state string }

// kept are the secrets of epochs that are over which the scenario has all clients
// keep.
func (p *player) kept(c *client) map[stateGoal]bool {
	kept := map[stateGoal]bool{}
	for _, s := range c.seats {
		state := s.state
		for back := 1; back <= max(p.sc.PastEpochs, p.sc.PastPSKs); back++ {
			if state = p.before(s.room, state); state == "" {
				break
			}
			if back <= p.sc.PastEpochs {
				kept[stateGoal{state, model.SenderDataSecret}] = true
				kept[stateGoal{state, model.EncryptionSecret}] = true
			}
			if back <= p.sc.PastPSKs {
				kept[stateGoal{state, model.ResumptionPSK}] = true
			}
		}
	}
	return kept
}

// oldNodeKeys: private keys of nodes that are blank, replaced, or not above one's
// leaf (RFC 9420 §7.4, §7.5, §12.1).
func (p *player) oldNodeKeys(c *client, gone map[model.TermID]string) {
	current := map[model.TermID]bool{}
	allow := func(publicKey []byte) {
		if sk, known := p.rec.privateKeyOf(publicKey); known {
			current[sk] = true
		}
	}
	for _, k := range c.packages {
		allow(k.secrets.KeyPackage.LeafNode.EncryptionKey)
	}
	for _, s := range c.seats {
		groups := []*group.Group{s.group}
		if s.pending != nil {
			next, _ := s.pending.Accept()
			groups = append(groups, next)
		}
		for _, g := range groups {
			t := g.Tree()
			allow(t.EncryptionKey(tree.LeafNode(g.Leaf())))
			for _, n := range tree.DirectPath(g.Leaf(), t.Leaves()) {
				if key := t.EncryptionKey(n); key != nil {
					allow(key)
				}
			}
		}
		for _, seen := range s.group.Proposals() {
			if u := seen.Proposal.Update; u != nil {
				allow(u.LeafNode.EncryptionKey)
			}
		}
	}
	for _, g := range p.rec.goals {
		if k := g.goal.Kind; (k == model.NodeKey || k == model.LeafKey) && !current[g.term] {
			gone[g.term] = "RFC 9420 §7.4: the key of a node that is blank, replaced, or not above this member's leaf"
		}
	}
}
