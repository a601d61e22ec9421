package trace

import (
	"bytes"
	"fmt"

	"mlsref/impl/wire"
	"mlsref/trace/groupkeys"
)

// alteration draws a line that alters a message which somebody has read, at a part that it
// has; "" if there is none.
func (g *Generator) alteration() string {
	var read []int
	for i, w := range g.p.wires {
		if len(w.recipients) > 0 {
			read = append(read, i)
		}
	}
	if len(read) == 0 {
		return ""
	}
	at := read[g.Pick(len(read))]
	w, keys, end := g.p.wires[at], (*groupkeys.Keys)(nil), ""
	if victims := g.robbed(w); len(victims) > 0 && g.Pick(4) > 0 {
		victim := victims[g.Pick(len(victims))]
		if k, err := groupkeys.Of(victim.stolen.states[w.letter.state].group); err == nil {
			keys, end = &k, " as "+victim.name
		}
	}
	root := partsOf(w.bytes, keys)
	if root == nil {
		return ""
	}
	var paths []string
	var parts []*wire.Part
	root.Walk(func(path string, p *wire.Part) {
		if path != "" {
			paths, parts = append(paths, path), append(parts, p)
		}
	})
	i := g.Pick(len(paths))
	return fmt.Sprintf("attacker alters wire %d at %q %s%s", at+1, paths[i], g.change(parts[i], paths[i], keys), end)
}

// robbed are those of whose keys in a message's epoch there is a thief.
func (g *Generator) robbed(w *sent) []*client {
	var list []*client
	for _, c := range g.p.clients {
		if c.stolen == nil {
			continue
		}
		if _, ok := c.stolen.states[w.letter.state]; ok {
			list = append(list, c)
		}
	}
	return list
}

// change draws what becomes of a part: in half of the lines another message's, if there is
// one that is different.
func (g *Generator) change(part *wire.Part, path string, keys *groupkeys.Keys) string {
	if how := g.Pick(4); how < 2 {
		return []string{"without it", "twice"}[how]
	}
	var others []int
	for i, w := range g.p.wires {
		if other := samePart(partsOf(w.bytes, keys), part, path); other != nil && !bytes.Equal(other.Content(), part.Content()) {
			others = append(others, i+1)
		}
	}
	if len(others) == 0 {
		return "twice"
	}
	return fmt.Sprintf("with wire %d", others[g.Pick(len(others))])
}
