package trace

import (
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/model"
)

func (p *player) create(st *Statement) error {
	if p.room(st.Group) != nil {
		return p.impossible("the group %s exists already, expected another name", st.Group)
	}
	c, err := p.client(st.Actor)
	if err != nil {
		return err
	}
	if c.offline {
		return p.impossible("%s is offline and cannot act, expected %s comes online first", c.name, c.name)
	}
	p.begin(c)
	g, err := c.client.Create(p.rng, []byte(st.Group))
	if err != nil {
		return err
	}
	r := &room{name: st.Group}
	p.rooms = append(p.rooms, r)
	s := p.seatIn(c, r, g, p.newState(r, 0))
	p.step(s, model.Event{Kind: model.Create})
	p.rec.State(s.state, r.name, 0, 0, false)
	p.arrived(s.state, g.Tree())
	p.leafGoals(s, nil)
	return p.settled(s)
}

// seatIn gives a client its place in a group that it has just made.
func (p *player) seatIn(c *client, r *room, g *group.Group, state string) *seat {
	b := &branch{head: state}
	r.branches = append(r.branches, b)
	s := &seat{client: c, room: r, branch: b, group: g, state: state}
	c.seats = append(c.seats, s)
	return s
}

// commit is for every statement by which a member ends an epoch, or prepares to.
func (p *player) commit(s *seat, st *Statement) error {
	if s.pending != nil {
		return p.impossible("%s has a Commit prepared already, expected %s publishes or %s abandons", st.Actor, st.Actor, st.Actor)
	}
	to, err := p.onlyTo(s, st.To)
	if err != nil {
		return err
	}
	opt, err := p.commitOptions(s, st)
	if err != nil {
		return err
	}
	p.begin(s.client)
	draft, pending, err := p.makeCommit(s, opt, "")
	if err != nil {
		return err
	}
	if st.Verb == VerbPrepares {
		s.pending, s.draft = pending, draft
		return nil
	}
	return p.publish(s, draft, pending, to)
}

// onlyTo checks whom alone the delivery service is to show a Commit; nil: all.
func (p *player) onlyTo(s *seat, names []string) ([]*client, error) {
	if names == nil {
		return nil, nil
	}
	everybody := p.others(s)
	to := []*client{}
	for _, name := range names {
		c := p.byName[name]
		if c == nil || !slices.Contains(everybody, c) {
			return nil, p.impossible("%s is not shown what %s sends in %s", name, s.client.name, s.room.name)
		}
		to = append(to, c)
	}
	return to, nil
}

// commitOptions is what a statement asks of a Commit, if it is possible.
func (p *player) commitOptions(s *seat, st *Statement) (group.CommitOptions, error) {
	opt := group.CommitOptions{NoPath: st.NoPath, Format: p.format}
	var err error
	switch st.Verb {
	case VerbAdds:
		opt.Add, err = p.packagesOf(s, st.Names)
	case VerbRemoves:
		opt.Remove, err = p.leavesOf(s, st.Names)
	case VerbLabels:
		opt.Extensions = replaced(s.group.Context().Extensions, wire.Extension{Type: label, Data: []byte(st.Text)})
	case VerbAllows:
		opt.Extensions, err = p.allowing(s, st.Names)
	case VerbReInits:
		opt.ReInit, err = p.reInit(st)
		opt.NoReferences = true
	}
	if err == nil {
		opt.PSKs, err = p.pskIDs(s, st.PSKs)
	}
	if err != nil {
		return opt, err
	}
	if r := s.group.ReInit(); r != nil {
		return opt, p.impossible("a ReInit has ended %s, which goes on as %s", s.room.name, r.GroupID)
	}
	return opt, p.plausible(s, st)
}

// plausible are the rules whose breach a scenario's author should hear of by name,
// and not as the refusal of the implementation.
func (p *player) plausible(s *seat, st *Statement) error {
	if !st.NoPath || st.Verb == VerbRemoves || st.Verb == VerbLabels || st.Verb == VerbAllows {
		if st.NoPath {
			return p.impossible("what this does needs a path (RFC 9420 §12.4), expected no \"without path\" here")
		}
		return nil
	}
	free := st.Verb == VerbAdds || st.Verb == VerbReInits || len(st.PSKs) > 0
	for _, seen := range s.group.Proposals() {
		switch seen.Proposal.Type {
		case wire.ProposalAdd, wire.ProposalReInit:
			free = true
		case wire.ProposalPSK:
			free = free || p.holds(s.client, seen.Proposal.PreSharedKey.PSK) // or it is left out
		case wire.ProposalUpdate:
			if seen.Sender.LeafIndex != s.group.Leaf() && st.Verb != VerbReInits {
				return p.impossible("an Update of %s is pending and needs a path (RFC 9420 §12.4), expected no \"without path\" here",
					memberName(s.group.Tree(), seen.Sender.LeafIndex))
			}
		default:
			if st.Verb != VerbReInits {
				return p.impossible("a proposal of type %v is pending and needs a path (RFC 9420 §12.4), expected no \"without path\" here", seen.Proposal.Type)
			}
		}
	}
	if !free {
		return p.impossible(`nothing is pending, and a Commit of nothing needs a path (RFC 9420 §12.4), expected no "without path" here`)
	}
	return nil
}

