package syntax

import (
	"fmt"
	"strings"
)

// checker looks through a module and collects what it finds.
type checker struct {
	m        *Module
	sizes    sizes
	findings []Finding
}

// found notes a finding. expected may be empty.
func (c *checker) found(at Pos, rule, subject, expected, format string, args ...any) {
	c.findings = append(c.findings, Finding{Pos: at, Rule: rule, Subject: subject, Expected: expected, Text: fmt.Sprintf(format, args...)})
}

// mostDefinitions bounds the work, which may grow with the cube of their number. RFC 9420
// has about a hundred.
const mostDefinitions = 250

// Check looks for what is wrong in a module by itself, whatever the code does. Of more
// than mostDefinitions it checks the first.
func (m *Module) Check() []Finding {
	c := &checker{m: m, sizes: sizes{}}
	if len(m.Definitions) > mostDefinitions {
		c.m = &Module{Definitions: m.Definitions[:mostDefinitions], Registries: m.Registries}
		d := m.Definitions[mostDefinitions]
		c.found(d.Pos, "syntax", d.Name, "", "more than %d definitions; from here on they are not checked", mostDefinitions)
		m = c.m
	}
	first := map[string]Definition{}
	for _, d := range m.Definitions {
		was, again := first[d.Name]
		switch {
		case again && was.String() == d.String():
			continue // prose that repeats itself
		case again:
			c.found(d.Pos, "duplicate", d.Name, was.String(), "%s is defined in line %d too, and otherwise", d.Name, was.Line)
		case builtin(d.Name) && d.Param == "":
			c.found(d.Pos, "duplicate", d.Name, "", "%s is a type of the language itself", d.Name)
		}
		if !again {
			first[d.Name] = d
		}
		c.definition(d)
	}
	c.recursion()
	c.contexts()
	return inOrder(c.findings)
}

func (c *checker) definition(d Definition) {
	switch d.Form {
	case Enum:
		c.enum(d)
	case Typedef:
		c.use(d.Name, d.Param, Field{Pos: d.Pos, Name: d.Name, Type: d.Of, Suffix: d.Suffix})
	case Struct:
		c.unique(d.Name, d.Fields, map[string]bool{})
		c.fields(d, nil, d.Fields)
	}
}

func (c *checker) enum(d Definition) {
	names := map[string]bool{}
	for i, v := range d.Values {
		subject := d.Name + "." + v.Name
		if names[v.Name] && !reserved(v.Name) {
			c.found(v.Pos, "enum-value", subject, "", "%s has the name %s twice", d.Name, v.Name)
		}
		names[v.Name] = true
		if v.Last < v.First {
			c.found(v.Pos, "enum-value", subject, "", "the range %d..%d is empty", v.First, v.Last)
		}
		if v.Last > d.Most {
			c.found(v.Pos, "enum-value", subject, fmt.Sprintf("at most %d", d.Most), "%d is more than the width (%d)", v.Last, d.Most)
		}
		for _, o := range d.Values[:i] {
			if v.First <= o.Last && o.First <= v.Last {
				c.found(v.Pos, "enum-value", subject, "", "%s has the value of %s", v.Name, o.Name)
			}
		}
	}
}

// reserved says whether a value of an enum is one that no message has.
func reserved(name string) bool {
	return strings.HasPrefix(name, "reserved") || strings.HasPrefix(name, "RESERVED") || strings.HasPrefix(name, "private_use")
}

// unique checks names. Two arms of one select may share a name: only one is there.
func (c *checker) unique(of string, fields []Field, names map[string]bool) {
	for _, f := range fields {
		if f.Select == nil {
			if names[f.Name] && f.Name != "" {
				c.found(f.Pos, "field-unique", of+"."+f.Name, "", "%s has two fields %s", of, f.Name)
			}
			names[f.Name] = true
			continue
		}
		all := map[string]bool{}
		for _, a := range f.Select.Arms {
			inArm := map[string]bool{}
			for name := range names {
				inArm[name] = true
			}
			c.unique(of, a.Fields, inArm)
			for name := range inArm {
				all[name] = true
			}
		}
		for name := range all {
			names[name] = true
		}
	}
}

