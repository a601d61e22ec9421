package messages

import (
	"bytes"
	"errors"
	"fmt"

	"mlsref/fuzz/target"
	"mlsref/impl/group"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/props"
	"mlsref/props/dump"
)

// KeyPackage is what members do with any KeyPackage that one of them adds.
var KeyPackage = target.Target{
	Name: "FuzzKeyPackage", Group: "messages",
	About: "a member refuses to add a KeyPackage by the rule by which the others would refuse the Add, and whose Add all take can be added",
	Run:   runKeyPackage,
	Seeds: seeds("FuzzKeyPackage"),
}

func keyPackage() wire.Wirer { return &wire.KeyPackage{} }

// flagStranger has the KeyPackage say that it is a stranger's, who then signs it.
const flagStranger = 1 << 6

// An input is: the story, a message of a member's in it, the reader, the mode, and what
// the mode reads.
func runKeyPackage(b []byte, seen *target.Seen) error {
	in := &input{b}
	s, err := in.scene(func(s *scenes) []*scene { return s.received })
	if err != nil || s == nil || s.From == nil || s.Old || s.From.ReInit() != nil {
		return err
	}
	reader := int(in.byte()) % len(s.Readers)
	kp, err := s.keyPackage(in)
	if no := (unmade{}); errors.As(err, &no) {
		seen.Answer(err)
		seen.Outcome("no KeyPackage")
		return nil
	}
	if err != nil {
		return err
	}
	return s.added(reader, kp, seen)
}

// keyPackage is what the input says: a KeyPackage, or what it makes of a valid one.
func (s *scene) keyPackage(in *input) (*wire.KeyPackage, error) {
	x, err := s.sealer()
	if err != nil {
		return nil, err
	}
	mode := in.byte()
	if mode%16%modes == modeRaw {
		m := &wire.MLSMessage{}
		if err := wire.Unmarshal(in.rest(), m); err != nil {
			return nil, unmade{err}
		}
		kp, err := treesync.UnwrapKeyPackage(m)
		if err != nil {
			return nil, unmade{err}
		}
		return kp, nil
	}
	guest, err := x.KeyPackage(guestSource())
	if err != nil {
		return nil, err
	}
	honest, err := wire.Marshal(guest)
	if err != nil {
		return nil, err
	}
	b := in.rest
	if mode%16%modes != modeBody {
		b = func() []byte { return edited(in, honest, honest, keyPackage) }
	}
	kp := &wire.KeyPackage{}
	if err := wire.Unmarshal(b(), kp); err != nil {
		return nil, unmade{err}
	}
	if mode&flagStranger != 0 {
		kp.LeafNode.SignatureKey = nil
	}
	if mode&flagResign != 0 {
		if err := x.SignKeyPackage(kp); err != nil {
			return nil, unmade{err}
		}
	}
	return kp, nil
}

// added has the sender propose and commit the KeyPackage, and a member read the same
// Add from an insider who has checked nothing.
func (s *scene) added(reader int, kp *wire.KeyPackage, seen *target.Seen) error {
	from, err := alone(s.From.Clone())
	if err != nil {
		return err
	}
	before := dump.Hash(from)
	next, msg, proposed := from.ProposeAdd(source(), *kp, group.Public)
	seen.Answer(proposed)
	if proposed != nil && !props.Refusal(proposed) {
		return fmt.Errorf("%s: a KeyPackage is refused for an odd reason: %w", s.Story, proposed)
	}
	if proposed == nil {
		if err := sound(from.Client(), kp, from.Context()); err != nil {
			return fmt.Errorf("%s: a member would add a KeyPackage although %w", s.Story, err)
		}
	}
	a := &attempt{scene: s, reader: reader, msg: msg}
	if proposed != nil {
		if dump.Hash(from) != before {
			return fmt.Errorf("%s: a KeyPackage is refused (%w), and yet the sender changes", s.Story, proposed)
		}
		x, err := s.sealer()
		if err != nil {
			return err
		}
		c := x.Content()
		c.WireFormat, c.Auth.ConfirmationTag = wire.WireFormatPublicMessage, nil
		c.Content.ContentType, c.Content.Commit, c.Content.ApplicationData = wire.ContentProposal, nil, nil
		c.Content.Proposal = &wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: *kp}}
		if a.msg, err = x.Seal(source(), c); err != nil {
			return nil // it cannot be written
		}
	}
	_, received := s.Readers[reader].Clone().Receive(a.msg)
	if err := sameAdd(proposed, received); err != nil {
		return fmt.Errorf("%v: %w", a, err)
	}
	if err := a.run(seen); err != nil || proposed != nil {
		return err
	}
	return a.committed(next, seen)
}

