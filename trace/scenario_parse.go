package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mlsref/impl/suite"
)

// The words that can open a line, besides a name, and those that follow a name.
var (
	openings = []string{"suite", "seed", "handshakes", "keep", "deal", "deliver", "replay", "compromise", "expect"}
	verbs    = []string{"creates", "adds", "removes", "updates", "proposes", "commits", "labels", "allows", "reinits", "reopens",
		"branches", "prepares", "publishes", "abandons", "asks", "joins", "rejoins", "sends", "exports", "goes", "comes", "has"}
	forged   = []string{"sends", "commits", "removes", "updates", "joins", "alters"} // what the attacker can do as somebody
	modifier = []string{"without", "with", "in", "to", "as", "through"}
	reserved = append(append(slices.Clone(openings), modifier...), theAttacker)
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
	case "suite", "seed", "handshakes", "keep":
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
	if name == "keep" {
		name += " " + l.peek()
		if msg := l.oneOf("epochs", "psks"); msg != "" {
			return msg
		}
	}
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
	case "keep epochs":
		return l.count(&p.sc.PastEpochs, "how many epochs that are over")
	case "keep psks":
		return l.count(&p.sc.PastPSKs, "of how many epochs that are over")
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
		return firstOf(l.name(&st.Actor, "whose state is stolen"), func() string { return st.parseLoot(l) })
	case "expect":
		st.Verb, st.Expect = VerbExpect, &Expect{}
		return st.Expect.parse(l)
	case "deal":
		st.Verb = VerbDeal
		return firstOf(l.name(&st.PSK, "of the PSK"), func() string {
			return firstOf(l.oneOf("to"), func() string { return l.names(&st.Names, "who gets it") })
		})
	case "deliver", "replay":
		st.Verb = Verb(first.text)
		return firstOf(l.numbered(&st.Number, "message"), func() string {
			return firstOf(l.oneOf("to"), func() string { return l.names(&st.To, "who gets it") })
		})
	case theAttacker:
		st.Actor = theAttacker
		if len(l.words) == 0 || l.words[0].quoted || !slices.Contains(forged, l.words[0].text) {
			return l.oneOf(forged...)
		}
		return st.parseVerb(l.next().text, l)
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

// parseAltered reads "wire N at PATH", what is changed there, and then, in any order, who
// gets it and in whose name it is signed again.
func (st *Statement) parseAltered(l *line) string {
	return firstOf(l.oneOf("wire"), func() string {
		return firstOf(l.numbered(&st.Number, "message"), func() string {
			return firstOf(l.oneOf("at"), func() string {
				return firstOf(l.quoted(&st.Text, "the path of a part"), func() string { return st.parseChange(l) })
			})
		})
	})
}

func (st *Statement) parseChange(l *line) string {
	st.What = l.peek()
	if msg := l.oneOf("with", "without", "twice"); msg != "" {
		return msg
	}
	msg := ""
	switch st.What {
	case "with":
		msg = firstOf(l.oneOf("wire"), func() string { return l.numbered(&st.With, "message") })
	case "without":
		msg = l.oneOf("it")
	}
	for msg == "" && len(l.words) > 0 {
		word := l.peek()
		if word != "to" && word != "as" {
			return unexpected(l.words[0].raw, "the end of the line, or", []string{"to", "as"})
		}
		l.next()
		msg = st.modify(word, l)
	}
	return msg
}

// parseLoot is what is stolen, if not all.
func (st *Statement) parseLoot(l *line) string {
	switch l.peek() {
	case "signature", "key":
		st.What = l.next().text
		want := map[string]string{"signature": "key", "key": "package"}[st.What]
		st.What += " " + want
		return l.oneOf(want)
	}
	return ""
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

// parseVerb reads what follows the verb, and then the modifiers that it takes.
func (st *Statement) parseVerb(verb string, l *line) string {
	st.Verb = Verb(verb)
	commits := []string{"with", "without", "in", "to"}
	switch verb {
	case "alters":
		return st.parseAltered(l)
	case "creates":
		return l.name(&st.Group, "a name for the group")
	case "adds":
		return firstOf(l.names(&st.Names, "who is added"), st.modifiers(l, commits...))
	case "removes":
		return firstOf(l.names(&st.Names, "who is removed"), st.modifiers(l, commits...))
	case "updates":
		return st.modifiers(l, "in")()
	case "proposes":
		return st.parseProposal(l)
	case "commits", "prepares":
		return st.modifiers(l, commits...)()
	case "publishes", "abandons":
		return st.modifiers(l, "in", "to")()
	case "labels":
		return firstOf(l.quoted(&st.Text, "the text of the label"), st.modifiers(l, commits...))
	case "allows":
		return firstOf(l.names(&st.Names, "who may propose from outside"), st.modifiers(l, commits...))
	case "reinits":
		return firstOf(l.name(&st.Group, "a name for the new group"), st.modifiers(l, "as", "without", "in", "to")) // a ReInit stands alone (§12.2): no PSK
	case "reopens":
		return l.name(&st.Group, "of the group that a ReInit ended")
	case "branches":
		return firstOf(l.name(&st.Group, "a name for the new group"), func() string {
			return firstOf(l.oneOf("with"), func() string {
				return firstOf(l.names(&st.Names, "who else is in it"), st.modifiers(l, "in"))
			})
		})
	case "asks":
		return firstOf(l.oneOf("to"), func() string {
			return firstOf(l.oneOf("join"), func() string { return l.name(&st.Group, "of the group") })
		})
	case "joins", "rejoins":
		return firstOf(l.name(&st.Group, "of the group"), st.modifiers(l, "through", "with"))
	case "sends":
		return firstOf(l.quoted(&st.Text, "the text to send"), st.modifiers(l, "in", "to"))
	case "exports":
		return firstOf(l.quoted(&st.Text, "the label of the export"), st.modifiers(l, "in"))
	case "has":
		st.Verb, st.What = VerbRandomness, l.peek()
		return firstOf(l.oneOf("known", "good"), func() string { return l.oneOf("randomness") })
	case "goes":
		st.Verb = VerbOffline
		return l.oneOf("offline")
	default:
		st.Verb = VerbOnline
		return l.oneOf("online")
	}
}

func (st *Statement) parseProposal(l *line) string {
	st.Verb = Verb("proposes " + l.peek())
	msg := l.oneOf("adding", "removing", "psk", "label", "reinit")
	if msg != "" {
		return msg
	}
	in := st.modifiers(l, "in")
	switch st.Verb {
	case VerbProposesPSK:
		return firstOf(st.psk(l), in)
	case VerbProposesLabel:
		return firstOf(l.quoted(&st.Text, "the text of the label"), in)
	case VerbProposesReInit:
		return firstOf(l.name(&st.Group, "a name for the new group"), st.modifiers(l, "as", "in"))
	}
	return firstOf(l.names(&st.Names, "who it is about"), in)
}

// modifiers reads what may end a line, in any order: "in GROUP", "to NAMES",
// "with psk …", "without path", "through NAME", "as SUITE". The attacker says "as NAME", has no
// choice of a path or PSKs, and what it sends is shown to all.
func (st *Statement) modifiers(l *line, allowed ...string) func() string {
	if st.Actor == theAttacker {
		allowed = slices.DeleteFunc(allowed, func(s string) bool { return s == "with" || s == "without" || s == "to" })
		allowed = append(allowed, "as")
	}
	return func() string {
		for len(l.words) > 0 {
			word := l.peek()
			if !slices.Contains(allowed, word) {
				return unexpected(l.words[0].raw, "the end of the line, or one of", allowed)
			}
			l.next()
			if msg := st.modify(word, l); msg != "" {
				return msg
			}
		}
		if st.Actor == theAttacker && st.As == "" {
			return l.ended("as, and whom the attacker pretends to be")
		}
		return ""
	}
}

func (st *Statement) modify(word string, l *line) string {
	switch word {
	case "in":
		return l.name(&st.In, "of the group")
	case "to":
		return l.names(&st.To, "who gets to see it")
	case "as":
		if st.Actor != theAttacker {
			st.Text = l.peek()
			return l.oneOf(suite.Names()...)
		}
		return l.name(&st.As, "whom the attacker pretends to be")
	case "through":
		return l.name(&st.Through, "whose GroupInfo it uses")
	case "without":
		st.NoPath = true
		return l.oneOf("path")
	default:
		return firstOf(l.oneOf("psk"), func() string { return st.psk(l) })
	}
}

// psk reads "NAME", or "of epoch N", or "of epoch N of GROUP".
func (st *Statement) psk(l *line) string {
	if l.peek() != "of" {
		var name string
		msg := l.name(&name, "of the PSK")
		st.PSKs = append(st.PSKs, PSKWord{Name: name})
		return msg
	}
	l.next()
	if msg := l.oneOf("epoch"); msg != "" {
		return msg
	}
	n, msg := l.number("the number of the epoch", 31)
	w := PSKWord{Epoch: &n}
	if msg == "" && l.peek() == "of" {
		l.next()
		msg = l.name(&w.Of, "of the group")
	}
	st.PSKs = append(st.PSKs, w)
	return msg
}

// firstOf reads the second part only if nothing is wrong with the first.
func firstOf(msg string, then func() string) string {
	if msg != "" {
		return msg
	}
	return then()
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
