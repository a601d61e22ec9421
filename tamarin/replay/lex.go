package replay

import (
	"fmt"
	"regexp"
	"strings"
)

type token struct {
	text string
	line int
}

var words = regexp.MustCompile(`^(?:"[^"]*"|'[^']*'|--\[|\]->|-->|[A-Za-z0-9_][A-Za-z0-9_-]*|[\[\](),<>=:!~$/])`)

// lex takes a model's text apart, without its comments, and without the parts that
// an #ifdef leaves out.
func lex(text string, defined map[string]bool) ([]token, error) {
	text = blankComments(text)
	var tokens []token
	var keep []bool // of the #ifdefs around a line
	inString := false
	for number, line := range strings.Split(text, "\n") {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "#"); ok && !inString {
			var err error
			if keep, err = directive(keep, rest, defined); err != nil {
				return nil, fmt.Errorf("line %d: %w", number+1, err)
			}
			continue
		}
		for _, k := range keep {
			if !k {
				line = ""
			}
		}
		for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
			if quote := strings.IndexByte(line, '"'); inString || quote == 0 {
				// A lemma's formula: nothing here reads it.
				if inString {
					quote = -1
				}
				end := strings.IndexByte(line[quote+1:], '"')
				if inString = end < 0; inString {
					break
				}
				line = line[quote+1+end+1:]
				tokens = append(tokens, token{`"`, number + 1})
				continue
			}
			word := words.FindString(line)
			if word == "" {
				return nil, fmt.Errorf("line %d: %q is not understood", number+1, line)
			}
			tokens = append(tokens, token{word, number + 1})
			line = line[len(word):]
		}
	}
	if len(keep) > 0 {
		return nil, fmt.Errorf("an #ifdef has no #endif")
	}
	return tokens, nil
}

func directive(keep []bool, text string, defined map[string]bool) ([]bool, error) {
	fields := strings.Fields(text)
	switch {
	case len(fields) == 2 && fields[0] == "ifdef":
		return append(keep, defined[fields[1]]), nil
	case len(fields) == 1 && fields[0] == "else" && len(keep) > 0:
		keep[len(keep)-1] = !keep[len(keep)-1]
		return keep, nil
	case len(fields) == 1 && fields[0] == "endif" && len(keep) > 0:
		return keep[:len(keep)-1], nil
	}
	return nil, fmt.Errorf("#%s is not understood", text)
}

var comments = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)

// blankComments drops the comments, but not their line breaks.
func blankComments(text string) string {
	return comments.ReplaceAllStringFunc(text, func(c string) string {
		return strings.Repeat("\n", strings.Count(c, "\n"))
	})
}
