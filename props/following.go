package props

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"mlsref/impl/follower"
	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/spec"
	"mlsref/trace"
)

// following has somebody without any secret follow each group whose handshakes are
// public, and compares it with the members at every message and after every statement.
func following(h *History) Checks {
	if !h.Scenario.Public {
		return Checks{}
	}
	f := &follows{h: h, at: map[string]*follower.Follower{}, fed: map[string]bool{}, refused: map[string]error{}}
	return Checks{Watch: trace.Watch{
		Reading: func(s *trace.Session, reader string, m trace.Message) error {
			f.same = false
			if m.Kind != "proposal" && m.Kind != "commit" {
				return nil
			}
			f.feed(m)
			at, in := s.Member(reader, m.Room)
			if !in || f.at[at.State] == nil {
				return nil
			}
			seen, err := f.sawTheSame(at)
			if err != nil {
				return err
			}
			f.same = at.State == m.State && (seen || m.Kind == "proposal")
			if !seen || !h.sometimes(4) {
				return nil
			}
			return s.WithPSKs(reader, m, func() error { return f.try(at, m.Bytes) })
		},
		Read: func(s *trace.Session, reader string, m trace.Message, refused error) error {
			if !f.same {
				return nil
			}
			return alike(f.refused[m.State+string(m.Bytes)], refused)
		},
		Step: func(s *trace.Session, _ int) error {
			for _, m := range s.Members() {
				if err := f.agrees(m); err != nil {
					return fmt.Errorf("in %s: %w", m.State, err)
				}
			}
			return f.start(s)
		},
	}}
}

// follows are followers, by the state that they are in: one for every branch.
type follows struct {
	h       *History
	at      map[string]*follower.Follower
	fed     map[string]bool  // messages, with the state in which they were sent
	refused map[string]error // what the follower says of each
	same    bool             // the reader is where the message was sent, and is followed
}

// feed gives a message to the follower of the state in which it was sent, once.
func (f *follows) feed(m trace.Message) {
	key := m.State + string(m.Bytes)
	at := f.at[m.State]
	if at == nil || f.fed[key] {
		return
	}
	f.fed[key] = true
	next, _, err := at.Receive(m.Bytes)
	f.refused[key] = err
	f.h.look.answer(err)
	switch {
	case err != nil:
	case m.Kind == "commit":
		f.at[m.Next] = next
	default:
		f.at[m.State] = next
	}
}

// sawTheSame: a member has seen the proposals that its follower has. The delivery service
// of a forked group may show some to some members only, and the follower sees all.
func (f *follows) sawTheSame(m trace.Member) (bool, error) {
	public, _ := f.at[m.State].Public().Proposals()
	theirs, err := proposalsOf(public)
	if err != nil {
		return false, err
	}
	own, err := proposalsOf(m.Group.Proposals())
	slices.Sort(theirs)
	slices.Sort(own)
	return slices.Equal(theirs, own), err
}

// start begins to follow a group at a state at which everybody is who is in it, and in
// which nothing was proposed yet.
func (f *follows) start(s *trace.Session) error {
	rooms := map[string][]trace.Member{}
	var names []string
	for _, m := range s.Members() {
		if rooms[m.Room] == nil {
			names = append(names, m.Room)
		}
		rooms[m.Room] = append(rooms[m.Room], m)
	}
	for _, name := range names {
		first := rooms[name][0]
		if slices.ContainsFunc(rooms[name], func(m trace.Member) bool {
			return f.at[m.State] != nil || m.State != first.State || len(m.Group.Proposals()) > 0 || m.Group.ReInit() != nil
		}) || !first.Online || !first.Newest || !f.h.sometimes(2) {
			continue
		}
		info, err := first.Group.GroupInfo(source{f.h.Rand}, group.GroupInfoOptions{})
		if err != nil {
			return err
		}
		beside, err := first.Group.RatchetTree()
		if err != nil {
			return err
		}
		if f.at[first.State], err = follower.Follow(first.Group.Client().Suite, first.Group.Client().Config.Policy, info, beside); err != nil {
			return fmt.Errorf("nobody can begin to follow at %s: %w", first.State, err)
		}
	}
	return nil
}

// agrees compares what is followed with what a member has.
func (f *follows) agrees(m trace.Member) error {
	at := f.at[m.State]
	if at == nil {
		return nil
	}
	public := at.Public()
	context := m.Group.Context()
	want, err := wire.Marshal(&context)
	if err != nil {
		return err
	}
	have, err := wire.Marshal(&public.Context)
	if err != nil {
		return err
	}
	switch {
	case public.Context.Epoch != m.Group.Epoch():
		return fmt.Errorf("the follower is at epoch %d, %s at %d", public.Context.Epoch, m.Name, m.Group.Epoch())
	case !bytes.Equal(public.Tree.TreeHash(public.Suite), context.TreeHash):
		return fmt.Errorf("the follower has another tree hash than %s", m.Name)
	case !bytes.Equal(have, want):
		return fmt.Errorf("the follower has another GroupContext than %s", m.Name)
	case members(public.Tree) != members(m.Group.Tree()):
		return fmt.Errorf("the follower has the members %s, %s has %s", members(public.Tree), m.Name, members(m.Group.Tree()))
	case m.Group.ReInit() != nil || !f.h.sometimes(8):
		return nil
	}
	info, err := m.Group.GroupInfo(source{f.h.Rand}, group.GroupInfoOptions{})
	if err != nil {
		return err
	}
	return at.Confirm(info)
}

// try has a member's copy, and the follower of the member's state, read a message that
// is often not for them: of another state, or broken in one place.
func (f *follows) try(m trace.Member, msg []byte) error {
	if f.h.Rand.IntN(2) == 0 {
		msg = broken(f.h.Rand, msg)
	}
	_, _, public := f.at[m.State].Receive(msg)
	_, full := m.Group.Clone().Receive(msg)
	f.h.look.answer(full)
	if err := alike(public, full); err != nil {
		return fmt.Errorf("%s in %s: %w", m.Name, m.State, err)
	}
	return nil
}

// broken flips one bit.
func broken(rng *rand.Rand, msg []byte) []byte {
	msg = bytes.Clone(msg)
	msg[rng.IntN(len(msg))] ^= 1 << rng.IntN(8)
	return msg
}

// secretly are the rules that it takes a secret to check; a follower is not to know of
// them. A member checks the membership tag before anything else in the content.
var secretly = []*spec.Rule{
	spec.MembershipTag, spec.ConfirmationTag, spec.PathSecretSize, spec.PathDecrypts, spec.PathKeysMatch, spec.PSKsHeld,
}

// alike: what the follower refuses every member refuses, and what a member refuses by a
// rule that takes no secret the follower refuses by the same.
func alike(public, member error) error {
	var rule *spec.Rule
	switch {
	case public != nil && member == nil:
		return fmt.Errorf("the follower refuses what a member takes: %w", public)
	case !errors.As(member, &rule) || slices.Contains(secretly, rule):
		return nil
	case !errors.Is(public, rule):
		return fmt.Errorf("a member refuses (%w) what the follower does not refuse by that rule: %v", member, public)
	}
	return nil
}
