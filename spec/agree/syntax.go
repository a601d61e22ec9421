package agree

import (
	"slices"
	"strings"
	"sync"

	"mlsref/impl/wire"
	"mlsref/spec/coverage"
	"mlsref/spec/draft"
	"mlsref/spec/syntax"
)

// syntax parses the blocks of presentation language, checks them, and holds them
// against the code's schema. A block that does not parse leaves the others.
func (r *Report) syntax(doc *draft.Document, ix *coverage.Index) {
	m := &syntax.Module{}
	var findings []syntax.Finding
	blocks := 0
	for _, b := range doc.Blocks {
		if !isPresentation(&b) {
			continue
		}
		blocks++
		defs, problems := syntax.Parse(doc.File, b.Line, strings.Join(b.Lines, "\n"))
		for i := range problems {
			problems[i].Col += max(0, b.Col-1)
		}
		m.Definitions, findings = append(m.Definitions, defs...), append(findings, problems...)
	}
	if r.Definitions = len(m.Definitions); blocks == 0 {
		return
	}
	broken := len(findings) > 0
	findings = append(append(findings, m.Check()...), m.Compare(syntax.Kinds())...)
	var known []syntax.Explained
	if r.Whole {
		findings, known = syntax.Explain(doc.File, findings, syntax.RFC9420)
	}
	for _, f := range findings {
		if !r.Whole && besides(m, f) || broken && f.Rule == "stale" { // it may lie in a broken block
			continue
		}
		r.add(r.syntaxFinding(doc, f, ix, broken))
	}
	for _, k := range known {
		f := r.syntaxFinding(doc, k.Finding, nil, false)
		f.Known = k.Reason
		r.add(f)
	}
}

func (r *Report) syntaxFinding(doc *draft.Document, f syntax.Finding, ix *coverage.Index, broken bool) Finding {
	to := Finding{Rule: f.Rule, Level: Error, Line: max(1, f.Line), Col: max(1, f.Col), Section: sectionAt(doc, f.Line),
		Subject: f.Subject, Text: f.Text, Found: f.Found, Expected: f.Expected}
	if section := wire.SectionOf(f.Subject); f.Rule == "compare-struct" && f.Line <= 1 && section != "" {
		to.Line, to.Section = lineOf(doc, section), section // where it is missing
	}
	switch {
	case f.Rule == "stale":
		to.Level = Note
	case broken && (f.Rule == "undefined" || f.Rule == "compare-struct"):
		to.Level = Warning // likely for the block that does not parse
	}
	name, _, _ := strings.Cut(f.Subject, ".")
	if ix != nil {
		if fn, ok := ix.Functions["wire."+name+".Wire"]; ok {
			to.Entry = &Entry{Functions: []coverage.Link{{Name: "wire." + name + ".Wire", File: fn.File, Line: fn.Line}}}
		}
	}
	return to
}

// besides says that a finding does not count in a document that is not RFC 9420
// itself: that leaves out what it does not change, uses what it does not repeat, and
// has structs of its own.
func besides(m *syntax.Module, f syntax.Finding) bool {
	switch f.Rule {
	case "compare-struct":
		return true
	case "undefined":
		return known(f.Subject) || slices.ContainsFunc(strings.FieldsFunc(f.Text, func(c rune) bool {
			return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_')
		}), known)
	}
	return false
}

// known says that a type is one of RFC 9420.
func known(name string) bool { return knownTypes()[name] }

// knownTypes are what the code describes, and the RFC's other words for vectors of bytes.
var knownTypes = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{"HPKEPublicKey": true, "SignaturePublicKey": true, "MAC": true, // §5.1.1, §6.1
		"HashReference": true, "KeyPackageRef": true, "ProposalRef": true} // §5.2
	defs, _ := syntax.Parse("", 1, syntax.FromCode())
	for _, d := range defs {
		names[d.Name] = true
	}
	return names
})

func isPresentation(b *draft.Block) bool {
	if b.Kind != draft.Code {
		return false
	}
	switch b.Type {
	case "tls-presentation", "tls-syntax", "tls":
		return true
	case "":
		for _, line := range b.Lines {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "struct {") || strings.HasPrefix(line, "enum {") {
				return true
			}
		}
	}
	return false
}

// sectionAt is the section in which a line lies.
func sectionAt(doc *draft.Document, line int) string {
	in := ""
	for _, s := range doc.Sections {
		if s.Line <= line && s.Number != "" {
			in = s.Number
		}
	}
	return in
}
