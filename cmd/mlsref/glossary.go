package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// glossary knows the words for what a trace speaks of: terms, states, secrets,
// events and the lines of the scenario.
type glossary struct {
	terms    []model.Term
	values   []string            // hex, by term
	messages map[int]string      // texts by message number
	senders  map[int]trace.Event // wire events by Seq, to say who sent a term
	steps    []*trace.Event      // the protocol steps: the predicate counts these
	lines    []string            // of the scenario
	verbs    map[int]*trace.Statement
	members  map[string][]string // by state: who was ever in it
	groups   map[string]bool     // and their epochs
	several  bool                // groups
	forked   bool                // an epoch is there more than once
	reveal   bool                // show the real bytes
}

func newGlossary(t *trace.Trace) *glossary {
	g := glossaryFor(t.Header)
	for i := range t.Events {
		g.add(&t.Events[i])
	}
	return g
}

// glossaryFor knows the scenario only.
func glossaryFor(h trace.Header) *glossary {
	g := &glossary{
		messages: map[int]string{}, senders: map[int]trace.Event{}, verbs: map[int]*trace.Statement{},
		members: map[string][]string{}, groups: map[string]bool{}, lines: strings.Split(h.Scenario, "\n"),
	}
	if sc, err := trace.Parse(h.File, strings.NewReader(h.Scenario)); err == nil {
		for i := range sc.Statements {
			g.verbs[sc.Statements[i].Line] = &sc.Statements[i]
		}
	}
	return g
}

// add takes in one event more.
func (g *glossary) add(e *trace.Event) {
	for i := range e.Define {
		g.terms, g.values = append(g.terms, e.Define[i].Term), append(g.values, e.Define[i].Value)
	}
	switch {
	case e.Kind == trace.KindWire:
		g.senders[e.Seq] = *e
	case e.Kind == trace.KindGoal && e.Goal.Kind == model.Message && int(e.Term) < len(g.values):
		text, _ := hex.DecodeString(g.values[e.Term]) // trace.Read has checked it
		g.messages[e.Goal.Message] = string(text)
	case e.Kind == trace.KindStep:
		g.steps = append(g.steps, e)
		g.enters(e.Step)
		if e.Step.Kind == model.Create || e.Step.Kind == model.Commit {
			at := fmt.Sprintf("%s/%d", e.Step.Group, e.Step.Epoch)
			g.forked = g.forked || g.groups[at]
			g.several = g.several || len(g.groups) > 0 && !g.groups[e.Step.Group]
			g.groups[e.Step.Group], g.groups[at] = true, true
		}
	}
}

// enters notes who comes into a state.
func (g *glossary) enters(e *model.Event) {
	switch e.Kind {
	case model.Create, model.Process, model.Join:
		if !slices.Contains(g.members[e.State], e.Actor) {
			g.members[e.State] = append(g.members[e.State], e.Actor)
		}
	}
}

func (g *glossary) message(n int) string { return g.messages[n] }

func (g *glossary) has(id model.TermID) bool { return id >= 0 && int(id) < len(g.terms) }

// name is a term's own name, or its operation and number.
func (g *glossary) name(id model.TermID) string {
	switch {
	case !g.has(id):
		return fmt.Sprintf("term %d", id)
	case g.terms[id].Name != "":
		return printable(g.terms[id].Name)
	default:
		return fmt.Sprintf("%s_%d", g.terms[id].Op, id)
	}
}

// bytes are a term's real ones, if they are to be shown.
func (g *glossary) bytes(id model.TermID) string {
	if !g.reveal || !g.has(id) {
		return ""
	}
	return g.values[id]
}

// state is an epoch in words: "epoch 3"; "room, epoch 3b" where there are several
// groups or states of an epoch.
func (g *glossary) state(id string) string {
	group, number, found := strings.Cut(id, "/")
	if !found {
		return printable(id)
	}
	if !g.several && !g.forked {
		return "epoch " + printable(number)
	}
	return printable(fmt.Sprintf("%s, epoch %s", group, number))
}

// place is state within a sentence: "epoch 3b of room".
func (g *glossary) place(id string) string {
	group, number, found := strings.Cut(id, "/")
	if !found || !g.several {
		return "epoch " + epochOf(id)
	}
	return printable(fmt.Sprintf("epoch %s of %s", number, group))
}

// goal names a secret: "epoch 3: init_secret", "message 2".
func (g *glossary) goal(of model.Goal) string {
	name := printable(trace.GoalName(of))
	switch of.Kind {
	case model.Message, model.PSK, model.InitKey:
		return name
	}
	_, what, _ := strings.Cut(name, ": ")
	return g.state(of.State) + ": " + what
}

// in is where something happens, where that may be in doubt: " in epoch 2 of room".
func (g *glossary) in(state string) string {
	if !g.several && !g.forked || state == "" {
		return ""
	}
	return " in " + g.place(state)
}

// verb is the statement that an event is part of; nil if there is none.
func (g *glossary) verb(line int) *trace.Statement { return g.verbs[line] }

// wrote is the scenario's line that an event comes from, as it was written.
func (g *glossary) wrote(line int) string {
	if line < 1 || line > len(g.lines) {
		return ""
	}
	text, _, _ := strings.Cut(g.lines[line-1], "#")
	return printable(strings.TrimSpace(text))
}

// step says where in the scenario the predicate's event n is: "line 8: compromise
// carol".
func (g *glossary) step(n int) string {
	if n < 0 || n >= len(g.steps) {
		return "the end"
	}
	return g.event(g.steps[n])
}

func (g *glossary) event(e *trace.Event) string {
	if text := g.wrote(e.Line); text != "" {
		return fmt.Sprintf("line %d: %s", e.Line, text)
	}
	return fmt.Sprintf("event %d", e.Seq)
}
