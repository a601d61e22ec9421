package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// story tells a run epoch by epoch, from the trace alone.
type story struct {
	style
	out    io.Writer
	trace  *trace.Trace
	report *trace.Report
	terms  *glossary
	spy    *spy

	epoch  uint64
	begun  bool
	crowd  []model.Event // the same step by several members, one after the other
	last   *trace.Snapshot
	spaced bool        // the last line is blank
	commit model.Event // the last one
}

// tellStory prints who did what, the tree of each epoch, and what was stolen.
func tellStory(out io.Writer, st style, t *trace.Trace, report *trace.Report) error {
	terms := newGlossary(t)
	s := &story{style: st, out: out, trace: t, report: report, terms: terms, spy: newSpy(t, terms)}
	h := t.Header
	fmt.Fprintf(out, "%s\n%s\n", s.bold(printable(h.File)), s.dim(fmt.Sprintf("%s, seed %d", printable(h.Suite), h.Seed)))
	for i := range t.Events {
		if err := s.event(&t.Events[i]); err != nil {
			return err
		}
	}
	s.endEpoch()
	return nil
}

func (s *story) event(e *trace.Event) error {
	switch e.Kind {
	case trace.KindStep:
		s.step(*e.Step)
	case trace.KindCompromise:
		s.tellCrowd()
		s.theft(e)
		if s.last == nil {
			return nil
		}
		return s.tree(e, s.last)
	case trace.KindSnapshot:
		s.tellCrowd()
		s.last = e.Tree
		return s.tree(e, e.Tree)
	}
	return nil
}

func (s *story) line(text string) {
	fmt.Fprintf(s.out, "%s\n", text)
	s.spaced = text == ""
}

// space sets off what comes next by one blank line.
func (s *story) space() {
	if !s.spaced {
		s.line("")
	}
}

func (s *story) say(format string, args ...any) {
	for _, line := range wrap(fmt.Sprintf(format, args...), s.width-2) {
		s.line("  " + line)
	}
}

// together are the steps that several members take at once.
var together = []model.EventKind{model.KeyPackage, model.Process, model.Join, model.Leave, model.Receive}

func (s *story) step(e model.Event) {
	if slices.Contains(together, e.Kind) {
		own := e.Kind == model.Process && e.Actor == s.commit.Actor && e.Epoch == s.commit.Epoch
		if len(s.crowd) > 0 && (s.crowd[0].Kind != e.Kind || s.crowd[0].Epoch != e.Epoch || s.crowd[0].Message != e.Message) {
			s.tellCrowd()
		}
		if !own {
			s.crowd = append(s.crowd, e)
		}
		return
	}
	s.tellCrowd()
	actor := printable(e.Actor)
	switch e.Kind {
	case model.Create:
		s.beginEpoch(0)
		s.say("%s creates the group %s.", actor, printable(e.Group))
	case model.Commit:
		s.commit = e
		s.beginEpoch(e.Epoch)
		s.say("%s commits: %s.", actor, commitWords(e))
	case model.Propose:
		s.say("%s proposes %s.", actor, proposalWords(e))
	case model.Send:
		s.say("%s sends message %d: %q", actor, e.Message, s.terms.message(e.Message))
	case model.Compromise: // told with what was found
	default:
		s.say("%s: %s.", actor, printable(string(e.Kind)))
	}
}

func proposalWords(e model.Event) string {
	switch e.Proposes {
	case "update":
		return "an Update: a new key for this leaf"
	case "add":
		return "to add somebody"
	default:
		return "a change of kind " + e.Proposes
	}
}

func commitWords(e model.Event) string {
	var parts []string
	if len(e.Adds) > 0 {
		parts = append(parts, "adds "+people(addNames(e.Adds)))
	}
	if len(e.Removes) > 0 {
		parts = append(parts, "removes "+people(e.Removes))
	}
	if len(e.Updates) > 0 {
		parts = append(parts, "applies the Update of "+people(updateNames(e.Updates)))
	}
	if e.Path {
		return strings.Join(append(parts, "new keys from "+printable(e.Actor)+"'s leaf up to the root"), ", ")
	}
	return strings.Join(append(parts, "no path, so that no parent gets a new key"), ", ")
}

