package syntax

import (
	"slices"
	"strings"

	"mlsref/impl/wire"
)

// Kinds are the structs of the code to compare with: those that stand alone, and the two
// whose syntax depends on a content type from outside.
func Kinds() []wire.Kind {
	return append(wire.Kinds(),
		wire.Kind{Name: "FramedContentAuthData", Section: wire.SectionOf("FramedContentAuthData"),
			New: func() wire.Wirer { return new(wire.FramedContentAuthData).For(wire.ContentCommit) }},
		wire.Kind{Name: "PrivateMessageContent", Section: wire.SectionOf("PrivateMessageContent"),
			New: func() wire.Wirer { return &wire.PrivateMessageContent{ContentType: wire.ContentCommit} }})
}

// Compare holds the definitions against the schema that package wire reports of each
// kind, field by field, and against its enums.
func (m *Module) Compare(kinds []wire.Kind) []Finding {
	c := &comparison{checker{m: m}}
	matched := map[string]bool{"optional": true} // the code's codec has it, with no schema
	for _, k := range kinds {
		schema := wire.Describe(k.New())
		d, ok := c.definition(schema)
		if !ok {
			c.found(m.start(), "compare-struct", k.Name, schema.String(), "the code has a struct %s, the text does not", k.Name)
			continue
		}
		matched[d.Name] = true
		if d.Form == Struct {
			c.fields(d.Name, d.Pos, d.Fields, schema.Fields)
		} else {
			c.field(d.Name, d.parts()[0], schema.Fields[0])
		}
	}
	for _, d := range m.Definitions {
		if d.Form == Struct && !matched[d.Name] {
			c.found(d.Pos, "compare-struct", d.Name, "", "the text has a struct %s, the code does not", d.Name)
		}
	}
	c.enums()
	return inOrder(c.findings)
}

// start is where what is missing from the whole text is reported.
func (m *Module) start() Pos {
	if len(m.Definitions) == 0 {
		return Pos{Line: 1, Col: 1}
	}
	return Pos{m.Definitions[0].File, 1, 1}
}

type comparison struct{ checker }

// definition is what the text has for a schema: a struct of its name; or, where the code
// wraps the content of an extension, a typedef of its only field's name.
func (c *comparison) definition(s wire.Schema) (*Definition, bool) {
	if d, ok := c.m.find(s.Name); ok && d.Form == Struct {
		return d, true
	}
	if len(s.Fields) == 1 {
		if d, ok := c.m.find(s.Fields[0].Name); ok && d.Form == Typedef {
			return d, true
		}
	}
	return nil, false
}

// line is what a field is matched by.
type line struct {
	name  string
	text  *Field
	code  *wire.Field
	index int
}

// textLines and codeLines name the fields; several selects by one field are numbered.
func textLines(of string, fields []Field) []line {
	var lines []line
	for i := range fields {
		f := &fields[i]
		name := f.Name
		if f.Select != nil {
			_, path := f.Select.owner(of)
			name = "select " + strings.Join(path, ".")
		}
		lines = append(lines, line{name: numbered(lines, name), text: f, index: i})
	}
	return lines
}

func codeLines(fields []wire.Field) []line {
	var lines []line
	for i := range fields {
		name := fields[i].Name
		if fields[i].Cases != nil {
			name = "select " + name
		}
		lines = append(lines, line{name: numbered(lines, name), code: &fields[i], index: i})
	}
	return lines
}

func numbered(lines []line, name string) string {
	for slices.ContainsFunc(lines, func(l line) bool { return l.name == name }) {
		name += "'"
	}
	return name
}

