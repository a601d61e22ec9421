package props

import (
	"bytes"
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/trace"
)

// placeOf is the property that a message is good in one place only.
type placeOf struct {
	h     *History
	been  map[visit]bool
	posts posts
}

// visit: a client was in a state. It may still hold what opens messages of it.
type visit struct{ name, state string }

func wrongContext(h *History) Checks {
	c := &placeOf{h: h, been: map[visit]bool{}}
	return Checks{Watch: trace.Watch{
		Reading: c.before,
		Read: func(s *trace.Session, _ string, _ trace.Message, _ error) error {
			c.look(s)
			return nil
		},
		Step: func(s *trace.Session, _ int) error {
			c.look(s)
			return nil
		},
	}}
}

// look follows who is where.
func (c *placeOf) look(s *trace.Session) {
	for _, m := range s.Members() {
		c.been[visit{m.Name, m.State}] = true
	}
}

func (c *placeOf) before(s *trace.Session, reader string, m trace.Message) error {
	c.look(s)
	c.posts.add(m.Bytes)
	if err := c.elsewhere(s, m); err != nil {
		return err
	}
	member, ok := s.Member(reader, m.Room)
	if m.Kind == "welcome" || !ok {
		return nil
	}
	if member.State == m.State && (m.Kind == "application" || c.h.sometimes(2)) {
		if err := c.attributed(s, member, m); err != nil {
			return err
		}
	}
	if c.h.sometimes(2) {
		return c.readdressed(aim(s, member, m), m)
	}
	return nil
}

// elsewhere gives a message to somebody who was never in its state.
func (c *placeOf) elsewhere(s *trace.Session, m trace.Message) error {
	strangers := slices.DeleteFunc(s.Members(), func(o trace.Member) bool { return c.been[visit{o.Name, m.State}] })
	if len(strangers) == 0 {
		return nil
	}
	o := strangers[c.h.Rand.IntN(len(strangers))]
	if c.anywhere(o.Group, m.Bytes) {
		return nil
	}
	if err := aim(s, o, m).refuses(m.Bytes); err != nil {
		return fmt.Errorf("%s's %s of %s: %w", m.From, m.Kind, m.State, err)
	}
	return nil
}

// anywhere: a proposal from outside says its group and epoch, and nothing of the
// state (RFC 9420 §6.1), so that it is good in all forks of an epoch.
func (c *placeOf) anywhere(g *group.Group, b []byte) bool {
	m := &wire.MLSMessage{}
	if wire.Unmarshal(b, m) != nil || m.PublicMessage == nil {
		return false
	}
	content := m.PublicMessage.Content
	outside := content.Sender.Type == wire.SenderExternal || content.Sender.Type == wire.SenderNewMemberProposal
	return outside && bytes.Equal(content.GroupID, g.GroupID()) && content.Epoch == g.Epoch()
}

// attributed has a copy of a reader in the message's state read it: it must take it
// for what it is.
func (c *placeOf) attributed(s *trace.Session, member trace.Member, m trace.Message) error {
	epoch, group, tree := member.Group.Epoch(), member.Group.GroupID(), member.Group.Tree()
	r, err := s.Copy(member, m).Group.Receive(m.Bytes)
	if err != nil {
		return nil // property acceptance says whether it may be refused
	}
	if r.Kind.String() != m.Kind || r.Epoch != epoch || m.Kind == "application" && !bytes.Equal(r.Application, m.Text) {
		return fmt.Errorf("%s's %s of epoch %d is taken for a %v of epoch %d, %q", m.From, m.Kind, epoch, r.Kind, r.Epoch, r.Application)
	}
	if r.Next != nil && !bytes.Equal(r.Next.GroupID(), group) {
		return fmt.Errorf("%s's %s leads from group %s to %s", m.From, m.Kind, group, r.Next.GroupID())
	}
	from := m.From
	if leaf := tree.Leaf(r.Sender.LeafIndex); r.Sender.Type == wire.SenderMember {
		from = string(leaf.Credential.Identity)
	}
	if from != m.From || (r.Sender.Type == wire.SenderMember) != (m.Sender != nil) {
		return fmt.Errorf("%s's %s is taken for one of %s, a %v", m.From, m.Kind, from, r.Sender.Type)
	}
	return nil
}

// readdressed changes what a message says about itself, or puts parts of two messages
// together.
func (c *placeOf) readdressed(t *target, m trace.Message) error {
	whole := &wire.MLSMessage{}
	if err := wire.Unmarshal(m.Bytes, whole); err != nil {
		return err
	}
	var change string
	if whole.PrivateMessage != nil {
		change = c.readdressPrivate(whole.PrivateMessage)
	} else if whole.PublicMessage != nil {
		change = c.readdressPublic(whole.PublicMessage, t.member.Group)
	}
	b, err := wire.Marshal(whole)
	if err != nil || c.posts.has(b) {
		return nil // it has no encoding, or nothing has changed
	}
	if err := t.refuses(b); err != nil {
		return fmt.Errorf("%s's %s, with another %s: %w", m.From, m.Kind, change, err)
	}
	return nil
}

func (c *placeOf) readdressPrivate(p *wire.PrivateMessage) (change string) {
	var other wire.PrivateMessage
	if b := c.posts.any(c.h.Rand); b != nil {
		if o := private(b); o != nil {
			other = *o
		}
	}
	switch c.h.Rand.IntN(6) {
	case 0:
		p.Epoch += uint64(c.h.Rand.IntN(3)) - 1
		return "epoch"
	case 1:
		p.GroupID = other.GroupID
		return "group_id"
	case 2:
		p.ContentType = wire.ContentType(1 + (int(p.ContentType)+c.h.Rand.IntN(2))%3)
		return "content_type"
	case 3:
		p.EncryptedSenderData = other.EncryptedSenderData
		return "sender data"
	case 4:
		p.Ciphertext = other.Ciphertext
		return "ciphertext"
	default:
		p.Ciphertext, p.EncryptedSenderData = other.Ciphertext, other.EncryptedSenderData
		return "message under its header"
	}
}

func (c *placeOf) readdressPublic(p *wire.PublicMessage, g *group.Group) (change string) {
	var other wire.PublicMessage
	if b := c.posts.any(c.h.Rand); b != nil {
		o := &wire.MLSMessage{}
		if wire.Unmarshal(b, o) == nil && o.PublicMessage != nil {
			other = *o.PublicMessage
		}
	}
	switch c.h.Rand.IntN(6) {
	case 0:
		p.Content.Epoch += uint64(c.h.Rand.IntN(3)) - 1
		return "epoch"
	case 1:
		p.Content.GroupID = other.Content.GroupID
		return "group_id"
	case 2:
		p.Content.Sender.LeafIndex = uint32(c.h.Rand.IntN(int(g.Tree().Leaves())))
		return "sender"
	case 3:
		p.Content.Sender.Type = wire.SenderType(1 + c.h.Rand.IntN(4))
		return "sender type"
	case 4:
		p.Auth = other.Auth
		return "signature"
	default:
		p.MembershipTag = other.MembershipTag
		return "membership tag"
	}
}
