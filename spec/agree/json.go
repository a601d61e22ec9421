package agree

import (
	"encoding/json"
	"io"

	"mlsref/spec/coverage"
	"mlsref/spec/draft"
)

// jsonFormat names the format of the JSON, which changes with its fields.
const jsonFormat = "mlsref-spec-check/1"

type jsonReports struct {
	Format    string       `json:"format"`
	Documents []jsonReport `json:"documents"`
}

type jsonReport struct {
	File        string        `json:"file"`
	Form        draft.Format  `json:"form"`
	Name        string        `json:"name,omitempty"`
	Title       string        `json:"title,omitempty"`
	Whole       bool          `json:"rfc9420"`
	Statements  int           `json:"statements"`
	Definitions int           `json:"definitions"`
	Labels      int           `json:"labels"`
	Registries  int           `json:"registries"`
	Clean       bool          `json:"clean"`
	Findings    []jsonFinding `json:"findings"`
	Known       []jsonFinding `json:"known"`
	NotChecked  []string      `json:"not_checked"`
}

type jsonFinding struct {
	Rule      string          `json:"rule"`
	Level     Level           `json:"level"`
	Line      int             `json:"line"`
	Column    int             `json:"column"`
	Section   string          `json:"section,omitempty"`
	Subject   string          `json:"subject,omitempty"`
	Text      string          `json:"text"`
	Found     string          `json:"found,omitempty"`
	Expected  string          `json:"expected,omitempty"`
	Rules     []string        `json:"rules,omitempty"`
	Functions []coverage.Link `json:"functions,omitempty"`
	Tests     []coverage.Link `json:"tests,omitempty"`
	Lemmas    []coverage.Link `json:"lemmas,omitempty"`
	Points    []int           `json:"points,omitempty"`
	Known     string          `json:"known,omitempty"`
}

// WriteJSON writes reports for programs.
func WriteJSON(w io.Writer, reports []*Report) error {
	all := jsonReports{Format: jsonFormat, Documents: []jsonReport{}}
	for _, r := range reports {
		all.Documents = append(all.Documents, jsonReport{
			File: r.File, Form: r.Format, Name: r.Name, Title: r.Title, Whole: r.Whole, Statements: r.Statements,
			Definitions: r.Definitions, Labels: r.Labels, Registries: r.Registries, Clean: r.Clean(),
			Findings: jsonFindings(r.Findings), Known: jsonFindings(r.Known), NotChecked: r.NotChecked,
		})
	}
	return encode(w, all)
}

func jsonFindings(list []Finding) []jsonFinding {
	all := []jsonFinding{}
	for _, f := range list {
		j := jsonFinding{Rule: f.Rule, Level: f.Level, Line: f.Line, Column: f.Col, Section: f.Section, Subject: f.Subject,
			Text: f.Text, Found: f.Found, Expected: f.Expected, Known: f.Known}
		if e := f.Entry; e != nil {
			j.Rules, j.Functions, j.Tests, j.Lemmas, j.Points = e.Rules, e.Functions, e.Tests, e.Lemmas, e.Points
		}
		all = append(all, j)
	}
	return all
}

// WriteStatements writes the statements of a document.
func WriteStatements(w io.Writer, statements []draft.Statement) error {
	type jsonStatement struct {
		Section string `json:"section"`
		Print   string `json:"print"`
		Keyword string `json:"keyword"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Text    string `json:"text"`
	}
	all := []jsonStatement{}
	for _, s := range statements {
		all = append(all, jsonStatement{s.Section, s.Print, s.Keyword, s.Line, s.Col, s.Text})
	}
	return encode(w, all)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(v)
}
