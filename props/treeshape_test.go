package props

import (
	"strings"
	"testing"

	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/trace"
)

// played is the session after a whole scenario.
func played(t *testing.T, text string) *trace.Session {
	t.Helper()
	sc, err := trace.Parse("test", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := trace.Start(sc, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range sc.Statements {
		if err := s.Play(&sc.Statements[i]); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// TestShapeSees breaks one thing in a good tree at a time.
func TestShapeSees(t *testing.T) {
	s := played(t, "alice creates room\nalice adds bob carol dave erin\nerin commits\nbob commits\ncarol removes dave\nalice commits\nalice adds frank without path\n")
	g := s.Members()[0].Group
	su := g.Client().Suite
	for _, c := range []struct {
		name, want string
		check      func(hasher) error
		spoil      func(nodes []*wire.Node)
	}{
		{"a parent hash", "valid with respect to", hasher.parentHashes, func(n []*wire.Node) { n[3].Parent.ParentHash[0] ^= 1 }},
		{"the key of a parent", "valid with respect to", hasher.parentHashes, func(n []*wire.Node) { n[3].Parent.EncryptionKey[0] ^= 1 }},
		{"an unmerged leaf too few", "valid with respect to", hasher.parentHashes, func(n []*wire.Node) { n[7].Parent.UnmergedLeaves = nil }},
		{"unmerged twice", "not ascending", hasher.unmergedLeaves, func(n []*wire.Node) { n[7].Parent.UnmergedLeaves = []uint32{3, 3} }},
		{"unmerged at the root only", "but not at 3 in between", hasher.unmergedLeaves, func(n []*wire.Node) { n[3].Parent.UnmergedLeaves = nil }},
		{"unmerged and no member", "no member below", hasher.unmergedLeaves, func(n []*wire.Node) { n[7].Parent.UnmergedLeaves = []uint32{3, 7} }},
		{"a key twice", "the same key", hasher.keysOnce, func(n []*wire.Node) { n[0].Leaf.EncryptionKey = n[2].Leaf.EncryptionKey }},
	} {
		t.Run(c.name, func(t *testing.T) {
			rt := copied(t, g)
			check := func() error {
				tree, err := treesync.FromWire(su, rt)
				if err != nil {
					t.Fatal(err)
				}
				return c.check(hasher{draw(tree), su})
			}
			if err := check(); err != nil {
				t.Fatalf("the good tree: %v", err)
			}
			c.spoil(rt.Nodes)
			if err := check(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func copied(t *testing.T, g interface{ RatchetTree() ([]byte, error) }) wire.RatchetTree {
	t.Helper()
	b, err := g.RatchetTree()
	if err != nil {
		t.Fatal(err)
	}
	var rt wire.RatchetTree
	if err := wire.Unmarshal(b, &rt); err != nil {
		t.Fatal(err)
	}
	return rt
}
