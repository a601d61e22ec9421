package props

import (
	"errors"
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/spec"
	"mlsref/trace"
)

// closed looks at each group in which somebody has just committed a ReInit.
func closed(h *History) Checks {
	return Checks{Watch: trace.Watch{Step: func(s *trace.Session, line int) error {
		at := slices.IndexFunc(h.Scenario.Statements, func(st trace.Statement) bool { return st.Line == line })
		if at < 0 || h.Scenario.Statements[at].Verb != trace.VerbReInits {
			return nil
		}
		who := h.Scenario.Statements[at].Actor
		for _, m := range s.Members() {
			if m.Name == who && m.Newest && string(m.Group.Context().GroupID) != h.Scenario.Statements[at].Group && isAnnounced(m.Group, h.Scenario.Statements[at]) {
				return sendsNothing(h, s, m)
			}
		}
		return fmt.Errorf("%s has committed a ReInit, and no group of its own says so", who)
	}}}
}

func isAnnounced(g *group.Group, st trace.Statement) bool {
	return g.ReInit() != nil && string(g.ReInit().GroupID) == st.Group
}

// sendsNothing: neither who committed nor who followed sends anything.
func sendsNothing(h *History, s *trace.Session, committer trace.Member) error {
	for _, m := range s.Members() {
		if m.State != committer.State {
			continue
		}
		g := m.Group.Clone()
		_, commit := g.Commit(chaCha(h.Rand), group.CommitOptions{})
		_, _, propose := g.ProposeUpdate(chaCha(h.Rand), group.LeafChange{}, group.Public)
		_, send := g.Send(chaCha(h.Rand), []byte("more"), nil)
		for _, made := range []struct {
			what string
			err  error
		}{{"Commit", commit}, {"proposal", propose}, {"message", send}} {
			if !errors.Is(made.err, spec.ReInitClosed) {
				return fmt.Errorf("%s makes a %s in %s, which a ReInit has closed (%v)", m.Name, made.what, m.State, made.err)
			}
		}
	}
	return nil
}
