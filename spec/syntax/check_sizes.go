package syntax

// unbounded stands for a size without a limit.
const unbounded = 1<<63 - 1

// extent is how many bytes something has at least and at most; not known of a type that
// is not defined, or contains itself.
type extent struct {
	least, most uint64
	known       bool
}

// sizes remembers the extents of a module's types by their names.
type sizes map[string]extent

// of is the extent of a type.
func (s sizes) of(m *Module, t Type) extent {
	if n := integerSizes[t.Name]; n > 0 {
		return extent{uint64(n), uint64(n), true}
	}
	switch t.Name {
	case "opaque":
		return extent{1, 1, true}
	case "optional":
		return extent{1, unbounded, true}
	}
	d, ok := m.find(t.Name)
	if !ok {
		return extent{}
	}
	if e, ok := s[d.Name]; ok {
		return e
	}
	s[d.Name] = extent{} // while it is worked out, and for good if it contains itself
	var e extent
	switch d.Form {
	case Enum:
		n := uint64(sizeOf(d.Most))
		e = extent{n, n, true}
	default:
		e = s.ofFields(m, d.parts())
	}
	s[d.Name] = e
	return e
}

func (s sizes) ofFields(m *Module, fields []Field) extent {
	all := extent{known: true}
	for _, f := range fields {
		e := s.ofField(m, f)
		if !e.known {
			return extent{}
		}
		all.least, all.most = saturated(all.least, e.least), saturated(all.most, e.most)
	}
	return all
}

func (s sizes) ofField(m *Module, f Field) extent {
	switch v := f.Suffix; {
	case f.Select != nil:
		all := extent{least: unbounded, known: true}
		for _, a := range f.Select.Arms {
			e := s.ofFields(m, a.Fields)
			all = extent{min(all.least, e.least), max(all.most, e.most), all.known && e.known}
		}
		return all
	case v.Kind == Variable:
		return extent{1, unbounded, true}
	case v.Kind == Range:
		head := uint64(sizeOf(v.Max))
		return extent{saturated(head, v.Min), saturated(head, v.Max), true}
	case v.Kind == Fixed && v.Length != "":
		return extent{0, unbounded, true}
	case v.Kind == Fixed:
		return extent{v.Max, v.Max, true}
	}
	return s.of(m, f.Type)
}

func saturated(a, b uint64) uint64 {
	if a >= unbounded || b >= unbounded-a {
		return unbounded
	}
	return a + b
}
