package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/cmd/mlsref/inspect"
	"mlsref/props/insider"
	"mlsref/spec"
	"mlsref/spec/agree"
	"mlsref/spec/coverage"
	"mlsref/trace"
)

func specRuleCommand() *cobra.Command {
	var list bool
	var source string
	c := &cobra.Command{
		Use:   "rule ID",
		Short: "Show a rule or statement, its code and tests, and a message that breaks it",
		Long: `rule shows a rule of RFC 9420 by its ID, or a statement by its fingerprint: the
statements that rest on it, the code, the tests, the lemmas; and for a rule a message of
a small group that breaks it, decoded, with the answer of the implementation.`,
		Example: `  mlsref spec rule 7.3/source
  mlsref spec rule --list`,
		Args: func(_ *cobra.Command, args []string) error {
			if list == (len(args) == 1) || len(args) > 1 {
				return errors.New("spec rule: expected one ID, or --list alone, which names them")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if list {
				return page(c.OutOrStdout(), func(out io.Writer, st style) error {
					for _, r := range spec.Rules() {
						checkPage{out, st}.lines(0, r.ID+" "+r.Text)
					}
					return nil
				})
			}
			ix, err := indexIfThere(c, source)
			if err != nil {
				return err
			}
			return tellRule(c.OutOrStdout(), args[0], ix)
		},
	}
	c.Flags().BoolVar(&list, "list", false, "list all rules")
	sourceFlag(c, &source)
	return c
}

var fingerprint = regexp.MustCompile(`^[0-9a-f]{12}$`)

func tellRule(stdout io.Writer, id string, ix *coverage.Index) error {
	if fingerprint.MatchString(id) {
		return tellStatements(stdout, id, ix)
	}
	i := slices.IndexFunc(spec.Rules(), func(r *spec.Rule) bool { return strings.EqualFold(r.ID, id) })
	if i < 0 {
		return fmt.Errorf("%s: no rule has this ID; nearest: %s; mlsref spec rule --list names all", printable(id), strings.Join(nearest(id), ", "))
	}
	rule := spec.Rules()[i]
	return page(stdout, func(out io.Writer, st style) error {
		p := checkPage{out, st}
		fmt.Fprintf(out, "%s  RFC 9420 §%s\n", st.bold(rule.ID), rule.Section)
		p.lines(2, rule.Text)
		resting := statementsOf(rule)
		p.ruleLinks(rule, resting, ix)
		if len(resting) > 0 {
			fmt.Fprintf(out, "\n%s\n", st.bold("Statements that rest on it"))
			for _, s := range resting {
				p.lines(2, fmt.Sprintf("§%s %s %s  %s", s.Section, s.Keyword, s.Print, s.Text))
			}
		}
		fmt.Fprintf(out, "\n%s\n", st.bold("A message that breaks it"))
		return p.sample(rule)
	})
}

func statementsOf(rule *spec.Rule) []spec.Statement {
	var resting []spec.Statement
	for _, s := range spec.Statements() {
		if slices.Contains(s.Rules, rule) {
			resting = append(resting, s)
		}
	}
	return resting
}

// ruleLinks prints the code and the tests of a rule, and what its statements name.
func (p checkPage) ruleLinks(rule *spec.Rule, resting []spec.Statement, ix *coverage.Index) {
	var positive, lemmas []string
	for _, s := range resting {
		positive, lemmas = append(positive, s.Positive...), append(lemmas, s.Lemmas...)
	}
	if ix == nil {
		p.lines(2, "code: "+errNoSource.Error())
		p.links("positive tests: ", named(positive, nil))
		p.links("lemmas: ", named(lemmas, nil))
		return
	}
	variable := ""
	for v, id := range ix.Rules {
		if id == rule.ID {
			variable = v
		}
	}
	var code []coverage.Link
	for _, s := range ix.Sites {
		if s.Rule == variable {
			code = append(code, coverage.Link{Name: s.Function, File: s.File, Line: s.Line})
		}
	}
	p.links("code: ", code)
	var negative []coverage.Link
	for _, name := range ix.Expecting(variable) {
		negative = append(negative, coverage.Link{Name: name, File: ix.Tests[name].File, Line: ix.Tests[name].Line})
	}
	p.links("negative tests: ", negative)
	p.links("positive tests: ", named(positive, ix))
	var verdicts []string
	for _, name := range unique(lemmas) {
		verdicts = append(verdicts, lemmaText(name, ix))
	}
	if len(verdicts) > 0 {
		p.lines(6, "lemmas: "+strings.Join(verdicts, ", "))
	}
}

func unique(names []string) []string {
	var once []string
	for _, n := range names {
		if !slices.Contains(once, n) {
			once = append(once, n)
		}
	}
	return once
}

// named are tests of any kind, with their places if the source is at hand.
func named(names []string, ix *coverage.Index) []coverage.Link {
	var links []coverage.Link
	for _, name := range unique(names) {
		l := coverage.Link{Name: name}
		if ix != nil {
			from, key := ix.Tests, name
			if rest, ok := strings.CutPrefix(name, "props:"); ok {
				from, key = ix.Properties, rest
			} else if rest, ok := strings.CutPrefix(name, "vectors:"); ok {
				from, key = ix.Vectors, rest
			}
			l.File, l.Line = from[key].File, from[key].Line
		}
		links = append(links, l)
	}
	return links
}

// lemmaText is a lemma with its place and verdict.
func lemmaText(name string, ix *coverage.Index) string {
	l, ok := ix.Lemmas[name]
	switch {
	case !ok:
		return name
	case l.Proves:
		return fmt.Sprintf("%s (%s:%d): proved", name, l.File, l.Line)
	}
	return fmt.Sprintf("%s (%s:%d): %s", name, l.File, l.Line, l.Why)
}

// sample prints a message that breaks the rule, decoded as inspect does, and the answer.
func (p checkPage) sample(rule *spec.Rule) error {
	if why := insider.Excused(rule); why != "" {
		p.lines(2, "none: "+why)
		return nil
	}
	s, err := insider.SampleOf(rule)
	if err != nil {
		return err
	}
	p.lines(2, fmt.Sprintf("made by an insider with %s (the story: %s)", s.What, s.Story))
	answer := "none: it is accepted"
	if s.Answer != nil {
		answer = s.Answer.Error()
	}
	p.lines(2, "the answer: "+answer)
	fmt.Fprintln(p.out)
	f, err := inspect.Of(s.Bytes, "")
	if err != nil {
		return err
	}
	f.Form = inspect.FormBinary
	f.Print(p.out, inspectStyle{p.st}, false)
	return nil
}

// tellStatements shows the statements of a fingerprint: the same words may stand in two
// sections.
func tellStatements(stdout io.Writer, id string, ix *coverage.Index) error {
	var found []spec.Statement
	for _, s := range spec.Statements() {
		if s.Print == id {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("%s: no statement of the catalogue has this fingerprint; mlsref spec search finds them by words or section", id)
	}
	return page(stdout, func(out io.Writer, st style) error {
		for _, s := range found {
			p := checkPage{out, st}
			fmt.Fprintf(out, "%s  %s %s, bound: %s, layer: %s\n", st.bold("§"+s.Section), s.Keyword, s.Print, s.Subject, s.Layer)
			p.lines(2, s.Text)
			p.hanging(agree.EntryOf(s, ix))
		}
		return nil
	})
}

// nearest are the three IDs that are most like one that is none.
func nearest(id string) []string {
	const longest = 60 // longer than any ID
	section, word, both := strings.Cut(strings.ToLower(id[:min(longest, len(id))]), "/")
	far := map[string]int{}
	var ids []string
	for _, r := range spec.Rules() {
		s, w, _ := strings.Cut(r.ID, "/")
		if both {
			far[r.ID] = trace.Edits(section, s) + trace.Edits(word, w)
		} else {
			far[r.ID] = min(trace.Edits(section, s), trace.Edits(section, w))
		}
		for part := range strings.SplitSeq(word+"-"+section, "-") {
			if len(part) > 3 && strings.Contains(w, part) {
				far[r.ID] -= len(part)
			}
		}
		ids = append(ids, r.ID)
	}
	sort.SliceStable(ids, func(i, j int) bool { return far[ids[i]] < far[ids[j]] })
	return ids[:min(3, len(ids))]
}
