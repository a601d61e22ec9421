package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mlsref/impl/suite"
	"mlsref/model"
)

// The words that can open a line, besides a name, and those that follow a name.
var (
	openings = []string{"suite", "seed", "handshakes", "compromise", "expect"}
	verbs    = []string{"creates", "adds", "removes", "updates", "proposes", "commits", "sends", "goes", "comes"}
	reserved = append(slices.Clone(openings), "without")
)

// parser reads lines into a scenario. Its methods return what is wrong with the
// line, or "".
type parser struct {
	sc       *Scenario
	settings map[string]int // line on which each setting was given
	steps    bool           // a step was read: settings are over
}

// line is what is left to read of one line.
type line struct {
	words []word
	last  string // the word read last, for messages
}

func (p *parser) parseLine(number int, text string) string {
	ws, msg := words(text)
	if msg != "" || len(ws) == 0 {
		return msg
	}
	l := &line{words: ws}
	first := l.next()
	if first.quoted {
		return unexpected(first.raw, "a name, or one of", openings)
	}
	switch first.text {
	case "suite", "seed", "handshakes":
		msg = p.setting(first.text, number, l)
	default:
		st := Statement{Line: number}
		msg = st.parse(first, l)
		p.steps = true
		p.sc.Statements = append(p.sc.Statements, st)
	}
	if msg == "" && len(l.words) > 0 {
		return fmt.Sprintf("read %s, expected the end of the line after %q", clip(l.words[0].raw), l.last)
	}
	return msg
}

func (p *parser) setting(name string, number int, l *line) string {
	if p.steps {
		return fmt.Sprintf("%q must come before the first step", name)
	}
	if at := p.settings[name]; at != 0 {
		return fmt.Sprintf("%q was already given in line %d", name, at)
	}
	p.settings[name] = number
	switch name {
	case "suite":
		p.sc.Suite = l.peek()
		return l.oneOf(suite.Names()...)
	case "handshakes":
		p.sc.Public = l.peek() == "public"
		return l.oneOf("public", "private")
	default:
		var msg string
		p.sc.Seed, msg = l.number("a seed", 64)
		return msg
	}
}

func (st *Statement) parse(first word, l *line) string {
	switch first.text {
	case "compromise":
		st.Verb = VerbCompromise
		return l.name(&st.Actor, "whose state is stolen")
	case "expect":
		st.Verb, st.Expect = VerbExpect, &Expect{}
		return st.Expect.parse(l)
	}
	if len(l.words) == 0 || l.words[0].quoted || !slices.Contains(verbs, l.words[0].text) {
		return verbExpected(first, l)
	}
	if msg := checkName(first); msg != "" {
		return msg
	}
	st.Actor = first.text
	return st.parseVerb(l.next().text, l)
}

// verbExpected explains a line that is neither "NAME VERB …" nor a known opening.
func verbExpected(first word, l *line) string {
	if msg := checkName(first); msg != "" {
		return msg
	}
	if near := nearest(first.text, openings); near != "" {
		return unexpected(first.raw, "a name, or one of", openings)
	}
	if len(l.words) == 0 {
		return fmt.Sprintf("the line ends after %s, expected what %s does: %s", clip(first.raw), first.raw, list(verbs))
	}
	return unexpected(l.words[0].raw, "what "+first.raw+" does:", verbs)
}

func (st *Statement) parseVerb(verb string, l *line) string {
	st.Verb = Verb(verb)
	switch verb {
	case "creates":
		return l.name(&st.Group, "a name for the group")
	case "adds":
		return firstOf(l.names(&st.Names, "who is added"), l.withoutPath(&st.NoPath))
	case "removes":
		return l.names(&st.Names, "who is removed")
	case "updates":
		return ""
	case "proposes":
		st.Verb = Verb("proposes " + l.peek())
		return firstOf(l.oneOf("adding", "removing"), func() string { return l.names(&st.Names, "who it is about") })
	case "commits":
		return l.withoutPath(&st.NoPath)()
	case "sends":
		return l.quoted(&st.Text)
	case "goes":
		st.Verb = VerbOffline
		return l.oneOf("offline")
	default:
		st.Verb = VerbOnline
		return l.oneOf("online")
	}
}

// firstOf reads the second part only if nothing is wrong with the first.
func firstOf(msg string, then func() string) string {
	if msg != "" {
		return msg
	}
	return then()
}

func (e *Expect) parse(l *line) string {
	kind := l.peek()
	if msg := l.oneOf("epoch", "message"); msg != "" {
		return msg
	}
	n, msg := l.number("the number of the "+kind, 31)
	if msg != "" {
		return msg
	}
	fates := []string{"secret", "exposed"}
	if kind == "epoch" {
		e.Epoch = &n
		if s := model.GoalKind(l.peek()); s == model.EpochSecret || s == model.InitSecret {
			e.Secret = s
			l.next()
		} else {
			fates = append(fates, string(model.EpochSecret), string(model.InitSecret))
		}
	} else {
		e.Message = int(n)
	}
	e.Exposed = l.peek() == "exposed"
	return l.oneOf(fates...)
}

// nextWord splits off the first word of a line that starts with one.
func nextWord(s string) (w word, rest, msg string) {
	if s[0] != '"' {
		end := strings.IndexAny(s, " \t#\"")
		if end < 0 {
			end = len(s)
		}
		return word{raw: s[:end], text: s[:end]}, s[end:], ""
	}
	raw, err := strconv.QuotedPrefix(s)
	if err != nil {
		return w, "", fmt.Sprintf("read %s, expected a text in double quotes as in Go (is the closing quote missing?)", clip(s))
	}
	text, err := strconv.Unquote(raw)
	if err != nil {
		return w, "", fmt.Sprintf("read %s, expected a text in double quotes as in Go", clip(raw))
	}
	return word{raw: raw, text: text, quoted: true}, s[len(raw):], ""
}
