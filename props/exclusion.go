package props

import (
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/model"
	"mlsref/trace"
)

// exclusion gathers what each client ever held in its live state or computed, as if it
// had erased nothing, and asks at the end what follows from that and from all that went
// over the wire.
//
// It claims, for each client X and each secret of a state S:
//
//   - if X is not in S's tree, X derives none of S's secrets: keys of the epoch, path
//     secrets, node and leaf keys, messages, exported values. That is so for a member
//     before it was added and after it was removed (whoever is removed is so by a Commit
//     with a path, RFC 9420 §12.4), in forks where it is not, between a removal and
//     its return, and in groups that branched off or reinitialised without it. No
//     member's theft or weak randomness counts: X has only its own.
//   - wherever X is: the private key of a leaf is its owner's alone.
//   - if X is in S's tree, and S's Commit gave new keys to nodes that are not above X's
//     leaf, X derives none of these keys and path secrets: path secrets are encrypted
//     below the node only, and lead upwards only (§7.4, §7.5). A node at which X is
//     unmerged was set in an earlier state, in which X was not: the first claim.
//
// It claims nothing about external PSKs and init keys, which are of no state.
func exclusion(h *History) Checks {
	x := &excluded{h: h, held: map[string]map[model.TermID]bool{}, computed: map[string]map[string]bool{}}
	return Checks{
		Watch: trace.Watch{
			Call: x.compute,
			Read: func(s *trace.Session, reader string, _ trace.Message, _ error) error { return x.gather(s, reader) },
			Step: func(s *trace.Session, _ int) error {
				for _, name := range s.Names() {
					if err := x.gather(s, name); err != nil {
						return err
					}
				}
				return nil
			},
		},
		Judged: func(t *trace.Trace, _ *trace.Report) { h.Check(x.judge(t)) },
	}
}

type excluded struct {
	h       *History
	session *trace.Session
	names   []string
	held    map[string]map[model.TermID]bool // ever, by client

	computed map[string]map[string]bool // values that came out of its primitive calls, by client
}

func (x *excluded) compute(who string, c suite.Call) {
	if x.computed[who] == nil {
		x.computed[who] = map[string]bool{}
	}
	for _, out := range c.Out {
		x.computed[who][string(out.Bytes)] = true
	}
}

func (x *excluded) gather(s *trace.Session, name string) error {
	x.session = s
	found, err := s.Holds(name)
	if err != nil {
		return err
	}
	if x.held[name] == nil {
		x.held[name] = map[model.TermID]bool{}
		x.names = append(x.names, name)
	}
	for _, id := range found {
		x.held[name][id] = true
	}
	return nil
}

func (x *excluded) judge(t *trace.Trace) error {
	wired := slices.DeleteFunc(trace.Facts(t), func(f model.Fact) bool { return f.Why != "wire" })
	terms := trace.Terms(t)
	for _, name := range x.names {
		facts := slices.Clone(wired)
		for value := range x.computed[name] {
			if id, known := x.session.Known([]byte(value)); known {
				x.held[name][id] = true
			}
		}
		for _, id := range ordered(x.held[name]) {
			facts = append(facts, model.Fact{Term: id, Why: "had by " + name})
		}
		closure, err := model.Saturate(terms, facts)
		if err != nil {
			return err
		}
		for _, e := range t.Events {
			if e.Kind != trace.KindGoal || !closure.Knows(e.Term) {
				continue
			}
			if why := x.shutOut(name, *e.Goal); why != "" {
				x.h.line = e.Line
				return fmt.Errorf("%s derives %s: %s; it has %s", name, trace.GoalName(*e.Goal), why, grounds(closure, e.Term))
			}
		}
	}
	return nil
}

// shutOut says why a client must not derive a secret; "" if it may.
func (x *excluded) shutOut(name string, g model.Goal) string {
	t, known := x.session.Tree(g.State)
	if !known {
		return "" // of no state
	}
	p := draw(t)
	at := slices.IndexFunc(p.nodes, func(n *node) bool { return n.leaf != nil && string(n.leaf.Credential.Identity) == name })
	switch {
	case at < 0:
		return "it is no member there"
	case g.Kind == model.LeafKey && g.Owner != name:
		return "the leaf is " + g.Owner + "'s"
	case (g.Kind == model.NodeKey || g.Kind == model.PathSecret) && !p.nodes[at].under(p.nodes[g.Node]):
		return fmt.Sprintf("node %d is not above its leaf %d", g.Node, tree.Index(at).Leaf())
	}
	return ""
}

// grounds are the first things of its own that a derivation rests on.
func grounds(c *model.Closure, id model.TermID) string {
	for _, step := range c.Derivation(id) {
		if step.Fact != nil && step.Fact.Why != "wire" {
			return fmt.Sprintf("term %d, %s", step.Conclusion, step.Fact.Why)
		}
	}
	return "what is on the wire"
}

func ordered(set map[model.TermID]bool) []model.TermID {
	var list []model.TermID
	for id := range set {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}