// fields compares a struct's fields, or an arm's. at is where a missing one is reported.
func (c *comparison) fields(of string, at Pos, text []Field, code []wire.Field) {
	texts, codes := textLines(of, text), codeLines(code)
	partner := pair(texts, codes)
	last, order := -1, false
	for i, t := range texts {
		j := partner[i]
		switch {
		case j < 0:
			c.found(t.text.Pos, "compare-extra", of+"."+t.text.label(), "", "the text has %s, the code does not", t.text.label())
			continue
		case t.name != codes[j].name && t.name != "":
			c.found(t.text.Pos, "compare-name", of+"."+t.text.label(), codes[j].name, "the text calls %s what the code calls %s", t.text.label(), codes[j].name)
		case j < last && !order:
			order = true
			c.found(t.text.Pos, "compare-order", of+"."+t.text.label(), "the order "+names(codes), "%s stands elsewhere in the code", t.text.label())
		}
		last = max(last, j)
		c.field(of, *t.text, *codes[j].code)
	}
	for j, l := range codes {
		if !slices.Contains(partner, j) {
			c.found(at, "compare-missing", of+"."+l.code.Name, l.code.Type+" "+l.code.Name+l.code.Suffix, "the code has %s, the text does not", l.name)
		}
	}
}

func names(lines []line) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.name)
	}
	return strings.Join(all, ", ")
}

// pair finds for each of the text's fields the code's: that of the same name; then, for
// one without a name or with one that the code does not have, the one at its place.
func pair(texts, codes []line) []int {
	partner := make([]int, len(texts))
	taken := map[int]bool{}
	for i, t := range texts {
		partner[i] = slices.IndexFunc(codes, func(l line) bool { return l.name == t.name })
		taken[partner[i]] = true
	}
	for i, t := range texts {
		if partner[i] < 0 && i < len(codes) && !taken[i] && (t.text.Select == nil) == (codes[i].code.Cases == nil) {
			partner[i] = i
			taken[i] = true
		}
	}
	return partner
}

// field compares one field's type and vector, or a select's cases.
func (c *comparison) field(of string, text Field, code wire.Field) {
	if text.Select != nil && code.Cases != nil {
		c.cases(of, text, code)
		return
	}
	subject := of + "." + text.label()
	if text.Select != nil || code.Cases != nil {
		c.found(text.Pos, "compare-type", subject, code.Type, "one of the text and the code has a select, the other a field")
		return
	}
	t, s := c.m.schemaType(text)
	if was := text.Type.String() + text.Suffix.String(); t+s != code.Type+code.Suffix && was != code.Type+code.Suffix {
		c.found(text.Pos, "compare-type", subject, code.Type+code.Suffix, "%s is %s%s, in the code it is %s%s", text.label(), t, s, code.Type, code.Suffix)
	}
}

// schemaType is a field's type as a schema writes it: a typedef of a vector or of a
// struct is resolved; one of an integer keeps its name.
func (m *Module) schemaType(f Field) (t, s string) {
	if d, ok := m.find(f.Type.Name); !ok || d.Form != Typedef {
		return f.Type.String(), f.Suffix.String()
	}
	if _, integer := m.integer(f.Type); integer {
		return f.Type.String(), f.Suffix.String()
	}
	end, suffix := m.resolved(f.Type, f.Suffix)
	return end.String(), suffix.String()
}

// cases compares a select's arms, case by case: the text may give several at once.
func (c *comparison) cases(of string, text Field, code wire.Field) {
	subject := of + "." + text.label()
	var labels []string
	at := map[string]Pos{}
	for _, a := range text.Select.Arms {
		for _, l := range a.Cases {
			labels, at[l.Name] = append(labels, l.Name), l.Pos
			i := slices.IndexFunc(code.Cases, func(k wire.Case) bool { return k.Value == l.Name })
			if i < 0 {
				c.found(l.Pos, "compare-extra", subject, "", "the text has a case %s, the code does not", l.Name)
				continue
			}
			c.fields(of, l.Pos, a.Fields, code.Cases[i].Fields)
		}
	}
	last, wrong := 0, ""
	for _, k := range code.Cases {
		i := slices.Index(labels, k.Value)
		if i < 0 {
			c.found(text.Pos, "compare-missing", subject, "case "+k.Value, "the code has a case %s, the text does not", k.Value)
			continue
		}
		if i < last && wrong == "" {
			wrong = k.Value
		}
		last = max(last, i)
	}
	if wrong != "" {
		c.found(at[wrong], "compare-order", subject, "", "the case %s stands elsewhere in the code", wrong)
	}
}