func (p *player) leavesOf(s *seat, names []string) ([]tree.LeafIndex, error) {
	var leaves []tree.LeafIndex
	for _, name := range names {
		leaf, in := leafOf(s.group.Tree(), name)
		switch {
		case !in:
			return nil, p.notMember(name, s.room.name)
		case leaf == s.group.Leaf():
			return nil, p.impossible("%s cannot commit its own removal (RFC 9420 §12.2), expected somebody else", name)
		}
		leaves = append(leaves, leaf)
	}
	return leaves, nil
}

// replaced is a list of extensions with one put in place of its like.
func replaced(list []wire.Extension, e wire.Extension) *[]wire.Extension {
	out := slices.DeleteFunc(slices.Clone(list), func(o wire.Extension) bool { return o.Type == e.Type })
	out = append(out, e)
	return &out
}

func (p *player) allowing(s *seat, names []string) (*[]wire.Extension, error) {
	senders, err := treesync.ExternalSenders(s.group.Context())
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		c, err := p.client(name)
		if err != nil {
			return nil, err
		}
		p.begin(c)
		as, err := p.as(c, s.suite())
		if err != nil {
			return nil, err
		}
		id := as.Identity
		senders = append(senders, wire.ExternalSender{SignatureKey: id.SignaturePub, Credential: id.Credential})
	}
	data, err := wire.Marshal(&wire.ExternalSenders{Senders: senders})
	return replaced(s.group.Context().Extensions, wire.Extension{Type: wire.ExtensionExternalSenders, Data: data}), err
}

func (p *player) reInit(st *Statement) (*wire.ReInit, error) {
	s := p.suite
	if st.Text != "" {
		var err error
		if s, err = suite.ByName(st.Text); err != nil {
			return nil, err
		}
	}
	if p.room(st.Group) != nil {
		return nil, p.impossible("the group %s exists already, expected another name", st.Group)
	}
	return &wire.ReInit{GroupID: []byte(st.Group), Version: wire.ProtocolMLS10, CipherSuite: s.ID()}, nil
}

// makeCommit has the member of a seat make a Commit and records it. by is
// model.Attacker if somebody else does it with a stolen copy.
func (p *player) makeCommit(s *seat, opt group.CommitOptions, by string) (*letter, *group.Pending, error) {
	before, sender := s.group.Tree(), p.sender(s)
	pending, err := p.withPSKs(s, opt.PSKs, func() (*group.Pending, error) { return s.group.Commit(p.rng, opt) })
	if err != nil {
		return nil, nil, fmt.Errorf("%s's Commit: %w", s.client.name, err)
	}
	next, welcome := pending.Clone().Accept()
	d := &letter{
		kind: "commit", from: s.client, room: s.room, state: s.state, bytes: pending.Commit, welcome: welcome, sender: sender,
		next: p.newState(s.room, next.Epoch()),
	}
	e := p.covered(before, pending.Proposals)
	e.Kind, e.From, e.State, e.Epoch, e.By = model.Commit, s.state, d.next, next.Epoch(), by
	e.Path, e.Encrypted = !opt.NoPath, opt.Format == group.Private
	d.psks, e.PSKs = p.committedPSKs(s, pending)
	if e.Encrypted {
		d.generation, e.Generation = generation(&s.handshakes, by)
	}
	d.adds, d.event = len(e.Adds) > 0, e
	if by == "" {
		p.was[seatIn{s.client.name, d.next}] = true // from now on, even if the Commit is dropped
	}
	p.rec.Spent()
	p.step(s, e)
	p.rec.State(d.next, s.room.name, next.Epoch(), 0, d.adds)
	p.arrived(d.next, next.Tree())
	p.commitGoals(s.room, d, before, next)
	// The delivery service has both from now on, whatever it does with them.
	p.wire("commit", d.bytes)
	if d.welcome != nil {
		p.wire("welcome", d.welcome)
	}
	return d, pending, p.rec.Err()
}

// generation counts a private message that is sent from a seat. Only what the attacker
// sends has it told in its event: honest senders can be counted.
func generation(sent *int, by string) (n, told int) {
	n = *sent
	*sent++
	if by == "" {
		return n, 0
	}
	return n, n
}

