// Package agree holds a text of RFC 9420, or a draft that changes or extends it,
// against the catalogue of statements and against the code: what is new, gone or
// changed, what contradicts the code, and what hangs on it.
package agree

import (
	"cmp"
	"fmt"
	"slices"

	"mlsref/spec"
	"mlsref/spec/coverage"
	"mlsref/spec/draft"
	"mlsref/spec/syntax"
)

// Level says how grave a finding is. A Note alone leaves a text clean.
type Level string

// The levels, as SARIF has them.
const (
	Error   Level = "error"   // the text cannot be read, is wrong, or contradicts the code
	Warning Level = "warning" // a statement is not as the catalogue has it
	Note    Level = "note"
)

// Finding is something that an editor should look at.
type Finding struct {
	Rule      string // one of Rules
	Level     Level
	File      string
	Line, Col int // from 1
	Section   string
	Subject   string // "LeafNode.extensions", a label, a fingerprint
	Text      string // the finding as a sentence
	Found     string // what stands there; may be empty
	Expected  string // what the catalogue or the code has; may be empty
	Entry     *Entry // of a statement in the catalogue
	Known     string // why it is no fault, if that is known
}

// Entry is what the catalogue has of a statement that is gone or changed, and what
// hangs on it.
type Entry struct {
	Statement                spec.Statement
	Points                   []int // the subtle points of its section
	Rules                    []string
	Functions, Tests, Lemmas []coverage.Link // without file and line if the source is not at hand
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", f.File, f.Line, f.Col, f.Rule, f.Text)
}

// Rules are the rules of the findings, and what each demands: those of package syntax,
// and these.
func Rules() map[string]string {
	rules := map[string]string{
		"read":              "the text can be read",
		"statement-new":     "every normative statement has an entry in the catalogue",
		"statement-gone":    "every statement of the catalogue stands in the text",
		"statement-changed": "a statement has the words that the catalogue knows",
		"statement-moved":   "a statement stands in its section",
		"statement-keyword": "a statement has the keyword that the catalogue knows",
		"label-unknown":     "the code uses every label of the text",
		"label-missing":     "the text has every label that the code uses",
		"registry-value":    "a registry has the values that the code has",
		"registry-missing":  "a registry has every value that the code has",
		"registry-extra":    "a registry has no value that the code does not have",
		"registry-title":    "a registry's table is called as the registry",
	}
	for name, demands := range syntax.Rules {
		rules[name] = demands
	}
	return rules
}

// Report is what came of one document.
type Report struct {
	File, Name, Title string
	Format            draft.Format
	Whole             bool // a text of RFC 9420 itself
	Statements        int
	Definitions       int // of the presentation language
	Labels            int
	Registries        int
	Findings          []Finding // in the order of the text
	Known             []Finding // what is known of RFC 9420
	NotChecked        []string  // each a sentence
}

// Clean says that there is nothing but notes.
func (r *Report) Clean() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Level != Note })
}

// Check holds a document against a catalogue and the code. problems are those that
// draft.Read had. Without an index the entries have no files and lines.
func Check(doc *draft.Document, problems []draft.Problem, catalogue []spec.Statement, ix *coverage.Index) *Report {
	r := &Report{File: doc.File, Name: doc.Name, Title: doc.Title, Format: doc.Format}
	for _, p := range problems {
		r.add(Finding{Rule: "read", Level: Error, Line: max(1, p.Line), Col: max(1, p.Col), Text: p.Text})
	}
	statements := doc.Statements()
	r.Statements = len(statements)
	r.Whole = isWhole(doc, statements, catalogue)
	r.statements(doc, statements, catalogue, ix)
	r.syntax(doc, ix)
	r.labels(doc)
	r.registries(doc)
	r.notChecked(len(statements), ix)
	for _, list := range [][]Finding{r.Findings, r.Known} {
		slices.SortStableFunc(list, func(a, b Finding) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
		})
	}
	return r
}

// isWhole says that a text is one of RFC 9420 itself: a quarter of the catalogue's
// statements stand in it word by word, or it has that name.
func isWhole(doc *draft.Document, statements []draft.Statement, catalogue []spec.Statement) bool {
	prints := map[string]bool{}
	for _, s := range statements {
		prints[s.Print] = true
	}
	n := 0
	for _, s := range catalogue {
		if prints[s.Print] {
			n++
		}
	}
	return n > 0 && 4*n >= len(catalogue) || doc.Name == "RFC 9420"
}

func (r *Report) add(f Finding) {
	f.File = r.File
	if f.Known != "" {
		r.Known = append(r.Known, f)
		return
	}
	r.Findings = append(r.Findings, f)
}

func (r *Report) notChecked(statements int, ix *coverage.Index) {
	say := func(what string) { r.NotChecked = append(r.NotChecked, what) }
	if !r.Whole {
		say("this is not a text of RFC 9420: what of it is not repeated here is not missed")
	}
	if statements == 0 {
		say("there are no normative statements")
	}
	if r.Definitions == 0 {
		say("there are no blocks of presentation language")
	}
	if r.Registries == 0 {
		say("there are no registries that the code knows")
	}
	if ix == nil {
		say("the source is not at hand: functions and tests are named without their lines")
	}
	if r.Whole {
		say("errors of the prose, of which mlsref spec points --kind error has those that are known")
	}
	say("prose without a requirement keyword, drawings, pseudocode but for its labels, and the registries' columns beside value and name")
}
