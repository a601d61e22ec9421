package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (l *line) next() word {
	w := l.words[0]
	l.words, l.last = l.words[1:], w.text
	return w
}

// peek is the next bare word, or "".
func (l *line) peek() string {
	if len(l.words) == 0 || l.words[0].quoted {
		return ""
	}
	return l.words[0].text
}

// ended explains that the line stops too early.
func (l *line) ended(expected string) string {
	return fmt.Sprintf("the line ends after %q, expected %s", l.last, expected)
}

func (l *line) oneOf(choices ...string) string {
	if len(l.words) == 0 {
		return l.ended(list(choices))
	}
	if w := l.words[0]; w.quoted || !slices.Contains(choices, w.text) {
		return unexpected(w.raw, "", choices)
	}
	l.next()
	return ""
}

func (l *line) number(what string, bits int) (uint64, string) {
	if len(l.words) == 0 {
		return 0, l.ended(what)
	}
	w := l.next()
	n, err := strconv.ParseUint(w.raw, 10, bits)
	if err != nil {
		return 0, fmt.Sprintf("read %s, expected %s: a number from 0 to %d", clip(w.raw), what, uint64(1)<<(bits-1)-1+uint64(1)<<(bits-1))
	}
	return n, ""
}

func (l *line) name(to *string, what string) string {
	if len(l.words) == 0 {
		return l.ended("a name: " + what)
	}
	w := l.next()
	*to = w.text
	return checkName(w)
}

// names reads one name or more, up to a modifier or the end of the line.
func (l *line) names(to *[]string, what string) string {
	for len(*to) == 0 || len(l.words) > 0 && !slices.Contains(modifier, l.peek()) {
		var name string
		if msg := l.name(&name, what); msg != "" {
			return msg
		}
		if slices.Contains(*to, name) {
			return fmt.Sprintf("%s is named twice", name)
		}
		*to = append(*to, name)
	}
	return ""
}

// count reads a number from 0 into an int.
func (l *line) count(to *int, what string) string {
	n, msg := l.number(what, 31)
	*to = int(n)
	return msg
}

// numbered reads the number of a message or an attack.
func (l *line) numbered(to *int, what string) string {
	msg := l.count(to, "the number of the "+what)
	if msg == "" && *to == 0 {
		return what + "s are counted from 1, read 0"
	}
	return msg
}

func (l *line) quoted(to *string, what string) string {
	want := what + ", in double quotes, at least one byte"
	if len(l.words) == 0 {
		return l.ended(want)
	}
	w := l.next()
	if !w.quoted || w.text == "" {
		return fmt.Sprintf("read %s, expected %s", clip(w.raw), want)
	}
	*to = w.text
	return ""
}

// checkName holds names to letters, digits and _, so that they can stand in
// a prover's file as they are.
func checkName(w word) string {
	ok := !w.quoted && w.text != "" && len(w.text) <= maxName
	for i, c := range w.text {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		ok = ok && (letter || i > 0 && (c >= '0' && c <= '9' || c == '_'))
	}
	if !ok {
		return fmt.Sprintf("read %s, expected a name: a letter, then letters, digits or _, at most %d", clip(w.raw), maxName)
	}
	if slices.Contains(reserved, w.text) || slices.Contains(verbs, w.text) {
		return fmt.Sprintf("read %q, expected a name, and this word of the language cannot be one", w.text)
	}
	return ""
}

// unexpected says what was read, what could have stood there, and which of
// these was probably meant.
func unexpected(read, expected string, choices []string) string {
	msg := "read " + clip(read) + ", expected "
	if expected != "" {
		msg += expected + " "
	}
	msg += list(choices)
	if near := nearest(read, choices); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	return msg
}

// list is `a`, `a or b`, `a, b or c`.
func list(choices []string) string {
	if len(choices) == 1 {
		return choices[0]
	}
	last := len(choices) - 1
	return strings.Join(choices[:last], ", ") + " or " + choices[last]
}

// clip quotes a word as it was read, cut to a length that fits a message.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	if strings.HasPrefix(s, `"`) {
		return s
	}
	return strconv.Quote(s)
}

// nearest is the choice that is at most two edits away, and no more than half
// of its letters; or "".
func nearest(read string, choices []string) string {
	best, bestAt := "", 3
	for _, c := range choices {
		if len(read) > 2*len(c) {
			continue
		}
		if d := Edits(strings.ToLower(read), strings.ToLower(c)); d < bestAt && 2*d <= len(c) {
			best, bestAt = c, d
		}
	}
	return best
}

// Edits is the Levenshtein distance of two words, but the first two letters
// that changed places count once.
func Edits(a, b string) int {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		return 1 + Edits(a[2:], b[2:])
	}
	return levenshtein(a, b)
}

func levenshtein(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Words are those that the language itself has, but for such as stand only inside of an
// expectation; sorted.
func Words() []string {
	all := slices.Concat(reserved, verbs)
	for _, v := range []Verb{VerbProposesAdd, VerbProposesRemove, VerbProposesPSK, VerbProposesLabel, VerbProposesReInit, VerbOffline, VerbOnline} {
		all = append(all, string(v))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
