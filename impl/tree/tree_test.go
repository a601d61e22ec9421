package tree

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type (
	leaf   struct{ name int }
	parent struct {
		name     int
		unmerged []LeafIndex
	}
)

// flat is the dumb model: the array of Appendix C, nil where blank.
type flat []any

func (f flat) Leaves() uint32     { return uint32(len(f)+1) / 2 }
func (f flat) Blank(i Index) bool { return f[i] == nil }
func (f flat) Unmerged(i Index) []LeafIndex {
	if p, ok := f[i].(*parent); ok {
		return p.unmerged
	}
	return nil
}

func (f flat) extend() flat { return append(slices.Clone(f), make(flat, len(f)+1)...) }

func (f flat) truncate() flat {
	half := len(f) / 2
	for i := half + 1; i < len(f); i += 2 {
		if f[i] != nil {
			return f
		}
	}
	if len(f) == 1 {
		return f
	}
	return f[:half].truncate()
}

// hash spells the subtree out, which tells every two subtrees apart.
func (f flat) hash(i Index) string {
	if i.IsLeaf() {
		return spellLeaf(i.Leaf(), ptr[leaf](f[i]))
	}
	l, _ := Left(i)
	r, _ := Right(i)
	return spellParent(ptr[parent](f[i]), f.hash(l), f.hash(r))
}

func ptr[T any](v any) *T {
	p, _ := v.(*T)
	return p
}

func spellLeaf(i LeafIndex, l *leaf) string {
	if l == nil {
		return fmt.Sprintf("%d:_", i)
	}
	return fmt.Sprintf("%d:%d", i, l.name)
}

func spellParent(p *parent, l, r string) string {
	if p == nil {
		return "(" + l + "_" + r + ")"
	}
	return fmt.Sprintf("(%s %d %s)", l, p.name, r)
}

func hash(t Tree[leaf, parent], i Index) string {
	return string(t.Hash(i,
		func(i LeafIndex, l *leaf) []byte { return []byte(spellLeaf(i, l)) },
		func(p *parent, l, r []byte) []byte { return []byte(spellParent(p, string(l), string(r))) }))
}

func same(t *rapid.T, tree Tree[leaf, parent], model flat) {
	if tree.Leaves() != model.Leaves() {
		t.Fatalf("%d leaves, model has %d", tree.Leaves(), model.Leaves())
	}
	var members []LeafIndex
	var parents []Index
	for i := range Index(len(model)) {
		if tree.Leaf(i.Leaf()) != ptr[leaf](model[i]) && i.IsLeaf() || tree.Parent(i) != ptr[parent](model[i]) {
			t.Fatalf("node %d differs from the model", i)
		}
		switch {
		case model[i] == nil:
		case i.IsLeaf():
			members = append(members, i.Leaf())
		default:
			parents = append(parents, i)
		}
		if got, want := tree.Populated(i), len(model.resolution(i)) > 0; got != want {
			t.Fatalf("node %d populated: %v", i, got)
		}
		if got, want := hash(tree, i), model.hash(i); got != want {
			t.Fatalf("hash of %d: got %s, want %s", i, got, want)
		}
	}
	if tree.Members() != uint32(len(members)) || tree.Filled() != uint32(len(members)+len(parents)) {
		t.Fatalf("%d members, %d nodes, want %v and %v", tree.Members(), tree.Filled(), members, parents)
	}
	sameWalks(t, tree, members, parents)
	blank, room := tree.LeftmostBlank()
	first := slices.IndexFunc(model, func(n any) bool { return n == nil })
	for first > 0 && (first%2 == 1 || model[first] != nil) {
		if first++; first >= len(model) {
			first = -1
		}
	}
	if room != (first >= 0) || room && LeafNode(blank) != Index(first) {
		t.Fatalf("leftmost blank leaf: got %d, %v, want node %d", blank, room, first)
	}
	if beyond := Index(2*tree.Leaves() + 1); tree.Leaf(tree.Leaves()) != nil || tree.Parent(beyond) != nil || tree.Populated(beyond) {
		t.Fatal("something is beyond the end")
	}
}

