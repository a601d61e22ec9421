package main

import (
	"fmt"
	"slices"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// together are the steps that several members take at once.
var together = []model.EventKind{model.KeyPackage, model.Process, model.Join, model.Leave, model.Receive}

func (s *story) step(t *trace.Event) {
	e := *t.Step
	switch {
	case e.Kind == model.Handle, e.Kind == model.Retention, e.Kind == model.Identity && e.What == "":
		return // nothing that a reader would ask for
	case e.Kind == model.Identity && s.reopening(t.Line):
		return // all of them make one, for the new cipher suite
	case slices.Contains(together, e.Kind):
		s.join(e, t.Line)
		return
	}
	s.tellCrowd()
	actor := printable(e.Actor)
	switch e.Kind {
	case model.Create:
		s.beginEpoch(e.State)
		s.own[e.State] = t.Line
		s.say("%s creates the group %s%s.", actor, printable(e.Group), s.follows(t))
	case model.Commit:
		s.beginEpoch(e.State)
		s.own[e.State] = t.Line
		s.commit(t)
	case model.Propose:
		s.propose(t)
	case model.Send:
		s.send(e)
	case model.Export:
		s.say("%s exports a value%s with the label %q.", actor, s.terms.in(e.State), printable(e.What))
	case model.Deal:
		s.say("The PSK %s is dealt to %s.", printable(e.PSK), people(e.Names))
	case model.Identity:
		s.say("%s makes a new signature key.", actor)
	case model.Discard:
		s.discard(t)
	case model.Randomness:
		s.randomness(e)
	case model.Compromise: // told with what was found
	default:
		s.say("%s: %s.", actor, printable(string(e.Kind)))
	}
}

func (s *story) reopening(line int) bool {
	st := s.terms.verb(line)
	return st != nil && st.Verb == trace.VerbReopens
}

// join adds a step to the crowd that does the same.
func (s *story) join(e model.Event, line int) {
	st := s.terms.verb(line)
	switch {
	case e.Kind == model.Process && s.own[e.State] == line && st != nil && (st.Actor == e.Actor || st.As == e.Actor):
		return // the committer itself, in the line of its Commit
	case e.Kind == model.Leave && st != nil && st.Verb == trace.VerbRejoins && st.Actor == e.Actor:
		return // the Commit tells it
	}
	for i, crowd := range s.crowds {
		if c := crowd[0]; c.Kind == e.Kind && c.State == e.State && c.Message == e.Message {
			s.crowds[i] = append(crowd, e)
			return
		}
	}
	if len(s.crowds) > 0 && !(s.crowdAt == line && oneCommit(e) && oneCommit(s.crowds[0][0])) {
		s.tellCrowd()
	}
	s.crowds, s.crowdAt = append(s.crowds, []model.Event{e}), line
}

// oneCommit: some follow a Commit while others learn by it that they are out.
func oneCommit(e model.Event) bool { return e.Kind == model.Process || e.Kind == model.Leave }

// tellCrowd tells what several members did, a sentence for each crowd.
func (s *story) tellCrowd() {
	crowds := s.crowds
	s.crowds = nil
	for _, crowd := range crowds {
		s.tellAll(crowd)
	}
}

func (s *story) tellAll(crowd []model.Event) {
	var names []string
	for _, e := range crowd {
		if !slices.Contains(names, e.Actor) {
			names = append(names, e.Actor)
		}
	}
	who, e := people(names), crowd[0]
	verb := func(singular, plural string) string {
		if len(names) == 1 {
			return singular
		}
		return plural
	}
	switch e.Kind {
	case model.KeyPackage:
		s.say("%s %s a key package.", who, verb("publishes", "each publish"))
	case model.Process:
		if st := s.terms.verb(s.crowdAt); st != nil && st.Verb == trace.VerbPublishes && len(names) == 1 && st.Actor == e.Actor {
			s.say("%s publishes the Commit that it prepared, and moves to %s.", who, s.terms.place(e.State))
			return
		}
		s.say("%s %s into %s.", who, verb("follows", "follow"), s.terms.place(e.State))
	case model.Join:
		s.say("%s %s%s with the Welcome.", who, verb("joins", "join"), s.inGroup(e.Group))
	case model.Leave:
		s.say("%s %s of the removal%s and %s the group's keys.", who, verb("hears", "hear"), s.fromGroup(e.Group), verb("drops", "drop"))
	case model.Receive:
		s.say("%s %s message %d.", who, verb("reads", "read"), e.Message)
	}
}

func (s *story) inGroup(group string) string {
	if !s.terms.several {
		return ""
	}
	return " " + printable(group)
}

func (s *story) fromGroup(group string) string {
	if !s.terms.several {
		return ""
	}
	return " from " + printable(group)
}

func (s *story) send(e model.Event) {
	text := fmt.Sprintf("message %d%s: %q", e.Message, s.terms.in(e.State), s.terms.message(e.Message))
	if e.By == model.Attacker {
		s.warn("THE ATTACKER, as %s, sends %s", printable(e.Actor), text)
		return
	}
	s.say("%s sends %s", printable(e.Actor), text)
}

func (s *story) randomness(e model.Event) {
	if e.What == model.Known {
		s.warn("From here on the attacker knows what %s draws at random.", printable(e.Actor))
		return
	}
	s.say("The randomness of %s is good again.", printable(e.Actor))
}

func (s *story) discard(t *trace.Event) {
	why := ": another one was accepted first"
	if st := s.terms.verb(t.Line); st != nil && st.Verb == trace.VerbAbandons {
		why = ""
	}
	s.say("%s drops its Commit to %s%s.", printable(t.Step.Actor), s.terms.place(t.Step.State), why)
}

// propose tells a member's proposal. Whom it is about stands in the scenario.
func (s *story) propose(t *trace.Event) {
	e := t.Step
	s.proposed = true
	what := s.proposalWords(e.Proposes, t.Line) + s.terms.in(e.State)
	if e.By == model.Attacker {
		s.warn("THE ATTACKER, as %s, proposes %s.", printable(e.Actor), what)
		return
	}
	s.say("%s proposes %s.", printable(e.Actor), what)
}

func (s *story) proposalWords(kind string, line int) string {
	n := s.nth[line]
	s.nth[line]++
	st, who := s.terms.verb(line), "somebody"
	if st != nil && n < len(st.Names) {
		who = printable(st.Names[n])
	}
	switch kind {
	case "update":
		return "an Update: a new key for this leaf"
	case "add":
		return "to add " + who
	case "remove":
		return "to remove " + who
	case "psk":
		if st != nil && len(st.PSKs) > 0 {
			return "to take in " + pskWords(st.PSKs[0])
		}
		return "to take in a PSK"
	case "reinit":
		if st != nil && st.Group != "" {
			return fmt.Sprintf("to end the group and go on as %s (ReInit)", printable(st.Group))
		}
		return "to end the group and go on as another one (ReInit)"
	case "extensions":
		if st != nil && st.Text != "" {
			return fmt.Sprintf("to label the group %q (GroupContextExtensions)", printable(st.Text))
		}
		return "other GroupContextExtensions"
	default:
		return "a change of kind " + printable(kind)
	}
}

func pskWords(w trace.PSKWord) string {
	if w.Epoch == nil {
		return "the PSK " + printable(w.Name)
	}
	text := fmt.Sprintf("the resumption_psk of epoch %d", *w.Epoch)
	if w.Of != "" {
		text += " of " + printable(w.Of)
	}
	return text
}

// retention says what everybody keeps of epochs that are over.
func (s *story) retention() {
	for _, t := range s.terms.steps {
		e := t.Step
		if e.Kind != model.Retention {
			continue
		}
		var kept []string
		if e.Message > 0 {
			kept = append(kept, "the message keys of the last "+count(e.Message, "epoch"))
		}
		if e.Epoch > 0 {
			kept = append(kept, "the resumption_psk of the last "+count(int(min(e.Epoch, 1<<30)), "epoch"))
		}
		if len(kept) > 0 {
			fmt.Fprintf(s.out, "%s\n", s.dim("everybody keeps "+strings.Join(kept, " and ")))
		}
		return
	}
}
