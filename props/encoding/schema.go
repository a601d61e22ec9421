package encoding

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"mlsref/impl/wire"
)

// enum is an enumeration of RFC 9420: its size in bytes, and the words for its values
// from 1.
type enum struct {
	size  int
	words []string
}

// integers are the RFC's integers and enums (§5 to §12 and §17), written down a second
// time as a check of the first.
var integers = map[string]enum{
	"uint8": {1, nil}, "uint16": {2, nil}, "uint32": {4, nil}, "uint64": {8, nil},
	"CipherSuite":        {2, nil},
	"ProtocolVersion":    {2, []string{"mls10"}},
	"WireFormat":         {2, []string{"mls_public_message", "mls_private_message", "mls_welcome", "mls_group_info", "mls_key_package"}},
	"ExtensionType":      {2, []string{"application_id", "ratchet_tree", "required_capabilities", "external_pub", "external_senders"}},
	"ProposalType":       {2, []string{"add", "update", "remove", "psk", "reinit", "external_init", "group_context_extensions"}},
	"CredentialType":     {2, []string{"basic", "x509"}},
	"ContentType":        {1, []string{"application", "proposal", "commit"}},
	"SenderType":         {1, []string{"member", "external", "new_member_proposal", "new_member_commit"}},
	"LeafNodeSource":     {1, []string{"key_package", "update", "commit"}},
	"NodeType":           {1, []string{"leaf", "parent"}},
	"PSKType":            {1, []string{"external", "resumption"}},
	"ResumptionPSKUsage": {1, []string{"application", "reinit", "branch"}},
	"ProposalOrRefType":  {1, []string{"proposal", "reference"}},
}

// schemas are the fields of every struct, by its name.
var schemas = sync.OnceValue(func() map[string][]wire.Field {
	m := map[string][]wire.Field{}
	for _, k := range wire.Kinds() {
		m[k.Name] = wire.Describe(k.New()).Fields
	}
	auth := wire.Describe(new(wire.FramedContentAuthData).For(wire.ContentCommit))
	m[auth.Name] = auth.Fields
	return m
})

// arm is the case of a select for the value that was read or written last under the
// name that it selects on.
func arm(f wire.Field, values map[string]string) ([]wire.Field, error) {
	on := f.Name[strings.LastIndex(f.Name, ".")+1:]
	for _, c := range f.Cases {
		if c.Value == values[on] {
			return c.Fields, nil
		}
	}
	return nil, fmt.Errorf("the schema has no case for the %s %q", f.Name, values[on])
}

// optionalOf is T of optional<T>.
func optionalOf(f wire.Field) (string, bool) {
	inner, found := strings.CutPrefix(f.Type, "optional<")
	return strings.TrimSuffix(inner, ">"), found
}

// schemaWalk holds an annotation against the schema: each field where the schema says,
// under its name and type, each integer of its size.
type schemaWalk struct {
	values map[string]string // the latest value under each enum's name
}

func (w *schemaWalk) structure(name string, p *wire.Part) error {
	fields, known := schemas()[name]
	if !known {
		return fmt.Errorf("no schema for %q", name)
	}
	rest, err := w.fields(name, fields, p.Children)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%s: %s is more than its schema has", name, rest[0].Name)
	}
	return err
}

func (w *schemaWalk) fields(of string, fields []wire.Field, parts []*wire.Part) (rest []*wire.Part, err error) {
	for _, f := range fields {
		if f.Cases != nil {
			chosen, err := arm(f, w.values)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", of, err)
			}
			if parts, err = w.fields(of, chosen, parts); err != nil {
				return nil, err
			}
			continue
		}
		if len(parts) == 0 {
			return nil, fmt.Errorf("%s: the schema has %s %s, the annotation nothing", of, f.Type, f.Name)
		}
		p := parts[0]
		if p.Name != f.Name || p.Type != f.Type || p.Suffix != f.Suffix {
			return nil, fmt.Errorf("%s: the schema has %s %s%s, the annotation %s %s%s", of, f.Type, f.Name, f.Suffix, p.Type, p.Name, p.Suffix)
		}
		if err := w.field(f, p); err != nil {
			return nil, err
		}
		parts = parts[1:]
	}
	return parts, nil
}

func (w *schemaWalk) field(f wire.Field, p *wire.Part) error {
	inner, optional := optionalOf(f)
	size, integer := integers[f.Type]
	switch {
	case f.Type == "opaque" && len(p.Children) > 0: // an extension that was opened
		return (&schemaWalk{values: map[string]string{}}).structure(p.Remark, p)
	case f.Type == "opaque" && f.Suffix != "<V>":
		if want := "[" + fmt.Sprint(len(p.Bytes)) + "]"; f.Suffix != want {
			return fmt.Errorf("%s has %d bytes, want %s", f.Name, len(p.Bytes), f.Suffix)
		}
	case f.Type == "opaque":
	case f.Suffix == "<V>":
		for i, child := range p.Children {
			if want := fmt.Sprintf("[%d]", i); child.Name != want || child.Type != f.Type {
				return fmt.Errorf("element %d of %s is the %s %s", i, f.Name, child.Type, child.Name)
			}
			if err := w.field(wire.Field{Name: child.Name, Type: f.Type}, child); err != nil {
				return err
			}
		}
	case optional:
		if len(p.Bytes) > 0 {
			return w.structure(inner, p)
		}
	case integer:
		var wide [8]byte
		copy(wide[8-min(len(p.Bytes), 8):], p.Bytes)
		if v := reflect.ValueOf(p.Value); len(p.Bytes) != size.size || !v.IsValid() || v.Uint() != binary.BigEndian.Uint64(wide[:]) {
			return fmt.Errorf("%s %s is %x, annotated as %v; want %d bytes", f.Type, f.Name, p.Bytes, p.Value, size.size)
		}
		w.values[f.Name] = size.word(binary.BigEndian.Uint64(wide[:]))
		if got := fmt.Sprint(p.Value); size.words != nil && got != w.values[f.Name] {
			return fmt.Errorf("%s %s is %x, annotated as %q", f.Type, f.Name, p.Bytes, got)
		}
	default:
		return w.structure(f.Type, p)
	}
	return nil
}

func (e enum) word(v uint64) string {
	if v >= 1 && v <= uint64(len(e.words)) {
		return e.words[v-1]
	}
	return fmt.Sprint(v)
}
