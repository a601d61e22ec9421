package toy_test

import (
	"fmt"
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/wire"

	"pgregory.net/rapid"
)

// TestSameHistory plays random histories on TreeKEM and on the toy at once. All that
// layer 1 knows is the same in both, after each step, but for the keys.
func TestSameHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{people: 1}
		h.a, h.b = twins(t, rapid.SampledFrom([]group.Format{group.Public, group.Private}).Draw(t, "format"))
		t.Repeat(rapid.StateMachineActions(h))
	})
}

// history is what twins do. Each method is a step.
type history struct {
	a, b   *world
	people int // that there ever were
}

func (h *history) both(step func(*world)) { step(h.a); step(h.b) }

func (h *history) member(t *rapid.T, what string) string {
	return rapid.SampledFrom(h.a.names()).Draw(t, what)
}

// newcomer is somebody to let in, up to six members.
func (h *history) newcomer(t *rapid.T) string {
	if len(h.a.members) > 4 {
		t.Skip("enough people")
	}
	h.people++
	return fmt.Sprint("person ", h.people)
}

// another is a second member.
func (h *history) another(t *rapid.T, than string) string {
	name := h.member(t, "whom")
	if name == than {
		t.Skip("nobody does this to itself")
	}
	return name
}

func (h *history) Add(t *rapid.T) {
	who, path := h.member(t, "by"), rapid.Bool().Draw(t, "path")
	var add []string
	for range rapid.IntRange(1, 2).Draw(t, "how many") {
		add = append(add, h.newcomer(t))
	}
	h.both(func(w *world) { w.commit(who, group.CommitOptions{NoPath: !path, NoReferences: !path}, add...) })
}

func (h *history) Commit(t *rapid.T) {
	who := h.member(t, "by")
	opt := group.CommitOptions{PSKs: []wire.PreSharedKeyID{group.ExternalPSK([]byte("psk"))}}
	h.both(func(w *world) { w.commit(who, opt) })
}

func (h *history) Remove(t *rapid.T) {
	who := h.member(t, "by")
	whom := h.another(t, who)
	h.both(func(w *world) {
		w.commit(who, group.CommitOptions{NoReferences: true, Remove: []tree.LeafIndex{w.leaf(whom)}})
	})
}

func (h *history) Update(t *rapid.T) {
	who := h.member(t, "who")
	h.both(func(w *world) { w.update(who) })
}

func (h *history) Say(t *rapid.T) {
	who := h.member(t, "who")
	if len(h.a.members[who].Proposals()) > 0 {
		t.Skip("a Commit comes first")
	}
	h.both(func(w *world) { w.say(who) })
}

func (h *history) External(t *rapid.T) {
	who, by := h.newcomer(t), h.member(t, "by")
	h.both(func(w *world) { w.external(who, by) })
}

func (h *history) Resync(t *rapid.T) {
	by := h.member(t, "by")
	who := h.another(t, by)
	h.both(func(w *world) { w.external(who, by) })
}

func (h *history) Reload(t *rapid.T) {
	who := h.member(t, "who")
	h.both(func(w *world) { w.reload(who) })
}

// Check is made after each step.
func (h *history) Check(t *rapid.T) {
	if a, b := h.a.shape(), h.b.shape(); a != b {
		t.Fatalf("on TreeKEM:\n%s\npairwise:\n%s", a, b)
	}
}