// alone is a sender's group whose application looks at the lifetimes of those only whom
// it adds itself (RFC 9420 §7.3), if it looks at any: that check does not hide behind the
// one that every reader makes. It is loaded, and can send no PrivateMessage.
func alone(g *group.Group) (*group.Group, error) {
	c := g.Client()
	if !c.Config.Policy.ReceivedLifetimes {
		return g, nil
	}
	saved, err := g.Save()
	if err != nil {
		return nil, err
	}
	c.Config.Policy.ReceivedLifetimes = false
	return c.Load(saved)
}

// sound says again, in the target's own words, what RFC 9420 §10.1 demands of a KeyPackage
// whatever its extensions: that those who add it and those who read it agree does not
// show a check that both have forgotten.
func sound(c group.Client, kp *wire.KeyPackage, context wire.GroupContext) error {
	tbs, err := wire.Marshal(&wire.KeyPackageTBS{KeyPackage: kp})
	if err != nil {
		return err
	}
	leaf, now := &kp.LeafNode, c.Config.Policy.Now
	switch {
	case kp.Version != context.Version || kp.CipherSuite != context.CipherSuite:
		return errors.New("its version or cipher suite is not the group's")
	case bytes.Equal(kp.InitKey, leaf.EncryptionKey):
		return errors.New("its init_key is its encryption_key")
	case leaf.Source != wire.LeafSourceKeyPackage:
		return fmt.Errorf("its leaf is of source %v", leaf.Source)
	case !c.Suite.VerifyWithLabel(leaf.SignatureKey, "KeyPackageTBS", tbs, kp.Signature):
		return errors.New("its signature does not verify")
	case now != nil && (uint64(now().Unix()) < leaf.Lifetime.NotBefore || leaf.Lifetime.NotAfter < uint64(now().Unix())):
		return errors.New("its lifetime is over, or has not begun")
	}
	return nil
}

// sameAdd: who adds must look at the lifetime (RFC 9420 §10.1), which a receiver need
// not; here it does, if there is a clock at all.
func sameAdd(proposed, received error) error {
	if (proposed == nil) != (received == nil) {
		return fmt.Errorf("who adds says %v, who reads the Add %v", proposed, received)
	}
	if proposed == nil {
		return nil
	}
	return sameReason(proposed, received)
}

// committed commits the Add, if it can stand beside the others, and has the reader
// read both.
func (a *attempt) committed(from *group.Group, seen *target.Seen) error {
	pending, err := from.Commit(source(), group.CommitOptions{Format: group.Public})
	if err != nil {
		seen.Answer(err)
		seen.Outcome("not committed")
		if !props.Refusal(err) {
			return fmt.Errorf("%v: an Add is not committed for an odd reason: %w", a, err)
		}
		return nil
	}
	r, err := a.Readers[a.reader].Clone().Receive(a.msg)
	if err != nil {
		return err
	}
	r, err = r.Next.Receive(pending.Commit)
	if err != nil {
		return fmt.Errorf("%v: what was committed is refused: %w", a, err)
	}
	next, _ := pending.Accept()
	seen.Outcome("committed")
	if r.Next == nil {
		return nil
	}
	if string(r.Next.EpochAuthenticator()) != string(next.EpochAuthenticator()) {
		return fmt.Errorf("%v: after the Commit of the Add the members disagree", a)
	}
	return whole(r.Next)
}
