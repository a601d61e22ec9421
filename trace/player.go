package trace

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/model"
)

// Options say how to play a scenario.
type Options struct {
	Seed      *uint64        // in place of the scenario's
	Snapshots bool           // record the tree and its key holders after each epoch
	Audit     bool           // after each step, look for values that should have been erased
	Progress  func(line int) // called before each statement
	Watch     *Watch         // looks on
}

// Play runs a scenario through the real implementation and records it. The same
// scenario and seed give the same trace, byte for byte. A step that is not possible
// where it stands is an *InputError. As long as nobody forks, attacks or delivers a
// message out of place, every message must be accepted: a rejection is an error.
func Play(sc *Scenario, opt Options) (*Trace, error) {
	s, err := Start(sc, opt)
	if err != nil {
		return nil, err
	}
	for i := range sc.Statements {
		if opt.Progress != nil {
			opt.Progress(sc.Statements[i].Line)
		}
		if err := s.Play(&sc.Statements[i]); err != nil {
			return nil, err
		}
	}
	return s.Finish()
}

// player is a run in progress: the clients, and a delivery service that keeps
// messages in order.
type player struct {
	sc     *Scenario
	opt    Options
	seed   uint64
	suite  suite.Suite // observed by rec
	rng    io.Reader
	rec    *Recorder
	format group.Format

	line     int
	rooms    []*room
	clients  []*client // in order of appearance
	byName   map[string]*client
	states   map[string]int           // how many states there are of a group and epoch
	trees    map[string]treesync.Tree // of each state
	letters  []*letter                // application messages, in order of their numbers
	made     int                      // proposals and packages, for their IDs
	attacks  int
	wires    []*sent // what went over the wire
	altering bool    // what an alteration needs of those who read
	psks     map[string][]byte
	ids      map[string]string // of packages and Updates, by their leaf's key

	// For the audit: who was in which state, who joined by which package, and what was
	// reported.
	was      map[seatIn]bool
	used     map[string]string
	reported map[leftoverKey]bool

	held    map[string][]model.TermID // what walks found, in one call of the Watch
	touched bool                      // somebody has begun to do something since the flag was cleared

	// disturbed: the delivery service or the attacker did something after which an
	// honest member may have to reject a message.
	disturbed bool
}

func newPlayer(sc *Scenario, opt Options) (*player, error) {
	s, err := suite.ByName(sc.Suite)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sc.File, err)
	}
	rec := NewRecorder()
	if opt.Watch != nil {
		rec.seen = opt.Watch.Call
	}
	p := &player{
		sc: sc, opt: opt, seed: sc.Seed, rec: rec, suite: s.Memoised().Observed(rec), format: group.Private,
		byName: map[string]*client{}, states: map[string]int{}, trees: map[string]treesync.Tree{}, psks: map[string][]byte{}, ids: map[string]string{},
		was: map[seatIn]bool{}, used: map[string]string{}, reported: map[leftoverKey]bool{},
	}
	if opt.Seed != nil {
		p.seed = *opt.Seed
	}
	p.altering = slices.ContainsFunc(sc.Statements, func(st Statement) bool { return st.Verb == VerbAlters })
	p.rng = randomness(p.seed)
	if sc.Public {
		p.format = group.Public
	}
	return p, nil
}

func (p *player) finish() (*Trace, error) {
	events, err := p.rec.Finish()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.sc.File, err)
	}
	return &Trace{
		Header: Header{Format: formatName, Version: Version, Suite: p.sc.Suite, Seed: p.seed, File: p.sc.File, Scenario: p.sc.Text},
		Events: events,
	}, nil
}

// randomness is the one source of a run: ChaCha8 from the seed, so that a run
// can be repeated. Whoever has the trace has the seed: never use it for keys
// that protect anything.
func randomness(seed uint64) io.Reader {
	expanded := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("mlsref scenario seed "), seed))
	return rand.NewChaCha8(expanded)
}

// impossible says that a statement cannot be played where it stands. Nothing has
// been done for it.
func (p *player) impossible(format string, args ...any) error {
	return &InputError{p.sc.File, p.line, fmt.Sprintf(format, args...)}
}

