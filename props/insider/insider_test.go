package insider

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Keys and tags have other sizes in other suites. P-521 is left out for being slow.
func TestSuites(t *testing.T) {
	for _, id := range []wire.CipherSuite{2, 3, 4, 7} {
		t.Run(strconv.Itoa(int(id)), func(t *testing.T) {
			w := newWorld(t, id, group.Private, group.Config{})
			w.some = true
			w.create()
			w.commit(0, 2, group.CommitOptions{})
			w.format = group.Public
			w.external(w.client(), group.ExternalOptions{})
		})
	}
}

// The same randomness gives the same messages, and the sender's group stays as it was.
func TestDeterministic(t *testing.T) {
	for _, format := range []group.Format{group.Public, group.Private} {
		w := newWorld(t, 1, format, group.Config{})
		w.create()
		w.commit(0, 3, group.CommitOptions{})
		from := w.members[1].Clone()
		pending, err := w.members[1].Commit(w.rng, group.CommitOptions{Format: format})
		w.ok(err)
		before := w.saved(from)
		a, err := Message(rand.NewChaCha8([32]byte{7}), from, pending.Commit)
		w.ok(err)
		b, err := Message(rand.NewChaCha8([32]byte{7}), from, pending.Commit)
		w.ok(err)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%v: the same seed gives other messages", format)
		}
		if !bytes.Equal(before, w.saved(from)) {
			t.Errorf("%v: the sender's group has changed", format)
		}
		t.Logf("%v: %d broken Commits", format, len(a))
	}
}

// What is no honest message of the sender's is refused.
func TestNotHonest(t *testing.T) {
	w := newWorld(t, 1, group.Private, group.Config{})
	w.create()
	w.commit(0, 1, group.CommitOptions{})
	msg, err := w.members[0].Send(w.rng, []byte("hello"), nil)
	w.ok(err)
	for what, broken := range map[string]func() ([]Broken, error){
		"the sender's group after it sent": func() ([]Broken, error) { return Message(w.rng, w.members[0], msg) },
		"another's message":                func() ([]Broken, error) { return Message(w.rng, w.members[1], msg) },
		"bytes":                            func() ([]Broken, error) { return Message(w.rng, w.members[0], []byte("bytes")) },
		"no Welcome":                       func() ([]Broken, error) { return Welcome(w.rng, w.client(), Joiner{Client: w.client()}, msg) },
		"no GroupInfo":                     func() ([]Broken, error) { return GroupInfo(w.rng, w.client(), msg) },
		"no GroupInfo for a Commit":        func() ([]Broken, error) { return ExternalCommit(w.rng, w.client(), msg, nil, msg) },
		"no proposal":                      func() ([]Broken, error) { return Proposal(w.rng, w.client(), w.members[0], msg) },
	} {
		if list, err := broken(); err == nil || list != nil {
			t.Errorf("%s gives %d messages and %v", what, len(list), err)
		}
	}
}

// TestEveryRule tells all stories, and counts the rules that were broken on the way.
func TestEveryRule(t *testing.T) {
	reached := map[*spec.Rule]int{}
	for _, story := range stories {
		for _, config := range configs {
			for _, format := range []group.Format{group.Public, group.Private} {
				t.Run(story.name+"/"+config.name+"/"+format.String(), func(t *testing.T) {
					w := newWorld(t, 1, format, config.make())
					story.tell(w)
					for r, n := range w.reached {
						reached[r] += n
					}
				})
			}
		}
	}
	for _, r := range spec.Rules() {
		switch why := excused[r]; {
		case reached[r] == 0 && why == "":
			t.Errorf("%s is broken nowhere: %s", r.ID, r.Text)
		case reached[r] > 0 && why != "":
			t.Errorf("%s is broken, and yet excused: %s", r.ID, why)
		}
	}
	t.Logf("%d rules are broken, %d excused", len(reached), len(excused))
}
