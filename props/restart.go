package props

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/props/dump"
	"mlsref/trace"
)

// kept is a member's group as it was once saved.
type kept struct {
	name, state string
	client      group.Client
	bytes       []byte
	err         error // of saving
}

func savedCopy(m trace.Member) kept {
	b, err := m.Group.Save()
	return kept{m.Name, m.State, m.Group.Client(), b, err}
}

// restarts is the property of groups that are saved and loaded.
type restarts struct {
	h    *History
	made *sealings
	old  []kept // some, of any age

	// What came of a message that a loaded copy has read, until the live member has.
	copied *group.Group
	read   *group.Received
	err    error
}

func restart(h *History) Checks {
	r := &restarts{h: h, made: newSealings()}
	return Checks{Watch: trace.Watch{
		Call: func(who string, c suite.Call) {
			if who != trace.Attacker {
				r.made.see(who, c)
			}
		},
		Reading: r.before, Read: r.after, Step: r.step,
	}}
}

// before loads a copy of the reader, which must be like it, and has it read first.
func (r *restarts) before(s *trace.Session, reader string, m trace.Message) error {
	r.copied, r.read, r.err = nil, nil, nil
	member, ok := s.Member(reader, m.Room)
	if !ok || m.Kind == "welcome" || !r.h.sometimes(4) {
		return nil
	}
	hash := dump.Hash(s.Live(reader))
	k := savedCopy(member)
	if k.err != nil {
		return fmt.Errorf("%s in %s cannot be saved: %w", reader, member.State, k.err)
	}
	if dump.Hash(s.Live(reader)) != hash {
		return fmt.Errorf("saving %s in %s changes it", reader, member.State)
	}
	g, err := k.client.Load(k.bytes)
	if err != nil {
		return fmt.Errorf("what %s in %s saved does not load: %w", reader, member.State, err)
	}
	if again, err := g.Save(); err != nil || !bytes.Equal(again, k.bytes) {
		return fmt.Errorf("%s in %s, saved, loaded and saved: the bytes are others (%v)", reader, member.State, err)
	}
	if line := difference(member.Group, g); line != "" {
		return fmt.Errorf("%s in %s, saved and loaded, differs: %s", reader, member.State, line)
	}
	r.copied, member.Group = g, g
	received, err := s.Receive(member, m, m.Bytes)
	r.read, r.err = &received, err
	return nil
}

// differs are the lines of a dump that loading changes: what says that it was loaded,
// and the ratchets without the own leaf's, which saving again compares.
var differs = regexp.MustCompile(`^\.(loaded|copied|ratchets|past\[\d+\]\.ratchets)\b`)

// difference is the first line in which a loaded group's state differs from the live
// one's; "" if there is none.
func difference(live, loaded *group.Group) string {
	a, b := strings.Split(dump.Of(live), "\n"), strings.Split(dump.Of(loaded), "\n")
	a, b = slices.DeleteFunc(a, differs.MatchString), slices.DeleteFunc(b, differs.MatchString)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%s, was %s", b[i], a[i])
		}
	}
	if len(a) != len(b) {
		return fmt.Sprintf("%d values, were %d", len(b), len(a))
	}
	return ""
}

// after compares what the live member made of the message with what the copy did.
func (r *restarts) after(s *trace.Session, reader string, m trace.Message, refused error) error {
	if r.read == nil {
		return nil
	}
	if (r.err == nil) != (refused == nil) {
		return fmt.Errorf("%s's %s: live, %s says %v; loaded, %v", m.From, m.Kind, reader, refused, r.err)
	}
	member, ok := s.Member(reader, m.Room)
	if refused == nil && ok == r.read.Removed {
		return fmt.Errorf("%s's %s: %s stays in the group only live or only loaded", m.From, m.Kind, reader)
	}
	if !ok {
		return nil
	}
	g := r.copied
	if refused == nil {
		g = r.read.Next
	}
	live, err := member.Group.Save()
	if err != nil {
		return err
	}
	loaded, err := g.Save()
	if err != nil {
		return err
	}
	if !bytes.Equal(live, loaded) {
		return fmt.Errorf("after %s's %s the loaded copy of %s is in another state: %s", m.From, m.Kind, reader, difference(member.Group, g))
	}
	return r.h.early(g)
}

