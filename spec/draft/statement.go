package draft

import (
	"regexp"
	"strings"
)

// Statement is one normative statement.
type Statement struct {
	Section   string
	Line, Col int
	Keyword   string // of BCP 14, or "item" for an item of a list of checks or steps
	Text      string
	Print     string // Print(Text)
}

// ItemKeyword is the Keyword of a list item that is normative though it has no
// keyword of BCP 14.
const ItemKeyword = "item"

var (
	keyword = regexp.MustCompile(`\b(MUST NOT|MUST|SHALL NOT|SHALL|SHOULD NOT|SHOULD|NOT RECOMMENDED|RECOMMENDED|REQUIRED|MAY|OPTIONAL)\b`)
	// bcp14 is the sentence that introduces the keywords.
	bcp14 = regexp.MustCompile(`(?i)\bkey ?words\b.*\binterpreted\b`)
	// checks are the words of a sentence that introduces a list of checks.
	checks = regexp.MustCompile(`(?i)\b(verif(y|ies|ied|ying)|validat(e|es|ed|ing)|check(s|ed|ing)?)\b`)
	// lists are those that do so wherever they stand in the paragraph.
	lists = regexp.MustCompile(`(?i)\b(following\s+(steps|conditions|criteria|checks|rules|requirements)|(in)?valid\s+if|rejected\s+if)\b`)
)

// verify is how a check begins that is an item of another list.
var verify = regexp.MustCompile(`(^|, |: |\band )([Vv]erify|[Cc]heck|[Vv]alidate) (that|the|whether)\b`)

// strength orders the keywords: of several in one sentence the strongest names
// the statement, and the first of equal ones.
var strength = map[string]int{
	"MUST": 3, "MUST NOT": 3, "SHALL": 3, "SHALL NOT": 3, "REQUIRED": 3,
	"SHOULD": 2, "SHOULD NOT": 2, "RECOMMENDED": 2, "NOT RECOMMENDED": 2,
	"MAY": 1, "OPTIONAL": 1,
}

// strongest gives a sentence's keyword, "" if it has none.
func strongest(sentence string) string {
	if bcp14.MatchString(sentence) {
		return ""
	}
	best := ""
	for _, k := range keyword.FindAllString(sentence, -1) {
		if strength[k] > strength[best] {
			best = k
		}
	}
	return best
}

// Statements gives the document's normative statements in its order.
//
// A statement is a sentence with a keyword of BCP 14, wherever it stands but in
// code and tables. An item of a list of checks or steps is one without a
// keyword: its sentences up to the first that has one, which is a statement of
// its own. What follows in the item is commentary.
//
// A list is one of checks or steps if the paragraph before it says so or states
// a requirement, or if the list that it is part of is one, or if a code block
// parts it from one. In other lists an item that says "verify that" is one.
func (d *Document) Statements() []Statement {
	var out []Statement
	var ctx listContext
	for i := range d.Blocks {
		b := &d.Blocks[i]
		switch b.Kind {
		case Code, Table, Term:
			continue
		}
		item := ctx.enter(b)
		out = append(out, b.statements(item)...)
	}
	return out
}

// statements gives those of one paragraph. item says that the paragraph is
// part of a list of checks.
func (b *Block) statements(item bool) []Statement {
	var out []Statement
	add := func(word string, from, to int) {
		text := b.Text[from:to]
		line, col := at(b.marks, from)
		out = append(out, Statement{b.Section, line, col, word, text, Print(text)})
	}
	parts := sentences(b.Text)
	first := len(parts)
	for i, s := range parts {
		if strongest(b.Text[s[0]:s[1]]) != "" {
			first = i
			break
		}
	}
	if item && first > 0 {
		add(ItemKeyword, parts[0][0], parts[first-1][1])
	}
	for _, s := range parts[first:] {
		if word := strongest(b.Text[s[0]:s[1]]); word != "" {
			add(word, s[0], s[1])
		}
	}
	return out
}

// listContext remembers which open lists are lists of checks. Entry i is the
// list at depth i+1.
type listContext struct {
	section string
	checks  []bool
}

// enter takes the next paragraph and says whether it is an item of a list of
// checks.
func (c *listContext) enter(b *Block) bool {
	if b.Section != c.section {
		*c = listContext{section: b.Section}
	}
	for len(c.checks) <= b.Depth {
		c.checks = append(c.checks, false)
	}
	c.checks = c.checks[:b.Depth+1]
	within := b.Depth > 0 && c.checks[b.Depth-1]
	// checks[Depth] is for a list below this paragraph.
	c.checks[b.Depth] = within || introduces(b.Text)
	if b.Kind != Item && b.Kind != Definition {
		return false
	}
	return within || verify.MatchString(b.Text)
}

// introduces says whether the list after this paragraph is one of checks: the
// paragraph has a phrase of lists, or it ends in a colon and one of its last
// two sentences speaks of checking or has a keyword.
func introduces(text string) bool {
	if lists.MatchString(text) {
		return true
	}
	parts := sentences(text)
	if !strings.HasSuffix(text, ":") || len(parts) == 0 {
		return false
	}
	last := text[parts[max(0, len(parts)-2)][0]:]
	return checks.MatchString(last) || strongest(last) != ""
}
