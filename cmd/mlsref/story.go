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
	out   io.Writer
	trace *trace.Trace
	terms *glossary
	spy   *spy
	rows  map[string][]trace.Row // by state

	state    string          // whose heading stands above
	crowds   [][]model.Event // the same step by several members, to be told at once
	crowdAt  int             // the line of the crowds' steps
	last     map[string]*trace.Snapshot
	spaced   bool           // the last line is blank
	told     int            // all statements up to this line have been told
	proposed bool           // a member's proposal is on its way
	nth      map[int]int    // by line: how many proposals it has made
	own      map[string]int // by state: the line in which it was made
}

// tellStory prints who did what, the tree of each epoch, and what was stolen.
func tellStory(v *verdictView) error {
	eye, err := v.eye()
	if err != nil {
		return err
	}
	s := &story{
		style: v.style, out: v.out, trace: v.trace, terms: v.terms, spy: eye, rows: map[string][]trace.Row{},
		last: map[string]*trace.Snapshot{}, nth: map[int]int{}, own: map[string]int{},
	}
	for _, row := range v.report.Rows {
		s.rows[row.Goal.State] = append(s.rows[row.Goal.State], row)
	}
	h := v.trace.Header
	fmt.Fprintf(s.out, "%s\n%s\n", s.bold(printable(h.File)), s.dim(fmt.Sprintf("%s, seed %d", printable(h.Suite), h.Seed)))
	s.retention()
	for i := range v.trace.Events {
		if err := s.event(&v.trace.Events[i]); err != nil {
			return err
		}
	}
	s.endEpoch()
	s.tellLines(len(s.terms.lines))
	return nil
}

func (s *story) event(e *trace.Event) error {
	if e.Line > s.told {
		s.tellLines(e.Line)
	}
	switch e.Kind {
	case trace.KindStep:
		s.step(e)
	case trace.KindWire:
		s.wire(e)
	case trace.KindReject:
		s.tellCrowd()
		s.reject(e)
	case trace.KindAttack:
		s.tellCrowd()
		s.attack(e.Attack)
	case trace.KindKnown:
		s.known(e)
	case trace.KindCompromise:
		s.tellCrowd()
		s.theft(e)
		if last := s.last[s.state]; last != nil && !s.partial(e) {
			return s.tree(e, last)
		}
	case trace.KindSnapshot:
		s.tellCrowd()
		s.last[e.Tree.State] = e.Tree
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

// warn is say for what the attacker does.
func (s *story) warn(format string, args ...any) {
	for i, line := range wrap(fmt.Sprintf(format, args...), s.width-4) {
		if i == 0 {
			line = "▲ " + line
		} else {
			line = "  " + line
		}
		s.line("  " + s.red(line))
	}
}

func (s *story) beginEpoch(state string) {
	s.endEpoch()
	s.state = state
	heading := fmt.Sprintf("── %s ", s.terms.state(state))
	s.space()
	s.line(s.bold(heading + strings.Repeat("─", max(0, min(s.width, 78)-columns(heading)))))
	s.space()
}

// endEpoch says what became of the epoch's secrets.
func (s *story) endEpoch() {
	s.tellCrowd()
	if s.state == "" || len(s.rows[s.state]) == 0 {
		return
	}
	s.space()
	s.say("in the end: %s", s.fates(s.rows[s.state]))
}

// fates names the secrets that a reader looks for, and counts the others.
func (s *story) fates(rows []trace.Row) string {
	var named []string
	others, exposed := 0, 0
	alike := map[bool]bool{} // the fates of the named ones, and of all
	for _, row := range rows {
		if !inShort(row.Goal.Kind) {
			if others++; row.Exposed() {
				exposed++
			}
			continue
		}
		if row.Goal.Kind != model.Message {
			alike[row.Exposed()] = true
		}
		named = append(named, secretName(row.Goal)+" "+s.fate(row.Exposed()))
	}
	text := strings.Join(named, ", ")
	switch {
	case others == 0:
	case len(alike) == 1 && (alike[true] && exposed == others || alike[false] && exposed == 0):
		text += fmt.Sprintf(", and %s likewise", count(others, "other key"))
	default:
		text += fmt.Sprintf("; of %s %d %s", count(others, "other key"), exposed, s.fate(true))
	}
	return text
}

// inShort are the secrets that are named even in a summary.
func inShort(kind model.GoalKind) bool {
	switch kind {
	case model.EpochSecret, model.InitSecret, model.Message, model.ExportedValue:
		return true
	}
	return false
}

// secretName is the name of a secret where its epoch is known.
func secretName(g model.Goal) string {
	switch g.Kind {
	case model.Message:
		return fmt.Sprintf("message %d", g.Message)
	case model.ExportedValue:
		return fmt.Sprintf("exported %q", printable(g.Label))
	}
	return string(g.Kind)
}

// partial: not the whole state is stolen, and no key of the tree's.
func (s *story) partial(e *trace.Event) bool {
	st := s.terms.verb(e.Line)
	return st != nil && st.What != ""
}

// mostNames is how many names of stolen values a reader wants to read.
const mostNames = 30

// theft tells what a compromise brought.
func (s *story) theft(e *trace.Event) {
	what := "state"
	if st := s.terms.verb(e.Line); s.partial(e) {
		what = map[string]string{model.SignatureKey: "signature key", model.KeyPackages: "unused key packages"}[st.What]
	}
	s.space()
	s.line("  " + s.red(fmt.Sprintf("▲ THE ATTACKER steals the %s of %s and finds %s:", what, printable(e.Actor), count(len(e.Terms), "value"))))
	s.values(e.Terms)
}

// values lists terms, with their bytes if these are to be shown.
func (s *story) values(ids []model.TermID) {
	var names []string
	for _, id := range ids {
		if b := s.terms.bytes(id); b != "" {
			s.line(fmt.Sprintf("    %s %s", pad(s.terms.name(id), 26), b))
			continue
		}
		names = append(names, s.terms.name(id))
	}
	if len(names) > mostNames {
		names = append(names[:mostNames:mostNames], fmt.Sprintf("and %d more", len(names)-mostNames))
	}
	for _, line := range wrap(strings.Join(names, ", "), s.width-4) {
		if line != "" {
			s.line("    " + line)
		}
	}
}

// tree draws the tree as it is after event e.
func (s *story) tree(e *trace.Event, snapshot *trace.Snapshot) error {
	lines, err := drawTree(s.spy.mark(snapshot, e.Seq), s.spy.fresh(e), s.style)
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
