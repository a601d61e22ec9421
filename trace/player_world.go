package trace

import (
	"bytes"
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/model"
)

// room is one group, as the delivery service sees it.
type room struct {
	name     string
	parent   *room     // that it branched from or reinitialises
	branches []*branch // one, unless the delivery service forked it
	log      []*letter // handshakes, in order
}

// branch are the members to whom the delivery service shows the same Commits.
type branch struct{ head string } // the newest state

// client is one device: what it holds is what a theft finds.
type client struct {
	name     string
	client   group.Client
	others   []group.Client // the same in other cipher suites
	seats    []*seat
	packages []*pack // published, not used for joining yet
	offline  bool
	weak     bool // the attacker knows what it draws
	inbox    []*letter
	stolen   *loot
}

// seat is a client's place in a group.
type seat struct {
	client *client
	room   *room
	branch *branch
	group  *group.Group
	state  string

	// A Commit of its own that is not out yet.
	pending *group.Pending
	draft   *letter

	handshakes, messages int // private ones that it sent in this state
	caught               int // of a thief's copy: how much of the room's log it has read
}

// pack is a KeyPackage.
type pack struct {
	id      string
	secrets group.KeyPackageSecrets
	given   bool // to somebody who adds the client: it may be used only once (RFC 9420 §10)
}

// letter is one message on its way.
type letter struct {
	kind       string // proposal, commit, welcome, application
	from       *client
	room       *room
	state      string // in which it was sent
	bytes      []byte
	number     int    // of an application message
	text       []byte // its text, to compare with
	next       string // a Commit's new state
	adds       bool   // it has a Welcome
	psks       []wire.PreSharedKeyID
	id         string // of a private proposal
	generation int    // of its key, if it is private
	welcome    []byte
	branch     *branch     // of a Welcome
	event      model.Event // the Commit's
	forged     *Attack
	info       []byte       // the GroupInfo that an external Commit was made from
	sender     *group.Group // a copy of the sender's group from before, if there is a Watch
}

// live are the parts of a client's state that a theft reaches.
func (c *client) live() []Root {
	roots := []Root{{"identity", c.client.Identity}, {"psks", c.client.Config.PSKs}}
	for _, o := range c.others {
		roots = append(roots, Root{"identity_" + o.Suite.Name(), o.Identity})
	}
	for _, k := range c.packages {
		roots = append(roots, Root{"package_" + k.id, k.secrets})
	}
	for _, s := range c.seats {
		roots = append(roots, Root{s.room.name, s.group})
		if s.pending != nil {
			roots = append(roots, Root{s.room.name + "_pending", s.pending})
		}
	}
	return roots
}

func (c *client) seat(r *room) *seat {
	for _, s := range c.seats {
		if s.room == r {
			return s
		}
	}
	return nil
}

func (c *client) leave(s *seat) {
	c.seats = slices.DeleteFunc(c.seats, func(other *seat) bool { return other == s })
}

func (p *player) room(name string) *room {
	for _, r := range p.rooms {
		if r.name == name {
			return r
		}
	}
	return nil
}

// roomNamed is the group of a statement that names one, or must.
func (p *player) roomNamed(name string) (*room, error) {
	r := p.room(name)
	if r == nil {
		return nil, p.impossible("there is no group %s%s", name, nearestOf(name, p.roomNames()))
	}
	return r, nil
}

func (p *player) roomNames() []string {
	var names []string
	for _, r := range p.rooms {
		names = append(names, r.name)
	}
	return names
}

func nearestOf(name string, names []string) string {
	if len(names) == 0 {
		return ": expected NAME creates GROUP first"
	}
	msg := ", expected " + list(names)
	if near := nearest(name, names); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	return msg
}

// seatOf is an online client's seat in the group of that name, or in the only group
// that it is in.
func (p *player) seatOf(name, in string) (*seat, error) {
	if len(p.rooms) == 0 {
		return nil, p.impossible("there is no group yet, expected NAME creates GROUP first")
	}
	c := p.byName[name]
	if c == nil || len(c.seats) == 0 {
		return nil, p.notMember(name, in)
	}
	if c.offline {
		return nil, p.impossible("%s is offline and cannot act, expected %s comes online first", name, name)
	}
	if in == "" {
		if len(c.seats) > 1 {
			return nil, p.impossible("%s is in several groups, expected in, and one of %s", name, list(p.roomNames()))
		}
		return c.seats[0], nil
	}
	r, err := p.roomNamed(in)
	if err != nil {
		return nil, err
	}
	if s := c.seat(r); s != nil {
		return s, nil
	}
	return nil, p.notMember(name, in)
}

