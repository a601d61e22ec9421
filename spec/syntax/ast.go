package syntax

import (
	"fmt"
	"strings"
)

// Form is which kind of definition one is.
type Form int

const (
	Struct Form = iota
	Enum
	Typedef
)

// Definition gives a name to a struct, an enum, or another type.
type Definition struct {
	Pos    // of its first word
	Form   Form
	Name   string
	Param  string      // struct: "T" in optional<T>
	Fields []Field     // struct
	Values []EnumValue // enum
	Most   uint64      // enum: the largest value that its width must hold
	Of     Type        // typedef
	Suffix Suffix      // typedef
}

// Type is the use of a type: "uint32", or "optional" of something.
type Type struct {
	Pos
	Name string
	Arg  *Type
}

func (t Type) String() string {
	if t.Arg != nil {
		return t.Name + "<" + t.Arg.String() + ">"
	}
	return t.Name
}

// Field is one field of a struct, or a select in its place.
type Field struct {
	Pos
	Name     string // empty in an arm that gives a type only
	Type     Type
	Suffix   Suffix
	Constant string // the value after "="; empty: any
	Select   *Select
}

// SuffixKind says what stands after a field's name.
type SuffixKind int

const (
	Single   SuffixKind = iota // nothing: one value
	Variable                   // <V>, RFC 9420 §2.1.2
	Range                      // <0..255>, RFC 8446 §3.4
	Fixed                      // [4]
)

// Suffix makes a vector of a type. The numbers are bytes, not elements.
type Suffix struct {
	Kind     SuffixKind
	Min, Max uint64 // of a range; both the length of a fixed vector
	Length   string // the name in place of a fixed vector's length
}

func (s Suffix) String() string {
	switch s.Kind {
	case Variable:
		return "<V>"
	case Range:
		return fmt.Sprintf("<%d..%d>", s.Min, s.Max)
	case Fixed:
		if s.Length != "" {
			return "[" + s.Length + "]"
		}
		return fmt.Sprintf("[%d]", s.Max)
	}
	return ""
}

// Select has other fields for other values of what it goes by.
type Select struct {
	Pos
	On   []string // "LeafNode", "leaf_node_source"; or the field alone
	Arms []Arm
}

// Arm are the fields for some of the values.
type Arm struct {
	Cases  []Label
	Fields []Field
}

// Label is one case: a word or a number.
type Label struct {
	Pos
	Name string
}

// EnumValue is a word of an enum; First and Last differ for a range of values.
type EnumValue struct {
	Pos
	Name        string
	First, Last uint64
}

// String writes a definition on one line, so that two are equal in words exactly if
// these are.
func (d Definition) String() string {
	switch d.Form {
	case Enum:
		var parts []string
		for _, v := range d.Values {
			parts = append(parts, fmt.Sprintf("%s(%d..%d)", v.Name, v.First, v.Last))
		}
		return fmt.Sprintf("enum { %s, (%d) } %s;", strings.Join(parts, ", "), d.Most, d.Name)
	case Typedef:
		return fmt.Sprintf("%s %s%s;", d.Of, d.Name, d.Suffix)
	}
	return fmt.Sprintf("struct { %s} %s<%s>;", fieldsString(d.Fields), d.Name, d.Param)
}

func fieldsString(fields []Field) string {
	var b strings.Builder
	for _, f := range fields {
		if f.Select == nil {
			fmt.Fprintf(&b, "%s %s%s = %q; ", f.Type, f.Name, f.Suffix, f.Constant)
			continue
		}
		fmt.Fprintf(&b, "select (%s) { ", strings.Join(f.Select.On, "."))
		for _, a := range f.Select.Arms {
			for _, l := range a.Cases {
				b.WriteString("case " + l.Name + ": ")
			}
			b.WriteString(fieldsString(a.Fields))
		}
		b.WriteString("}; ")
	}
	return b.String()
}

// label is how findings call a field.
func (f Field) label() string {
	switch {
	case f.Select != nil:
		return "select (" + strings.Join(f.Select.On, ".") + ")"
	case f.Name == "":
		return f.Type.String()
	}
	return f.Name
}
