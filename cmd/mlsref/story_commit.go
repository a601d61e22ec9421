package main

import (
	"fmt"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// commit tells who made a Commit, what it does, and who gets to see it.
func (s *story) commit(t *trace.Event) {
	e := t.Step
	actor, what := printable(e.Actor), s.commitWords(t)
	st := s.terms.verb(t.Line)
	switch {
	case e.External && e.By == model.Attacker:
		s.warn("THE ATTACKER, as %s, comes to the group by an external Commit: %s.", actor, what)
	case e.By == model.Attacker:
		s.warn("THE ATTACKER, as %s, commits: %s.", actor, what)
	case e.External && len(e.Removes) > 0:
		s.say("%s comes back by an external Commit (a resync): %s.", actor, what)
	case e.External:
		s.say("%s joins by an external Commit: %s.", actor, what)
	case st != nil && st.Verb == trace.VerbPrepares:
		s.say("%s prepares a Commit and keeps it back: %s.", actor, what)
		return
	default:
		s.say("%s commits: %s.", actor, what)
	}
	s.shownTo(st)
}

// shownTo tells what the delivery service withholds.
func (s *story) shownTo(st *trace.Statement) {
	if st != nil && st.To != nil {
		s.warn("The delivery service shows it to %s only.", people(st.To))
	}
}

func (s *story) commitWords(t *trace.Event) string {
	e := t.Step
	var parts []string
	if len(e.Adds) > 0 {
		parts = append(parts, "adds "+people(addNames(e.Adds)))
	}
	switch {
	case e.External && len(e.Removes) > 0:
		parts = append(parts, "its earlier leaf is removed")
	case len(e.Removes) > 0:
		parts = append(parts, "removes "+people(e.Removes))
	}
	if len(e.Updates) > 0 {
		parts = append(parts, "applies the Update of "+people(updateNames(e.Updates)))
	}
	if text := s.contextWords(s.terms.verb(t.Line)); text != "" {
		parts = append(parts, text)
	}
	for _, p := range e.PSKs {
		parts = append(parts, "takes in "+s.psk(p))
	}
	switch {
	case e.External:
		parts = append(parts, "its init secret goes to the group's external key", "new keys from its new leaf up to the root")
	case e.Path:
		parts = append(parts, "new keys from "+printable(e.Actor)+"'s leaf up to the root")
	default:
		parts = append(parts, "no path, so that no parent gets a new key")
	}
	return strings.Join(parts, ", ")
}

// contextWords say what a statement changes in the group itself.
func (s *story) contextWords(st *trace.Statement) string {
	if st == nil {
		return ""
	}
	switch st.Verb {
	case trace.VerbLabels:
		return fmt.Sprintf("labels the group %q (GroupContextExtensions)", printable(st.Text))
	case trace.VerbAllows:
		return fmt.Sprintf("lets %s propose from outside (external_senders)", people(st.Names))
	case trace.VerbReInits:
		return fmt.Sprintf("ends the group, which is to go on as %s (ReInit)", printable(st.Group))
	}
	return ""
}

func (s *story) psk(p model.PSKRef) string {
	if p.State == "" {
		return "the PSK " + printable(p.External)
	}
	return "the resumption_psk of " + s.terms.place(p.State)
}

// follows says which group a new one goes on from.
func (s *story) follows(t *trace.Event) string {
	st := s.terms.verb(t.Line)
	switch {
	case st == nil:
	case st.Verb == trace.VerbBranches:
		return ", a subgroup with " + people(st.Names)
	case st.Verb == trace.VerbReopens:
		return ", as the ReInit announced"
	}
	return ""
}

func addNames(adds []model.Add) (names []string) {
	for _, a := range adds {
		names = append(names, a.Name)
	}
	return names
}

func updateNames(updates []model.Update) (names []string) {
	for _, u := range updates {
		names = append(names, u.Name)
	}
	return names
}
