package syntax

import (
	"fmt"
	"strings"

	"mlsref/impl/wire"
)

// elsewhere are the structs that go by a field of another one. A schema knows the field
// alone, and writes it as the struct's own.
var elsewhere = map[string]string{"FramedContentAuthData": "FramedContent", "PrivateMessageContent": "PrivateMessage"}

// FromCode writes what the code has in the presentation language: its enums and the
// schema of every struct. It stands in for the RFC's text where that is not at hand, and
// then says the same as the code by its making: what it tests is this package.
func FromCode() string {
	var b strings.Builder
	for _, e := range codeEnums() {
		if e.size == 2 && e.name != "ProtocolVersion" { // a registry's, RFC 9420 §17
			fmt.Fprintf(&b, "uint16 %s;\n\n", e.name)
			continue
		}
		b.WriteString("enum {\n    reserved(0),\n")
		for _, v := range e.values {
			fmt.Fprintf(&b, "    %s(%d),\n", v.Name, v.First)
		}
		fmt.Fprintf(&b, "    (%d)\n} %s;\n\n", uint64(1)<<(8*e.size)-1, e.name)
	}
	for _, k := range Kinds() {
		s := wire.Describe(k.New()).String()
		if owner := elsewhere[k.Name]; owner != "" {
			s = strings.ReplaceAll(s, "select ("+k.Name+".", "select ("+owner+".")
		}
		b.WriteString(s + "\n")
	}
	return b.String()
}
