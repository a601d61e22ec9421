// Package syntax reads the presentation language in which RFC 9420 writes its
// structs (RFC 9420 §2.1, RFC 8446 §3), and holds it against the code.
//
// A document's definitions make a Module. Check looks for what is wrong in it
// alone, Compare for what differs from the schema that package wire reports of
// itself, and a Codec executes it: it decodes and encodes by what the text says,
// so that a text which means other bytes than the implementation is found out.
//
// The codec shares no code with package wire, which only Compare, FromCode and Pairs know.
package syntax

import (
	"cmp"
	"fmt"
	"slices"
)

// Pos is a place in a document. Line and column count from 1, the column in characters.
type Pos struct {
	File      string
	Line, Col int
}

// Finding is something that is wrong in a text, or differs from the code.
type Finding struct {
	Pos
	Rule     string // "select-complete"; Rules has them all
	Subject  string // what it is about: "LeafNode.extensions"
	Text     string // the finding as a sentence
	Found    string // what stands there; may be empty
	Expected string // what should; may be empty
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s (%s): %s", f.File, f.Line, f.Col, f.Rule, f.Subject, f.Text)
}

// Rules are the rules of all findings, and what each demands.
var Rules = map[string]string{
	"syntax":           "a block is written in the presentation language",
	"undefined":        "every type that is used is defined",
	"duplicate":        "a name is defined once, or every time in the same words",
	"field-unique":     "no two fields of a struct have one name",
	"enum-value":       "names and values of an enum are unique, and fit its width",
	"select-field":     "a select goes by an earlier field, which is an enum or an integer",
	"select-case":      "a case is a value of what the select goes by, and stands once",
	"select-complete":  "a select has a case for every value of its enum",
	"select-open":      "a select over an integer has no case for some values",
	"select-elsewhere": "a select goes by a field of its own struct",
	"select-context":   "where a select goes by a field of another struct, that struct comes before",
	"vector-bounds":    "a vector has room, in whole elements, for its least and its most",
	"vector-empty":     "an element of a vector has at least one byte",
	"length-name":      "a vector's length is a number",
	"recursion":        "a struct contains itself only inside a vector, whose length ends it",
	"constant":         "a constant is a value of its field's type",
	"compare-struct":   "the text and the code have the same structs and enums",
	"compare-missing":  "the text has every field, case and value that the code has",
	"compare-extra":    "the text has no field, case or value that the code does not have",
	"compare-name":     "a field has the same name in the text and in the code",
	"compare-type":     "a field has the same type in the text and in the code",
	"compare-order":    "fields and cases stand in the same order in the text and in the code",
	"compare-value":    "an enum has the same values and width in the text and in the code",
	"stale":            "a known difference is still there",
}

// Module is all definitions of one document. A select over an integer whose values
// a registry assigns needs that registry.
type Module struct {
	Definitions []Definition
	Registries  map[string]map[string]uint64 // by type and word; nil: those of RFC 9420 §17
}

// find is the first definition of a name.
func (m *Module) find(name string) (*Definition, bool) {
	for i := range m.Definitions {
		if m.Definitions[i].Name == name {
			return &m.Definitions[i], true
		}
	}
	return nil, false
}

// integerSizes are the built-in integers and how many bytes each takes (RFC 8446 §3.3).
var integerSizes = map[string]int{"uint8": 1, "uint16": 2, "uint24": 3, "uint32": 4, "uint64": 8}

// builtin says whether the language itself has a type: RFC 9420 §2.1.1 defines
// optional in the language, so that a text need not say it again.
func builtin(name string) bool {
	return integerSizes[name] > 0 || name == "opaque" || name == "optional"
}

// resolved follows typedefs to what is really there: a type, and the vector that a
// typedef on the way makes of it. It stops at the first vector, at an integer, enum or
// struct, and after as many steps as there are definitions.
func (m *Module) resolved(t Type, s Suffix) (Type, Suffix) {
	for range m.Definitions {
		d, ok := m.find(t.Name)
		if s.Kind != Single || !ok || d.Form != Typedef {
			break
		}
		t, s = d.Of, d.Suffix
	}
	return t, s
}

// integer is the size in bytes of an integer or an enum, under any of its names.
func (m *Module) integer(t Type) (size int, ok bool) {
	end, s := m.resolved(t, Suffix{})
	if s.Kind != Single {
		return 0, false
	}
	if d, found := m.find(end.Name); found && d.Form == Enum {
		return sizeOf(d.Most), true
	}
	size = integerSizes[end.Name]
	return size, size > 0
}

// sizeOf is how many bytes a number up to most takes.
func sizeOf(most uint64) int {
	size := 1
	for most > 0xff {
		most >>= 8
		size++
	}
	return size
}

// enum is the enum behind a type, under any of its names.
func (m *Module) enum(t Type) (*Definition, bool) {
	end, s := m.resolved(t, Suffix{})
	d, ok := m.find(end.Name)
	if !ok || s.Kind != Single || d.Form != Enum {
		return nil, false
	}
	return d, true
}

// value is the number of a word, or of a number, of an integer type.
func (m *Module) value(t Type, word string) (uint64, bool) {
	if n, err := number(word); err == nil {
		return n, true
	}
	if d, ok := m.enum(t); ok {
		for _, v := range d.Values {
			if v.Name == word {
				return v.First, true
			}
		}
		return 0, false
	}
	registries := m.Registries
	if registries == nil {
		registries = ianaRegistries
	}
	for range m.Definitions { // a typedef of a registry's type has its words too
		if v, ok := registries[t.Name][word]; ok {
			return v, true
		}
		d, ok := m.find(t.Name)
		if !ok || d.Form != Typedef {
			break
		}
		t = d.Of
	}
	return 0, false
}

// inOrder sorts findings by their place, and takes out those that are there twice.
func inOrder(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(findings)
}
