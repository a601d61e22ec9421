package trace

import (
	"bytes"
	"fmt"

	"mlsref/impl/wire"
	"mlsref/trace/groupkeys"
)

// changed is a message, or an opened one, with a part of it changed as a statement says. v
// is what it is. keys open the message that the part is taken from, if there are any.
func (p *player) changed(b []byte, v wire.Wirer, st *Statement, keys *groupkeys.Keys) ([]byte, error) {
	root, err := wire.Annotate(b, v)
	if err != nil {
		return nil, err
	}
	part := partAt(root, func(path string, _ *wire.Part) bool { return path == st.Text })
	if part == nil {
		return nil, fmt.Errorf("message %d of the wire has nothing at %q", st.Number, st.Text)
	}
	var put []byte
	element := part.Name[0] == '['
	switch {
	case st.What == "with":
		other := samePart(partsOf(p.wires[st.With-1].bytes, keys), part, st.Text)
		if other == nil {
			return nil, fmt.Errorf("message %d of the wire has no %s %s", st.With, part.Type, part.Name)
		}
		put = part.Headed(other.Content())
	case st.What == "twice" && element:
		put = bytes.Repeat(part.Rewritten(nil, nil), 2)
	case st.What == "twice":
		put = part.Headed(bytes.Repeat(part.Content(), 2))
	case !element:
		put = part.Headed(nil)
	}
	return root.Rewritten(part, put), nil
}

// partsOf are the parts of a message, opened if there are keys that open it; nil if it is
// no message.
func partsOf(b []byte, keys *groupkeys.Keys) *wire.Part {
	var v wire.Wirer = &wire.MLSMessage{}
	if keys != nil {
		if c, err := keys.Open(b); err == nil {
			if opened, err := wire.Marshal(c); err == nil {
				b, v = opened, &wire.AuthenticatedContent{}
			}
		}
	}
	root, err := wire.Annotate(b, v)
	if err != nil {
		return nil
	}
	return root
}

// samePart is the part of another message that stands at a path, or else the first of the
// same name and type; nil if there is none.
func samePart(root, part *wire.Part, path string) *wire.Part {
	if root == nil {
		return nil
	}
	same := func(o *wire.Part) bool { return o.Name == part.Name && o.Type == part.Type && o.Suffix == part.Suffix }
	if found := partAt(root, func(at string, o *wire.Part) bool { return at == path && same(o) }); found != nil {
		return found
	}
	return partAt(root, func(_ string, o *wire.Part) bool { return same(o) })
}

// partAt is the first part that is looked for; nil if there is none.
func partAt(root *wire.Part, is func(path string, p *wire.Part) bool) (found *wire.Part) {
	root.Walk(func(path string, p *wire.Part) {
		if found == nil && is(path, p) {
			found = p
		}
	})
	return found
}
