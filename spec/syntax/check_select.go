package syntax

import (
	"slices"
	"strings"
)

// choice checks a select of d that stands after some fields.
func (c *checker) choice(d Definition, earlier []Field, f Field) {
	s := f.Select
	subject := d.Name + "." + f.label()
	owner, path := s.owner(d.Name)
	fields := earlier
	if owner != d.Name {
		c.found(s.Pos, "select-elsewhere", subject, "a field of "+d.Name, "the select goes by a field of %s, not of %s", owner, d.Name)
		o, ok := c.m.find(owner)
		if !ok {
			c.found(s.Pos, "undefined", subject, "a defined struct", "the struct %s is not defined", owner)
			return
		}
		fields = o.Fields
	}
	on, ok := c.m.follow(fields, path)
	if !ok {
		c.found(s.Pos, "select-field", subject, "an earlier field", "%s has no field %s before the select", owner, strings.Join(path, "."))
		return
	}
	size, ok := c.m.integer(on.Type)
	if !ok || on.Suffix.Kind != Single {
		c.found(s.Pos, "select-field", subject, "an enum or an integer", "%s is a %s%s", on.Name, on.Type, on.Suffix)
		return
	}
	c.cases(subject, s, on.Type, size)
}

// owner splits what a select goes by into the struct and the path in it.
func (s *Select) owner(of string) (string, []string) {
	if len(s.On) == 1 {
		return of, s.On
	}
	return s.On[0], s.On[1:]
}

// follow finds the field at the end of a path through nested structs. What is in an arm
// of another select may not be there, and cannot be gone by.
func (m *Module) follow(fields []Field, path []string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Select == nil && f.Name == path[0] })
	if i < 0 {
		return Field{}, false
	}
	if len(path) == 1 {
		return fields[i], true
	}
	t, s := m.resolved(fields[i].Type, fields[i].Suffix)
	d, ok := m.find(t.Name)
	if !ok || s.Kind != Single || d.Form != Struct {
		return Field{}, false
	}
	return m.follow(d.Fields, path[1:])
}

// cases checks the cases of a select over an enum or integer t.
func (c *checker) cases(subject string, s *Select, t Type, size int) {
	seen := map[uint64]bool{}
	for _, a := range s.Arms {
		for _, l := range a.Cases {
			v, known := c.m.value(t, l.Name)
			switch {
			case !known || !fits(v, size):
				c.found(l.Pos, "select-case", subject, "a value of "+t.Name, "%s is no value of %s", l.Name, t)
			case seen[v]:
				c.found(l.Pos, "select-case", subject, "", "there are two cases for %s", l.Name)
			}
			seen[v] = seen[v] || known
		}
	}
	e, ok := c.m.enum(t)
	if !ok {
		if size > 1 || len(seen) < 256 {
			c.found(s.Pos, "select-open", subject, "", "%s has other values than the %d that have a case", t, len(seen))
		}
		return
	}
	for _, v := range e.Values {
		if !seen[v.First] && !reserved(v.Name) {
			c.found(s.Pos, "select-complete", subject, "case "+v.Name, "the value %s of %s has no case", v.Name, t)
		}
	}
}

// contexts checks that whoever uses a struct that selects on another struct's field has
// that other struct before it.
func (c *checker) contexts() {
	for _, inner := range c.m.Definitions {
		for _, s := range selects(inner.Fields) {
			owner, _ := s.owner(inner.Name)
			if owner == inner.Name {
				continue
			}
			for _, outer := range c.m.Definitions {
				c.supplied(outer, inner.Name, owner, outer.Fields, outer.Name == owner)
			}
		}
	}
}

// supplied looks in fields for uses of inner with no owner before them.
func (c *checker) supplied(outer Definition, inner, owner string, fields []Field, have bool) {
	for _, f := range fields {
		if f.Select != nil {
			for _, a := range f.Select.Arms {
				c.supplied(outer, inner, owner, a.Fields, have)
			}
			continue
		}
		if f.Type.Name == inner && !have {
			c.found(f.Pos, "select-context", outer.Name+"."+f.label(), "a "+owner+" before it",
				"%s selects on a field of %s, and %s has none before it", inner, owner, outer.Name)
		}
		have = have || c.m.contains(f.Type, owner, map[string]bool{})
	}
}

// contains says whether a type always has a struct of some name in it, or is one.
func (m *Module) contains(t Type, name string, seen map[string]bool) bool {
	end, s := m.resolved(t, Suffix{})
	d, ok := m.find(end.Name)
	if !ok || s.Kind != Single || seen[d.Name] {
		return false
	}
	seen[d.Name] = true
	if d.Name == name {
		return true
	}
	return slices.ContainsFunc(d.Fields, func(f Field) bool {
		return f.Select == nil && f.Suffix.Kind == Single && m.contains(f.Type, name, seen)
	})
}

// selects are all selects in some fields.
func selects(fields []Field) []*Select {
	var all []*Select
	for _, f := range fields {
		if f.Select == nil {
			continue
		}
		all = append(all, f.Select)
		for _, a := range f.Select.Arms {
			all = append(all, selects(a.Fields)...)
		}
	}
	return all
}

// recursion finds structs that contain themselves with no vector on the way.
func (c *checker) recursion() {
	for _, d := range c.m.Definitions {
		if way := c.m.wayTo(d.Name, d.parts(), map[string]bool{}); way != nil {
			c.found(d.Pos, "recursion", d.Name, "", "%s contains itself, with no length to end it: %s, %s", d.Name, d.Name, strings.Join(way, ", "))
		}
	}
}

// parts are the fields of a definition: of a typedef, what it stands for.
func (d Definition) parts() []Field {
	if d.Form == Typedef {
		return []Field{{Pos: d.Pos, Name: d.Name, Type: d.Of, Suffix: d.Suffix}}
	}
	return d.Fields
}

// wayTo is how some fields lead to a struct, or nil.
func (m *Module) wayTo(name string, fields []Field, seen map[string]bool) []string {
	for _, f := range fields {
		if f.Select != nil {
			for _, a := range f.Select.Arms {
				if way := m.wayTo(name, a.Fields, seen); way != nil {
					return way
				}
			}
			continue
		}
		for t := &f.Type; t != nil && f.Suffix.Kind == Single; t = t.Arg {
			if t.Name == name {
				return []string{name}
			}
			d, ok := m.find(t.Name)
			if !ok || seen[d.Name] {
				continue
			}
			seen[d.Name] = true
			if way := m.wayTo(name, d.parts(), seen); way != nil {
				return append([]string{d.Name}, way...)
			}
		}
	}
	return nil
}
