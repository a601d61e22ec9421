package props

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/props/dump"
	"mlsref/trace"
)

// losingCommit makes Commits in copies of live groups that never come to be, and
// compares the copies with others that made none.
func losingCommit(h *History) Checks {
	l := &losing{h: h, waiting: map[string]before{}}
	return Checks{Watch: trace.Watch{
		Reading: func(s *trace.Session, reader string, m trace.Message) error {
			at, in := s.Member(reader, m.Room)
			if !in || m.Kind == "welcome" || !h.sometimes(6) {
				return nil
			}
			return s.WithPSKs(reader, m, func() error { return l.overtaken(at.Group, m.Bytes) })
		},
		Step: func(s *trace.Session, _ int) error {
			for _, m := range s.Members() {
				if err := l.abandoned(m); err != nil {
					return err
				}
				if !h.sometimes(16) {
					continue
				}
				if err := l.rejected(m.Group); err != nil {
					return fmt.Errorf("%s in %s: %w", m.Name, m.State, err)
				}
			}
			return nil
		},
	}}
}

type losing struct {
	h       *History
	waiting map[string]before // who had a Commit of its own waiting after the last statement
}

type before struct {
	state string
	group [32]byte
}

// abandoned: a member that has dropped its Commit, and is where it was, has the group
// that it had (RFC 9420 §14).
func (l *losing) abandoned(m trace.Member) error {
	at := m.Name + " in " + m.Room
	was, waited := l.waiting[at]
	delete(l.waiting, at)
	if m.Pending != nil {
		l.waiting[at] = before{m.State, dump.Hash(m.Group)}
	} else if waited && was.state == m.State && was.group != dump.Hash(m.Group) {
		return fmt.Errorf("%s in %s has dropped its Commit, and its group is not as it was", m.Name, m.State)
	}
	return nil
}

// rejected makes a Commit in a copy of the group, and rejects it: the copy is as it was,
// but that the key of a private one is used up, like that of any other handshake.
func (l *losing) rejected(g *group.Group) error {
	format := l.format()
	made := g.Clone()
	pending, err := made.Commit(source{l.h.Rand}, l.options(g, format))
	if err != nil {
		return differ("a Commit that could not be made", g.Clone(), made, nothing)
	}
	back := pending.Reject()
	if format == group.Public {
		if err := differ("a rejected Commit", g.Clone(), back, nothing); err != nil {
			return err
		}
	} else {
		other := g.Clone()
		if _, _, err := other.ProposeUpdate(source{l.h.Rand}, group.LeafChange{}, format); err != nil {
			return err
		}
		if err := differ("a rejected private Commit", other, back, cost); err != nil {
			return err
		}
	}
	r, done, err := pending.Receive(pending.Commit)
	if next, _ := pending.Accept(); err != nil || !done || r.Next != next {
		return fmt.Errorf("its own Commit come back is no acceptance: %v", err)
	}
	return nil
}

func (l *losing) format() group.Format {
	return []group.Format{group.Public, group.Private}[l.h.Rand.IntN(2)]
}

// options are those of some Commit: of nothing new, with another extension, one that
// removes somebody, or one without a path.
func (l *losing) options(g *group.Group, format group.Format) group.CommitOptions {
	opt := group.CommitOptions{Format: format}
	switch l.h.Rand.IntN(4) {
	case 0:
		list := slices.Clone(g.Context().Extensions)
		opt.Extensions = &list
	case 1:
		if members := g.Tree().Members(); len(members) > 1 {
			if leaf := members[l.h.Rand.IntN(len(members))]; leaf != g.Leaf() {
				opt.Remove = append(opt.Remove, leaf)
			}
		}
	case 2:
		opt.NoPath = true
	}
	return opt
}

// overtaken reads a message in two copies of a group, of which one waits for a Commit of
// its own: both end in the same state, byte for byte.
func (l *losing) overtaken(g *group.Group, msg []byte) error {
	plain, waits := g.Clone(), g.Clone()
	format := l.format()
	pending, err := waits.Commit(source{l.h.Rand}, l.options(g, format))
	if err != nil {
		return nil // whoever cannot commit does not wait
	}
	want, wanted := plain.Receive(msg)
	have, done, err := pending.Receive(msg)
	if (wanted == nil) != (err == nil) {
		return fmt.Errorf("whoever has no Commit of its own waiting reads the message: %v; whoever has one: %v", wanted, err)
	}
	next, wantNext := pending.Reject(), want.Next
	if wanted != nil {
		wantNext = plain
	} else {
		if isCommit := want.Kind == wire.ContentCommit; done != isCommit {
			return fmt.Errorf("the waiting is over after a %v: %v", want.Kind, done)
		}
		if done {
			next = have.Next
		}
		if have.Kind != want.Kind || have.Removed != want.Removed || have.Sender != want.Sender ||
			!bytes.Equal(have.Application, want.Application) || !bytes.Equal(have.AuthenticatedData, want.AuthenticatedData) {
			return fmt.Errorf("a %v is read as another message while a Commit waits", want.Kind)
		}
	}
	if format == group.Public {
		return differ("a Commit that was overtaken", wantNext, next, nothing)
	}
	return differ("a private Commit that was overtaken", wantNext, next, ratchets)
}

// What of two states is not compared.
var (
	nothing  []string
	ratchets = []string{".ratchets"} // a private Commit has used up a key of its sender
	// A proposal in its place leaves itself in the group, and another count of what was
	// encrypted; all else in the ratchets is the same.
	cost = []string{".spent", ".updates", ".public.proposals"}
)

// differ compares two groups, leaving out the lines of the dump whose path has one of
// some words.
func differ(after string, want, have *group.Group, without []string) error {
	left, right := lines(want, without), lines(have, without)
	for i := range min(len(left), len(right)) {
		if left[i] != right[i] {
			return fmt.Errorf("after %s the group has %q, want %q (RFC 9420 §14)", after, shorten(right[i]), shorten(left[i]))
		}
	}
	if len(left) != len(right) {
		return fmt.Errorf("after %s the group has %d values, want %d (RFC 9420 §14)", after, len(right), len(left))
	}
	return nil
}

func lines(g *group.Group, without []string) []string {
	return slices.DeleteFunc(strings.Split(dump.Of(g), "\n"), func(line string) bool {
		path, _, _ := strings.Cut(line, " ")
		return slices.ContainsFunc(without, func(word string) bool { return strings.Contains(path, word) })
	})
}

func shorten(line string) string {
	if len(line) > 120 {
		return line[:120] + "…"
	}
	return line
}
