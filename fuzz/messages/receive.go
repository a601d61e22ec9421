package messages

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"mlsref/fuzz/target"
	"mlsref/impl/wire"
	"mlsref/props"
	"mlsref/props/insider"
)

// Receive is what a member does with any message.
var Receive = target.Target{
	Name: "FuzzReceive", Group: "messages",
	About: "a member refuses a message under a rule or for its syntax, and does not change, or takes it as every other member does",
	Run:   runReceive,
	Seeds: seeds("FuzzReceive"),
}

// How the input makes the message.
const (
	modeRaw     = iota // it is the message
	modePatched        // it says what to change in the honest message
	modeEdited         // in its content, which is signed, tagged and framed again
	modeBody           // it is the content, or its body
	modeRule           // it chooses a broken version, and what to change in that
	modes
)

// Flags of the edited and the body mode, in the high bits of the mode.
const (
	flagResign  = 1 << 4 // leaves and KeyPackages inside
	flagConfirm = 1 << 5 // a fresh path, and the right confirmation_tag
	flagOther   = 1 << 6 // the other wire format
)

// attempt is one message for one reader.
type attempt struct {
	*scene
	reader int
	msg    []byte
	rule   *insider.Broken // that must be found, or nil
}

// An input is: the story, the message in it, the reader, the mode, and what the mode
// reads.
func runReceive(b []byte, seen *target.Seen) error {
	a, err := attempted(&input{b}, seen)
	if a == nil || err != nil {
		return err
	}
	return a.run(seen)
}

// attempted is the attempt that an input says; nil if it makes no message.
func attempted(in *input, seen *target.Seen) (*attempt, error) {
	s, err := in.scene(func(s *scenes) []*scene { return s.received })
	if err != nil || s == nil {
		return nil, err
	}
	a := &attempt{scene: s, reader: int(in.byte()) % len(s.Readers)}
	mode := in.byte()
	switch mode % 16 % modes {
	case modeRaw:
		a.msg = in.rest()
	case modePatched:
		a.msg = edited(in, s.Honest, s.Honest, message)
	case modeEdited:
		a.msg, err = s.edited(in, mode)
	case modeBody:
		a.msg, err = s.body(in, mode)
	case modeRule:
		err = a.broken(in)
	}
	err = made(&a, err, seen)
	return a, err
}

// made passes on an error that is not the input's fault.
func made(a **attempt, err error, seen *target.Seen) error {
	var no unmade
	if !errors.As(err, &no) && (err != nil || (*a).msg != nil) {
		return err
	}
	seen.Outcome("no message")
	*a = nil
	return nil
}

// unmade says that an input makes no message at all.
type unmade struct{ error }

func (u unmade) Unwrap() error { return u.error }

func message() wire.Wirer { return &wire.MLSMessage{} }
func content() wire.Wirer { return &wire.AuthenticatedContent{} }

// edited changes an encoding up to four times, as the input says; not at all if it has
// ended.
func edited(in *input, b, other []byte, empty func() wire.Wirer) []byte {
	if len(in.left) == 0 {
		return b
	}
	times := 1 + in.byte()%4
	rng := in.drawn()
	for range times {
		b = props.Mutate(rng, b, other, empty)
	}
	return b
}

// edited seals the honest content with changes.
func (s *scene) edited(in *input, mode byte) ([]byte, error) {
	x, err := s.sealer()
	if err != nil {
		return nil, err
	}
	honest, err := wire.Marshal(x.Content())
	if err != nil {
		return nil, err
	}
	c := &wire.AuthenticatedContent{}
	if err := wire.Unmarshal(edited(in, honest, honest, content), c); err != nil {
		return nil, unmade{err}
	}
	return seal(x, c, mode)
}

// body seals a content that the input says itself: all of it, or a Proposal, a Commit or
// application data in the honest frame.
func (s *scene) body(in *input, mode byte) ([]byte, error) {
	x, err := s.sealer()
	if err != nil {
		return nil, err
	}
	c := x.Content()
	f := &c.Content
	kind := in.byte() % 4
	if kind != 0 {
		f.ContentType, f.Proposal, f.Commit, f.ApplicationData = 0, nil, nil, nil
	}
	switch kind {
	case 0:
		err = wire.Unmarshal(in.rest(), f)
	case 1:
		f.ContentType, f.Proposal = wire.ContentProposal, &wire.Proposal{}
		err = wire.Unmarshal(in.rest(), f.Proposal)
	case 2:
		f.ContentType, f.Commit = wire.ContentCommit, &wire.Commit{}
		err = wire.Unmarshal(in.rest(), f.Commit)
	case 3:
		f.ContentType, f.ApplicationData = wire.ContentApplication, in.rest()
	}
	if err != nil {
		return nil, unmade{err}
	}
	if f.ContentType != wire.ContentCommit {
		c.Auth.ConfirmationTag = nil
	} else if c.Auth.ConfirmationTag == nil {
		c.Auth.ConfirmationTag = make([]byte, x.TagSize())
	}
	return seal(x, c, mode)
}

// seal makes an MLSMessage of a content.
func seal(x *insider.Sealer, c *wire.AuthenticatedContent, mode byte) ([]byte, error) {
	if mode&flagOther != 0 {
		c.WireFormat = wire.WireFormatPublicMessage + wire.WireFormatPrivateMessage - c.WireFormat
	}
	if mode&flagResign != 0 {
		if err := x.Resign(c); err != nil {
			return nil, unmade{err}
		}
	}
	if mode&flagConfirm != 0 {
		_ = x.Confirm(source(), c) // as far as it goes
	}
	msg, err := x.Seal(source(), c)
	if err != nil {
		return nil, unmade{err}
	}
	return msg, nil
}

// broken takes a version of the honest message that breaks one rule.
func (a *attempt) broken(in *input) error {
	var err error
	a.msg, a.rule, err = a.breaking(in)
	if a.rule != nil && slices.Contains(a.rule.Except, a.Readers[a.reader].Leaf()) {
		a.rule = nil
	}
	return err
}

// breaking is a version of the honest message that breaks one rule, and that version if
// the input leaves it as it is. Without any, all is nil.
func (s *scene) breaking(in *input) ([]byte, *insider.Broken, error) {
	list, err := s.broken()
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	b := list[(int(in.byte())<<8|int(in.byte()))%len(list)]
	msg := edited(in, b.Bytes, s.Honest, message)
	if !bytes.Equal(msg, b.Bytes) {
		return msg, nil, nil
	}
	return msg, &b, nil
}

func (a *attempt) String() string {
	return fmt.Sprintf("%s, leaf %d in epoch %d", a.Story, a.Readers[a.reader].Leaf(), a.Readers[a.reader].Epoch())
}