// sameWalks also stops each walk at each place.
func sameWalks(t *rapid.T, tree Tree[leaf, parent], members []LeafIndex, parents []Index) {
	for k := range len(members) + 1 {
		var got []LeafIndex
		for i, l := range tree.AllLeaves() {
			if l != tree.Leaf(i) {
				t.Fatalf("the walk has another leaf at %d", i)
			}
			if len(got) == k {
				break
			}
			got = append(got, i)
		}
		if !slices.Equal(got, members[:k]) {
			t.Fatalf("%d members: got %v, want %v", k, got, members)
		}
	}
	for k := range len(parents) + 1 {
		var got []Index
		for i, p := range tree.AllParents() {
			if p != tree.Parent(i) {
				t.Fatalf("the walk has another parent at %d", i)
			}
			if len(got) == k {
				break
			}
			got = append(got, i)
		}
		if !slices.Equal(got, parents[:k]) {
			t.Fatalf("%d parents: got %v, want %v", k, got, parents)
		}
	}
}

func TestTreeAgainstSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree, model := New[leaf, parent](), make(flat, 1)
		type version struct {
			tree  Tree[leaf, parent]
			model flat
		}
		var old []version
		name := 0
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { same(t, tree, model) },
			"set": func(t *rapid.T) {
				name++
				i := Index(rapid.IntRange(0, len(model)-1).Draw(t, "node"))
				erase := rapid.Bool().Draw(t, "blank")
				old = append(old, version{tree, slices.Clone(model)})
				var l *leaf
				var p *parent
				if model[i] = nil; !erase {
					l, p = &leaf{name}, &parent{name: name}
				}
				if i.IsLeaf() {
					if tree = tree.SetLeaf(i.Leaf(), l); !erase {
						model[i] = l
					}
				} else if tree = tree.SetParent(i, p); !erase {
					model[i] = p
				}
			},
			"set path": func(t *rapid.T) {
				at := LeafIndex(rapid.IntRange(0, int(model.Leaves())-1).Draw(t, "leaf"))
				old = append(old, version{tree, slices.Clone(model)})
				name++
				l := &leaf{name}
				model[LeafNode(at)] = l
				tree = tree.SetPath(at, l, func(i Index, p *parent) *parent {
					if p != ptr[parent](model[i]) {
						t.Fatalf("node %d was something else", i)
					}
					if model[i] = nil; rapid.Bool().Draw(t, "blank") {
						return nil
					}
					p = &parent{name: name}
					model[i] = p
					return p
				})
			},
			"build": func(*rapid.T) {
				tree = Build(model.Leaves(),
					func(i LeafIndex) *leaf { return ptr[leaf](model[LeafNode(i)]) },
					func(i Index) *parent { return ptr[parent](model[i]) })
			},
			"extend": func(t *rapid.T) {
				if tree.Leaves() == 16 {
					t.Skip("large enough")
				}
				tree, model = tree.Extend(), model.extend()
			},
			"truncate": func(t *rapid.T) { tree, model = tree.Truncate(), slices.Clone(model.truncate()) },
		})
		for _, v := range old {
			same(t, v.tree, v.model)
		}
	})
}

func TestOnlyTheChangedPathIsHashedAgain(t *testing.T) {
	tree := New[leaf, parent]().Extend().Extend().Extend()
	hash(tree, 7)
	count := 0
	tree.SetLeaf(5, &leaf{1}).Hash(7,
		func(LeafIndex, *leaf) []byte { count++; return nil },
		func(*parent, []byte, []byte) []byte { count++; return nil })
	if count != 4 {
		t.Errorf("%d nodes hashed, want 4", count)
	}
}