// publish has the delivery service accept a Commit: the committer moves, and all
// whom it is shown follow. Shown to some only, it forks the group.
func (p *player) publish(s *seat, d *letter, pending *group.Pending, to []*client) error {
	next, _ := pending.Accept()
	p.move(s, next, d)
	if to != nil {
		p.disturbed = true
		b := &branch{}
		s.room.branches = append(s.room.branches, b)
		s.branch = b
		for _, c := range to {
			c.follow(s.room, b)
		}
	}
	s.branch.head = d.next
	s.room.log = append(s.room.log, d)
	if err := p.deliver(p.others(s), d); err != nil {
		return err
	}
	if err := p.welcome(s, d); err != nil {
		return err
	}
	return p.settled(s)
}

// move is a member's step into the state that a Commit made.
func (p *player) move(s *seat, next *group.Group, d *letter) {
	from := s.state
	s.group, s.state, s.pending, s.draft = next, d.next, nil, nil
	s.handshakes, s.messages = 0, 0
	p.step(s, model.Event{Kind: model.Process, From: from})
}

// welcome delivers a Commit's Welcome to those whom it adds.
func (p *player) welcome(s *seat, d *letter) error {
	if d.welcome == nil {
		return nil
	}
	w := *d
	w.kind, w.bytes, w.branch = "welcome", d.welcome, s.branch
	var to []*client
	for _, a := range d.event.Adds {
		to = append(to, p.byName[a.Name])
	}
	return p.deliver(to, &w)
}

func (p *player) resolvePending(s *seat, st *Statement) error {
	if s.pending == nil {
		return p.impossible("%s has no Commit prepared, expected %s prepares first", st.Actor, st.Actor)
	}
	p.begin(s.client)
	if st.Verb == VerbAbandons {
		p.discard(s)
		return nil
	}
	to, err := p.onlyTo(s, st.To)
	if err != nil {
		return err
	}
	return p.publish(s, s.draft, s.pending, to)
}

// discard drops a Commit that lost. The group goes on as it is: what Reject gives back is
// the group as it was when the Commit was made, without the proposals seen since.
func (p *player) discard(s *seat) {
	p.step(s, model.Event{Kind: model.Discard, State: s.draft.next, Epoch: s.draft.event.Epoch})
	s.pending, s.draft = nil, nil
}

// covered reads what a Commit does off its proposals. before is the tree that it
// changes. Adds keep their order.
func (p *player) covered(before treesync.Tree, proposals []treesync.ProposalFrom) model.Event {
	var e model.Event
	for _, c := range proposals {
		switch {
		case c.Proposal.Update != nil:
			e.Updates = append(e.Updates, model.Update{
				Name: memberName(before, c.Sender.LeafIndex), Proposal: p.ids[string(c.Proposal.Update.LeafNode.EncryptionKey)]})
		case c.Proposal.Remove != nil:
			e.Removes = append(e.Removes, memberName(before, c.Proposal.Remove.Removed))
		case c.Proposal.Add != nil:
			leaf := c.Proposal.Add.KeyPackage.LeafNode
			e.Adds = append(e.Adds, model.Add{Name: string(leaf.Credential.Identity), Package: p.ids[string(leaf.EncryptionKey)]})
		}
	}
	return e
}

// commitGoals makes the new keys of a Commit goals: the committer's path, and every
// leaf that was not there before.
func (p *player) commitGoals(r *room, d *letter, before treesync.Tree, next *group.Group) {
	t := next.Tree()
	suffix := stateSuffix(d.next)
	of := model.Goal{Group: r.name, Epoch: next.Epoch(), State: d.next}
	if d.event.Path {
		for _, n := range tree.DirectPath(next.Leaf(), t.Leaves()) {
			if key := t.EncryptionKey(n); key != nil {
				g := of
				g.Kind, g.Node = model.NodeKey, uint32(n)
				p.rec.NameKey(key, fmt.Sprintf("node_%d_key_%s", n, suffix))
				p.rec.NodeGoal(key, g)
			}
		}
	}
	p.newLeaves(of, before, t)
}

// leafGoals makes the leaf key of a one-member group a goal.
func (p *player) leafGoals(s *seat, _ []byte) {
	of := model.Goal{Group: s.room.name, Epoch: s.group.Epoch(), State: s.state}
	p.newLeaves(of, treesync.Tree{}, s.group.Tree())
}

func (p *player) newLeaves(of model.Goal, before, after treesync.Tree) {
	had := map[string]bool{}
	if before != (treesync.Tree{}) {
		for _, leaf := range before.All() {
			had[string(leaf.EncryptionKey)] = true
		}
	}
	for _, leaf := range after.All() {
		if had[string(leaf.EncryptionKey)] {
			continue
		}
		g := of
		g.Kind, g.Owner = model.LeafKey, string(leaf.Credential.Identity)
		p.rec.NameKey(leaf.EncryptionKey, g.Owner+"_leaf_key_"+stateSuffix(of.State))
		p.rec.NodeGoal(leaf.EncryptionKey, g)
	}
}

// settled is called when everybody online has followed into an epoch.
func (p *player) settled(s *seat) error {
	if err := p.agree(s.branch); err != nil || !p.opt.Snapshots {
		return err
	}
	return p.snapshot(s)
}
