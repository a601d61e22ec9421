package messages

import (
	"bytes"
	"errors"
	"fmt"

	"mlsref/fuzz/target"
	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/props"
	"mlsref/props/dump"
	"mlsref/props/insider"
)

// Welcome is what a client does with any Welcome.
var Welcome = target.Target{
	Name: "FuzzWelcome", Group: "messages",
	About: "a client refuses a Welcome under a rule or for its syntax, or enters a group that is valid; what somebody without keys changed leads to the honest group or to none",
	Run:   runWelcome,
	Seeds: seeds("FuzzWelcome"),
}

// GroupInfo is what a client does with any GroupInfo to join from outside.
var GroupInfo = target.Target{
	Name: "FuzzGroupInfo", Group: "messages",
	About: "a client refuses a GroupInfo under a rule or for its syntax, or enters a group that is valid, and that every member who takes its Commit enters too",
	Run:   runGroupInfo,
	Seeds: seeds("FuzzGroupInfo"),
}

// joining is one Welcome or GroupInfo for one client.
type joining struct {
	*scene
	msg     []byte
	patched bool // the honest one, changed on its way
	rule    *insider.Broken
}

// Flags of the edited and the body mode, beside flagConfirm.
const (
	flagRehash  = 1 << 4 // the signer's leaf and the tree_hash fit the ratchet_tree
	flagSecrets = 1 << 6 // what is changed are the GroupSecrets, not the GroupInfo
)

// An input is: the story, the message in it, a byte that means nothing, the mode, and
// what the mode reads.
func joiningOf(in *input, list func(*scenes) []*scene, seen *target.Seen) (*joining, error) {
	s, err := in.scene(list)
	if err != nil || s == nil {
		return nil, err
	}
	j := &joining{scene: s}
	in.byte()
	mode := in.byte()
	switch mode % 16 % modes {
	case modeRaw:
		j.msg = in.rest()
	case modePatched:
		j.msg, j.patched = edited(in, s.Honest, s.Honest, message), true
	case modeEdited, modeBody:
		err = j.sealed(in, mode)
	case modeRule:
		err = j.breaks(in)
	}
	if no := (unmade{}); errors.As(err, &no) || err == nil && j.msg == nil {
		seen.Outcome("no message")
		return nil, nil
	}
	return j, err
}

// sealed signs and encrypts what the input makes of the honest contents.
func (j *joining) sealed(in *input, mode byte) error {
	x, err := j.infoSealer()
	if err != nil {
		return err
	}
	info, secrets := x.Opened()
	var v wire.Wirer = info
	empty := func() wire.Wirer { return &wire.GroupInfo{} }
	if secrets != nil && mode&flagSecrets != 0 {
		v, empty = secrets, func() wire.Wirer { return &wire.GroupSecrets{} }
	}
	b, err := wire.Marshal(v)
	if err != nil {
		return err
	}
	if mode%16%modes == modeBody {
		b = in.rest()
	} else {
		b = edited(in, b, b, empty)
	}
	fresh := empty()
	if err := wire.Unmarshal(b, fresh); err != nil {
		return unmade{err}
	}
	switch fresh := fresh.(type) {
	case *wire.GroupInfo:
		info = fresh
	case *wire.GroupSecrets:
		secrets = fresh
	}
	if mode&flagRehash != 0 {
		_ = x.Rehash(info) // as far as it goes
	}
	if j.msg, err = x.Seal(source(), info, secrets, mode&flagConfirm != 0); err != nil {
		return unmade{err}
	}
	return nil
}

func (j *joining) breaks(in *input) error {
	var err error
	j.msg, j.rule, err = j.breaking(in)
	return err
}

func (j *joining) String() string { return j.Story + ", " + j.Joiner.Client.Identity.Name + " joins" }

// refused is an error if an answer is not what it may be.
func (j *joining) refused(err error) error {
	if j.rule != nil && !errors.Is(err, j.rule.Rule) {
		return fmt.Errorf("%v: a message with %s breaks %s, and the answer is: %v", j, j.rule.What, j.rule.Rule.ID, err)
	}
	if err != nil && !props.Refusal(err) {
		return fmt.Errorf("%v: a message is refused for an odd reason: %w", j, err)
	}
	return nil
}

func runWelcome(b []byte, seen *target.Seen) error {
	j, err := joiningOf(&input{b}, func(s *scenes) []*scene { return s.welcomes }, seen)
	if j == nil || err != nil {
		return err
	}
	who := *j.Joiner
	before := dump.Hash(who)
	g, err := who.Client.Join(who.Secrets, j.msg, who.Options)
	seen.Answer(err)
	if dump.Hash(who) != before {
		return fmt.Errorf("%v: it changes what it joins with", j)
	}
	if err != nil {
		seen.Outcome("refused")
		return j.refused(err)
	}
	seen.Outcome("joined")
	if err := j.refused(nil); err != nil {
		return err
	}
	if err := whole(g); err != nil {
		return fmt.Errorf("%v: %w", j, err)
	}
	if !j.patched {
		return nil
	}
	honest, err := who.Client.Join(who.Secrets, j.Honest, who.Options)
	if err != nil || dump.Hash(g) != dump.Hash(honest) {
		return fmt.Errorf("%v another group by a Welcome that was changed on its way (%v)", j, err)
	}
	return nil
}

func runGroupInfo(b []byte, seen *target.Seen) error {
	j, err := joiningOf(&input{b}, func(s *scenes) []*scene { return s.infos }, seen)
	if j == nil || err != nil {
		return err
	}
	opt := group.ExternalOptions{JoinOptions: j.Joiner.Options, Resync: j.Resync}
	pending, err := j.Joiner.Client.JoinExternally(source(), j.msg, opt)
	seen.Answer(err)
	if err != nil {
		seen.Outcome("refused")
		return j.refused(err)
	}
	if err := j.refused(nil); err != nil {
		return err
	}
	next, _ := pending.Accept()
	if err := whole(next); err != nil {
		return fmt.Errorf("%v: %w", j, err)
	}
	if j.next == nil {
		return nil
	}
	return j.taken(next, pending.Commit, seen)
}

// taken: a member who takes the external Commit is in the joiner's state. It may refuse
// it, since the GroupInfo need not be of its group.
func (j *joining) taken(next *group.Group, commit []byte, seen *target.Seen) error {
	g := j.next.Readers[0].Clone()
	r, err := g.Receive(commit)
	switch {
	case err != nil:
		seen.Outcome("joined alone")
		return j.refused(err)
	case r.Removed:
		seen.Outcome("joined in a member's place")
		return nil
	case !bytes.Equal(r.Next.EpochAuthenticator(), next.EpochAuthenticator()):
		return fmt.Errorf("%v: a member who takes its Commit has another epoch_authenticator", j)
	}
	seen.Outcome("joined")
	return nil
}
