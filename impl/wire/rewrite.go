package wire

import (
	"bytes"
	"strings"
)

// Walk visits a part and all that is in it, with the path from the part to each:
// "content.sender.leaf_index", "secrets[1]"; its own is "".
func (p *Part) Walk(f func(path string, p *Part)) { p.walk("", f) }

func (p *Part) walk(path string, f func(string, *Part)) {
	f(path, p)
	for _, child := range p.Children {
		name := child.Name
		if path != "" && !child.element() {
			name = "." + name
		}
		child.walk(path+name, f)
	}
}

func (p *Part) element() bool { return strings.HasPrefix(p.Name, "[") }

// Rewritten are the bytes of a part with another part of it, at, replaced; the length
// headers around it fit.
func (p *Part) Rewritten(at *Part, put []byte) []byte {
	if p == at {
		return put
	}
	return p.Headed(p.inside(at, put))
}

// Content are the bytes of a part without its own header.
func (p *Part) Content() []byte { return p.inside(nil, nil) }

func (p *Part) inside(at *Part, put []byte) []byte {
	if len(p.Children) == 0 {
		return bytes.Clone(p.Bytes)
	}
	var content []byte
	for _, child := range p.Children {
		content = append(content, child.Rewritten(at, put)...)
	}
	return content
}

// Headed is content with the header that a part has.
func (p *Part) Headed(content []byte) []byte {
	switch {
	case p.IsVector():
		length, err := EncodeLength(len(content))
		if err != nil {
			return content // no message is that long
		}
		return append(length, content...)
	case p.optional():
		return append([]byte{byte(min(len(content), 1))}, content...)
	default:
		return content
	}
}

// IsVector says whether a part has a length header.
func (p *Part) IsVector() bool { return p.Header > 0 && !p.optional() }

func (p *Part) optional() bool { return strings.HasPrefix(p.Type, "optional<") && p.Suffix == "" }
