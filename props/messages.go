package props

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"

	"mlsref/impl/group"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/props/dump"
	"mlsref/spec"
	"mlsref/trace"
)

// ofMessages are what holds of each message, and of the keys that protect it.
var ofMessages = []Property{
	{
		Name: "message-once", Source: "RFC 9420 §6.3, §9.1, §9.2",
		About: "each message opens once: in any order, within the receiver's limits, and never again",
		New:   messageOnce,
	},
	{
		Name: "wrong-context", Source: "RFC 9420 §6.1, §6.2, §6.3",
		About: "a message opens in its own group, epoch and state only, as what it is, and in the name of who sent it",
		New:   wrongContext,
	},
	{
		Name: "nonce-reuse", Source: "RFC 9420 §5.2, §6.3.1, §9",
		About: "no honest client seals two plaintexts under one key, or uses a ratchet's key or an HPKE encapsulation twice, saved and loaded or not",
		New:   nonceReuse,
	},
	{
		Name: "restart", Source: "RFC 9420 §6.3.1, §9.2; impl/group/save.go",
		About: "a group that was saved and loaded reads as the live one does, and encrypts nothing before a Commit of its own",
		New:   restart,
	},
	{
		Name: "robustness", Source: "RFC 9420 §2.1, §6, §12.4.2, §12.4.3.1",
		About: "a message that somebody changed is refused by a rule or for its syntax, and nothing changes",
		New:   robustness,
	},
}

// target is a live member who is given what it must refuse.
type target struct {
	s      *trace.Session
	member trace.Member
	msg    trace.Message // whose PSKs it would read with
	before [sha256.Size]byte
}

func aim(s *trace.Session, m trace.Member, msg trace.Message) *target {
	return &target{s, m, msg, dump.Hash(s.Live(m.Name))}
}

// refuses wants b refused by one of some rules, or if there is none for any good
// reason, and the live state as it was.
func (t *target) refuses(b []byte, rules ...*spec.Rule) error {
	_, err := t.s.Receive(t.member, t.msg, b)
	if err == nil {
		return fmt.Errorf("%s in %s takes it", t.member.Name, t.member.State)
	}
	if !Refusal(err, rules...) {
		return fmt.Errorf("%s in %s refuses it for an odd reason: %w", t.member.Name, t.member.State, err)
	}
	return t.same(err)
}

func (t *target) same(err error) error {
	if dump.Hash(t.s.Live(t.member.Name)) != t.before {
		return fmt.Errorf("%s in %s refuses it (%w) and yet changes", t.member.Name, t.member.State, err)
	}
	return nil
}

// Refusal says whether an error is a good reason to refuse a message: one of the
// rules, or if there is none any rule, syntax, or that it is for somebody else.
func Refusal(err error, rules ...*spec.Rule) bool {
	for _, rule := range rules {
		if errors.Is(err, rule) {
			return true
		}
	}
	if len(rules) > 0 {
		return false
	}
	var rule *spec.Rule
	var syntax *wire.SyntaxError
	if errors.As(err, &rule) || errors.As(err, &syntax) {
		return true
	}
	for _, other := range []error{group.ErrOwnMessage, group.ErrNotForUs, group.ErrNoWelcome, group.ErrNoGroupInfo, group.ErrNotThere, group.ErrNotFramed, treesync.ErrNoTree} {
		if errors.Is(err, other) {
			return true
		}
	}
	return false
}

// private is the PrivateMessage in b; nil if it is something else.
func private(b []byte) *wire.PrivateMessage {
	m := &wire.MLSMessage{}
	if wire.Unmarshal(b, m) != nil {
		return nil
	}
	return m.PrivateMessage
}

// source is randomness for what a property has the implementation do.
func (h *History) source() *rand.ChaCha8 {
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(h.Rand.Uint32())
	}
	return rand.NewChaCha8(seed)
}
