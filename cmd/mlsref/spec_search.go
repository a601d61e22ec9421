package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/spec"
)

func specSearchCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "search WORD…",
		Short: "Find rules, statements and subtle points by words or by section",
		Long: `search finds the rules, the statements (in this project's words) and the subtle points
that have all the words, in any case; a word like 7.9.2 is a section, with those below
it. Exit code 1: there are none.`,
		Example: `  mlsref spec search parent hash
  mlsref spec search 7.9.2`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			words := strings.Fields(strings.ToLower(strings.Join(args, " ")))
			if len(words) == 0 {
				return fmt.Errorf("spec search: read nothing, expected words or a section")
			}
			found := 0
			err := page(c.OutOrStdout(), func(out io.Writer, st style) error {
				found = search(checkPage{out, st}, words)
				return nil
			})
			if err == nil && found == 0 {
				return check(fmt.Errorf("%s: no rule, statement or subtle point has all these words", printable(strings.Join(words, " "))))
			}
			return err
		},
	}
}

// search prints what has all the words, and counts it.
func search(p checkPage, words []string) int {
	found := 0
	heading := ""
	hit := func(group, head, text string, sections ...string) {
		if !hasAll(words, head+" "+text, sections) {
			return
		}
		if found++; heading != group {
			if heading != "" {
				fmt.Fprintln(p.out)
			}
			heading = group
			fmt.Fprintf(p.out, "%s\n", p.st.bold(group))
		}
		p.lines(2, head+": "+text)
	}
	for _, r := range spec.Rules() {
		hit("Rules", r.ID, r.Text, r.Section)
	}
	for _, s := range spec.Statements() {
		hit("Statements", fmt.Sprintf("§%s %s %s", s.Section, s.Keyword, s.Print), s.Text, s.Section)
	}
	for _, r := range spec.Readings() {
		hit("Subtle points", fmt.Sprintf("%d. §%s (%s)", r.Point, strings.Join(r.Sections, ", §"), r.Kind), r.Open+" Taken: "+r.Taken, r.Sections...)
	}
	return found
}

// hasAll says whether each word is a section of these, or above one, or in the text.
func hasAll(words []string, text string, sections []string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if number := strings.TrimPrefix(w, "§"); isSection(number) {
			if !below(number, sections) {
				return false
			}
		} else if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// isSection: "7.9.2", "8".
func isSection(w string) bool {
	return w != "" && strings.Trim(w, "0123456789.") == "" && w[0] != '.'
}

func below(number string, sections []string) bool {
	for _, s := range sections {
		if s == number || strings.HasPrefix(s, number+".") {
			return true
		}
	}
	return false
}