// fields checks the fields of d, or of an arm of it, after what stands before them.
func (c *checker) fields(d Definition, before, fields []Field) {
	for i, f := range fields {
		earlier := append(before[:len(before):len(before)], fields[:i]...)
		if f.Select != nil {
			c.choice(d, earlier, f)
			for _, a := range f.Select.Arms {
				c.fields(d, earlier, a.Fields)
			}
			continue
		}
		c.use(d.Name+"."+f.label(), d.Param, f)
	}
}

// use checks one use of a type: a field, or a typedef.
func (c *checker) use(subject, param string, f Field) {
	for t := &f.Type; t != nil; t = t.Arg {
		d, ok := c.m.find(t.Name)
		generic := t.Name == "optional" || ok && d.Param != ""
		switch {
		case !ok && !builtin(t.Name) && t.Name != param:
			c.found(t.Pos, "undefined", subject, "a defined type", "the type %s is not defined", t.Name)
			return
		case generic && t.Arg == nil:
			c.found(t.Pos, "undefined", subject, t.Name+"<T>", "%s is of what type?", t.Name)
			return
		case !generic && t.Arg != nil:
			c.found(t.Pos, "undefined", subject, t.Name, "the type %s takes no other type", t.Name)
			return
		case t.Name == "opaque" && (t != &f.Type || f.Suffix.Kind == Single):
			c.found(t.Pos, "vector-bounds", subject, "opaque …<V>", "opaque bytes have no length here")
		}
	}
	c.bounds(subject, f)
	if f.Constant != "" {
		c.constant(subject, f)
	}
}

func (c *checker) constant(subject string, f Field) {
	size, integer := c.m.integer(f.Type)
	v, known := c.m.value(f.Type, f.Constant)
	switch {
	case !integer || f.Suffix.Kind != Single:
		c.found(f.Pos, "constant", subject, "", "a %s%s has no constants", f.Type, f.Suffix)
	case !known:
		c.found(f.Pos, "constant", subject, "a value of "+f.Type.Name, "%s is no value of %s", f.Constant, f.Type)
	case !fits(v, size):
		c.found(f.Pos, "constant", subject, "", "%s does not fit a %s", f.Constant, f.Type)
	}
}

// fits says whether a number has an encoding in so many bytes.
func fits(v uint64, size int) bool { return sizeOf(v) <= size }

// bounds checks a vector (RFC 8446 §3.4, RFC 9420 §2.1.2).
func (c *checker) bounds(subject string, f Field) {
	s := f.Suffix
	if s.Kind == Single {
		return
	}
	element := c.sizes.of(c.m, f.Type)
	least, most, known := element.least, element.most, element.known
	if known && least == 0 {
		c.found(f.Pos, "vector-empty", subject, "", "a %s may have no bytes, so that the vector has no number of elements", f.Type)
		return
	}
	if s.Length != "" {
		c.found(f.Pos, "length-name", subject, "a number", "nothing says what number %s is", s.Length)
		return
	}
	fixed := known && least == most
	switch {
	case s.Kind == Variable:
	case s.Max < s.Min:
		c.found(f.Pos, "vector-bounds", subject, "", "the most, %d, is less than the least, %d", s.Max, s.Min)
	case s.Max == 0:
		c.found(f.Pos, "vector-bounds", subject, "", "the vector is always empty")
	case s.Max > 1<<32-1:
		c.found(f.Pos, "vector-bounds", subject, "at most 2^32-1", "a length of %d bytes has no header", s.Max)
	case fixed && (s.Max%least != 0 || s.Min%least != 0):
		c.found(f.Pos, "vector-bounds", subject, fmt.Sprintf("multiples of %d", least), "%s bytes are no whole number of %s, each %d bytes", s, f.Type, least)
	case known && s.Max < least:
		c.found(f.Pos, "vector-bounds", subject, fmt.Sprintf("at least %d", least), "%s bytes have no room for a %s", s, f.Type)
	}
}
