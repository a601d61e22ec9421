package main

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// style is how a text is shown: with or without colour, and how wide. Colour
// only repeats what the words say.
type style struct {
	colour bool
	width  int // columns
}

const (
	plainWidth = 100 // where nobody can say how wide the screen is
	mostWidth  = 120
	leastWidth = 60
)

// styleFor looks at where the text goes: colour is for terminals only, and for
// nobody who has set NO_COLOR (https://no-color.org).
func styleFor(w io.Writer) style {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return style{width: plainWidth}
	}
	s := style{colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", width: plainWidth}
	if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
		s.width = min(max(columns, leastWidth), mostWidth)
	}
	return s
}

func (s style) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string  { return s.paint("1", text) }
func (s style) dim(text string) string   { return s.paint("2", text) }
func (s style) red(text string) string   { return s.paint("1;31", text) }
func (s style) green(text string) string { return s.paint("32", text) }

// fate is a verdict, in its colour.
func (s style) fate(exposed bool) string {
	if exposed {
		return s.red("EXPOSED")
	}
	return s.green("secret")
}

// pad fills a text up to n columns.
func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(0, n-columns(text)))
}

// columns is the width of a text on the screen; paint has none.
func columns(text string) int {
	n := 0
	for i, part := range strings.Split(text, "\x1b[") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		n += utf8.RuneCountInString(part)
	}
	return n
}

// wrap breaks a text into lines of at most n columns, where it has spaces.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= n:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}

// printable replaces what could steer a terminal: a trace may come from anybody.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return '?'
		}
		return r
	}, text)
}
