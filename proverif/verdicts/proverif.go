package verdicts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var queryStart = regexp.MustCompile(`(?m)^(query|noninterf)\b`)

// readProVerif reads the queries of a file and the comments above each one.
func (m *Model) readProVerif(text string) error {
	about, body, ok := strings.Cut(text, "*)")
	if !ok || !strings.HasPrefix(about, "(*") {
		return fmt.Errorf("it does not begin with a comment")
	}
	m.About = strings.TrimSpace(strings.TrimPrefix(about, "(*"))
	for _, at := range queryStart.FindAllStringIndex(body, -1) {
		l := Lemma{Line: strings.Count(about+body[:at[0]], "\n") + 1}
		var found bool
		if l.text, _, found = strings.Cut(body[at[0]:], ".\n"); !found {
			return fmt.Errorf("line %d: the query has no end", l.Line)
		}
		if err := l.describe(commentsAbove(body[:at[0]])); err != nil {
			return err
		}
		if l.Name == "" {
			return fmt.Errorf("line %d: the comment above the query has no line \"name …\"", l.Line)
		}
		m.Lemmas = append(m.Lemmas, l)
	}
	for _, v := range variantBlock.FindAllStringSubmatch(text, -1) {
		if v[1] != v[3] {
			return fmt.Errorf("a block of variant %s has an alternative for %s", v[1], v[3])
		}
		if !slices.Contains(m.Variants, v[1]) {
			m.Variants = append(m.Variants, v[1])
		}
	}
	m.text = text
	return nil
}

// variantBlock is a piece of a ProVerif model that a variant replaces. ProVerif has no
// conditions; what a variant has instead stands in a comment, so that the file is the
// model as it is:
//
//	(*#unless no_tag*)
//	if tag = mac(key, m) then
//	(*#if no_tag
//	#end*)
var variantBlock = regexp.MustCompile(`(?ms)^\(\*#unless (\w+)\*\)\n(.*?)^\(\*#if (\w+)\n(.*?)^#end\*\)\n`)

// proverifVariant is the text of one variant of a model.
func proverifVariant(text, variant string) string {
	return variantBlock.ReplaceAllStringFunc(text, func(block string) string {
		v := variantBlock.FindStringSubmatch(block)
		if v[1] != variant {
			return block
		}
		return v[4]
	})
}

// commentsAbove returns the comments that end a text, one after the other, up to an empty
// line.
func commentsAbove(text string) string {
	all := ""
	for {
		inside, ok := strings.CutSuffix(strings.TrimRightFunc(text, unicode.IsSpace), "*)")
		if !ok {
			return all
		}
		above := 0 // where the comment above ends
		if i := strings.LastIndex(inside, "*)"); i >= 0 {
			above = i + len("*)")
		}
		begin := strings.Index(inside[above:], "(*")
		if begin < 0 {
			return all
		}
		all = inside[above+begin+len("(*"):] + "\n" + all
		text = text[:above+begin]
		if strings.HasSuffix(text, "\n\n") {
			return all
		}
	}
}

// proverifAnswers reads the summary at the end of ProVerif's output. It lists queries by
// their text, equivalences before the others: these are found by the name of their
// secret, and the others by their order, with the same events in both texts.
func proverifAnswers(output string, lemmas []Lemma) (map[string]Answered, error) {
	_, summary, ok := strings.Cut(output, "\nVerification summary:\n")
	if !ok {
		return nil, fmt.Errorf("ProVerif gave no summary")
	}
	summary, _, _ = strings.Cut(summary, "\n-----")
	var lines []string
	for line := range strings.Lines(summary) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) != len(lemmas) {
		return nil, fmt.Errorf("ProVerif answered %d queries, the model has %d", len(lines), len(lemmas))
	}
	answers := map[string]Answered{}
	for _, l := range lemmas {
		at := slices.IndexFunc(lines, func(line string) bool { return answersQuery(line, l.text) })
		if at < 0 {
			return nil, fmt.Errorf("ProVerif gave no answer to query %s", l.Name)
		}
		answers[l.Name] = Answered{Lemma: l.Name, Verdict: proverifAnswer(lines[at], l.Exists)}
		lines = slices.Delete(lines, at, at+1)
	}
	return answers, nil
}

var (
	secretQuery = regexp.MustCompile(`^query secret (\w+)`)
	noninterf   = regexp.MustCompile(`^noninterf (\w+)`)
	eventName   = regexp.MustCompile(`event\((\w+)`)
)

func answersQuery(line, query string) bool {
	if s := secretQuery.FindStringSubmatch(query); s != nil {
		return strings.HasPrefix(line, "Query secret "+s[1]+" ")
	}
	if n := noninterf.FindStringSubmatch(query); n != nil {
		return strings.HasPrefix(line, "Non-interference "+n[1]+" ")
	}
	if !strings.HasPrefix(line, "Query ") || strings.HasPrefix(line, "Query secret ") {
		return false
	}
	return slices.Equal(eventsOf(line), eventsOf(query))
}

func eventsOf(text string) []string {
	var events []string
	for _, e := range eventName.FindAllStringSubmatch(text, -1) {
		events = append(events, e[1])
	}
	return events
}

// proverifAnswer reads the end of a line. A query that asks whether something can
// happen is answered for its negation.
func proverifAnswer(line string, exists bool) Answer {
	yes, no := Verified, Falsified
	if exists {
		yes, no = no, yes
	}
	switch {
	case strings.HasSuffix(line, " is true."):
		return yes
	case strings.HasSuffix(line, " is false."):
		return no
	}
	return Unknown
}

var proverifVersionLine = regexp.MustCompile(`Proverif ([0-9.a-z]+)\.`)

func proverifVersion(output string) string {
	if v := proverifVersionLine.FindStringSubmatch(output); v != nil {
		return strings.TrimSuffix(v[1], ".")
	}
	return ""
}
