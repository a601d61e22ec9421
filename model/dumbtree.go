package model

import "slices"

// key numbers a private HPKE key. The tree below and every state name keys only
// by number; noKey is a blank node's.
type key int

const noKey key = 0

// dumbTree is the ratchet tree as plain rows: rows[0] are the leaves, and
// rows[h][i] stands over leaves i<<h to (i+1)<<h - 1 (RFC 9420 §4.1, §7.7).
// It shares no code and no index arithmetic with the implementation.
type dumbTree struct {
	rows [][]dumbNode
}

type dumbNode struct {
	key      key
	member   string // leaves only
	verify   sigKey // leaves only: the signature key that it names
	unmerged []int  // parents only: leaves that do not hold this node's key
}

// sigKey numbers a signature key.
type sigKey int

// place is a node's row and its position there.
type place struct{ row, at int }

// index is the node's number in the array form of the tree (RFC 9420 App. C).
func (p place) index() uint32 { return uint32(p.at<<(p.row+1) + 1<<p.row - 1) }

func newDumbTree() *dumbTree {
	return &dumbTree{rows: [][]dumbNode{{{}}}}
}

func (t *dumbTree) clone() *dumbTree {
	c := &dumbTree{rows: make([][]dumbNode, len(t.rows))}
	for r, row := range t.rows {
		c.rows[r] = slices.Clone(row)
		for i := range c.rows[r] {
			c.rows[r][i].unmerged = slices.Clone(row[i].unmerged)
		}
	}
	return c
}

func (t *dumbTree) node(p place) *dumbNode { return &t.rows[p.row][p.at] }

// leafOf returns a member's leaf, or -1.
func (t *dumbTree) leafOf(member string) int {
	return slices.IndexFunc(t.rows[0], func(n dumbNode) bool {
		return n.key != noKey && n.member == member
	})
}

// members are the names in the order of their leaves.
func (t *dumbTree) members() []string {
	var names []string
	for _, leaf := range t.rows[0] {
		if leaf.key != noKey {
			names = append(names, leaf.member)
		}
	}
	return names
}

// ancestors are the places above a leaf, up to the root.
func (t *dumbTree) ancestors(leaf int) []place {
	var up []place
	for row := 1; row < len(t.rows); row++ {
		up = append(up, place{row, leaf >> row})
	}
	return up
}

func (t *dumbTree) blankPath(leaf int) {
	for _, p := range t.ancestors(leaf) {
		*t.node(p) = dumbNode{}
	}
}

// add takes the leftmost blank leaf, or doubles the tree (RFC 9420 §12.1.1).
func (t *dumbTree) add(member string, k key, verify sigKey) {
	leaf := slices.IndexFunc(t.rows[0], func(n dumbNode) bool { return n.key == noKey })
	if leaf < 0 {
		leaf = len(t.rows[0])
		for r := range t.rows {
			t.rows[r] = append(t.rows[r], make([]dumbNode, len(t.rows[r]))...)
		}
		t.rows = append(t.rows, make([]dumbNode, 1))
	}
	t.rows[0][leaf] = dumbNode{key: k, member: member, verify: verify}
	for _, p := range t.ancestors(leaf) {
		if n := t.node(p); n.key != noKey {
			n.unmerged = append(n.unmerged, leaf)
		}
	}
}

// update puts a new key in a leaf and blanks the path above (RFC 9420 §12.1.2).
func (t *dumbTree) update(leaf int, k key, verify sigKey) {
	t.rows[0][leaf].key, t.rows[0][leaf].verify = k, verify
	t.blankPath(leaf)
}

// remove blanks a leaf and the path above, and halves the tree while its right
// half has no member (RFC 9420 §12.1.3).
func (t *dumbTree) remove(leaf int) {
	t.blankPath(leaf)
	t.rows[0][leaf] = dumbNode{}
	for len(t.rows) > 1 && t.rightHalfEmpty() {
		t.rows = t.rows[:len(t.rows)-1]
		for r := range t.rows {
			t.rows[r] = t.rows[r][:len(t.rows[r])/2]
		}
	}
}

func (t *dumbTree) rightHalfEmpty() bool {
	leaves := t.rows[0]
	for _, leaf := range leaves[len(leaves)/2:] {
		if leaf.key != noKey {
			return false
		}
	}
	return true
}

// resolution is the smallest set of nodes with keys that covers the members
// under p (RFC 9420 §4.1.1).
func (t *dumbTree) resolution(p place) []place {
	n := t.node(p)
	switch {
	case n.key != noKey:
		found := []place{p}
		for _, leaf := range n.unmerged {
			found = append(found, place{0, leaf})
		}
		return found
	case p.row == 0:
		return nil
	default:
		left := t.resolution(place{p.row - 1, 2 * p.at})
		return append(left, t.resolution(place{p.row - 1, 2*p.at + 1})...)
	}
}

// held are the node keys that the member at a leaf has: its own and those of
// the ancestors that it was given.
func (t *dumbTree) held(leaf int) []key {
	keys := []key{t.rows[0][leaf].key}
	for _, p := range t.ancestors(leaf) {
		if n := t.node(p); n.key != noKey && !slices.Contains(n.unmerged, leaf) {
			keys = append(keys, n.key)
		}
	}
	return keys
}

// pathNode is one node of an UpdatePath.
type pathNode struct {
	place      place
	key        key
	recipients []key // what its path secret is encrypted to
}

// applyPath gives the committer a new leaf key and the nodes of its filtered
// direct path new keys (RFC 9420 §4.1.2, §7.5). Leaves in joining are new in
// this Commit: they count in the filter but get their path secret by Welcome.
// It also returns, by joining leaf, the index of its lowest path node.
func (t *dumbTree) applyPath(committer int, verify sigKey, joining []int, fresh func() key) ([]pathNode, map[int]int) {
	t.update(committer, fresh(), verify)
	var path []pathNode
	lowest := map[int]int{}
	for _, p := range t.ancestors(committer) {
		copath := place{p.row - 1, (committer >> (p.row - 1)) ^ 1}
		resolution := t.resolution(copath)
		if len(resolution) == 0 {
			continue
		}
		node := pathNode{place: p, key: fresh()}
		for _, r := range resolution {
			if r.row == 0 && slices.Contains(joining, r.at) {
				lowest[r.at] = len(path) // under this copath child, so under no lower one
				continue
			}
			node.recipients = append(node.recipients, t.node(r).key)
		}
		path = append(path, node)
		t.node(p).key = node.key
	}
	return path, lowest
}
