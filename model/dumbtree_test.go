package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// keyring is what the members of a group really hold, key by key as they are
// given them: it knows of recipients, but not of unmerged leaves.
type keyring map[string]map[key]bool

// deliver hands out the path secrets of a Commit. Every member that stays opens
// exactly one, and a removed one opens none.
func (r keyring) deliver(t *rapid.T, before *dumbTree, epoch *state) {
	next := keyring{}
	for _, name := range epoch.tree.members() {
		next[name] = map[key]bool{epoch.tree.rows[0][epoch.tree.leafOf(name)].key: true}
	}
	lowest := map[string]int{epoch.committer: 0}
	for _, j := range epoch.joiners {
		lowest[j.name] = j.pathIndex
	}
	for _, name := range before.members() {
		leaf := epoch.tree.leafOf(name)
		if epoch.external && name == epoch.committer {
			if opens := opened(epoch, r[name]); len(opens) > 0 {
				t.Fatalf("%s came from outside, and its old leaf opens %v", name, opens)
			}
			r[name] = nil
			continue
		}
		if _, set := lowest[name]; set {
			continue
		}
		mine := maps.Clone(r[name])
		maps.Copy(mine, next[name]) // its Update
		opens := opened(epoch, mine)
		if leaf < 0 && len(opens) > 0 {
			t.Fatalf("%s was removed and opens the path secrets %v", name, opens)
		}
		if leaf >= 0 {
			if len(opens) != 1 {
				t.Fatalf("%s opens the path secrets %v, want one", name, opens)
			}
			lowest[name] = opens[0]
		}
	}
	for name, from := range lowest {
		joined := slices.ContainsFunc(epoch.joiners, func(j *joiner) bool { return j.name == name })
		if old := r[name]; !joined {
			maps.Copy(next[name], old)
		}
		if opens := opened(epoch, next[name]); joined && (len(opens) > 0 || from < 0) {
			t.Fatalf("%s joins with path secret %d and opens %v", name, from, opens)
		}
		for _, node := range epoch.path[from:] {
			next[name][node.key] = true
		}
	}
	clear(r)
	maps.Copy(r, next)
}

// opened are the path secrets that some key opens, one entry per ciphertext.
func opened(epoch *state, mine map[key]bool) []int {
	var opens []int
	for i, node := range epoch.path {
		for _, k := range node.recipients {
			if mine[k] {
				opens = append(opens, i)
			}
		}
	}
	return opens
}

// follow does a Commit without a path.
func (r keyring) follow(epoch *state) {
	for _, name := range epoch.tree.members() {
		joined := slices.ContainsFunc(epoch.joiners, func(j *joiner) bool { return j.name == name })
		if r[name] == nil || joined {
			r[name] = map[key]bool{}
		}
		r[name][epoch.tree.rows[0][epoch.tree.leafOf(name)].key] = true
	}
}

// The dumb tree against what it is for: path secrets reach exactly the members,
// and what the tree says that a member holds is what it was given.
func TestTreeDelivers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, err := readHistory(randomRun(t))
		if err != nil {
			t.Fatal(err)
		}
		rings := map[*state]keyring{}
		for _, s := range h.states {
			ring := keyring{}
			for name, keys := range rings[s.from] {
				ring[name] = maps.Clone(keys)
			}
			rings[s] = ring
			if s.hasPath {
				ring.deliver(t, s.from.tree, s)
			} else {
				ring.follow(s)
			}
			checkHeld(t, ring, s.tree)
		}
	})
}

func checkHeld(t *rapid.T, rings keyring, tree *dumbTree) {
	for _, name := range tree.members() {
		says := tree.held(tree.leafOf(name))
		for _, row := range tree.rows {
			for _, n := range row {
				if n.key != noKey && slices.Contains(says, n.key) != rings[name][n.key] {
					t.Errorf("key %d: the tree says that %s holds it: %v; it was given it: %v",
						n.key, name, slices.Contains(says, n.key), rings[name][n.key])
				}
			}
		}
	}
}

// draw writes a tree row by row from the root, "_" for a blank node, and a
// parent as its key + its unmerged leaves.
func (t *dumbTree) draw() string {
	var rows []string
	for _, row := range slices.Backward(t.rows) {
		var nodes []string
		for _, n := range row {
			switch {
			case n.key == noKey:
				nodes = append(nodes, "_")
			case n.member != "":
				nodes = append(nodes, n.member)
			default:
				node := fmt.Sprint(n.key)
				for _, leaf := range n.unmerged {
					node += fmt.Sprintf("+%d", leaf)
				}
				nodes = append(nodes, node)
			}
		}
		rows = append(rows, strings.Join(nodes, " "))
	}
	return strings.Join(rows, " / ")
}

// The shapes of RFC 9420 §4.1, §7.7 and §12.1, drawn.
func TestTreeShapes(t *testing.T) {
	next := key(100)
	fresh := func() key { next++; return next }
	tree := newDumbTree()
	check := func(what, want string) {
		t.Helper()
		if got := tree.draw(); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	for i, name := range []string{"A", "B", "C", "D", "E"} {
		tree.add(name, key(i+1), 0)
	}
	check("five leaves need eight", "_ / _ _ / _ _ _ _ / A B C D E _ _ _")
	path, _ := tree.applyPath(0, 0, nil, fresh)
	check("A's path", "104 / 103 _ / 102 _ _ _ / A B C D E _ _ _")
	if got, want := fmt.Sprint(path), "[{{1 0} 102 [2]} {{2 0} 103 [3 4]} {{3 0} 104 [5]}]"; got != want {
		t.Errorf("A's path secrets go to %s, want %s", got, want)
	}
	path, _ = tree.applyPath(4, 0, nil, fresh)
	check("E's path is filtered: it has nobody beside it", "106 / 103 _ / 102 _ _ _ / A B C D E _ _ _")
	if got, want := fmt.Sprint(path), "[{{3 0} 106 [103]}]"; got != want {
		t.Errorf("E's path secret goes to %s, want %s", got, want)
	}
	tree.remove(1)
	check("a removal blanks the path", "_ / _ _ / _ _ _ _ / A _ C D E _ _ _")
	tree.applyPath(3, 0, nil, fresh)
	check("D's path", "110 / 109 _ / _ 108 _ _ / A _ C D E _ _ _")
	tree.add("F", 6, 0)
	check("the leftmost blank leaf, unmerged above", "110+1 / 109+1 _ / _ 108 _ _ / A F C D E _ _ _")
	if got, want := fmt.Sprint(tree.resolution(place{3, 0})), "[{3 0} {0 1}]"; got != want {
		t.Errorf("the root resolves to %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(tree.held(1), tree.held(2)), "[6] [3 108 109 110]"; got != want {
		t.Errorf("F and C hold %s, want %s", got, want)
	}
	tree.remove(4)
	check("the right half goes with its last member", "109+1 / _ 108 / A F C D")
	tree.remove(2)
	tree.remove(3)
	check("down to two", "_ / A F")
	tree.remove(1)
	check("down to one", "A")
}
