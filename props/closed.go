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
		st := h.Scenario.Statements[at]
		for _, m := range s.Members() {
			if r := m.Group.ReInit(); m.Name == st.Actor && m.Newest && r != nil && string(r.GroupID) == st.Group {
				return sendsNothing(h, s, m)
			}
		}
		return fmt.Errorf("%s has committed a ReInit, and no group of its own says so", st.Actor)
	}}}
}

// sendsNothing: neither who committed nor who followed sends anything.
func sendsNothing(h *History, s *trace.Session, committer trace.Member) error {
	for _, m := range s.Members() {
		if m.State != committer.State {
			continue
		}
		g := m.Group.Clone()
		_, commit := g.Commit(h.source(), group.CommitOptions{})
		_, _, propose := g.ProposeUpdate(h.source(), group.LeafChange{}, group.Public)
		_, send := g.Send(h.source(), []byte("more"), nil)
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