func (p *player) notMember(name, in string) error {
	r := p.room(in)
	if r == nil && len(p.rooms) == 1 {
		r = p.rooms[0]
	}
	var members []string
	for _, c := range p.clients {
		if r == nil && len(c.seats) > 0 || r != nil && c.seat(r) != nil {
			members = append(members, c.name)
		}
	}
	where := "of any group"
	if r != nil {
		where = "of " + r.name
	}
	if len(members) == 0 {
		return p.impossible("%s is not a member %s", name, where)
	}
	return p.impossible("%s is not a member %s%s", name, where, nearestOf(name, members))
}

// newState names the state that a Commit makes: room/3, and room/3b if there is one
// of that epoch already.
func (p *player) newState(r *room, epoch uint64) string {
	id := fmt.Sprintf("%s/%d", r.name, epoch)
	p.states[id]++
	switch n := p.states[id]; {
	case n == 1:
		return id
	case n <= 26:
		return id + string(rune('a'+n-1))
	default:
		return fmt.Sprintf("%s_%d", id, n)
	}
}

// step records what somebody did in a seat.
func (p *player) step(s *seat, e model.Event) {
	e.Actor, e.Group = s.client.name, s.room.name
	if e.State == "" {
		e.State = s.state
	}
	if e.Epoch == 0 {
		e.Epoch = s.group.Epoch()
	}
	switch e.Kind {
	case model.Create, model.Process, model.Join:
		if e.By == "" {
			p.was[seatIn{e.Actor, e.State}] = true
		}
	}
	p.rec.Step(e)
}

// others are the clients that the delivery service shows a message of s to.
func (p *player) others(s *seat) []*client {
	var to []*client
	for _, c := range p.clients {
		if c != s.client && c.sees(s) {
			to = append(to, c)
		}
	}
	return to
}

// follow puts a client into a branch: its seat, or the Welcome that waits for it.
func (c *client) follow(r *room, b *branch) {
	if s := c.seat(r); s != nil {
		s.branch = b
	}
	for _, l := range c.inbox {
		if l.kind == "welcome" && l.room == r {
			l.branch = b
		}
	}
}

// sees says whether the delivery service shows a client what is sent from a seat: as
// a member, or once it has read its Welcome.
func (c *client) sees(s *seat) bool {
	if own := c.seat(s.room); own != nil && own.branch == s.branch {
		return true
	}
	return slices.ContainsFunc(c.inbox, func(l *letter) bool { return l.kind == "welcome" && l.room == s.room && l.branch == s.branch })
}

// agree compares what must be equal for all who are in one state (RFC 9420 §8.7),
// and, if nothing came in between, that all who are online are in the newest.
func (p *player) agree(b *branch) error {
	first := map[string]*seat{}
	for _, c := range p.clients {
		for _, s := range c.seats {
			if s.branch != b || c.offline {
				continue
			}
			if !p.disturbed && s.state != b.head {
				return fmt.Errorf("%s is online and in %s, the newest is %s", c.name, s.state, b.head)
			}
			other := first[s.state]
			if other == nil {
				first[s.state] = s
				continue
			}
			if err := sameState(s, other); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameState(a, b *seat) error {
	if !bytes.Equal(a.group.EpochAuthenticator(), b.group.EpochAuthenticator()) {
		return fmt.Errorf("%w: %s and %s on the epoch authenticator of %s", ErrDisagree, a.client.name, b.client.name, a.state)
	}
	x, y := a.group.Context(), b.group.Context()
	one, err := wire.Marshal(&x)
	if err != nil {
		return err
	}
	two, err := wire.Marshal(&y)
	if err != nil {
		return err
	}
	if !bytes.Equal(one, two) {
		return fmt.Errorf("%w: %s and %s on the GroupContext of %s", ErrDisagree, a.client.name, b.client.name, a.state)
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

func leafOf(t treesync.Tree, name string) (tree.LeafIndex, bool) {
	for i, leaf := range t.All() {
		if string(leaf.Credential.Identity) == name {
			return i, true
		}
	}
	return 0, false
}
