package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/spec"
	"mlsref/spec/agree"
	"mlsref/spec/coverage"
	"mlsref/spec/draft"
)

var checkFormats = []string{"text", "json", "sarif"}

func specCheckCommand() *cobra.Command {
	var format, source string
	var list bool
	c := &cobra.Command{
		Use:   "check FILE…",
		Short: "Hold an RFC or Internet-Draft against the catalogue and the code",
		Long: `check reads RFC 9420, or a draft that changes or extends it, in kramdown-rfc
Markdown, xml2rfc v3 XML or plain text. It says which normative statements are new,
gone or changed, and what hangs on them; parses the presentation language, checks it
and compares it with the structs of the code; and compares labels and registries.
What is known of RFC 9420 is listed as such, and does not count.

Exit code 0: nothing found; 1: something was; 2: a file is no such document.`,
		Example: `  mlsref spec check draft-ietf-mls-protocol.md
  mlsref spec check rfc9420.txt --format sarif > findings.sarif
  mlsref spec check draft.xml --statements`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("spec check: expected a FILE: an RFC or Internet-Draft in Markdown, XML or plain text")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOf("--format", format, checkFormats); err != nil {
				return err
			}
			if list && format == "sarif" {
				return errors.New("--statements: expected --format text or json")
			}
			docs, err := readDrafts(args)
			if err != nil {
				return err
			}
			if list {
				return page(c.OutOrStdout(), func(out io.Writer, st style) error { return listStatements(out, st, docs, format) })
			}
			ix, err := indexIfThere(c, source)
			if err != nil {
				return err
			}
			return checkDrafts(c.OutOrStdout(), docs, ix, format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "write `FORMAT`: "+strings.Join(checkFormats, ", "))
	c.Flags().BoolVar(&list, "statements", false, "only list the statements: section, fingerprint, keyword, sentence")
	sourceFlag(c, &source)
	return c
}

// readDraft is a document with what could not be read of it.
type readDraft struct {
	*draft.Document
	problems []draft.Problem
}

// readDrafts reads all files. One of which nothing can be read is an error.
func readDrafts(files []string) ([]readDraft, error) {
	var docs []readDraft
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			f.Close()
			return nil, fmt.Errorf("%s: is a directory, expected an RFC or Internet-Draft", printable(name))
		}
		doc, problems := draft.Read(name, f)
		f.Close()
		if len(doc.Sections) == 0 {
			if len(problems) > 0 {
				return nil, problems[0]
			}
			return nil, draft.Problem{File: printable(name), Line: 1, Col: 1, Text: "no section; expected an RFC or Internet-Draft in Markdown, XML or plain text"}
		}
		docs = append(docs, readDraft{doc, problems})
	}
	return docs, nil
}

func checkDrafts(stdout io.Writer, docs []readDraft, ix *coverage.Index, format string) error {
	var reports []*agree.Report
	var complaints []error
	for _, d := range docs {
		r := agree.Check(d.Document, d.problems, spec.Statements(), ix)
		reports = append(reports, r)
		if !r.Clean() {
			complaints = append(complaints, fmt.Errorf("%s: %s", printable(r.File), count(faults(r), "finding")))
		}
	}
	err := page(stdout, func(out io.Writer, st style) error {
		switch format {
		case "json":
			return agree.WriteJSON(out, reports)
		case "sarif":
			return agree.WriteSARIF(out, reports)
		}
		for i, r := range reports {
			if i > 0 {
				fmt.Fprintln(out)
			}
			checkPage{out, st}.report(r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(complaints) > 0 {
		return checkFailed(complaints)
	}
	return nil
}

// faults are the findings that are more than notes.
func faults(r *agree.Report) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level != agree.Note {
			n++
		}
	}
	return n
}

func listStatements(out io.Writer, st style, docs []readDraft, format string) error {
	if format == "json" {
		var all []draft.Statement
		for _, d := range docs {
			all = append(all, d.Statements()...)
		}
		return agree.WriteStatements(out, all)
	}
	for _, d := range docs {
		for _, s := range d.Statements() {
			fmt.Fprintf(out, "%s %s %s %s\n", st.bold("§"+s.Section), s.Print, s.Keyword, printable(s.Text))
		}
	}
	return nil
}
