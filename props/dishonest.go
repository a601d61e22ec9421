package props

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"mlsref/props/dump"
	"mlsref/props/insider"
	"mlsref/trace"
)

// ofInsiders is what holds against members that do not follow the protocol.
var ofInsiders = []Property{{
	Name: "insider", Source: "RFC 9420 §12.2, §12.4.2, §12.4.3.1, §16.12",
	About: "a message that breaks one rule, and that an insider has signed, tagged and encrypted with its real keys, is refused under that rule, and nothing changes",
	New:   dishonest,
}}

// dishonest is an insider who first sends broken versions of what it then sends.
func dishonest(h *History) Checks {
	return Checks{Watch: trace.Watch{Reading: func(s *trace.Session, reader string, m trace.Message) error {
		if m.Kind == "welcome" && !m.Forged {
			return brokenWelcome(h, s, reader, m)
		}
		if m.Forged || !h.sometimes(4) {
			return nil
		}
		return brokenMessage(h, s, reader, m)
	}}}
}

// versions is how many of the broken versions of a message are tried.
const versions = 8

func brokenMessage(h *History, s *trace.Session, reader string, m trace.Message) error {
	member, ok := s.Member(reader, m.Room)
	if !ok || member.State != m.State {
		return nil
	}
	if _, err := s.Copy(member, m).Group.Receive(m.Bytes); err != nil {
		return nil // the reader has missed something: it is no measure
	}
	list, err := brokenVersions(h.source(), member, m)
	if err != nil {
		return fmt.Errorf("breaking %s's %s: %w", m.From, m.Kind, err)
	}
	t := aim(s, member, m)
	for _, b := range some(h, list, false) {
		if slices.Contains(b.Except, member.Group.Leaf()) {
			continue
		}
		if err := t.refuses(b.Bytes, b.Rule); err != nil {
			return keyed{fmt.Errorf("%s's %s, made with %s, breaks %s: %w", m.From, m.Kind, b.What, b.Rule.ID, err), b.Rule.ID}
		}
	}
	return nil
}

func brokenVersions(rng io.Reader, member trace.Member, m trace.Message) ([]insider.Broken, error) {
	switch {
	case m.Sender != nil:
		return insider.Message(rng, m.Sender, m.Bytes)
	case m.Kind == "commit":
		return insider.ExternalCommit(rng, m.SentBy, m.Info, nil, m.Bytes)
	default:
		return insider.Proposal(rng, m.SentBy, member.Group, m.Bytes)
	}
}

func brokenWelcome(h *History, s *trace.Session, reader string, m trace.Message) error {
	as, secrets, opt, ok := s.Joining(reader, m)
	linked := opt.From != nil // that is rare enough
	if !ok || !linked && !h.sometimes(4) {
		return nil
	}
	if _, err := s.Join(reader, m, m.Bytes); err != nil {
		return nil
	}
	var list []insider.Broken
	err := s.WithPSKs(reader, m, func() (err error) {
		list, err = insider.Welcome(h.source(), m.SentBy, insider.Joiner{Client: as, Secrets: secrets, Options: opt}, m.Bytes)
		return err
	})
	if err != nil {
		return fmt.Errorf("breaking %s's Welcome: %w", m.From, err)
	}
	before := dump.Hash(s.Live(reader))
	for _, b := range some(h, list, linked) {
		_, err := s.Join(reader, m, b.Bytes)
		if !errors.Is(err, b.Rule) {
			return keyed{fmt.Errorf("%s's Welcome, made with %s, breaks %s: %s answers %w", m.From, b.What, b.Rule.ID, reader, orNone(err)), b.Rule.ID}
		}
		if dump.Hash(s.Live(reader)) != before {
			return keyed{fmt.Errorf("%s refuses %s's Welcome, made with %s, and yet changes", reader, m.From, b.What), b.Rule.ID}
		}
	}
	return nil
}

var errNone = errors.New("by joining")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// some are a few of a list, each at most once; or all, as for a thorough look.
func some(h *History, list []insider.Broken, all bool) []insider.Broken {
	var few []insider.Broken
	for _, i := range h.Rand.Perm(len(list)) {
		if len(few) == versions && !all && !h.look.Thorough {
			break
		}
		if h.look.Key == "" || h.look.Key == list[i].Rule.ID {
			few = append(few, list[i])
		}
	}
	return few
}
