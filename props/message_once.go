package props

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/treedem"
	"mlsref/spec"
	"mlsref/trace"
)

// once is the property that no message opens twice.
type once struct {
	h      *History
	read   map[stream]int  // the newest application message that was read
	forged map[stream]bool // a thief has sent in the sender's name
}

// stream are one sender's messages in one state, as somebody reads them.
type stream struct{ reader, sender, state string }

func messageOnce(h *History) Checks {
	o := &once{h, map[stream]int{}, map[stream]bool{}}
	return Checks{Watch: trace.Watch{Reading: o.before, Read: o.after}}
}

// before has copies of a message's sender and its reader try orders of their own.
func (o *once) before(s *trace.Session, reader string, m trace.Message) error {
	of := stream{reader, m.From, m.State}
	if m.Forged {
		o.forged[of] = true // and so a key of the sender's may be gone
	}
	if m.Kind == "commit" && m.Sender != nil && !o.forged[of] {
		return o.overtaken(s, reader, m)
	}
	if m.Kind != "application" || m.From == reader {
		return nil
	}
	member, ok := s.Member(reader, m.Room)
	if !ok || member.State != m.State || o.forged[of] || o.read[of] >= m.Number || !o.h.sometimes(2) {
		return nil
	}
	return o.shuffled(member.Group.Clone(), m.Sender.Clone())
}

// after gives the reader what it has read once more, and a copy, and what was saved.
func (o *once) after(s *trace.Session, reader string, m trace.Message, refused error) error {
	if m.Kind == "welcome" || refused != nil {
		return nil
	}
	if of := (stream{reader, m.From, m.State}); m.Kind == "application" {
		o.read[of] = max(o.read[of], m.Number)
	}
	member, ok := s.Member(reader, m.Room)
	if !ok || private(m.Bytes) == nil {
		return nil
	}
	rule := spec.GenerationOnce
	if m.Kind == "commit" {
		rule = spec.SameEpoch
	}
	if err := aim(s, member, m).refuses(m.Bytes, rule); err != nil {
		return fmt.Errorf("%s's %s, a second time: %w", m.From, m.Kind, err)
	}
	if _, err := s.Copy(member, m).Group.Receive(m.Bytes); !errors.Is(err, rule) {
		return fmt.Errorf("%s's %s, given to a later copy of %s: %v", m.From, m.Kind, reader, err)
	}
	if !o.h.sometimes(8) {
		return nil
	}
	loaded, err := reloaded(member.Group, member.Group.Client())
	if err != nil {
		return err
	}
	if _, err := loaded.Receive(m.Bytes); !errors.Is(err, rule) {
		return fmt.Errorf("%s's %s, given to what %s saved later: %v", m.From, m.Kind, reader, err)
	}
	return nil
}

// overtaken has a copy of a Commit's sender send a message just before it, which a copy
// of the reader gets after it: it opens once if past epochs are kept, or never.
func (o *once) overtaken(s *trace.Session, reader string, m trace.Message) error {
	member, ok := s.Member(reader, m.Room)
	if !ok || member.State != m.State || m.Sender.MaySend() != nil || !o.h.sometimes(2) {
		return nil
	}
	late, err := m.Sender.Clone().Send(o.h.source(), []byte("late"), nil)
	if err != nil {
		return err
	}
	r, err := s.Copy(member, m).Group.Receive(m.Bytes)
	if err != nil || r.Removed {
		return nil // property acceptance says whether that may be
	}
	rules := []*spec.Rule{spec.SameEpoch}
	if r.Next.Client().Config.PastEpochs > 0 {
		// A Commit that was prepared may be older than messages that were read.
		first, err := r.Next.Receive(late)
		if err != nil && !errors.Is(err, spec.GenerationOnce) {
			return fmt.Errorf("a message that %s's Commit overtook: %w", m.From, err)
		}
		if err == nil && (first.Epoch != m.Sender.Epoch() || first.Sender.LeafIndex != m.Sender.Leaf() || string(first.Application) != "late") {
			return fmt.Errorf("a message of leaf %d in epoch %d is read late as %q of leaf %d in epoch %d",
				m.Sender.Leaf(), m.Sender.Epoch(), first.Application, first.Sender.LeafIndex, first.Epoch)
		}
		rules[0] = spec.GenerationOnce
	}
	if _, err := r.Next.Receive(late); !Refusal(err, rules...) {
		return fmt.Errorf("a message that %s's Commit overtook: %v, want %v", m.From, err, rules[0])
	}
	return nil
}

