package trace

import (
	"bytes"
	"errors"
	"fmt"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/model"
)

func (p *player) create(m *member, name string) error {
	g, err := m.client.Create(p.rng, []byte(name))
	if err != nil {
		return err
	}
	p.group, m.group = name, g
	p.step(m, model.Event{Kind: model.Create})
	return p.arrived(m)
}

// arrived is called when m has begun an epoch by making it.
func (p *player) arrived(m *member) error {
	p.epoch = m.group.Epoch()
	p.rec.Epoch(p.group, p.epoch)
	p.nameKeys(m)
	return p.settled(m)
}

// settled is called when everybody online has followed m into its epoch.
func (p *player) settled(m *member) error {
	if err := p.agree(); err != nil || !p.opt.Snapshots {
		return err
	}
	return p.snapshot(m)
}

func (p *player) propose(m *member, st *Statement) error {
	if st.Verb == VerbUpdates {
		next, msg, err := m.group.ProposeUpdate(p.rng, group.LeafChange{}, p.format)
		return p.proposed(m, next, msg, err, model.Event{Proposes: "update"})
	}
	for _, name := range st.Names {
		about, err := p.member(name)
		if err != nil {
			return err
		}
		if st.Verb == VerbProposesAdd {
			err = p.proposeAdd(m, about)
		} else {
			err = p.proposeRemove(m, about)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *player) proposeAdd(m, about *member) error {
	if err := p.publishKeyPackage(about); err != nil {
		return err
	}
	p.rec.As(m.name, p.line)
	next, msg, err := m.group.ProposeAdd(p.rng, about.keyPackage.KeyPackage, p.format)
	return p.proposed(m, next, msg, err, model.Event{Proposes: "add", Adds: []string{about.name}})
}

func (p *player) proposeRemove(m, about *member) error {
	leaf, err := leafOf(m.group.Tree(), about.name)
	if err != nil {
		return err
	}
	p.rec.As(m.name, p.line)
	next, msg, err := m.group.ProposeRemove(p.rng, leaf, p.format)
	return p.proposed(m, next, msg, err, model.Event{Proposes: "remove", Removes: []string{about.name}})
}

func (p *player) proposed(m *member, next *group.Group, msg []byte, err error, e model.Event) error {
	if err != nil {
		return fmt.Errorf("%s's proposal: %w", m.name, err)
	}
	m.group = next
	e.Kind = model.Propose
	p.step(m, e)
	p.rec.Wire("proposal", msg)
	return p.deliver(memberNames(m.group.Tree()), mail{kind: "proposal", from: m.name, bytes: msg})
}

// commit is for every statement that ends an epoch. What the Commit did is read
// off the tree that came of it.
func (p *player) commit(m *member, st *Statement) error {
	opt := group.CommitOptions{NoPath: st.NoPath, Format: p.format}
	for _, name := range st.Names {
		if st.Verb == VerbRemoves {
			leaf, err := leafOf(m.group.Tree(), name)
			if err != nil {
				return err
			}
			opt.Remove = append(opt.Remove, leaf)
			continue
		}
		about, err := p.member(name)
		if err == nil {
			err = p.publishKeyPackage(about)
		}
		if err != nil {
			return err
		}
		opt.Add = append(opt.Add, about.keyPackage.KeyPackage)
	}
	p.rec.As(m.name, p.line)
	before := m.group.Tree()
	pending, err := m.group.Commit(p.rng, opt)
	if err != nil {
		return fmt.Errorf("%s's Commit: %w", m.name, err)
	}
	next, welcome := pending.Accept()
	m.group = next
	e := difference(before, m.group.Tree(), m.group.Leaf())
	e.Kind, e.Path, e.Encrypted = model.Commit, !st.NoPath, p.format == group.Private
	p.step(m, e)
	p.step(m, model.Event{Kind: model.Process})
	return p.sendCommit(m, pending.Commit, welcome, memberNames(before), e.Adds)
}

func (p *player) sendCommit(m *member, commit, welcome []byte, old, added []string) error {
	p.epoch = m.group.Epoch()
	p.rec.Epoch(p.group, p.epoch)
	p.nameKeys(m)
	p.rec.Wire("commit", commit)
	if (welcome == nil) != (len(added) == 0) {
		return errors.New("a Welcome must come with new members, and only with them")
	}
	if welcome != nil {
		p.rec.Wire("welcome", welcome)
	}
	if err := p.deliver(old, mail{kind: "commit", from: m.name, bytes: commit}); err != nil {
		return err
	}
	if err := p.deliver(added, mail{kind: "welcome", from: m.name, bytes: welcome}); err != nil {
		return err
	}
	return p.settled(m)
}

func (p *player) send(m *member, text []byte) error {
	p.messages++
	p.rec.Message(p.messages, text)
	msg, err := m.group.Send(p.rng, text, nil)
	if err != nil {
		return fmt.Errorf("%s's message: %w", m.name, err)
	}
	p.step(m, model.Event{Kind: model.Send, Message: p.messages})
	p.rec.MessageGoal(p.group, m.group.Epoch(), p.messages)
	p.rec.Wire("application", msg)
	return p.deliver(memberNames(m.group.Tree()),
		mail{kind: "application", from: m.name, bytes: msg, message: p.messages, text: text})
}

// deliver puts mail into the inbox of everybody named but its sender; whoever
// is online reads it at once.
func (p *player) deliver(to []string, letter mail) error {
	if err := p.rec.Err(); err != nil {
		return err
	}
	for _, name := range to {
		m := p.byName[name]
		if name == letter.from || m == nil {
			continue
		}
		m.inbox = append(m.inbox, letter)
		if !m.offline {
			if err := p.readInbox(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// readInbox processes what waits for m, in order.
func (p *player) readInbox(m *member) error {
	for len(m.inbox) > 0 {
		letter := m.inbox[0]
		m.inbox = m.inbox[1:]
		p.rec.As(m.name, p.line)
		read := p.receive
		if letter.kind == "welcome" {
			read = p.join
		}
		if err := read(m, letter); err != nil {
			return fmt.Errorf("%s rejects %s's %s: %w", m.name, letter.from, letter.kind, err)
		}
		if err := p.rec.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) join(m *member, letter mail) error {
	if m.keyPackage == nil {
		return errors.New("it holds no key package")
	}
	g, err := m.client.Join(*m.keyPackage, letter.bytes, group.JoinOptions{})
	if err != nil {
		return err
	}
	m.group, m.keyPackage = g, nil
	p.step(m, model.Event{Kind: model.Join})
	p.rec.Epoch(p.group, g.Epoch())
	return nil
}

func (p *player) receive(m *member, letter mail) error {
	if m.group == nil {
		return errors.New("it is in no group")
	}
	r, err := m.group.Receive(letter.bytes)
	if err != nil {
		return err
	}
	if from := memberName(m.group.Tree(), r.Sender.LeafIndex); from != letter.from {
		return fmt.Errorf("it takes it for a message of %s", from)
	}
	switch {
	case r.Removed:
		epoch := m.group.Epoch()
		m.group = nil
		p.step(m, model.Event{Kind: model.Leave, Epoch: epoch})
	case r.Kind == wire.ContentCommit:
		m.group = r.Next
		p.step(m, model.Event{Kind: model.Process})
		p.rec.Epoch(p.group, m.group.Epoch())
	case r.Kind == wire.ContentApplication:
		if !bytes.Equal(r.Application, letter.text) {
			return errors.New("it reads another text than was sent")
		}
		m.group = r.Next
		p.step(m, model.Event{Kind: model.Receive, Message: letter.message})
	default:
		m.group = r.Next
	}
	return nil
}

// memberName is who a leaf says it is, in its credential; "" for a blank leaf.
func memberName(t treesync.Tree, leaf tree.LeafIndex) string {
	if node := t.Leaf(leaf); node != nil {
		return string(node.Credential.Identity)
	}
	return ""
}

func memberNames(t treesync.Tree) []string {
	var names []string
	for _, leaf := range t.Members() {
		names = append(names, memberName(t, leaf))
	}
	return names
}

func leafOf(t treesync.Tree, name string) (tree.LeafIndex, error) {
	for _, leaf := range t.Members() {
		if memberName(t, leaf) == name {
			return leaf, nil
		}
	}
	return 0, fmt.Errorf("no leaf of the tree is %s's", name)
}

// difference reads what a Commit's proposals did off the leaves before and
// after. Adds fill blank leaves from the left, so leaf order is their order.
func difference(before, after treesync.Tree, committer tree.LeafIndex) model.Event {
	var e model.Event
	for i := tree.LeafIndex(0); i < max(before.Leaves(), after.Leaves()); i++ {
		var old, now *wire.LeafNode
		if i < before.Leaves() {
			old = before.Leaf(i)
		}
		if i < after.Leaves() {
			now = after.Leaf(i)
		}
		changed := old == nil || now == nil || !bytes.Equal(old.EncryptionKey, now.EncryptionKey)
		if i == committer || !changed {
			continue
		}
		if old != nil && now != nil && now.Source == wire.LeafSourceUpdate {
			e.Updates = append(e.Updates, memberName(after, i))
			continue
		}
		if old != nil {
			e.Removes = append(e.Removes, memberName(before, i))
		}
		if now != nil {
			e.Adds = append(e.Adds, memberName(after, i))
		}
	}
	return e
}
