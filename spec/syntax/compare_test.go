package syntax

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestCompare spoils one thing of what the code says of itself.
func TestCompare(t *testing.T) {
	for _, v := range []struct{ old, new, want string }{
		{"uint64 epoch;\n    Sender sender;", "uint64 epoche;\n    Sender sender;", "compare-name FramedContent.epoche"},
		{"uint64 epoch;\n    Sender sender;", "uint32 epoch;\n    Sender sender;", "compare-type FramedContent.epoch"},
		{"uint64 epoch;\n    Sender sender;", "Sender sender;", "compare-missing FramedContent.epoch"},
		{"uint64 epoch;\n    Sender sender;", "Sender sender;\n    uint64 epoch;", "compare-order FramedContent.epoch"},
		{"uint64 epoch;\n    Sender sender;", "uint64 epoch;\n uint8 flags;\n    Sender sender;", "compare-extra FramedContent.flags"},
		{"proposal(2)", "proposal(4)", "compare-value ContentType.proposal"},
		{"proposal(2)", "proposals(2)", "compare-missing ContentType.proposal"},
		{"proposal(2)", "proposal(2), rumour(7)", "compare-extra ContentType.rumour"},
		{"uint16 WireFormat", "uint8 WireFormat", "compare-value WireFormat"},
		{"Extension extensions<V>", "Extension extensions<0..255>", "compare-type KeyPackage.extensions"},
		{"opaque reuse_guard[4]", "opaque reuse_guard[8]", "compare-type SenderData.reuse_guard"},
		{"        case external:\n            uint32 sender_index;\n", "", "compare-missing Sender.select (Sender.sender_type)"},
		{"        case external:\n            uint32 sender_index;\n", "        case external:\n            uint32 index;\n", "compare-name Sender.index"},
		{"case new_member_commit:\n            struct{};", "case new_member_commit:\n            uint8 x;", "compare-extra PublicMessage.x"},
		{"} Lifetime;", "} Lifespan;", "compare-struct Lifetime"},
		{"} Lifetime;", "} Lifespan;", "compare-struct Lifespan"},
		{"optional<UpdatePath> path", "UpdatePath path", "compare-type Commit.path"},
		{"uint16 WireFormat;", "uint16 WireFormat; enum { a(1), (255) } Novel;", "compare-struct Novel"},
		{"} ApplicationID;", "} OtherID; opaque application_id<V>;", "compare-struct OtherID"}, // and no ApplicationID is missing
		{"} ApplicationID;", "} OtherID; uint8 application_id<V>;", "compare-type application_id.application_id"},
	} {
		text := strings.Replace(FromCode(), v.old, v.new, 1)
		if text == FromCode() {
			t.Fatalf("no %q", v.old)
		}
		findings := module(t, text).Compare(Kinds())
		if !slices.ContainsFunc(findings, func(f Finding) bool { return strings.HasPrefix(f.Rule+" "+f.Subject, v.want) }) {
			t.Errorf("%q: got %v, want %s", v.new, findings, v.want)
		}
	}
}

// TestCompareTypedefs: what has another name in the text may be the same.
func TestCompareTypedefs(t *testing.T) {
	text := strings.ReplaceAll(FromCode(), "opaque joiner_secret<V>;", "Alias joiner_secret;")
	text = strings.ReplaceAll(text, "Lifetime lifetime;", "Span lifetime;")
	text = strings.ReplaceAll(text, "        case external:\n            struct{};\n        case", "        case external:\n        case")
	if open := module(t, text+"opaque Secret<V>; Secret Alias; Lifetime Span;").Compare(Kinds()); len(open) > 0 {
		t.Error(open)
	}
}

// TestRegistries: values that a draft's registry assigns are compared like an enum's.
func TestRegistries(t *testing.T) {
	m := module(t, FromCode())
	m.Registries = maps.Clone(ianaRegistries)
	m.Registries["WireFormat"] = maps.Clone(ianaRegistries["WireFormat"])
	m.Registries["WireFormat"]["mls_welcome"] = 9
	findings := m.Compare(Kinds())
	if len(findings) != 1 || findings[0].Rule != "compare-value" || findings[0].Subject != "WireFormat.mls_welcome" {
		t.Errorf("%v", findings)
	}
}

// change is one thing that is different in a module.
type change struct {
	what string
	make func(m *Module)
}

