package props

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
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

// maker writes random structs from the schema alone: a second, dumb encoder. What it
// draws, pick decides: 0 to n-1, n at most 256.
type maker struct {
	pick   func(n int) int
	values map[string]string
	large  int // how many more long vectors there may be
	nested int // how many extensions this one lies in
}

func newMaker(pick func(n int) int) *maker {
	return &maker{pick: pick, values: map[string]string{}, large: 1}
}

func (m *maker) structure(name string) []byte { return m.fields(name, schemas()[name]) }

func (m *maker) fields(of string, fields []wire.Field) []byte {
	var b []byte
	for i, f := range fields {
		if f.Cases != nil {
			chosen, err := arm(f, m.values)
			if err != nil {
				panic("props: internal: " + err.Error())
			}
			b = append(b, m.fields(of, chosen)...)
			continue
		}
		on := slices.IndexFunc(fields[i:], func(o wire.Field) bool { return o.Cases != nil && o.Name == f.Name })
		switch {
		case on >= 0:
			b = append(b, m.selector(f, fields[i+on].Cases)...)
		case of == "MLSMessage" && f.Name == "version": // another version is another syntax
			b = append(b, 0, 1)
		case of == "Extension" && f.Name == "extension_data":
			b = append(b, m.extension()...)
		default:
			b = append(b, m.field(f)...)
		}
	}
	return b
}

// selector is an enum that a select goes by: one that has a case.
func (m *maker) selector(f wire.Field, cases []wire.Case) []byte {
	e := integers[f.Type]
	m.values[f.Name] = cases[m.pick(len(cases))].Value
	return integer(e.size, uint64(slices.Index(e.words, m.values[f.Name])+1))
}

func integer(size int, v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v)[8-size:] }

func (m *maker) field(f wire.Field) []byte {
	inner, optional := optionalOf(f)
	e, isInteger := integers[f.Type]
	switch {
	case f.Suffix == "<V>":
		return m.vector(f)
	case f.Type == "opaque":
		var n int
		fmt.Sscanf(f.Suffix, "[%d]", &n)
		return m.bytes(n)
	case optional:
		if m.pick(3) == 0 {
			return []byte{0}
		}
		return append([]byte{1}, m.structure(inner)...)
	case isInteger:
		v := m.number(e)
		m.values[f.Name] = e.word(v)
		return integer(e.size, v)
	default:
		return m.structure(f.Type)
	}
}

// number is a value that the RFC has a word for, a GREASE value (RFC 9420 §13.5), an
// extreme or any.
func (m *maker) number(e enum) uint64 {
	most := uint64(1)<<(8*e.size) - 1 // all ones for 8 bytes too: the shift gives 0
	switch m.pick(4) {
	case 0:
		return uint64(m.pick(len(e.words)+1)) & most
	case 1:
		return (0x0a0a + 0x1010*uint64(m.pick(15))) & most
	case 2:
		return most - uint64(m.pick(2))
	}
	return binary.BigEndian.Uint64(m.bytes(8)) & most
}

// boundaries are the lengths at which a length header changes its form.
var boundaries = []int{0, 63, 64, 16383, 16384}

// length is a boundary or a small number; the long ones are few.
func (m *maker) length() int {
	if m.pick(3) > 0 {
		return m.pick(20)
	}
	n := boundaries[m.pick(len(boundaries))]
	if n > 64 {
		if m.large == 0 {
			return 64
		}
		m.large--
	}
	return n
}

func (m *maker) vector(f wire.Field) []byte {
	var b []byte
	_, optional := optionalOf(f)
	e, isInteger := integers[f.Type]
	switch {
	case f.Type == "opaque":
		b = m.bytes(m.length())
	case isInteger:
		b = m.bytes(m.length() / e.size * e.size)
	case optional && m.pick(4) == 0: // blanks, one byte each
		b = make([]byte, m.length())
	default:
		for range m.pick(4) {
			b = append(b, m.field(wire.Field{Type: f.Type})...)
		}
	}
	return append(header(&wire.Part{Field: f}, len(b)), b...)
}

// extension is extension_data: any bytes, or what the type that was just drawn says.
func (m *maker) extension() []byte {
	opaque := wire.Field{Type: "opaque", Suffix: "<V>"}
	contents := map[string]string{"application_id": "ApplicationID", "ratchet_tree": "RatchetTree",
		"required_capabilities": "RequiredCapabilities", "external_pub": "ExternalPub", "external_senders": "ExternalSenders"}
	name := contents[m.values["extension_type"]]
	if name == "" || m.nested == 2 || m.pick(2) == 0 {
		return m.field(opaque)
	}
	inner := &maker{pick: m.pick, values: map[string]string{}, nested: m.nested + 1}
	b := inner.structure(name)
	return append(header(&wire.Part{Field: opaque}, len(b)), b...)
}

// bytes are n bytes that one draw decides.
func (m *maker) bytes(n int) []byte {
	rng := rand.New(rand.NewPCG(uint64(m.pick(256)), uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}
