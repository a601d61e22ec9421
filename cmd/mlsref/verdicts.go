package main

import (
	"fmt"
	"slices"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// more prints what the judges say beside the table: how long an exposure lasted,
// who could have made what, who is in which fork, what was not erased, what the
// attacker tried.
func (v *verdictView) more() {
	v.intervals()
	v.authentication()
	v.forks()
	v.leftovers()
	v.attacks()
}

// mostLines is how much of one section is shown without --all.
const mostLines = 20

// section prints a heading and its lines, and counts those that are too many.
func (v *verdictView) section(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(v.out, "\n%s\n\n", v.bold(title))
	for i, text := range lines {
		if i == mostLines && !v.all {
			fmt.Fprintln(v.out, v.dim(fmt.Sprintf("  and %d more; --all shows them", len(lines)-i)))
			return
		}
		for n, line := range wrap(text, v.width-4) {
			fmt.Fprintf(v.out, "%s%s\n", strings.Repeat(" ", 2+2*min(n, 1)), line)
		}
	}
}

// intervals: forward secrecy is where one begins, post-compromise security where it
// ends.
func (v *verdictView) intervals() {
	var lines []string
	for _, in := range v.report.Intervals {
		lines = append(lines, v.interval(in))
	}
	v.section("How far each theft reaches", lines)
}

func (v *verdictView) interval(in model.Interval) string {
	text := printable(in.Cause)
	if in.Who != "" {
		text = printable(in.Who) + ": " + text
	}
	where := ""
	if v.terms.several {
		where = " of " + printable(in.Group)
	}
	if in.At != "" {
		text += fmt.Sprintf(" at epoch %s%s", epochOf(in.At), where)
		where = ""
	}
	first, last := fmt.Sprint(in.From), fmt.Sprint(in.To)
	if n := len(in.States); n > 0 {
		first, last = epochOf(in.States[0]), epochOf(in.States[n-1])
	}
	if first == last {
		text += fmt.Sprintf(": epoch %s%s %s", first, where, v.red("exposed"))
	} else {
		text += fmt.Sprintf(": epochs %s to %s%s %s", first, last, where, v.red("exposed"))
	}
	if in.Healed == "" {
		return text + ", not healed"
	}
	return text + ", " + v.green("healed") + fmt.Sprintf(" at %s by %s", epochOf(in.Healed), printable(in.By))
}

// epochOf is a state without its group: "3b".
func epochOf(state string) string {
	_, n, found := strings.Cut(state, "/")
	if !found {
		n = state
	}
	return printable(n)
}

// authentication: who could have made each message and each Commit.
func (v *verdictView) authentication() {
	var lines []string
	safe := map[string]*madeThings{} // by sender: what only it can have made
	var senders []string
	for _, a := range v.report.Auth {
		if line := v.author(a); line != "" {
			lines = append(lines, line)
			continue
		}
		if safe[a.Sender] == nil {
			senders = append(senders, a.Sender)
			safe[a.Sender] = &madeThings{epochs: map[string][]string{}}
		}
		safe[a.Sender].add(a)
	}
	if len(lines) == 0 && len(v.report.Auth) > 0 {
		lines, senders = []string{ofAll(len(v.report.Auth)) + ": only who sent it"}, nil
	}
	for _, who := range senders {
		lines = append(lines, fmt.Sprintf("%s: only %s", safe[who].words(v.terms), printable(who)))
	}
	v.section("Who could have made it, when it was accepted", lines)
}

// author tells what the attacker could have made, and with --all everything.
func (v *verdictView) author(a model.AuthVerdict) string {
	what := "the Commit to " + v.terms.place(a.State)
	if a.Message > 0 {
		what = fmt.Sprintf("message %d", a.Message)
	}
	who := printable(a.Sender)
	var text string
	switch {
	case a.Maker == model.Attacker:
		text = fmt.Sprintf("%s: %s, in the name of %s, and could from %s on", what, v.red("the attacker made it"), who, v.terms.step(a.Since))
	case a.Attacker:
		text = fmt.Sprintf("%s: %s, and %s from %s on", what, who, v.red("the attacker"), v.terms.step(a.Since))
	case v.all:
		text = fmt.Sprintf("%s: only %s", what, who)
	default:
		return ""
	}
	if v.all {
		text += fmt.Sprintf(" (%s: %s)", a.Clause, printable(a.Because))
	}
	return text
}

// madeThings are Commits and messages of one sender.
type madeThings struct {
	groups   []string
	epochs   map[string][]string // by group
	messages []string
}

func (m *madeThings) add(a model.AuthVerdict) {
	if a.Message > 0 {
		m.messages = append(m.messages, fmt.Sprint(a.Message))
		return
	}
	group, _, _ := strings.Cut(a.State, "/")
	if m.epochs[group] == nil {
		m.groups = append(m.groups, group)
	}
	m.epochs[group] = append(m.epochs[group], epochOf(a.State))
}

func (m *madeThings) words(terms *glossary) string {
	var parts []string
	for _, g := range m.groups {
		text := "the Commits to epochs "
		if len(m.epochs[g]) == 1 {
			text = "the Commit to epoch "
		}
		text += people(m.epochs[g])
		if terms.several {
			text += " of " + printable(g)
		}
		parts = append(parts, text)
	}
	switch len(m.messages) {
	case 0:
	case 1:
		parts = append(parts, "message "+m.messages[0])
	default:
		parts = append(parts, "messages "+people(m.messages))
	}
	return strings.Join(parts, "; ")
}

func ofAll(n int) string {
	if n == 1 {
		return "the one message or Commit"
	}
	return fmt.Sprintf("each of the %d messages and Commits", n)
}

// forks: members of one state have the same secrets and agree on the group; members
// of two have neither.
func (v *verdictView) forks() {
	var lines []string
	for _, f := range v.report.Forks {
		var sides []string
		for _, s := range f.States {
			who := f.Members[s]
			if len(who) == 0 {
				sides = append(sides, fmt.Sprintf("nobody was ever in %s", epochOf(s)))
				continue
			}
			sides = append(sides, fmt.Sprintf("%s in %s", people(slices.Clone(who)), epochOf(s)))
		}
		lines = append(lines, fmt.Sprintf("epoch %d of %s, %d times: %s", f.Epoch, printable(f.Group), len(f.States), strings.Join(sides, "; ")))
	}
	v.section("Epochs that are there more than once", lines)
}

// leftovers: what RFC 9420 §9.2 and others want erased, and was still there.
func (v *verdictView) leftovers() {
	var lines []string
	for _, l := range v.report.Leftovers {
		at := fmt.Sprintf("event %d", l.Seq)
		for i := range v.trace.Events {
			if v.trace.Events[i].Seq == l.Seq {
				at = v.terms.event(&v.trace.Events[i])
			}
		}
		lines = append(lines, fmt.Sprintf("%s after %s: %s in %s (%s)", printable(l.Who), at, v.red(printable(l.Name)), printable(l.Path), printable(l.Rule)))
	}
	v.section("What should have been erased", lines)
}

func (v *verdictView) attacks() {
	var lines []string
	for i := range v.trace.Events {
		if a := v.trace.Events[i].Attack; v.trace.Events[i].Kind == trace.KindAttack && a != nil {
			lines = append(lines, fmt.Sprintf("attack %d, %s%s: %s", a.Number, attackWords(a),
				v.terms.in(a.State), printable(trace.Outcome(a))))
		}
	}
	v.section("What the attacker tried", lines)
}
