package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Schema is a struct as the RFC's presentation language would write it.
type Schema struct {
	Name   string
	Fields []Field
}

// Field is one line of a struct: a value, or a select with its cases. Opaque
// typedefs of the RFC (HPKEPublicKey, MAC, KeyPackageRef, …) appear as opaque<V>.
type Field struct {
	Name   string // "extensions"; for a select, what is selected on
	Type   string // "uint32", "opaque", "Extension", "optional<Node>"
	Suffix string // "", "<V>", "[4]"
	Cases  []Case // only for a select
}

// Case is one arm of a select.
type Case struct {
	Value  string // the RFC's word for the value
	Fields []Field
}

// description is the state of a describing walk. A struct is walked once per case
// of each of its selects; what follows a select is what all its cases end in.
type description struct {
	fields  []Field
	selects []selection
	pick    map[int]int // for the n-th select of the struct, the case to take now
}

type selection struct {
	name  string
	at    int // how many fields come before
	cases []string
}

// Describe lists the fields of v. It never looks at v's values.
func Describe(v Wirer) Schema {
	base := walk(v, nil)
	fields := base.fields
	for i := len(base.selects) - 1; i >= 0; i-- { // from the last, so that `at` stays right
		fields = fold(v, i, base, fields)
	}
	return Schema{Name: typeName(v), Fields: fields}
}

func walk(v Wirer, pick map[int]int) description {
	c := &Codec{visit: describing}
	c.description.pick = pick
	v.Wire(c)
	return c.description
}

// fold replaces the fields of the i-th select's first case, which is what fields
// holds at that place, by the whole select.
func fold(v Wirer, i int, base description, fields []Field) []Field {
	s := base.selects[i]
	tails := make([][]Field, len(s.cases))
	for j := range s.cases {
		tails[j] = walk(v, map[int]int{i: j}).fields[s.at:]
	}
	common := commonTail(tails)
	sel := Field{Name: s.name}
	for j, value := range s.cases {
		own := tails[j][:len(tails[j])-common]
		sel.Cases = append(sel.Cases, Case{value, own})
	}
	width := len(sel.Cases[0].Fields)
	return slices.Concat(fields[:s.at], []Field{sel}, fields[s.at+width:])
}

// commonTail says how many fields all lists end in.
func commonTail(lists [][]Field) int {
	for n := 0; ; n++ {
		for _, l := range lists {
			if n >= len(l) || !reflect.DeepEqual(l[len(l)-1-n], lists[0][len(lists[0])-1-n]) {
				return n
			}
		}
	}
}

// Choice opens a select: `switch Choice(c, "sender_type", s.Type, SenderMember, …)`.
// A describing walk comes back once for each of the cases.
func Choice[T any](c *Codec, name string, v T, cases ...T) T {
	if c.visit != describing {
		return v
	}
	d := &c.description
	s := selection{name: name, at: len(d.fields)}
	for _, k := range cases {
		s.cases = append(s.cases, fmt.Sprint(k))
	}
	d.selects = append(d.selects, s)
	return cases[d.pick[len(d.selects)-1]]
}

func (c *Codec) field(f Field) { c.description.fields = append(c.description.fields, f) }

// typeName is the RFC's name of a struct, which is its Go name.
func typeName(v Wirer) string {
	if a, ok := v.(interface{ rfcName() string }); ok {
		return a.rfcName()
	}
	return reflect.TypeOf(v).Elem().Name()
}

func intName[T Integer]() string { return reflect.TypeFor[T]().Name() }

// String writes the schema in the presentation language.
func (s Schema) String() string {
	var b strings.Builder
	b.WriteString("struct {\n")
	writeFields(&b, "    ", s.Name, s.Fields)
	b.WriteString("} " + s.Name + ";\n")
	return b.String()
}

func writeFields(b *strings.Builder, indent, of string, fields []Field) {
	for _, f := range fields {
		if f.Cases == nil {
			fmt.Fprintf(b, "%s%s %s%s;\n", indent, f.Type, f.Name, f.Suffix)
			continue
		}
		fmt.Fprintf(b, "%sselect (%s.%s) {\n", indent, of, f.Name)
		for _, k := range f.Cases {
			fmt.Fprintf(b, "%s    case %s:\n", indent, k.Value)
			if len(k.Fields) == 0 {
				fmt.Fprintf(b, "%s        struct{};\n", indent)
			}
			writeFields(b, indent+"        ", of, k.Fields)
		}
		fmt.Fprintf(b, "%s};\n", indent)
	}
}