// tellCrowd tells what several members did as one sentence.
func (s *story) tellCrowd() {
	crowd := s.crowd
	if len(crowd) == 0 {
		return
	}
	s.crowd = nil
	var names []string
	for _, e := range crowd {
		names = append(names, e.Actor)
	}
	who, e, one := people(names), crowd[0], len(names) == 1
	verb := func(singular, plural string) string {
		if one {
			return singular
		}
		return plural
	}
	switch e.Kind {
	case model.KeyPackage:
		s.say("%s %s a key package.", who, verb("publishes", "each publish"))
	case model.Process:
		s.say("%s %s into epoch %d.", who, verb("follows", "follow"), e.Epoch)
	case model.Join:
		s.say("%s %s with the Welcome.", who, verb("joins", "join"))
	case model.Leave:
		s.say("%s %s of the removal and %s the group's keys.", who, verb("hears", "hear"), verb("drops", "drop"))
	case model.Receive:
		s.say("%s %s message %d.", who, verb("reads", "read"), e.Message)
	}
}

func (s *story) beginEpoch(n uint64) {
	s.endEpoch()
	s.epoch, s.begun = n, true
	heading := fmt.Sprintf("── epoch %d ", n)
	s.space()
	s.line(s.bold(heading + strings.Repeat("─", max(0, min(s.width, 78)-columns(heading)))))
	s.space()
}

// endEpoch says what became of the epoch's secrets.
func (s *story) endEpoch() {
	s.tellCrowd()
	if !s.begun {
		return
	}
	var fates []string
	for _, row := range s.report.Rows {
		if row.Goal.Epoch == s.epoch {
			fates = append(fates, secretName(row.Goal)+" "+s.fate(row.Exposed()))
		}
	}
	if len(fates) > 0 {
		s.space()
		s.say("in the end: %s", strings.Join(fates, ", "))
	}
}

// secretName is the name of a secret where its epoch is known.
func secretName(g model.Goal) string {
	if g.Kind == model.Message {
		return fmt.Sprintf("message %d", g.Message)
	}
	return string(g.Kind)
}

// theft tells what a compromise brought.
func (s *story) theft(e *trace.Event) {
	var names []string
	for _, id := range e.Terms {
		names = append(names, s.terms.name(id))
	}
	s.space()
	s.line("  " + s.red(fmt.Sprintf("▲ THE ATTACKER steals the state of %s and finds %s:", printable(e.Actor), count(len(names), "value"))))
	for _, line := range wrap(strings.Join(names, ", "), s.width-4) {
		s.line(strings.TrimRight("    "+line, " "))
	}
}

// tree draws the tree as it is after event e.
func (s *story) tree(e *trace.Event, snapshot *trace.Snapshot) error {
	marked, err := s.spy.mark(snapshot, e.Seq)
	if err != nil {
		return err
	}
	lines, err := drawTree(marked, s.spy.fresh(e), s.style)
	if err != nil {
		return &trace.InputError{File: s.trace.Header.File, Line: e.Line, Msg: fmt.Sprintf("event %d: %v", e.Seq, err)}
	}
	s.space()
	for _, line := range lines {
		s.line("    " + line)
	}
	s.space()
	return nil
}

// people is "alice", "alice and bob", "alice, bob and carol", and not more than
// a reader wants to read.
func people(names []string) string {
	const most = 10
	if len(names) > most {
		names = append(slices.Clone(names[:most-1]), fmt.Sprintf("%d others", len(names)-most+1))
	}
	text := printable(strings.Join(names, ", "))
	if at := strings.LastIndex(text, ", "); at >= 0 {
		text = text[:at] + " and " + text[at+2:]
	}
	return text
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
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
