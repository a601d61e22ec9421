package model

import (
	"errors"
	"fmt"
	"slices"
)

// world is who holds what at one moment, under RFC 9420's rules of deletion
// (§9.2, §14): the live states that a theft takes. An event that is refused
// changes nothing.
type world struct {
	history   *history
	clients   map[string]*client
	states    map[string]*state
	packages  map[string]*keyPackage
	proposals map[string]*proposal
	psks      map[string]*externalPSK
	messages  map[int]*message
}

// client is a device, with all that it keeps beside its seats' states.
type client struct {
	name      string
	seats     map[string]*seat // by group
	packages  []*keyPackage    // not yet used to join, or of last resort
	psks      []*externalPSK
	signs     sigKey // 0: none yet
	weak      bool   // the attacker knows its randomness
	keepOld   int    // past states whose ratchets it retains, in each group
	keepPSKs  int    // past states whose resumption_psk it retains
	announced bool   // had an identity event
}

// seat is what a member keeps of a group. Being in a state it holds that state's
// init_secret, the other keys below epoch_secret, the message ratchets, and the
// private keys of its leaf and of the ancestors that it was given; not
// epoch_secret, joiner_secret, commit_secret.
type seat struct {
	state     *state // nil: only waiting, from outside
	view      *ratchets
	proposals []*proposal // its Updates of this state
	waiting   []held      // for its own Commits to be delivered (§14)
	past      []held      // ratchets retained, newest first
	pastPSKs  []*state    // resumption_psks retained, newest first
}

// held is a state with a view of its ratchets.
type held struct {
	state *state
	view  *ratchets
}

func newWorld() *world {
	return &world{
		history:   &history{keys: make([]*keyRecord, 1), sigs: make([]*sigRecord, 1)}, // 0 is none
		clients:   map[string]*client{},
		states:    map[string]*state{},
		packages:  map[string]*keyPackage{},
		proposals: map[string]*proposal{},
		psks:      map[string]*externalPSK{},
		messages:  map[int]*message{},
	}
}

func (w *world) client(name string) *client {
	c := w.clients[name]
	if c == nil {
		c = &client{name: name, seats: map[string]*seat{}}
		w.clients[name] = c
	}
	return c
}

// draws is the origin of what the actor of an event draws in it.
func (w *world) draws(i int, e Event) origin {
	switch {
	case e.By == Attacker:
		return origin{e.Actor, i, byAttacker}
	case w.client(e.Actor).weak:
		return origin{e.Actor, i, weakly}
	default:
		return origin{e.Actor, i, inSecret}
	}
}

func (w *world) fresh(o origin) key {
	w.history.keys = append(w.history.keys, &keyRecord{origin: o})
	return key(len(w.history.keys) - 1)
}

// signs is the client's signature key of now, made if there was no event for it.
func (w *world) signs(name string) sigKey {
	c := w.client(name)
	if c.signs == 0 {
		c.signs = w.freshSig(origin{who: name})
	}
	return c.signs
}

func (w *world) freshSig(o origin) sigKey {
	w.history.sigs = append(w.history.sigs, &sigRecord{origin: o})
	return sigKey(len(w.history.sigs) - 1)
}

// attackerMakes are the kinds that have a sense with By Attacker.
var attackerMakes = []EventKind{Create, KeyPackage, Propose, Commit, Send}

func (w *world) play(i int, e Event) error {
	if e.Actor == "" && e.Kind != Deal {
		return errors.New("no actor")
	}
	if e.By != "" && (e.By != Attacker || !slices.Contains(attackerMakes, e.Kind)) {
		return fmt.Errorf("a %s cannot be by %q: the attacker has no seat to do it from", e.Kind, e.By)
	}
	step := steps[e.Kind]
	if step == nil {
		return fmt.Errorf("no event of kind %q", e.Kind)
	}
	return step(w, i, e)
}

// steps plays each kind of event.
var steps = map[EventKind]func(*world, int, Event) error{
	Create: (*world).create, KeyPackage: (*world).keyPackage, Deal: (*world).deal, Identity: (*world).identity,
	Propose: (*world).propose, Commit: (*world).commit, Process: (*world).process, Discard: (*world).discard,
	Join: (*world).join, Leave: (*world).leave, Send: (*world).send, Receive: (*world).receive, Handle: (*world).handle,
	Retention: (*world).retention, Export: (*world).export, Compromise: (*world).compromise, Randomness: (*world).randomness,
}

