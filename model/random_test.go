package model

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"
)

// Above five members a node can have unmerged leaves and be sent a path secret.
var cast = []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace"}

// roller draws histories that can happen: what its dice propose and the world
// refuses is left out. The dice are seeded; what rapid shrinks is the length.
type roller struct {
	*rand.Rand
	w      *world
	events []Event
	last   int // number of names made
	groups []string
}

// randomRun draws a history of everything: several groups with members in
// common, forks and lost Commits, PSKs, external Commits, weak randomness,
// retained states, and the attacker's own steps.
func randomRun(t *rapid.T) []Event {
	r := newRoller(rapid.Uint64().Draw(t, "seed"))
	for range 2 * uniform(t, "steps", 64) {
		r.step()
	}
	return r.events
}

// newRoller is at the beginning of a group of several.
func newRoller(seed uint64) *roller {
	r := &roller{Rand: rand.New(rand.NewPCG(seed, 0)), w: newWorld()}
	for _, who := range cast {
		r.keyPackage(who)
	}
	r.create()
	r.commit()
	r.sync()
	return r
}

// uniform draws from 0 to n-1, n at most 64. rapid's own integers prefer small
// values, so that most histories would be short.
func uniform(t *rapid.T, label string, n int) int {
	at := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 6, 6).Draw(t, label) {
		at *= 2
		if bit {
			at++
		}
	}
	return at * n / 64
}

// emit adds an event, if it can happen.
func (r *roller) emit(e Event) bool {
	if r.w.play(len(r.events), e) != nil {
		return false
	}
	r.events = append(r.events, e)
	return true
}

func (r *roller) name(prefix string) string {
	r.last++
	return fmt.Sprint(prefix, r.last)
}

func (r *roller) who() string       { return cast[r.IntN(len(cast))] }
func (r *roller) oneIn(n int) bool  { return r.IntN(n) == 0 }
func (r *roller) somebody() *client { return r.w.client(r.who()) }
func (r *roller) group() string     { return r.groups[r.IntN(len(r.groups))] }
func (r *roller) anyState() *state  { return r.w.history.states[r.IntN(len(r.w.history.states))] }
func (r *roller) lateState() *state { return r.back(r.IntN(3)) }
func (r *roller) back(n int) *state {
	all := r.w.history.states
	return all[max(0, len(all)-1-n)]
}

// seatOf is a client that has a state in some group.
func (r *roller) seatOf() (string, *seat) {
	for range 20 {
		c := r.somebody()
		if at := c.seats[r.group()]; at != nil && at.state != nil {
			return c.name, at
		}
	}
	return "", nil
}

func (r *roller) step() {
	weights := []struct {
		n  int
		do func()
	}{
		{1, r.create}, {4, func() { r.keyPackage(r.who()) }}, {1, r.deal}, {6, r.propose}, {14, r.commit}, {3, r.external},
		{1, r.attack}, {9, r.process}, {9, r.sync}, {3, r.join}, {1, r.discard}, {1, r.leave}, {8, r.send}, {8, r.receive},
		{2, r.export}, {2, r.retention}, {3, r.compromise}, {1, r.randomness}, {1, r.handle},
		{1, func() { r.emit(Event{Kind: Identity, Actor: r.who(), What: NewKey}) }},
	}
	total := 0
	for _, w := range weights {
		total += w.n
	}
	at := r.IntN(total)
	for _, w := range weights {
		if at -= w.n; at < 0 {
			w.do()
			return
		}
	}
}

func (r *roller) create() {
	if len(r.groups) == 3 {
		return
	}
	group := []string{"room", "hall", "attic"}[len(r.groups)]
	r.groups = append(r.groups, group)
	r.emit(Event{Kind: Create, Actor: r.who(), Group: group, State: group + "/0"})
}

func (r *roller) keyPackage(who string) {
	e := Event{Kind: KeyPackage, Actor: who, Package: r.name("kp")}
	if r.oneIn(6) {
		e.What = LastResort
	}
	if r.oneIn(40) {
		e.By = Attacker
	}
	r.emit(e)
}

