package syntax

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"mlsref/impl/wire"
)

// Beyond are the classes of inputs on which the codecs differ, and why. All others
// are "valid" or "malformed" for both.
var Beyond = map[string]string{
	"constant": "the text: GroupContext and FramedContentTBS have the constant version mls10; the code decodes any, so that the group's layer can say which rule another version breaks",
	"version":  "the code: an MLSMessage of another version has another syntax and is refused; the schema that the code reports has no constants",
}

// Pair is a struct that both package wire and a text have.
type Pair struct {
	Kind  wire.Kind
	Text  string // the name in the text
	codec *Codec
	loose *Codec // of the same text without its constants
}

// Pairs are package wire's structs and the text's. A struct that goes by a content type
// outside of it is there once for each. An error names a struct that the text lacks.
func (m *Module) Pairs() ([]Pair, error) {
	var all []Pair
	codec, loose := NewCodec(m), NewCodec(withoutConstants(m))
	for _, k := range Kinds() {
		d, ok := (&comparison{checker{m: m}}).definition(wire.Describe(k.New()))
		if !ok {
			return nil, fmt.Errorf("the text has no %s", k.Name)
		}
		if k.Name != "FramedContentAuthData" && k.Name != "PrivateMessageContent" {
			all = append(all, Pair{k, d.Name, codec, loose})
			continue
		}
		for _, ct := range []wire.ContentType{wire.ContentApplication, wire.ContentProposal, wire.ContentCommit} {
			n := k
			n.New = func() wire.Wirer { return &wire.PrivateMessageContent{ContentType: ct} }
			if k.Name == "FramedContentAuthData" {
				n.New = func() wire.Wirer { return new(wire.FramedContentAuthData).For(ct) }
			}
			context := map[string]uint64{"PrivateMessage.content_type": uint64(ct), "FramedContent.content_type": uint64(ct)}
			all = append(all, Pair{n, d.Name, codec.In(context), loose.In(context)})
		}
	}
	return all, nil
}

// withoutConstants is a module whose fields may have any value.
func withoutConstants(m *Module) *Module {
	n := &Module{Registries: m.Registries}
	for _, d := range m.Definitions {
		d.Fields = slices.Clone(d.Fields)
		for i := range d.Fields {
			d.Fields[i].Constant = ""
		}
		n.Definitions = append(n.Definitions, d)
	}
	return n
}

// Agree holds the two codecs against each other: both decode b, see the same fields with
// the same values at the same places, and encode to b again; or neither decodes it. The
// class is "valid", "malformed" or one of Beyond; any other disagreement is an error.
func (p Pair) Agree(b []byte) (class string, v Value, err error) {
	impl := p.Kind.New()
	implErr := wire.Unmarshal(b, impl)
	v, textErr := p.codec.Decode(p.Text, b)
	var malformed *Malformed
	if textErr != nil && !errors.As(textErr, &malformed) {
		return "", v, textErr
	}
	switch {
	case implErr != nil && textErr != nil:
		return "malformed", v, nil
	case implErr == nil && textErr != nil && malformed.Class == "constant":
		p.codec = p.loose // there must be no other difference
		class, v, err = p.Agree(b)
		if err != nil || class != "valid" {
			return "", v, fmt.Errorf("without the constant it is %s (%v)", class, err)
		}
		return "constant", v, nil
	case implErr != nil && textErr == nil && p.Kind.Name == "MLSMessage" && strings.Contains(implErr.Error(), "protocol version"):
		return "version", v, nil
	case implErr != nil || textErr != nil:
		return "", v, fmt.Errorf("the code: %v; the text: %v", implErr, textErr)
	}
	byCode, err := wire.Marshal(impl)
	if err != nil || !bytes.Equal(byCode, b) {
		return "", v, fmt.Errorf("the code writes it as %x (%v)", byCode, err)
	}
	byText, err := p.codec.Encode(p.Text, v)
	if err != nil || !bytes.Equal(byText, b) {
		return "", v, fmt.Errorf("by the text it is written as %x (%v)", byText, err)
	}
	part, err := wire.Annotate(b, p.Kind.New())
	if err != nil {
		return "", v, err
	}
	var code, text strings.Builder
	wireLeaves(part, &code)
	leaves(v, &text)
	if code.String() != text.String() {
		return "", v, fmt.Errorf("the code reads %s; the text %s", code.String(), text.String())
	}
	return "valid", v, nil
}

// leaves lists the integers and bytes of a tree with their names and places; the
// presence octets, which package wire counts as headers, are left out.
func leaves(v Value, b *strings.Builder) {
	if len(v.Parts) > 0 {
		parts := v.Parts
		if v.Suffix == "" && strings.HasPrefix(v.Type, "optional<") {
			parts = parts[1:]
		}
		for _, p := range parts {
			leaves(p, b)
		}
		return
	}
	switch {
	case v.Bytes != nil:
		fmt.Fprintf(b, "%s@%d+%d ", v.Name, v.Offset, v.Size)
	case v.Suffix == "":
		fmt.Fprintf(b, "%s@%d=%d ", v.Name, v.Offset, v.Number)
	}
}

// wireLeaves are the same of an annotation.
func wireLeaves(p *wire.Part, b *strings.Builder) {
	switch {
	case p.Type == "opaque": // the data of an extension may be opened
		fmt.Fprintf(b, "%s@%d+%d ", p.Name, p.Offset, p.Size)
	case p.Value != nil:
		fmt.Fprintf(b, "%s@%d=%d ", p.Name, p.Offset, reflect.ValueOf(p.Value).Uint())
	}
	if p.Type != "opaque" {
		for _, child := range p.Children {
			wireLeaves(child, b)
		}
	}
}
