package model

import "slices"

// script writes histories of one group for the tests. It keeps track of epochs
// and messages so that a test reads as a story.
type script struct {
	group   string
	events  []Event
	epoch   uint64            // the newest
	at      map[string]uint64 // epoch of each member that has a state
	roster  []string          // members of the newest epoch
	gone    map[string]uint64 // epoch in which a member is removed
	waiting map[string]uint64 // Welcomes not yet used
	last    int               // newest message
}

func newScript(group, creator string) *script {
	s := &script{group: group, at: map[string]uint64{creator: 0}, roster: []string{creator},
		gone: map[string]uint64{}, waiting: map[string]uint64{}}
	s.emit(Event{Kind: Create, Actor: creator})
	return s
}

// room is a group in epoch 1: the first member added all the others, and they joined.
func room(members ...string) *script {
	s := newScript("room", members[0])
	for _, m := range members[1:] {
		s.keyPackage(m)
	}
	s.commit(members[0], Event{Adds: members[1:], Path: true}).sync()
	return s
}

func (s *script) emit(e Event) *script {
	e.Group = s.group
	s.events = append(s.events, e)
	return s
}

// in makes the events to come those of another group.
func (s *script) in(group string) *script {
	s.group = group
	return s
}

func (s *script) keyPackage(who string) *script {
	return s.emit(Event{Kind: KeyPackage, Actor: who})
}

func (s *script) steal(who string) *script {
	return s.emit(Event{Kind: Compromise, Actor: who})
}

func (s *script) propose(who string) *script {
	return s.emit(Event{Kind: Propose, Actor: who, Epoch: s.at[who], Proposes: "update"})
}

// commit makes the next epoch; who and everybody else has yet to process it.
func (s *script) commit(who string, c Event) *script {
	s.epoch++
	c.Kind, c.Actor, c.Epoch = Commit, who, s.epoch
	for _, name := range c.Removes {
		s.roster = slices.DeleteFunc(s.roster, func(m string) bool { return m == name })
		if _, has := s.at[name]; has && s.gone[name] == 0 {
			s.gone[name] = s.epoch
		}
		delete(s.waiting, name)
	}
	for _, name := range c.Adds {
		s.roster = append(s.roster, name)
		s.waiting[name] = s.epoch
	}
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
		s.emit(Event{Kind: Process, Actor: who, Epoch: at + 1})
	case !has && s.waiting[who] != 0:
		s.at[who] = s.waiting[who]
		delete(s.waiting, who)
		s.emit(Event{Kind: Join, Actor: who, Epoch: s.at[who]})
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

func (s *script) send(who string) *script {
	s.last++
	return s.emit(Event{Kind: Send, Actor: who, Epoch: s.at[who], Message: s.last})
}

func (s *script) receive(who string) *script {
	return s.emit(Event{Kind: Receive, Actor: who, Epoch: s.at[who], Message: s.last})
}