// step keeps a copy now and then, and has one go on, of whatever age.
func (r *restarts) step(s *trace.Session, _ int) error {
	if m, ok := r.h.anybody(s); ok && r.h.sometimes(6) {
		r.old = append(r.old, savedCopy(m))
	}
	if len(r.old) > 0 && r.h.sometimes(10) && r.made.err == nil {
		if err := r.h.later(r.made, r.old[r.h.Rand.IntN(len(r.old))]); err != nil {
			return err
		}
	}
	return r.made.err
}

// anybody is a member of some group.
func (h *History) anybody(s *trace.Session) (trace.Member, bool) {
	list := s.Members()
	if len(list) == 0 {
		return trace.Member{}, false
	}
	return list[h.Rand.IntN(len(list))], true
}

// loadedCopy looks at a group that was loaded and goes on for itself.
type loadedCopy struct {
	name string
	made *sealings
}

// later loads a saved group and has it do what it may: nothing that encrypts until a
// Commit of its own, and then what others can read. What it seals counts with the
// rest.
func (h *History) later(made *sealings, k kept) error {
	if k.err != nil {
		return fmt.Errorf("%s in %s cannot be saved: %w", k.name, k.state, k.err)
	}
	as := k.client
	as.Suite = as.Suite.Observed(&loadedCopy{k.name, made})
	g, err := as.Load(k.bytes)
	if err != nil {
		return fmt.Errorf("what %s in %s saved does not load: %w", k.name, k.state, err)
	}
	if err := h.early(g); err != nil {
		return fmt.Errorf("%s in %s, saved and loaded: %w", k.name, k.state, err)
	}
	if err := h.commit(g); err != nil {
		return fmt.Errorf("%s in %s, saved and loaded: %w", k.name, k.state, err)
	}
	return nil
}

// early has a loaded group try all that would encrypt under a key that the live one
// may have used.
func (h *History) early(g *group.Group) error {
	if g.ReInit() != nil {
		return nil // the group is over
	}
	rng := h.source()
	before := dump.Hash(g)
	if _, err := g.Send(rng, []byte("early"), nil); !errors.Is(err, group.ErrLoaded) && (err == nil || len(g.Proposals()) == 0) {
		return fmt.Errorf("it sends: %v", err)
	}
	if _, _, err := g.ProposeUpdate(rng, group.LeafChange{}, group.Private); !errors.Is(err, group.ErrLoaded) {
		return fmt.Errorf("it proposes in a PrivateMessage: %v", err)
	}
	if _, err := g.Commit(rng, group.CommitOptions{Format: group.Private, NoReferences: true}); !errors.Is(err, group.ErrLoaded) {
		return fmt.Errorf("it commits in a PrivateMessage: %v", err)
	}
	if _, err := g.Commit(rng, group.CommitOptions{Format: group.Public, NoReferences: true, NoPath: true}); !errors.Is(err, group.ErrLoaded) {
		return fmt.Errorf("it commits without a path: %v", err)
	}
	if dump.Hash(g) != before {
		return errors.New("it refuses to encrypt, and yet changes")
	}
	return nil
}

// commit has a loaded group make its own Commit, and then send.
func (h *History) commit(g *group.Group) error {
	if g.ReInit() != nil {
		return nil
	}
	rng := h.source()
	pending, err := g.Commit(rng, group.CommitOptions{Format: group.Public, NoReferences: true})
	if err != nil {
		return fmt.Errorf("its own Commit: %w", err)
	}
	next, _ := pending.Accept()
	for range 2 {
		if _, err := next.Send(rng, []byte("later"), nil); err != nil {
			return fmt.Errorf("after its own Commit: %w", err)
		}
	}
	return nil
}
