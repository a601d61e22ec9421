package encoding

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"mlsref/impl/wire"
)

// maker writes random structs from the schema alone: a second, dumb encoder.
type maker struct {
	pick   func(n int) int
	values map[string]string
	large  int // how many more long vectors there may be
	nested int // how many extensions this one lies in
}

// Made is a random encoding of a struct, made from the schema that package wire reports,
// without package wire's encoder. What it draws, pick decides: 0 to n-1, n at most 256.
func Made(k wire.Kind, pick func(n int) int) []byte {
	return (&maker{pick: pick, values: map[string]string{}, large: 1}).structure(k.Name)
}

func (m *maker) structure(name string) []byte { return m.fields(name, schemas()[name]) }

func (m *maker) fields(of string, fields []wire.Field) []byte {
	var b []byte
	for i, f := range fields {
		if f.Cases != nil {
			chosen, err := arm(f, m.values)
			if err != nil {
				panic("encoding: internal: " + err.Error())
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
