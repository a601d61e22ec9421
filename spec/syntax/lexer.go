package syntax

import (
	"strings"
	"unicode"
)

// tokenKind tells words from numbers and signs.
type tokenKind int

const (
	ends tokenKind = iota // the end of the text
	word
	numeral
	sign // one of { } ( ) [ ] < > ; : , . = ^ - or ..  ...
	odd  // what the language does not have
)

type token struct {
	Pos
	kind  tokenKind
	text  string
	first bool // on its line
}

func (t token) String() string {
	if t.kind == ends {
		return "the end of the block"
	}
	return `"` + t.text + `"`
}

// lexer cuts a text into tokens. Comments, // to the line's end and /* to */, are left out.
type lexer struct {
	text   []rune
	at     int
	pos    Pos
	fresh  bool // no token yet on this line
	tokens []token
}

func lex(file string, line0 int, text string) []token {
	l := &lexer{text: []rune(text), pos: Pos{file, line0, 1}, fresh: true}
	for l.skip(); l.at < len(l.text); l.skip() {
		l.token()
	}
	return append(l.tokens, token{Pos: l.pos, kind: ends})
}

// skip passes over blanks and comments. A comment without an end is an odd token.
func (l *lexer) skip() {
	for l.at < len(l.text) {
		switch {
		case unicode.IsSpace(l.text[l.at]):
			l.advance(1)
		case l.has("//"):
			for l.at < len(l.text) && l.text[l.at] != '\n' {
				l.advance(1)
			}
		case l.has("/*"):
			start := token{Pos: l.pos, kind: odd, text: "/*"}
			l.advance(2)
			for l.at < len(l.text) && !l.has("*/") {
				l.advance(1)
			}
			if l.at == len(l.text) {
				l.tokens = append(l.tokens, start)
				return
			}
			l.advance(2)
		default:
			return
		}
	}
}

func (l *lexer) has(s string) bool {
	for i, r := range s { // of ASCII
		if l.at+i >= len(l.text) || l.text[l.at+i] != r {
			return false
		}
	}
	return true
}

func (l *lexer) advance(n int) {
	for range n {
		l.pos.Col++
		if l.text[l.at] == '\n' {
			l.pos.Line, l.pos.Col, l.fresh = l.pos.Line+1, 1, true
		}
		l.at++
	}
}

func (l *lexer) token() {
	n, kind := 1, odd
	r := l.text[l.at]
	switch {
	case isLetter(r):
		n, kind = l.run(func(r rune) bool { return isLetter(r) || isDigit(r) }), word
	case isDigit(r):
		n, kind = l.run(func(r rune) bool { return isDigit(r) || isLetter(r) }), numeral
	case l.has("..."):
		n, kind = 3, sign
	case l.has(".."):
		n, kind = 2, sign
	case strings.ContainsRune("{}()[]<>;:,.=^-", r):
		kind = sign
	}
	l.tokens = append(l.tokens, token{l.pos, kind, string(l.text[l.at : l.at+n]), l.fresh})
	l.fresh = false
	l.advance(n)
}

// run counts the characters from here that are in a class.
func (l *lexer) run(in func(rune) bool) int {
	n := 0
	for l.at+n < len(l.text) && in(l.text[l.at+n]) {
		n++
	}
	return n
}

func isLetter(r rune) bool { return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
