package model

import (
	"fmt"
	"math"
)

// history is what the events say, told as a graph of states: the input of the
// predicate, of the theorem and of what is said about authentication. Keys are
// numbered; there are no terms here.
type history struct {
	groups   []string // in order of creation, like all that follow
	states   []*state
	packages []*keyPackage
	psks     []*externalPSK
	messages []*message
	keys     []*keyRecord // by number
	sigs     []*sigRecord // by number
}

// state is one epoch of a group, as one Commit made it.
type state struct {
	id, group string
	epoch     uint64
	event     int    // that made it
	from      *state // nil: created
	tree      *dumbTree
	committer string
	coins     origin // all that the committer drew

	hasPath, encrypted, external bool

	path      []pathNode
	joiners   []*joiner
	psks      []pskRef
	updates   map[string]*proposal // applied, by member
	newLeaves []newLeaf
	exports   []export
	handshake ratchetKey // in from: the key of the Commit, if it was encrypted
	first     *use       // who first processed the Commit, the committer apart
	// Thefts of live states in it or waiting for it; of its ratchets, and of its
	// resumption_psk, retained in later states.
	thefts, ratchetThefts, resumptionThefts []theft
}

// name is how sentences call a state; its ID is added where the epoch is not enough.
func (s *state) name() string {
	plain := fmt.Sprintf("%s epoch %d", s.group, s.epoch)
	if s.id == fmt.Sprintf("%s/%d", s.group, s.epoch) {
		return plain
	}
	return fmt.Sprintf("%s (%s)", plain, s.id)
}

// commit names the Commit that made a state.
func (s *state) commit() string {
	if s.coins.drawn == byAttacker {
		return fmt.Sprintf("the Commit of the attacker, as %s, to %s", s.committer, s.name())
	}
	return fmt.Sprintf("the Commit of %s to %s", s.committer, s.name())
}

// origin is who drew something at random, when, and whether the attacker looked on.
type origin struct {
	who   string
	event int
	drawn drawing
}

type drawing int

const (
	inSecret drawing = iota
	weakly           // the attacker knew who's randomness
	byAttacker
)

// joiner is a member that a Commit adds: its Welcome is encrypted to its init key.
type joiner struct {
	name      string
	pack      *keyPackage
	pathIndex int // which path secret the Welcome holds; -1 for none
	joined    bool
}

type newLeaf struct {
	owner string
	key   key
}

type export struct {
	label string
	event int
}

// use is who first received something, and when.
type use struct {
	who   string
	event int
}

// keyPackage is an init key and a leaf key.
type keyPackage struct {
	id, owner  string
	init, leaf key
	verify     sigKey
	lastResort bool
	origin     origin
}

type proposal struct {
	id, owner string
	state     *state
	key       key
	verify    sigKey
	encrypted bool
	handshake ratchetKey
}

type externalPSK struct {
	id      string
	event   int
	holders []string
	stolen  *loot
}

// pskRef is an external PSK or the resumption_psk of a state.
type pskRef struct {
	external *externalPSK
	state    *state
}

func (r pskRef) String() string {
	if r.external != nil {
		return "the external PSK " + r.external.id
	}
	return "the resumption_psk of " + r.state.name()
}

// keyRecord is how a private HPKE key came about, and its first theft.
type keyRecord struct {
	origin origin
	pack   bool   // drawn for a key package
	path   *state // derived from path secret index of this state's Commit
	index  int
	stolen *loot
}

type sigRecord struct {
	origin origin
	stolen *loot
}

// loot is the first theft of something.
type loot struct {
	event      int
	how        string // "stolen from bob in room epoch 1"
	keyPackage bool   // out of a key package that had not joined yet
}

// theft is the theft of what one member held of a state.
type theft struct {
	who     string
	event   int
	pending bool // it had made the Commit and waited
	view    *ratchets
}

// message is one application message.
type message struct {
	number int
	state  *state
	sender string
	key    ratchetKey
	origin origin
	first  *use
}

// ratchetKey is one key of a sender's ratchets in a state.
type ratchetKey struct {
	sender     string
	handshake  bool
	generation int
}

// ratchets is one member's view of a state's message ratchets: which keys it has
// used up, and at which event.
type ratchets struct {
	used      map[ratchetKey]int
	firstUsed int    // from here on the secret tree has no encryption_secret (RFC 9420 §9.2)
	sent      [2]int // next generation of its own: application, handshake
}

// never is later than any event.
const never = math.MaxInt

func newRatchets() *ratchets {
	return &ratchets{firstUsed: never}
}

func (r *ratchets) use(i int, k ratchetKey) {
	if r.used == nil {
		r.used = map[ratchetKey]int{}
	}
	r.used[k] = i
	r.firstUsed = min(r.firstUsed, i)
}

// held: the view had k's key at an event.
func (r *ratchets) held(k ratchetKey, event int) bool {
	at, used := r.used[k]
	return !used || event < at
}

// readHistory plays the events, one after the other.
func readHistory(events []Event) (*history, error) {
	w := newWorld()
	for i, e := range events {
		if err := w.play(i, e); err != nil {
			return nil, fmt.Errorf("model: event %d (%s by %s): %w", i, e.Kind, e.Actor, err)
		}
	}
	return w.history, nil
}
