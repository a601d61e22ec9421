package syntax

import (
	"fmt"
	"reflect"
	"sync"

	"mlsref/impl/wire"
)

// codeEnum is an enumeration of package wire: its size in bytes, and the values that
// have a word.
type codeEnum struct {
	name   string
	size   int
	values []EnumValue
}

// codeEnums are all enumerations of package wire. CipherSuite has no words there.
var codeEnums = sync.OnceValue(func() []codeEnum {
	return []codeEnum{
		{"CipherSuite", 2, nil},
		enumOf[wire.ProtocolVersion](2),
		enumOf[wire.WireFormat](2),
		enumOf[wire.ExtensionType](2),
		enumOf[wire.ProposalType](2),
		enumOf[wire.CredentialType](2),
		enumOf[wire.ContentType](1),
		enumOf[wire.SenderType](1),
		enumOf[wire.LeafNodeSource](1),
		enumOf[wire.NodeType](1),
		enumOf[wire.PSKType](1),
		enumOf[wire.ResumptionPSKUsage](1),
		enumOf[wire.ProposalOrRefType](1),
	}
})

// enumOf asks an enumeration for the word of every number: one without a word is printed
// as the number.
func enumOf[T interface {
	wire.Integer
	String() string
}](size int) codeEnum {
	e := codeEnum{name: reflect.TypeFor[T]().Name(), size: size}
	for v := range uint64(1) << (8 * size) {
		if w := T(v).String(); w != fmt.Sprint(v) {
			e.values = append(e.values, EnumValue{Name: w, First: v, Last: v})
		}
	}
	return e
}

// enums compares the text's enums, and its integers with a registry, with the code's.
func (c *comparison) enums() {
	matched := map[string]bool{}
	for _, e := range codeEnums() {
		matched[e.name] = true
		d, ok := c.m.find(e.name)
		if !ok || d.Form == Struct {
			c.found(c.m.start(), "compare-struct", e.name, "", "the code has an enum %s, the text does not", e.name)
			continue
		}
		c.enum(e, d)
	}
	for _, d := range c.m.Definitions {
		if d.Form == Enum && !matched[d.Name] {
			c.found(d.Pos, "compare-struct", d.Name, "", "the text has an enum %s, the code does not", d.Name)
		}
	}
}

func (c *comparison) enum(e codeEnum, d *Definition) {
	if size, _ := c.m.integer(Type{Name: d.Name}); size != e.size {
		c.found(d.Pos, "compare-value", d.Name, fmt.Sprintf("%d bytes", e.size), "%s has %d bytes, in the code %d", d.Name, size, e.size)
	}
	code := map[string]uint64{}
	for _, w := range e.values {
		code[w.Name] = w.First
		v, ok := c.m.value(Type{Name: d.Name}, w.Name)
		switch {
		case !ok:
			c.found(d.Pos, "compare-missing", d.Name+"."+w.Name, fmt.Sprintf("%s(%d)", w.Name, w.First), "the code has the value %s(%d), the text does not", w.Name, w.First)
		case v != w.First:
			c.found(valueAt(d, w.Name), "compare-value", d.Name+"."+w.Name, fmt.Sprint(w.First), "%s is %d, in the code it is %d", w.Name, v, w.First)
		}
	}
	for _, v := range d.Values {
		if _, ok := code[v.Name]; !ok && !reserved(v.Name) {
			c.found(v.Pos, "compare-extra", d.Name+"."+v.Name, "", "the text has the value %s(%d), the code does not", v.Name, v.First)
		}
	}
}

// valueAt is where an enum gives a value; a registry's stand outside of the definition.
func valueAt(d *Definition, name string) Pos {
	for _, v := range d.Values {
		if v.Name == name {
			return v.Pos
		}
	}
	return d.Pos
}