func (r *roller) deal() {
	r.emit(Event{Kind: Deal, PSK: r.name("psk"), Names: r.some(cast, 2)})
}

func (r *roller) some(names []string, n int) []string {
	return slices.DeleteFunc(slices.Clone(names), func(string) bool { return !r.oneIn(n) })
}

func (r *roller) propose() {
	who, at := r.seatOf()
	if at == nil {
		return
	}
	e := Event{Kind: Propose, Actor: who, Proposes: "update", Proposal: r.name("up"), Encrypted: r.oneIn(2)}
	if r.oneIn(15) {
		e.By, e.Generation = Attacker, r.IntN(3)
	}
	r.emit(inState(e, at.state))
}

func inState(e Event, s *state) Event {
	e.Group, e.Epoch, e.State = s.group, s.epoch, s.id
	return e
}

func (r *roller) commit() {
	for who, at := r.seatOf(); at != nil; who, at = r.seatOf() {
		if len(at.waiting) == 0 || r.oneIn(3) {
			r.emit(r.commitBy(r.w.client(who), at.state))
			return
		}
	}
}

// commitBy is a Commit with any proposals.
func (r *roller) commitBy(c *client, from *state) Event {
	e := Event{Kind: Commit, Actor: c.name, From: from.id, Group: from.group, Epoch: from.epoch + 1,
		Path: !r.oneIn(3), Encrypted: r.oneIn(2)}
	e.State = r.stateID(e)
	members := slices.DeleteFunc(from.tree.members(), func(n string) bool { return n == c.name })
	if r.oneIn(3) {
		e.Removes = r.some(members, 3)
	}
	for _, p := range r.packs() {
		leaf := from.tree.leafOf(p.owner)
		free := leaf < 0 || slices.Contains(e.Removes, p.owner)
		twice := slices.ContainsFunc(e.Adds, func(a Add) bool { return a.Name == p.owner })
		if free && !twice && p.owner != c.name && r.oneIn(2) && (p.lastResort || !joinedBefore(from, p)) {
			e.Adds = append(e.Adds, Add{p.owner, p.id})
		}
	}
	for _, id := range r.proposals(from) {
		p := r.w.proposals[id]
		twice := slices.ContainsFunc(e.Updates, func(u Update) bool { return u.Name == p.owner })
		if !twice && p.owner != c.name && !slices.Contains(e.Removes, p.owner) && r.oneIn(2) {
			e.Updates = append(e.Updates, Update{p.owner, id})
		}
	}
	e.PSKs = r.psks(c)
	return e
}

func (r *roller) stateID(e Event) string {
	id := fmt.Sprintf("%s/%d", e.Group, e.Epoch)
	for n := 'b'; r.w.states[id] != nil; n++ {
		id = fmt.Sprintf("%s/%d%c", e.Group, e.Epoch, n)
	}
	return id
}

