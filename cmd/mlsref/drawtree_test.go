package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsref/trace"
)

// sixOfEight has everything that a drawing can show: blank leaves and parents,
// unmerged leaves, stolen keys, many holders.
func sixOfEight() *trace.Snapshot {
	members := map[int]string{0: "alice", 2: "bob", 4: "carol", 6: "dave", 8: "erin", 10: "frank"}
	s := &trace.Snapshot{Epoch: 5, Leaves: 8, Nodes: make([]trace.SnapshotNode, 15)}
	for x := range s.Nodes {
		n := &s.Nodes[x]
		n.Index, n.Member = uint32(x), members[x]
		n.Blank = x%2 == 0 && n.Member == ""
		if n.Member != "" {
			n.Holders = []string{n.Member}
		}
	}
	s.Nodes[1].Holders = []string{"alice", "bob"}
	s.Nodes[3].Holders = []string{"alice", "bob", "carol"}
	s.Nodes[3].Unmerged = []string{"dave"}
	s.Nodes[7].Holders = []string{"alice", "bob", "carol", "erin"}
	s.Nodes[7].Unmerged = []string{"dave", "frank"}
	s.Nodes[5].Blank, s.Nodes[9].Blank, s.Nodes[11].Blank, s.Nodes[13].Blank = true, true, true, true
	for _, x := range []int{3, 4, 7} {
		s.Nodes[x].Stolen = true
	}
	return s
}

// fullTree has every node filled and held by nobody.
func fullTree(leaves int) *trace.Snapshot {
	s := &trace.Snapshot{Leaves: uint32(leaves), Nodes: make([]trace.SnapshotNode, 2*leaves-1)}
	for x := range s.Nodes {
		s.Nodes[x].Index = uint32(x)
		if x%2 == 0 {
			s.Nodes[x].Member = fmt.Sprintf("m%d", x/2)
		}
	}
	return s
}

func TestDrawTreeGolden(t *testing.T) {
	large := fullTree(64)
	large.Nodes[63].Unmerged = []string{"m5"}
	large.Nodes[63].Stolen, large.Nodes[10].Stolen = true, true
	large.Nodes[12].Blank, large.Nodes[13].Blank = true, true
	narrow := sixOfEight()
	narrow.Nodes[7].Holders = strings.Fields("alice bob carol erin frank grace heidi ivan judy")
	for _, c := range []struct {
		name  string
		tree  *trace.Snapshot
		fresh map[uint32]bool
		st    style
	}{
		{"one", fullTree(1), nil, style{width: 100}},
		{"six-of-eight", sixOfEight(), map[uint32]bool{0: true, 1: true, 3: true, 7: true, 9: true}, style{width: 100}},
		{"colour", sixOfEight(), map[uint32]bool{0: true, 1: true, 3: true, 7: true, 9: true}, style{width: 100, colour: true}},
		{"narrow", narrow, nil, style{width: 70}},
		{"summary", large, nil, style{width: 100}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, err := drawTree(c.tree, c.fresh, c.st)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, c.name, strings.Join(lines, "\n")+"\n")
		})
	}
}

// golden compares with a file under testdata/golden. MLSREF_GOLDEN=write writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".txt")
	if os.Getenv("MLSREF_GOLDEN") == "write" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is drawn now:\n%s", path, got)
	}
}

func TestTheLargestDrawnTree(t *testing.T) {
	lines, err := drawTree(fullTree(mostLeaves), nil, style{width: 100})
	if err != nil || len(lines) != 1+2*mostLeaves-1 {
		t.Errorf("%d lines, error %v", len(lines), err)
	}
}

// A trace may come from anybody: a snapshot that is no tree is an error.
func TestDrawTreeRefuses(t *testing.T) {
	for name, wreck := range map[string]func(*trace.Snapshot){
		"no leaves":       func(s *trace.Snapshot) { s.Leaves = 0 },
		"three leaves":    func(s *trace.Snapshot) { s.Leaves = 3 },
		"too many leaves": func(s *trace.Snapshot) { s.Leaves = 1 << 31 },
		"a missing node":  func(s *trace.Snapshot) { s.Nodes = s.Nodes[:6] },
		"a wrong index":   func(s *trace.Snapshot) { s.Nodes[2].Index = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			s := fullTree(4)
			if _, err := drawTree(s, nil, style{}); err != nil {
				t.Fatal(err)
			}
			wreck(s)
			if lines, err := drawTree(s, nil, style{}); err == nil {
				t.Errorf("drawn:\n%s", strings.Join(lines, "\n"))
			}
		})
	}
}

func TestWrap(t *testing.T) {
	got := strings.Join(wrap("the attacker has  this key", 12), "|")
	if want := "the attacker|has this key"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := wrap("", 5); len(got) != 1 || got[0] != "" {
		t.Errorf("wrap of nothing: %q", got)
	}
}

func TestPrintable(t *testing.T) {
	if got, want := printable("a\x1b[2Jb\u009b\tü"), "a?[2Jb??ü"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
