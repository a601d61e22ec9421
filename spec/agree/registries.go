package agree

import (
	"fmt"
	"slices"
	"strings"

	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec/draft"
)

// codeRegistry is what the code has of a registry of RFC 9420 §17.
type codeRegistry struct {
	name   string // as the section is called
	word   func(uint16) string
	grease bool
}

// codeRegistries ask package wire, and for cipher suites package suite.
var codeRegistries = []codeRegistry{
	{"MLS Cipher Suites", suiteName, true},
	{"MLS Wire Formats", wordOf[wire.WireFormat], false},
	{"MLS Extension Types", wordOf[wire.ExtensionType], true},
	{"MLS Proposal Types", wordOf[wire.ProposalType], true},
	{"MLS Credential Types", wordOf[wire.CredentialType], true},
}

func suiteName(v uint16) string {
	s, err := suite.ByID(wire.CipherSuite(v))
	if err != nil {
		return ""
	}
	return s.Name()
}

// wordOf is the word that the code has for a value, or "".
func wordOf[T interface {
	~uint16
	String() string
}](v uint16) string {
	if word := T(v).String(); word != fmt.Sprint(v) {
		return word
	}
	return ""
}

// mostValue bounds the values that are looked for in the code: those of RFC 9420 are
// single digits.
const mostValue = 0x00ff

func (r *Report) registries(doc *draft.Document) {
	for _, reg := range doc.Registries() {
		i := slices.IndexFunc(codeRegistries, func(c codeRegistry) bool { return c.name == reg.Name })
		if i < 0 {
			i = slices.IndexFunc(codeRegistries, func(c codeRegistry) bool { return c.name+" Registry" == reg.Title })
		}
		if i < 0 {
			continue
		}
		r.Registries++
		r.registry(reg, codeRegistries[i])
	}
}

func (r *Report) registry(reg draft.Registry, code codeRegistry) {
	finding := func(rule string, line int, subject, text string) Finding {
		return Finding{Rule: rule, Level: Error, Line: line, Col: 1, Section: reg.Section, Subject: code.name + " " + subject, Text: text}
	}
	if reg.Title != "" && reg.Title != code.name+" Registry" {
		f := finding("registry-title", reg.Line, "title", fmt.Sprintf("the table is called %q", reg.Title))
		f.Level, f.Found, f.Expected = Warning, reg.Title, code.name+" Registry"
		if code.name == "MLS Cipher Suites" && reg.Title == "MLS Extension Types Registry" {
			f.Known = "an error of the text: the table has the next registry's caption"
		}
		r.add(f)
	}
	listed := map[uint16]bool{}
	for _, e := range reg.Entries {
		if e.From < 0 || e.To > 0xffff {
			f := finding("registry-value", e.Line, e.Name, fmt.Sprintf("%q is no value of two bytes", e.Value))
			f.Found, f.Expected = e.Value, "0x0000 to 0xFFFF"
			r.add(f)
			continue
		}
		if e.From != e.To {
			continue
		}
		v := uint16(e.From)
		if listed[v] {
			r.add(finding("registry-value", e.Line, e.Name, fmt.Sprintf("the value %s stands here twice", e.Value)))
		}
		listed[v] = true
		r.value(finding, e, code, v)
	}
	if !r.Whole {
		return
	}
	for v := range uint16(mostValue + 1) {
		if word := code.word(v); word != "" && !listed[v] {
			f := finding("registry-missing", reg.Line, word, fmt.Sprintf("the code has %s with the value 0x%04X, the text does not", word, v))
			f.Expected = fmt.Sprintf("0x%04X %s", v, word)
			r.add(f)
		}
	}
}

// value compares one line of a registry with the code's word for its value.
func (r *Report) value(finding func(rule string, line int, subject, text string) Finding, e draft.Entry, code codeRegistry, v uint16) {
	word, name := code.word(v), e.Name
	grease := code.grease && treesync.IsGrease(v)
	switch {
	case word == name || v == 0 && word == "" && name == "RESERVED" || grease && name == "GREASE":
		return
	case word == "" && !grease && name != "GREASE":
		f := finding("registry-extra", e.Line, name, fmt.Sprintf("the text has %s with the value %s, the code does not", name, e.Value))
		f.Found = strings.TrimSpace(e.Value + " " + name)
		if !r.Whole {
			f.Level = Note
		}
		r.add(f)
	default:
		if grease {
			word = "GREASE"
		}
		f := finding("registry-value", e.Line, name, fmt.Sprintf("the value %s is %s, in the code it is %s", e.Value, name, orNothing(word)))
		f.Found, f.Expected = name, word
		r.add(f)
	}
}

func orNothing(word string) string {
	if word == "" {
		return "nothing"
	}
	return word
}
