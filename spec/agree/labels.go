package agree

import (
	"fmt"
	"slices"
	"strings"

	"mlsref/spec"
	"mlsref/spec/draft"
)

// labels compares the text's labels with the code's. A label in a place of RFC 9420
// where the code has another is told with it.
func (r *Report) labels(doc *draft.Document) {
	code := append(spec.Labels(),
		spec.Label{Function: "label =", Text: spec.LabelPrefix, Section: "8"},
		spec.Label{Function: "context.export", Text: spec.ExternalInitLabel, Section: "8.3"})
	seen := make([]bool, len(code))
	var unknown []draft.Label
	for _, l := range doc.Labels() {
		function := takes(l)
		if function == "" {
			continue
		}
		r.Labels++
		i := slices.IndexFunc(code, func(c spec.Label) bool { return c.Function == function && c.Text == l.Text })
		if i < 0 {
			unknown = append(unknown, l)
			continue
		}
		for i, c := range code { // one label may stand in several sections
			seen[i] = seen[i] || c.Function == function && c.Text == l.Text
		}
	}
	for _, l := range unknown {
		f := Finding{Rule: "label-unknown", Level: Error, Line: l.Line, Col: l.Col, Section: l.Section, Subject: l.Text, Found: l.Text,
			Text: fmt.Sprintf("%s takes the label %q, which the code does not have", takes(l), l.Text)}
		if !r.Whole {
			f.Level = Warning
		}
		for i, c := range code {
			if c.Function == takes(l) && c.Section == l.Section && !seen[i] {
				f.Expected, seen[i] = c.Text, true
				f.Text += fmt.Sprintf("; there it has %q", c.Text)
				break
			}
		}
		r.add(f)
	}
	if !r.Whole {
		return
	}
	for i, c := range code {
		if !seen[i] {
			r.add(Finding{Rule: "label-missing", Level: Error, Line: lineOf(doc, c.Section), Col: 1, Section: c.Section, Subject: c.Text, Expected: c.Text,
				Text: fmt.Sprintf("the code gives %s the label %q (§%s), the text does not", c.Function, c.Text, c.Section)})
		}
	}
}

// takes is the function that takes a label, in the words of spec.Labels; "" for a
// string that is no label.
func takes(l draft.Label) string {
	switch name := l.Function; {
	case name == "VerifyWithLabel" && l.Arg == 2:
		return "SignWithLabel"
	case name == "DecryptWithLabel" && l.Arg == 2:
		return "EncryptWithLabel"
	case name == "RefHash" && l.Arg == 1, name == "context.export" && l.Arg == 1, name == "label =":
		return name
	case slices.Contains([]string{"SignWithLabel", "EncryptWithLabel", "ExpandWithLabel", "DeriveSecret", "DeriveTreeSecret"}, name) && l.Arg == 2:
		return name
	case name != "":
		return ""
	case strings.Contains(l.Table, "Signature Label"):
		return "SignWithLabel"
	case strings.Contains(l.Table, "Encryption Label"):
		return "EncryptWithLabel"
	case strings.Contains(l.Table, "Secrets"):
		return "DeriveSecret"
	}
	return ""
}

// lineOf is where a section starts, or the first line.
func lineOf(doc *draft.Document, section string) int {
	for _, s := range doc.Sections {
		if s.Number == section {
			return s.Line
		}
	}
	return 1
}