// packs are all packages, shuffled.
func (r *roller) packs() []*keyPackage {
	all := slices.Clone(r.w.history.packages)
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func (r *roller) proposals(s *state) []string {
	var ids []string
	for id, p := range r.w.proposals {
		if p.state == s {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids
}

// psks are PSKs that the client holds, in one Commit of four.
func (r *roller) psks(c *client) (refs []PSKRef) {
	if !r.oneIn(4) {
		return nil
	}
	for _, p := range r.w.history.psks {
		if slices.Contains(c.psks, p) && r.oneIn(2) {
			refs = append(refs, PSKRef{External: p.id})
		}
	}
	for _, s := range r.w.history.states {
		if c.holdsResumption(s) && r.oneIn(3) {
			refs = append(refs, PSKRef{State: s.id})
		}
	}
	return refs
}

func (r *roller) external() {
	c, from := r.somebody(), r.lateState()
	e := Event{Kind: Commit, Actor: c.name, From: from.id, Group: from.group, Epoch: from.epoch + 1, Path: true, External: true}
	e.State = r.stateID(e)
	if from.tree.leafOf(c.name) >= 0 {
		e.Removes = []string{c.name}
	}
	e.PSKs = r.psks(c)
	if r.oneIn(6) {
		e.By = Attacker
	}
	r.emit(e)
}

// attack is a message or a Commit that the attacker makes as a member.
func (r *roller) attack() {
	s := r.anyState()
	members := s.tree.members()
	who := members[r.IntN(len(members))]
	e := inState(Event{Kind: Send, Actor: who, Message: r.last + 1}, s)
	if r.oneIn(2) {
		e = r.commitBy(r.w.client(who), s)
	} else {
		r.last++
	}
	e.By, e.Generation = Attacker, r.IntN(3)
	r.emit(e)
}

// process moves one client one step, to any state that it can get to.
func (r *roller) process() { r.follow(r.who(), r.group()) }

func (r *roller) follow(who, group string) bool {
	at := r.w.client(who).seats[group]
	if at == nil {
		return false
	}
	var next []*state
	for _, s := range r.w.history.states {
		waits := slices.ContainsFunc(at.waiting, func(h held) bool { return h.state == s })
		if waits || s.from != nil && s.from == at.state {
			next = append(next, s)
		}
	}
	r.Shuffle(len(next), func(i, j int) { next[i], next[j] = next[j], next[i] })
	if !r.oneIn(4) { // mostly the oldest wins
		slices.SortFunc(next, func(a, b *state) int { return a.event - b.event })
	}
	for _, s := range next {
		if r.emit(inState(Event{Kind: Process, Actor: who}, s)) {
			return true
		}
	}
	return false
}

// sync lets nearly everybody catch up.
func (r *roller) sync() {
	for _, who := range cast {
		for _, group := range r.groups {
			if r.oneIn(5) {
				continue
			}
			for _, s := range r.w.history.states {
				if s.group == group && r.w.client(who).seats[group] == nil {
					r.emit(inState(Event{Kind: Join, Actor: who}, s))
				}
			}
			for r.follow(who, group) {
			}
		}
	}
}

func (r *roller) join() { r.emit(inState(Event{Kind: Join, Actor: r.who()}, r.lateState())) }

func (r *roller) discard() {
	if who, at := r.seatOf(); at != nil && len(at.waiting) > 0 {
		r.emit(inState(Event{Kind: Discard, Actor: who}, at.waiting[0].state))
	}
}

func (r *roller) leave() {
	if who, at := r.seatOf(); at != nil {
		r.emit(Event{Kind: Leave, Actor: who, Group: at.state.group})
	}
}

func (r *roller) send() {
	if who, at := r.seatOf(); at != nil {
		r.last++
		r.emit(inState(Event{Kind: Send, Actor: who, Message: r.last}, at.state))
	}
}

func (r *roller) receive() {
	if n := len(r.w.history.messages); n > 0 {
		m := r.w.history.messages[max(0, n-1-r.IntN(6))]
		for range 1 + r.IntN(3) {
			r.emit(inState(Event{Kind: Receive, Actor: r.who(), Message: m.number}, m.state))
		}
	}
}

func (r *roller) handle() {
	who, at := r.seatOf()
	if at == nil {
		return
	}
	for _, id := range r.proposals(at.state) {
		r.emit(inState(Event{Kind: Handle, Actor: who, Proposal: id}, at.state))
	}
	r.emit(inState(Event{Kind: Handle, Actor: who}, r.lateState()))
}

func (r *roller) export() {
	if who, at := r.seatOf(); at != nil {
		r.emit(inState(Event{Kind: Export, Actor: who, What: []string{"call", "backup"}[r.IntN(2)]}, at.state))
	}
}

func (r *roller) retention() {
	r.emit(Event{Kind: Retention, Actor: r.who(), Message: r.IntN(3), Epoch: uint64(r.IntN(4))})
}

func (r *roller) compromise() {
	what := []string{"", "", "", "", SignatureKey, KeyPackages}[r.IntN(6)]
	r.emit(Event{Kind: Compromise, Actor: r.who(), What: what})
}

func (r *roller) randomness() {
	c := r.somebody()
	e := Event{Kind: Randomness, Actor: c.name, What: Known}
	if c.weak {
		e.What = Good
	}
	r.emit(e)
}
