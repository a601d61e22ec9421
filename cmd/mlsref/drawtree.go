package main

import (
	"fmt"
	"math/bits"
	"strings"

	"mlsref/trace"
)

// mostLeaves is how many leaves are drawn one by one. A larger tree is summed
// up level by level, so that it does not flood the terminal.
const mostLeaves = 32

// picture is one tree to be drawn.
type picture struct {
	style
	depth uint // of the root
	nodes []trace.SnapshotNode
	fresh map[uint32]bool // nodes whose key is new in this epoch
}

// drawTree draws the ratchet tree of a snapshot (RFC 9420 §4.1): the root at the
// left, the leaves at the right. Each node has the row of its array index
// (Appendix C), then who holds its private key, and what is special about it;
// fresh are the nodes whose key is of this epoch.
func drawTree(s *trace.Snapshot, fresh map[uint32]bool, st style) ([]string, error) {
	if s.Leaves == 0 || s.Leaves&(s.Leaves-1) != 0 || uint64(len(s.Nodes)) != 2*uint64(s.Leaves)-1 {
		return nil, fmt.Errorf("a tree of %d leaves and %d nodes is no ratchet tree", s.Leaves, len(s.Nodes))
	}
	for x, n := range s.Nodes {
		if uint64(n.Index) != uint64(x) {
			return nil, fmt.Errorf("node %d of a tree says that it is node %d", x, n.Index)
		}
	}
	p := picture{style: st, depth: uint(bits.Len32(s.Leaves)) - 1, nodes: s.Nodes, fresh: fresh}
	if s.Leaves > mostLeaves {
		return p.summary(), nil
	}
	return p.rows(), nil
}

func level(x int) uint { return uint(bits.TrailingZeros(^uint(x))) }

// rows draws node by node.
func (p picture) rows() []string {
	shapes := make([]string, len(p.nodes))
	width, holders := len("tree"), len("key held by")
	for x, n := range p.nodes {
		shapes[x] = p.branch(x) + mark(n)
		width = max(width, columns(shapes[x]))
		holders = max(holders, columns(strings.Join(n.Holders, " ")))
	}
	holders = min(holders, max(len("key held by"), p.width-width-40))
	lines := []string{p.dim(fmt.Sprintf("node  %s  %s", pad("tree", width), "key held by"))}
	for x, n := range p.nodes {
		branch := p.branch(x)
		shape := p.dim(branch) + p.markPainted(n) + strings.Repeat(" ", width-columns(shapes[x]))
		held := wrap(strings.Join(n.Holders, " "), holders)
		line := fmt.Sprintf("%4d  %s  %s  %s", x, shape, pad(held[0], holders), p.notes(n))
		lines = append(lines, strings.TrimRight(line, " "))
		for _, more := range held[1:] {
			lines = append(lines, fmt.Sprintf("%4s  %s  %s", "", pad(p.stem(x), width), more))
		}
	}
	return lines
}

// mark is the node itself: _ for blank, a member's name, or a filled parent.
func mark(n trace.SnapshotNode) string {
	text := "●"
	switch {
	case n.Blank:
		text = "_"
	case n.Index%2 == 0:
		text = printable(n.Member)
	}
	if n.Index%2 == 1 {
		text += "─┤"
	}
	return text
}

func (p picture) markPainted(n trace.SnapshotNode) string {
	switch text := mark(n); {
	case n.Stolen:
		return p.red(text)
	case n.Blank:
		return p.dim(text)
	default:
		return p.bold(text)
	}
}

// notes say in words what is special about a node.
func (p picture) notes(n trace.SnapshotNode) string {
	var notes []string
	if p.fresh[n.Index] && !n.Blank {
		notes = append(notes, "new key")
	}
	if len(n.Unmerged) > 0 {
		notes = append(notes, "unmerged: "+printable(strings.Join(n.Unmerged, " ")))
	}
	if n.Stolen {
		notes = append(notes, p.red("◄ the attacker has this key"))
	}
	return strings.Join(notes, "  ")
}

// branch is what stands left of node x: the lines of its ancestors that pass
// its row, and the corner that it hangs on.
func (p picture) branch(x int) string {
	var b strings.Builder
	for above := p.depth; above > level(x); above-- {
		b.WriteString("  ") // the ancestor's own mark stands in another row
		child := ancestor(x, above-1)
		left := child < ancestor(x, above)
		switch {
		case child == x && left:
			b.WriteString("╭─")
		case child == x:
			b.WriteString("╰─")
		case left == (x > child):
			b.WriteString("│ ")
		default:
			b.WriteString("  ")
		}
	}
	return b.String()
}

// stem is branch for a further line below node x: the lines go on, the corner
// does not.
func (p picture) stem(x int) string {
	line := p.branch(x)
	line = strings.ReplaceAll(line, "╭─", "│ ")
	line = strings.ReplaceAll(line, "╰─", "  ")
	if x%2 == 1 {
		line += "  │"
	}
	return line
}

// ancestor is the node above x, or x itself, at a level (Appendix C).
func ancestor(x int, level uint) int {
	return x>>(level+1)<<(level+1) | (1<<level - 1)
}

// summary counts level by level.
func (p picture) summary() []string {
	type count struct{ nodes, blank, unmerged, stolen int }
	levels := make([]count, p.depth+1)
	for x, n := range p.nodes {
		c := &levels[level(x)]
		c.nodes++
		if n.Blank {
			c.blank++
		}
		if len(n.Unmerged) > 0 {
			c.unmerged++
		}
		if n.Stolen {
			c.stolen++
		}
	}
	lines := []string{p.dim("level   nodes  blank  with unmerged leaves  keys the attacker has")}
	for l := int(p.depth); l >= 0; l-- {
		name, c := fmt.Sprint(l), levels[l]
		switch l {
		case 0:
			name = "leaves"
		case int(p.depth):
			name = "root"
		}
		stolen := fmt.Sprintf("%21d", c.stolen)
		if c.stolen > 0 {
			stolen = p.red(stolen)
		}
		lines = append(lines, fmt.Sprintf("%-6s %6d %6d %21d  %s", name, c.nodes, c.blank, c.unmerged, stolen))
	}
	return lines
}
