// Package dictionary lists the labels and constants that mean something to MLS, for
// fuzzers that put such words into their inputs. mls.dict has them in the format of
// libFuzzer and AFL.
package dictionary

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unsafe"

	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace"
)

// What a word is of.
const (
	Label    = "label"    // RFC 9420 §5, §6, §8, §9, §12
	Value    = "value"    // of an enum or a registry (§17), GREASE (§13.5)
	Length   = "length"   // a header (§2.1.2)
	Scenario = "scenario" // the language of scenarios
)

// Word is one entry. Names are unique, of letters, digits and _.
type Word struct {
	Name  string
	Of    string
	Bytes []byte
}

// Words are all, sorted by name, the same every time.
func Words() []Word {
	var all []Word
	add := func(of, name string, b []byte) {
		all = append(all, Word{of + "_" + strings.Map(plain, name), of, b})
	}
	for _, l := range spec.Labels() {
		text := l.Text
		if l.Function != "RefHash" {
			text = spec.LabelPrefix + text
		}
		add(Label, l.Function+"_"+l.Text, []byte(text))
	}
	add(Label, "prefix", []byte(spec.LabelPrefix))
	add(Label, "external_init", []byte(spec.ExternalInitLabel))
	values[wire.ProtocolVersion](add)
	values[wire.WireFormat](add)
	values[wire.ExtensionType](add)
	values[wire.ProposalType](add)
	values[wire.CredentialType](add)
	values[wire.ContentType](add)
	values[wire.SenderType](add)
	values[wire.LeafNodeSource](add)
	values[wire.NodeType](add)
	values[wire.PSKType](add)
	values[wire.ResumptionPSKUsage](add)
	values[wire.ProposalOrRefType](add)
	add(Value, "grease", []byte{0x0a, 0x0a})
	for _, b := range [][]byte{{0}, {0x3f}, {0x40, 0x40}, {0x7f, 0xff}, {0x80, 0, 0x40, 0}, {0xbf, 0xff, 0xff, 0xff}, {0xc0}, {0x40, 0}, {0x80, 0, 0, 0}} {
		add(Length, fmt.Sprintf("%x", b), b)
	}
	for _, w := range trace.Words() {
		add(Scenario, w, []byte(w))
	}
	slices.SortFunc(all, func(a, b Word) int { return cmp.Or(cmp.Compare(a.Name, b.Name), bytes.Compare(a.Bytes, b.Bytes)) })
	return slices.CompactFunc(all, func(a, b Word) bool { return a.Name == b.Name })
}

// values adds the values of an enum that have a word, from 1 on.
func values[T interface {
	~uint8 | ~uint16
	fmt.Stringer
}](add func(of, name string, b []byte)) {
	var zero T
	size := int(unsafe.Sizeof(zero))
	typeName := strings.TrimPrefix(fmt.Sprintf("%T", zero), "wire.")
	for v := T(1); v.String() != fmt.Sprint(uint64(v)); v++ {
		add(Value, typeName+"_"+v.String(), binary.BigEndian.AppendUint64(nil, uint64(v))[8-size:])
	}
}

// plain makes a name of any text.
func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return r
	}
	return '_'
}

// File is the dictionary in the format of libFuzzer and AFL, an entry a line:
// name="\x00\x01".
func File() []byte {
	var b bytes.Buffer
	for _, w := range Words() {
		fmt.Fprintf(&b, "%s=\"", w.Name)
		for _, c := range w.Bytes {
			if c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, "\\x%02x", c)
			}
		}
		b.WriteString("\"\n")
	}
	return b.Bytes()
}
