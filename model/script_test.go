package model

import (
	"fmt"
	"slices"
)

// script writes histories of one group for the tests. It keeps track of epochs,
// packages, proposals and messages so that a test reads as a story. What is not
// on the main line (forks, several groups) is written with emit.
type script struct {
	group    string
	events   []Event
	epoch    uint64            // the newest
	at       map[string]uint64 // epoch of each member that has a state
	roster   []string          // members of the newest epoch
	gone     map[string]uint64 // epoch in which a member is removed
	waiting  map[string]uint64 // Welcomes not yet used
	packages map[string]string // the newest of each client
	proposed map[string]string // the newest Update of each member
	last     int               // newest message
	made     int               // packages and proposals
	message  Event             // the newest
}

func newScript(group, creator string) *script {
	s := &script{group: group, at: map[string]uint64{creator: 0}, roster: []string{creator},
		gone: map[string]uint64{}, waiting: map[string]uint64{}, packages: map[string]string{}, proposed: map[string]string{}}
	return s.emit(Event{Kind: Create, Actor: creator, State: s.id(0)})
}

// room is a group in epoch 1: the first member added all the others, and they joined.
func room(members ...string) *script {
	s := newScript("room", members[0])
	for _, m := range members[1:] {
		s.keyPackage(m)
	}
	s.commit(members[0], Event{Adds: adds(members[1:]...), Path: true}).sync()
	return s
}

// adds and updates leave it to the script which package and which proposal: the
// newest.
func adds(names ...string) (all []Add) {
	for _, n := range names {
		all = append(all, Add{Name: n})
	}
	return all
}

func updates(names ...string) (all []Update) {
	for _, n := range names {
		all = append(all, Update{Name: n})
	}
	return all
}

func (s *script) id(epoch uint64) string { return fmt.Sprintf("%s/%d", s.group, epoch) }

// emit adds any event; of the group in which the script is, if it says no other.
func (s *script) emit(e Event) *script {
	if e.Group == "" {
		e.Group = s.group
	}
	s.events = append(s.events, e)
	return s
}

// in makes the events to come those of another group.
func (s *script) in(group string) *script {
	s.group = group
	return s
}

func (s *script) keyPackage(who string) *script {
	s.made++
	s.packages[who] = fmt.Sprint("kp", s.group, s.made)
	return s.emit(Event{Kind: KeyPackage, Actor: who, Package: s.packages[who]})
}

func (s *script) steal(who string) *script {
	return s.emit(Event{Kind: Compromise, Actor: who})
}

func (s *script) stealOnly(who, what string) *script {
	return s.emit(Event{Kind: Compromise, Actor: who, What: what})
}

func (s *script) weak(who string) *script {
	return s.emit(Event{Kind: Randomness, Actor: who, What: Known})
}

func (s *script) strong(who string) *script {
	return s.emit(Event{Kind: Randomness, Actor: who, What: Good})
}

func (s *script) deal(psk string, names ...string) *script {
	return s.emit(Event{Kind: Deal, PSK: psk, Names: names})
}

func (s *script) retain(who string, ratchets int, psks uint64) *script {
	return s.emit(Event{Kind: Retention, Actor: who, Message: ratchets, Epoch: psks})
}

func (s *script) propose(who string) *script {
	s.made++
	s.proposed[who] = fmt.Sprint("up", s.group, s.made)
	return s.emit(Event{Kind: Propose, Actor: who, Epoch: s.at[who], State: s.id(s.at[who]), Proposes: "update", Proposal: s.proposed[who]})
}

// commit makes the next epoch; who and everybody else has yet to process it.
func (s *script) commit(who string, c Event) *script {
	c.From = s.id(s.epoch)
	s.epoch++
	c.Kind, c.Actor, c.Epoch, c.State = Commit, who, s.epoch, s.id(s.epoch)
	for _, name := range c.Removes {
		s.roster = slices.DeleteFunc(s.roster, func(m string) bool { return m == name })
		if _, has := s.at[name]; has && s.gone[name] == 0 && !c.External {
			s.gone[name] = s.epoch
		}
		delete(s.waiting, name)
	}
	for i, a := range c.Adds {
		s.roster = append(s.roster, a.Name)
		s.waiting[a.Name] = s.epoch
		if a.Package == "" {
			c.Adds[i].Package = s.packages[a.Name]
		}
	}
	for i, u := range c.Updates {
		c.Updates[i].Proposal = s.proposed[u.Name]
	}
	if c.External {
		s.roster = append(s.roster, who)
		s.at[who] = s.epoch - 1
	}
	return s.emit(c)
}

// lost is a Commit to the next epoch that loses its race: nobody processes it,
// and its maker drops it.
func (s *script) lost(who string, c Event) *script {
	c.Kind, c.Actor, c.Epoch, c.From, c.State = Commit, who, s.epoch+1, s.id(s.epoch), s.id(s.epoch+1)+"b"
	return s.emit(c)
}

// step lets one member take its next step: join, process or leave.
func (s *script) step(who string) bool {
	at, has := s.at[who]
	switch {
	case has && s.gone[who] == at+1:
		delete(s.at, who)
		delete(s.gone, who)
		s.emit(Event{Kind: Leave, Actor: who, Epoch: at})
	case has && at < s.epoch:
		s.at[who]++
		s.emit(Event{Kind: Process, Actor: who, Epoch: at + 1, From: s.id(at), State: s.id(at + 1)})
	case !has && s.waiting[who] != 0:
		s.at[who] = s.waiting[who]
		delete(s.waiting, who)
		s.emit(Event{Kind: Join, Actor: who, Epoch: s.at[who], State: s.id(s.at[who])})
	default:
		return false
	}
	return true
}

// sync brings everybody up to date, except those who are offline.
func (s *script) sync(offline ...string) *script {
	everybody := slices.Clone(s.roster)
	for name := range s.gone {
		everybody = append(everybody, name)
	}
	slices.Sort(everybody)
	for _, m := range everybody {
		for !slices.Contains(offline, m) && s.step(m) {
		}
	}
	return s
}

// path is a plain Commit with a path, processed by all who are online.
func (s *script) path(who string, offline ...string) *script {
	return s.commit(who, Event{Path: true}).sync(offline...)
}

// outside is an external Commit, processed by all who are online.
func (s *script) outside(who string, c Event) *script {
	c.External, c.Path = true, true
	return s.commit(who, c).sync()
}

func (s *script) send(who string) *script {
	s.last++
	s.message = Event{Kind: Send, Actor: who, Epoch: s.at[who], State: s.id(s.at[who]), Message: s.last}
	return s.emit(s.message)
}

func (s *script) receive(who string) *script {
	e := s.message
	e.Kind, e.Actor, e.By = Receive, who, ""
	return s.emit(e)
}