// shuffled has sender make messages, and reader read them in some order, some of them
// twice, and most often with limits that are soon reached. window says what must come
// of each.
func (o *once) shuffled(reader, sender *group.Group) error {
	rng := o.h.source()
	texts, messages := make([][]byte, 2+o.h.Rand.IntN(5)), [][]byte{}
	for i := range texts {
		texts[i] = fmt.Appendf(nil, "text %d", i)
		b, err := sender.Send(rng, texts[i], nil)
		if err != nil {
			return fmt.Errorf("message %d of a row: %w", i, err)
		}
		messages = append(messages, b)
	}
	// After the first, the reader's ratchet is where the window's is.
	order := append([]int{0}, o.h.Rand.Perm(len(texts))...)
	w := window{forward: treedem.DefaultMaxForward, most: treedem.DefaultMaxSkipped}
	for at := 0; at < len(order); at++ {
		i := order[at]
		r, err := reader.Receive(messages[i])
		switch rule := w.take(i); {
		case rule != nil && !errors.Is(err, rule):
			return fmt.Errorf("message %d in the order %v, limits %d and %d: %v, want %v", i, order[:at+1], w.forward, w.most, err, rule)
		case rule == nil && err != nil:
			return fmt.Errorf("message %d in the order %v, limits %d and %d: %w", i, order[:at+1], w.forward, w.most, err)
		case rule == nil && (!bytes.Equal(r.Application, texts[i]) || r.Sender.LeafIndex != sender.Leaf()):
			return fmt.Errorf("message %d of leaf %d is read as %q of leaf %d", i, sender.Leaf(), r.Application, r.Sender.LeafIndex)
		}
		if at > 0 && len(order) < 12 && o.h.sometimes(3) {
			order = append(order, order[o.h.Rand.IntN(at+1)])
		}
		if at == 0 && !o.h.sometimes(4) {
			if reader, err = o.limited(reader, &w); err != nil {
				return err
			}
		}
	}
	return nil
}

// limited is the group with small limits, which it is given by being saved and loaded.
func (o *once) limited(g *group.Group, w *window) (*group.Group, error) {
	c := g.Client()
	w.forward, w.most = 1+o.h.Rand.IntN(4), o.h.Rand.IntN(4)
	c.Config.Limits = treedem.Limits{MaxForward: uint32(w.forward), MaxSkipped: w.most}
	if w.most == 0 {
		c.Config.Limits.MaxSkipped = -1
	}
	return reloaded(g, c)
}

// window says which of a sender's messages a reader can still open: a second, dumb
// ratchet of RFC 9420 §9.1.
type window struct {
	next          int
	kept          []int // skipped, oldest first
	forward, most int   // how far it skips, and how many it keeps
}

// take is the rule by which message i is refused; nil if it opens.
func (w *window) take(i int) *spec.Rule {
	if i < w.next {
		at := slices.Index(w.kept, i)
		if at < 0 {
			return spec.GenerationOnce
		}
		w.kept = slices.Delete(w.kept, at, at+1)
		return nil
	}
	if i-w.next > w.forward {
		return spec.ForwardBound
	}
	for ; w.next < i; w.next++ {
		w.kept = append(w.kept, w.next)
	}
	w.next++
	w.kept = w.kept[max(0, len(w.kept)-w.most):]
	return nil
}

func reloaded(g *group.Group, as group.Client) (*group.Group, error) {
	b, err := g.Save()
	if err != nil {
		return nil, err
	}
	return as.Load(b)
}
