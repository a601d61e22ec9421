package encoding

import (
	"bytes"
	"strings"

	"mlsref/impl/wire"
)

// Rewritten are the bytes of a part, with another, at, replaced; the length headers
// around it fit.
func Rewritten(p, at *wire.Part, put []byte) []byte {
	if p == at {
		return put
	}
	return Headed(p, Inside(p, at, put))
}

// Inside is Rewritten without the part's own header.
func Inside(p, at *wire.Part, put []byte) []byte {
	if len(p.Children) == 0 {
		return bytes.Clone(p.Bytes)
	}
	var content []byte
	for _, child := range p.Children {
		content = append(content, Rewritten(child, at, put)...)
	}
	return content
}

// Headed is content with the header that a part has.
func Headed(p *wire.Part, content []byte) []byte {
	switch {
	case IsVector(p):
		length, err := wire.EncodeLength(len(content))
		if err != nil {
			return content // no message is that long
		}
		return append(length, content...)
	case isOptional(p):
		return append([]byte{byte(min(len(content), 1))}, content...)
	default:
		return content
	}
}

// LongHeader is a length header that takes twice the bytes that it needs, or more (RFC
// 9420 §2.1.2).
func LongHeader(n int) []byte {
	if n < 1<<6 {
		return lengthIn(2, n)
	}
	return lengthIn(4, n)
}

func isOptional(p *wire.Part) bool {
	return strings.HasPrefix(p.Type, "optional<") && p.Suffix == ""
}

// IsVector says whether a part has a length header.
func IsVector(p *wire.Part) bool { return p.Header > 0 && !isOptional(p) }