// changes are all single changes of some kinds: each field renamed, dropped, swapped with
// the next, of another type or length; each case and value dropped or changed.
func changes(m *Module) []change {
	var all []change
	for i, d := range m.Definitions {
		if d.Name == "optional" || d.Name == "StructWithVectors" { // the code has neither
			continue
		}
		at := func(f func(d *Definition)) func(m *Module) { return func(m *Module) { f(&m.Definitions[i]) } }
		for j, v := range d.Values {
			if reserved(v.Name) {
				continue
			}
			all = append(all,
				change{fmt.Sprintf("%s.%s has another value", d.Name, v.Name), at(func(d *Definition) { d.Values[j].First, d.Values[j].Last = 99, 99 })},
				change{fmt.Sprintf("%s.%s is called otherwise", d.Name, v.Name), at(func(d *Definition) { d.Values[j].Name = "other" })},
				change{fmt.Sprintf("%s.%s is gone", d.Name, v.Name), at(func(d *Definition) { d.Values = slices.Delete(d.Values, j, j+1) })})
		}
		switch d.Form {
		case Enum:
			all = append(all, change{d.Name + " is wider", at(func(d *Definition) { d.Most = 1<<24 - 1 })})
		case Typedef:
			all = append(all, change{d.Name + " is of another type", at(func(d *Definition) { d.Of.Name = "uint64" })})
		case Struct:
			all = append(all, change{d.Name + " is called otherwise", at(func(d *Definition) { d.Name = "Other" })})
			for _, c := range fieldChanges(d.Fields) {
				all = append(all, change{d.Name + ": " + c.what, at(func(d *Definition) { d.Fields = c.make(d.Fields) })})
			}
		}
	}
	return all
}

type fieldChange struct {
	what string
	make func(fields []Field) []Field
}

func fieldChanges(fields []Field) []fieldChange {
	var all []fieldChange
	for i, f := range fields {
		name := f.label()
		one := func(what string, change func(f *Field)) {
			all = append(all, fieldChange{name + " " + what, func(fields []Field) []Field { change(&fields[i]); return fields }})
		}
		all = append(all, fieldChange{name + " is gone", func(fields []Field) []Field { return slices.Delete(fields, i, i+1) }})
		if i+1 < len(fields) {
			all = append(all, fieldChange{name + " is behind the next", func(fields []Field) []Field {
				fields[i], fields[i+1] = fields[i+1], fields[i]
				return fields
			}})
		}
		if f.Select == nil {
			one("is called otherwise", func(f *Field) { f.Name = "other" })
			one("is of another type", func(f *Field) { f.Type = Type{Name: "uint24"} })
			one("is of a type that is not there", func(f *Field) { f.Type.Name = "Nothing" })
			one("has a length of one byte", func(f *Field) { f.Suffix = Suffix{Kind: Range, Max: 255} })
			continue
		}
		one("goes by another field", func(f *Field) { f.Select.On[len(f.Select.On)-1] = "other" })
		for j, a := range f.Select.Arms {
			for k, l := range a.Cases {
				one("has no case "+l.Name, func(f *Field) {
					f.Select.Arms[j].Cases = slices.Delete(f.Select.Arms[j].Cases, k, k+1)
				})
				one("has another word for "+l.Name, func(f *Field) { f.Select.Arms[j].Cases[k].Name = "other" })
			}
			for _, c := range fieldChanges(a.Fields) {
				one("in an arm: "+c.what, func(f *Field) { f.Select.Arms[j].Fields = c.make(f.Select.Arms[j].Fields) })
			}
		}
	}
	return all
}

// TestEveryChange makes every single change, of which none may go unseen. A proposal's
// arms have no names in the RFC, and get none: to give them one is no change.
func TestEveryChange(t *testing.T) {
	for name := range modules(t) {
		fresh := func() *Module {
			if name == "code" {
				return module(t, FromCode())
			}
			text, _ := rfcText(t)
			m, _ := markdown(text)
			return m
		}
		seen := map[string]int{}
		for _, c := range changes(fresh()) {
			m := fresh()
			c.make(m)
			open, _ := Explain("test", append(m.Check(), m.Compare(Kinds())...), RFC9420)
			news := 0
			for _, f := range open {
				if f.Rule != "stale" {
					seen[f.Rule]++
					news++
				}
			}
			if news == 0 {
				t.Errorf("%s: unseen: %s", name, c.what)
			}
		}
		t.Logf("%s: %d changes, findings %v", name, len(changes(fresh())), seen)
	}
}