// play does one statement.
func (p *player) play(st *Statement) error {
	p.line = st.Line
	err := p.do(st)
	if err == nil {
		err = p.rec.Err()
	}
	if err == nil && p.opt.Audit {
		p.rec.As("", st.Line)
		err = p.audit()
	}
	var mistake *InputError
	if err == nil || errors.As(err, &mistake) {
		return err
	}
	return fmt.Errorf("%s:%d: %w", p.sc.File, st.Line, err)
}

func (p *player) do(st *Statement) error {
	switch st.Verb {
	case VerbExpect:
		p.rec.As("", st.Line)
		p.rec.Expect(*st.Expect)
		return nil
	case VerbDeal:
		return p.deal(st)
	case VerbDeliver, VerbReplay:
		return p.deliverLate(st)
	case VerbCreates:
		return p.create(st)
	case VerbCompromise:
		return p.compromise(st)
	case VerbOffline, VerbOnline:
		return p.presence(st)
	case VerbRandomness:
		return p.randomness(st)
	case VerbAsks, VerbJoins, VerbRejoins:
		if st.Actor == theAttacker {
			return p.attack(st)
		}
		return p.fromOutside(st)
	case VerbReopens:
		return p.reopen(st)
	case VerbAlters:
		return p.alter(st)
	}
	if st.Actor == theAttacker {
		return p.attack(st)
	}
	return p.asMember(st)
}

// asMember is for what only a member of a group can do.
func (p *player) asMember(st *Statement) error {
	s, err := p.seatOf(st.Actor, st.In)
	if err != nil {
		if outsider, r := p.outsider(st); outsider != nil {
			return p.proposeFromOutside(outsider, r, st)
		}
		return err
	}
	switch st.Verb {
	case VerbUpdates, VerbProposesAdd, VerbProposesRemove, VerbProposesPSK, VerbProposesLabel, VerbProposesReInit:
		return p.propose(s, st)
	case VerbSends:
		return p.send(s, st)
	case VerbExports:
		return p.export(s, st)
	case VerbBranches:
		return p.branch(s, st)
	case VerbPublishes, VerbAbandons:
		return p.resolvePending(s, st)
	}
	return p.commit(s, st)
}

// begin starts a client's step: the recorder attributes what follows to it.
func (p *player) begin(c *client) {
	p.touched = true
	p.rec.As(c.name, p.line)
	p.rec.Weak(c.weak)
}

// client finds a client by name; at its first appearance it makes its identity.
func (p *player) client(name string) (*client, error) {
	if c := p.byName[name]; c != nil {
		return c, nil
	}
	if len(p.clients) == maxPeople {
		return nil, p.impossible("%s is one name too many, expected at most %d", name, maxPeople)
	}
	c := &client{name: name}
	p.begin(c)
	var err error
	if c.client, err = p.identity(c, p.suite, ""); err != nil {
		return nil, err
	}
	p.clients, p.byName[name] = append(p.clients, c), c
	if p.sc.PastEpochs > 0 || p.sc.PastPSKs > 0 {
		p.rec.Step(model.Event{Kind: model.Retention, Actor: name, Message: p.sc.PastEpochs, Epoch: uint64(p.sc.PastPSKs)})
	}
	return c, nil
}

// label is the extension that scenarios put text into; all clients support it.
const label wire.ExtensionType = 0xff01

func (p *player) identity(c *client, s suite.Suite, what string) (group.Client, error) {
	made, err := group.NewClient(s, p.rng, c.name)
	if err != nil {
		return made, fmt.Errorf("making %s's identity: %w", c.name, err)
	}
	psks := c.client.Config.PSKs
	if psks == nil {
		psks = &group.PSKStore{}
	}
	made.Config = group.Config{
		PSKs: psks, PastEpochs: p.sc.PastEpochs, PastResumption: p.sc.PastPSKs,
		Capabilities: wire.Capabilities{Extensions: []wire.ExtensionType{label}},
	}
	p.rec.NameKey(made.Identity.SignaturePub, c.name+"_signature_key")
	p.rec.Step(model.Event{Kind: model.Identity, Actor: c.name, What: what})
	return made, nil
}
