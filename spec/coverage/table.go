package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mlsref/spec"
)

// several are the rules that more than one function finds broken, and why. All
// others have exactly one.
var several = map[string]string{
	"5.3.1/credential-type": "each kind of check knows its own type",
	"5.3.1/identity-kept":   "each kind of credential has an identity of its own",
	"5.3.1/x509-path":       "what would cost too much is refused before it is verified",
	"6.1/signature":         "layer 1 finds that there is no key, layer 3 that it is the wrong one",
	"6.3.2/leaf-index":      "layer 3 sees the size of the tree only, layer 1 its leaves; a proposal that somebody relays was not framed",
	"12.4.3.1/cipher-suite": "the Welcome has one outside and one inside",
	"12.4.3.1/decrypts":     "the Welcome has two ciphertexts",
	"12.4.3.2/path":         "without a path there is no key for the signature, which is verified before the list",
}

// Line is one rule with its code and its tests.
type Line struct {
	Rule      *spec.Rule
	Functions []string
	Tests     []string
	Why       string // there are several functions
}

// Lines is the table of all rules, in the order of the RFC's sections.
func (ix *Index) Lines() []Line {
	variable := ix.variables()
	var lines []Line
	for _, r := range spec.Rules() {
		v := variable[r.ID]
		lines = append(lines, Line{Rule: r, Functions: ix.Finders(v), Tests: ix.Expecting(v), Why: several[r.ID]})
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return CompareSections(a.Rule.Section, b.Rule.Section) })
	return lines
}

// variables maps a rule's ID to its variable.
func (ix *Index) variables() map[string]string {
	ids := map[string]string{}
	for v, id := range ix.Rules {
		ids[id] = v
	}
	return ids
}

// Gaps lists what is missing between rules, code and tests.
func (ix *Index) Gaps() []string {
	var gaps []string
	for _, l := range ix.Lines() {
		switch {
		case len(l.Functions) == 0:
			gaps = append(gaps, fmt.Sprintf("%s: no function finds it broken", l.Rule.ID))
		case len(l.Functions) > 1 && l.Why == "":
			gaps = append(gaps, fmt.Sprintf("%s: several functions find it broken (%s): give it one, or a reason in spec/coverage",
				l.Rule.ID, strings.Join(l.Functions, ", ")))
		case len(l.Functions) == 1 && l.Why != "":
			gaps = append(gaps, fmt.Sprintf("%s: one function finds it broken, the reason for several is stale", l.Rule.ID))
		}
		if len(l.Tests) == 0 {
			gaps = append(gaps, fmt.Sprintf("%s: no negative test expects it", l.Rule.ID))
		}
	}
	return gaps
}

// CompareSections puts 7.9.2 before 10 and D after all numbers.
func CompareSections(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	return slices.CompareFunc(x, y, func(a, b string) int {
		m, errM := strconv.Atoi(a)
		n, errN := strconv.Atoi(b)
		if errM != nil || errN != nil {
			return cmp.Compare(a, b)
		}
		return cmp.Compare(m, n)
	})
}