func drawFlat(t *rapid.T) flat {
	n := 1 << rapid.IntRange(0, 4).Draw(t, "depth")
	f := make(flat, 2*n-1)
	for i := range f {
		if rapid.Bool().Draw(t, "blank") {
			continue
		}
		if i%2 == 0 {
			f[i] = &leaf{i}
			continue
		}
		p := &parent{name: i}
		for l := range uint32(n) {
			if IsAncestor(Index(i), l) && rapid.IntRange(0, 3).Draw(t, "unmerged") == 0 {
				p.unmerged = append(p.unmerged, l)
			}
		}
		f[i] = p
	}
	return f
}

// resolution reads the definition of §4.1.1 off the page.
func (f flat) resolution(i Index) []Index {
	switch {
	case f[i] != nil:
		r := []Index{i}
		for _, l := range f.Unmerged(i) {
			r = append(r, LeafNode(l))
		}
		return r
	case i.IsLeaf():
		return nil
	default:
		half := Index(1) << (Level(i) - 1)
		return append(f.resolution(i-half), f.resolution(i+half)...)
	}
}

// withCounts is a View that knows which subtrees are empty.
type withCounts struct{ flat }

func (f withCounts) Populated(i Index) bool { return len(f.resolution(i)) > 0 }

func TestResolutionAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFlat(t)
		for i := range Index(len(f)) {
			got, counting, want := Resolution(f, i), Resolution(withCounts{f}, i), f.resolution(i)
			if !slices.Equal(got, want) || !slices.Equal(counting, want) {
				t.Fatalf("resolution of %d: got %v, %v with counts, want %v", i, got, counting, want)
			}
		}
		for l := range f.Leaves() {
			path, copath := FilteredDirectPath(f, l)
			p2, c2 := FilteredDirectPath(withCounts{f}, l)
			if !slices.Equal(path, p2) || !slices.Equal(copath, c2) {
				t.Fatalf("filtered path of leaf %d: got %v, with counts %v", l, path, p2)
			}
			k := 0
			for _, p := range DirectPath(l, f.Leaves()) {
				other, _ := Left(p)
				if IsAncestor(other, l) {
					other, _ = Right(p)
				}
				if len(f.resolution(other)) == 0 {
					continue
				}
				if k >= len(path) || path[k] != p || copath[k] != other {
					t.Fatalf("filtered path of leaf %d: got %v, %v", l, path, copath)
				}
				k++
			}
			if k != len(path) || k != len(copath) {
				t.Fatalf("filtered path of leaf %d is too long: %v", l, path)
			}
		}
	})
}

// The tree of RFC 9420 §4.1.1: X is node 3, Y is node 9.
func ExampleResolution() {
	f := make(flat, 15)
	for _, l := range []LeafIndex{0, 1, 3, 4, 5, 7} {
		f[LeafNode(l)] = &leaf{}
	}
	f[3] = &parent{unmerged: []LeafIndex{1}} // X[B]
	f[9] = &parent{}                         // Y
	fmt.Println("X   ", Resolution(f, 3))
	fmt.Println("2   ", Resolution(f, LeafNode(2)))
	fmt.Println("root", Resolution(f, 7))
	// Output:
	// X    [3 2]
	// 2    []
	// root [3 2 9 14]
}

// Subtle point 65: a tree of one leaf is not truncated further, and extends to two.
func TestTreeOfOne(t *testing.T) {
	one := New[leaf, parent]()
	if got := one.Truncate(); got != one {
		t.Errorf("truncated to %d leaves", got.Leaves())
	}
	two := one.Extend()
	if two.Leaves() != 2 || two.Truncate() != one {
		t.Errorf("extended to %d leaves", two.Leaves())
	}
}

// Subtle point 1: a blank root resolves like any blank parent, a filled one to
// itself and what is unmerged there.
func TestRootResolves(t *testing.T) {
	f := flat{&leaf{}, nil, &leaf{}}
	if got := Resolution(f, 1); !slices.Equal(got, []Index{0, 2}) {
		t.Errorf("blank: got %v", got)
	}
	f[1] = &parent{unmerged: []LeafIndex{1}}
	if got := Resolution(f, 1); !slices.Equal(got, []Index{1, 2}) {
		t.Errorf("filled: got %v", got)
	}
}
