package campaign

import (
	"regexp"
	"slices"
	"strings"

	"mlsref/props"
	"mlsref/spec"
	"mlsref/trace"
)

// The parts of a failure's text that say what is the same in others.
var (
	panicPlace = regexp.MustCompile(`(?s)panic: .*, (outside of impl/|impl/[^\s,;)]*)`)
	ruleID     = regexp.MustCompile(`\b[0-9]+(?:\.[0-9]+)*/[a-z0-9-]+`)
)

// The parts that differ in failures that are the same.
var (
	quotedWord = regexp.MustCompile(`"[^"]*"`)
	hexWord    = regexp.MustCompile(`\b[0-9a-f]{8,}\b`)
	stateWord  = regexp.MustCompile(`\b(?:room|group[0-9]+)\b\S*`)
	clientWord = regexp.MustCompile(`\b(?:` + strings.Join(append(trace.People(), trace.Attacker), "|") + `)\b`)
	number     = regexp.MustCompile(`[0-9]+`)
)

// Finding names what failed, so that failures with one cause have one name: the property,
// and with it the place of a panic, the rules, or else the text without names and numbers.
func Finding(f props.Failure) string {
	if m := panicPlace.FindStringSubmatch(f.Text); m != nil {
		return f.Property + ": panic, " + m[1]
	}
	if f.Key != "" {
		return f.Property + ": " + f.Key
	}
	if rules := rulesIn(f.Text); len(rules) > 0 {
		return f.Property + ": " + strings.Join(rules, ", ")
	}
	text := quotedWord.ReplaceAllString(f.Text, `"…"`)
	for _, part := range []*regexp.Regexp{hexWord, stateWord, clientWord, number} {
		text = part.ReplaceAllString(text, "…")
	}
	if short := []rune(text); len(short) > 200 {
		text = string(short[:200])
	}
	return f.Property + ": " + text
}

// rulesIn are the IDs of rules in a text, in their order, each once.
func rulesIn(text string) []string {
	var rules []string
	for _, id := range ruleID.FindAllString(text, -1) {
		if knownRules[id] && !slices.Contains(rules, id) {
			rules = append(rules, id)
		}
	}
	return rules
}

var knownRules = func() map[string]bool {
	known := map[string]bool{}
	for _, r := range spec.Rules() {
		known[r.ID] = true
	}
	return known
}()
