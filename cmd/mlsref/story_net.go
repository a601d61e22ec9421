package main

import (
	"fmt"
	"sort"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// tellLines tells the statements up to a line that leave no event of their own: who
// is online, and what the delivery service does.
func (s *story) tellLines(line int) {
	var due []int
	for n := range s.terms.verbs {
		if n > s.told && n <= line {
			due = append(due, n)
		}
	}
	sort.Ints(due)
	for _, n := range due {
		s.statement(s.terms.verbs[n])
	}
	s.told = line
}

func (s *story) statement(st *trace.Statement) {
	var text string
	switch st.Verb {
	case trace.VerbOffline:
		text = printable(st.Actor) + " goes offline."
	case trace.VerbOnline:
		text = printable(st.Actor) + " comes online, and reads what waited."
	case trace.VerbDeliver:
		text = fmt.Sprintf("The delivery service sends message %d, which it withheld, to %s.", st.Number, people(st.To))
	case trace.VerbReplay:
		text = fmt.Sprintf("The delivery service sends message %d to %s once more.", st.Number, people(st.To))
	case trace.VerbSends, trace.VerbPublishes:
		if st.To == nil {
			return
		}
		text = fmt.Sprintf("The delivery service will show the next to %s only.", people(st.To))
	default:
		return
	}
	s.tellCrowd()
	if st.Verb == trace.VerbOffline || st.Verb == trace.VerbOnline {
		s.say("%s", text)
		return
	}
	s.warn("%s", text)
}

// wire tells a proposal that is no member's: nothing else records it.
func (s *story) wire(e *trace.Event) {
	if e.Wire.Kind != "proposal" {
		return
	}
	if s.proposed {
		s.proposed = false
		return
	}
	s.tellCrowd()
	st := s.terms.verb(e.Line)
	if st == nil || st.Verb == trace.VerbAsks {
		s.say("%s asks to be added, by a proposal from outside.", printable(e.Actor))
		return
	}
	kind := map[trace.Verb]string{trace.VerbProposesAdd: "add", trace.VerbProposesRemove: "remove", trace.VerbProposesLabel: "extensions"}[st.Verb]
	s.say("%s, who is no member, proposes %s.", printable(e.Actor), s.proposalWords(kind, e.Line))
}

// reject tells whose message somebody refused, and by which rule.
func (s *story) reject(e *trace.Event) {
	r := e.Reject
	kind := strings.ReplaceAll(r.Kind, "application", "message")
	s.say("%s rejects the %s from %s: %s", printable(e.Actor), printable(kind), printable(r.From), rejection(r))
}

func rejection(r *trace.Reject) string {
	why := printable(strings.ReplaceAll(r.Why, "\n", " "))
	if r.Rule != "" && !strings.Contains(why, r.Rule) {
		return printable(r.Rule) + ": " + why
	}
	return why
}

// attack tells what came of a step of the attacker.
func (s *story) attack(a *trace.Attack) {
	s.warn("Attack %d, %s: %s.", a.Number, attackWords(a), printable(trace.Outcome(a)))
}

// attackWords are what the attacker tried: "to send as bob".
func attackWords(a *trace.Attack) string {
	if a.Altered != nil {
		return printable(a.Tried())
	}
	return "to " + printable(strings.TrimSuffix(a.What, "s")) + " as " + printable(a.As)
}

// known tells what a client with known randomness drew. What the attacker draws
// itself goes without saying.
func (s *story) known(e *trace.Event) {
	if e.Actor == model.Attacker {
		return
	}
	s.tellCrowd()
	s.warn("The attacker knows the %s that %s has just drawn:", count(len(e.Terms), "value"), printable(e.Actor))
	s.values(e.Terms)
}
