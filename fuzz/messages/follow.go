package messages

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"mlsref/fuzz/target"
	"mlsref/impl/follower"
	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/props"
	"mlsref/spec"
)

// External is what a member and whoever only follows make of the same message.
var External = target.Target{
	Name: "FuzzExternal", Group: "messages",
	About: "a follower of public handshakes refuses what a member refuses, by the same rule, but for what takes a secret, and is in the same state after what a member takes",
	Run:   runExternal,
	Seeds: seeds("FuzzExternal"),
}

// followed has the follower of the scene's readers, from what followed them until now,
// and is the follower after the honest message. Both are nil where nobody can follow.
func (s *scene) followed(f *follower.Follower) (*follower.Follower, error) {
	g := s.Readers[0]
	if f == nil || !inState(f, g) {
		f = nil
		if len(g.Proposals()) == 0 && !s.Old {
			info, err := g.GroupInfo(source(), group.GroupInfoOptions{Tree: true})
			if err != nil {
				return nil, err
			}
			if f, err = follower.Follow(g.Client().Suite, g.Client().Config.Policy, info, nil); err != nil {
				return nil, err
			}
		}
	}
	s.follow = f
	if f == nil {
		return nil, nil
	}
	switch next, _, err := f.Receive(s.Honest); {
	case errors.Is(err, follower.ErrEncrypted):
		return f, nil // application data, or what ends here: the next scene will see
	case err != nil:
		return nil, err
	default:
		return next, nil
	}
}

// inState says whether a follower knows of a member's group all that it can.
func inState(f *follower.Follower, g *group.Group) bool {
	have, err := wire.Marshal(ptr(f.Public().Context))
	if err != nil {
		return false
	}
	want, err := wire.Marshal(ptr(g.Context()))
	list, _ := f.Public().Proposals()
	return err == nil && bytes.Equal(have, want) && len(list) == len(g.Proposals())
}

// secret are the rules that only a member can see broken.
var secret = []*spec.Rule{
	spec.MembershipTag, spec.ConfirmationTag, spec.PSKsHeld, spec.ExternalInitOpens,
	spec.PathDecrypts, spec.PathKeysMatch, spec.PathSecretSize,
}

func isSecret(err error) bool {
	return slices.ContainsFunc(secret, func(r *spec.Rule) bool { return errors.Is(err, r) })
}

func runExternal(b []byte, seen *target.Seen) error {
	a, err := attempted(&input{b}, seen)
	if a == nil || err != nil || a.follow == nil {
		return err
	}
	g := a.Readers[a.reader]
	f, _, public := a.follow.Receive(a.msg)
	if errors.Is(public, follower.ErrEncrypted) {
		seen.Outcome("not public")
		return nil
	}
	seen.Answer(public)
	if public != nil && !props.Refusal(public) {
		return fmt.Errorf("%v: the follower refuses a message for an odd reason: %w", a, public)
	}
	if !inState(a.follow, g) {
		return fmt.Errorf("%v: the follower has changed", a)
	}
	r, private := g.Clone().Receive(a.msg)
	if err := agree(f, public, r, private); err != nil {
		return fmt.Errorf("%v: %w", a, err)
	}
	seen.Outcome(map[bool]string{true: "both take it", false: "refused"}[public == nil && private == nil])
	return nil
}

// agree holds the two answers against each other.
func agree(f *follower.Follower, public error, r group.Received, private error) error {
	switch {
	case isSecret(private):
		return nil // what a member reads before that, it has found good; the follower reads on
	case private == nil && r.Removed:
		return nil // it does not see the path
	case (public == nil) != (private == nil):
		return fmt.Errorf("the follower says %v, the member %v", public, private)
	case public == nil:
		if !inState(f, r.Next) {
			return errors.New("the follower and the member are in two states")
		}
		return nil
	}
	return sameReason(public, private)
}

// sameReason wants one rule named by both, or none.
func sameReason(a, b error) error {
	var x, y *spec.Rule
	if errors.As(a, &x) != errors.As(b, &y) || x != y {
		return fmt.Errorf("it is refused for two reasons: %w, and: %w", a, b)
	}
	return nil
}