func (w *world) create(i int, e Event) error {
	if slices.Contains(w.history.groups, e.Group) {
		return fmt.Errorf("group %q is there already", e.Group)
	}
	if e.Epoch != 0 {
		return fmt.Errorf("a group starts at epoch 0, not %d", e.Epoch)
	}
	if err := w.newState(e.State); err != nil {
		return err
	}
	o := w.draws(i, e)
	leaf := w.fresh(o)
	s := &state{id: e.State, group: e.Group, event: i, tree: newDumbTree(), committer: e.Actor, coins: o,
		newLeaves: []newLeaf{{e.Actor, leaf}}}
	s.tree.add(e.Actor, leaf, w.signs(e.Actor))
	w.history.groups = append(w.history.groups, e.Group)
	w.addState(s)
	if e.By != Attacker {
		w.client(e.Actor).seats[e.Group] = &seat{state: s, view: newRatchets()}
	}
	return nil
}

func (w *world) newState(id string) error {
	if id == "" || w.states[id] != nil {
		return fmt.Errorf("state %q is not a new one", id)
	}
	return nil
}

func (w *world) addState(s *state) {
	w.states[s.id] = s
	w.history.states = append(w.history.states, s)
}

func (w *world) keyPackage(i int, e Event) error {
	if e.Package == "" || w.packages[e.Package] != nil {
		return fmt.Errorf("package %q is not a new one", e.Package)
	}
	if e.What != "" && e.What != LastResort {
		return fmt.Errorf("no key package of kind %q", e.What)
	}
	o := w.draws(i, e)
	p := &keyPackage{id: e.Package, owner: e.Actor, init: w.fresh(o), leaf: w.fresh(o),
		verify: w.signs(e.Actor), lastResort: e.What == LastResort, origin: o}
	w.history.keys[p.init].pack, w.history.keys[p.leaf].pack = true, true
	w.packages[p.id] = p
	w.history.packages = append(w.history.packages, p)
	if e.By != Attacker {
		c := w.client(e.Actor)
		c.packages = append(c.packages, p)
	}
	return nil
}

func (w *world) deal(i int, e Event) error {
	if e.PSK == "" || w.psks[e.PSK] != nil {
		return fmt.Errorf("PSK %q is not a new one", e.PSK)
	}
	p := &externalPSK{id: e.PSK, event: i, holders: e.Names}
	w.psks[p.id] = p
	w.history.psks = append(w.history.psks, p)
	for _, name := range e.Names {
		c := w.client(name)
		c.psks = append(c.psks, p)
	}
	return nil
}

func (w *world) identity(i int, e Event) error {
	c := w.client(e.Actor)
	switch {
	case e.What == "" && c.announced:
		return fmt.Errorf("%s has a signature key already", e.Actor)
	case e.What == "" && c.signs != 0:
		return fmt.Errorf("%s has used its signature key already", e.Actor)
	case e.What != "" && e.What != NewKey:
		return fmt.Errorf("no identity of kind %q", e.What)
	}
	c.announced = true
	c.signs = w.freshSig(w.draws(i, e))
	return nil
}

func (w *world) randomness(_ int, e Event) error {
	if e.What != Known && e.What != Good {
		return fmt.Errorf("randomness is %q or %q, not %q", Known, Good, e.What)
	}
	w.client(e.Actor).weak = e.What == Known
	return nil
}

func (w *world) retention(_ int, e Event) error {
	if e.Message < 0 || e.Epoch > 1<<20 {
		return errors.New("cannot retain that many states")
	}
	c := w.client(e.Actor)
	c.keepOld, c.keepPSKs = e.Message, int(e.Epoch)
	for _, s := range c.seats {
		c.trim(s)
	}
	return nil
}

func (c *client) trim(s *seat) {
	s.past = s.past[:min(len(s.past), c.keepOld)]
	s.pastPSKs = s.pastPSKs[:min(len(s.pastPSKs), c.keepPSKs)]
}
