package trace

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/model"
)

// Options say how to play a scenario.
type Options struct {
	Seed      *uint64        // in place of the scenario's
	Snapshots bool           // record the tree and its key holders after each epoch
	Progress  func(line int) // called before each statement
}

// Play runs a scenario through the real implementation and records it. The same
// scenario and seed give the same trace, byte for byte. In an honest run every
// message must be accepted by everybody, so a rejection is an error.
func Play(sc *Scenario, opt Options) (*Trace, error) {
	seed := sc.Seed
	if opt.Seed != nil {
		seed = *opt.Seed
	}
	s, err := suite.ByName(sc.Suite)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sc.File, err)
	}
	rec := NewRecorder()
	p := &player{
		sc: sc, opt: opt, rec: rec,
		suite: s.Observed(rec), rng: randomness(seed), format: group.Private,
		byName: map[string]*member{},
	}
	if sc.Public {
		p.format = group.Public
	}
	for i := range sc.Statements {
		st := &sc.Statements[i]
		if opt.Progress != nil {
			opt.Progress(st.Line)
		}
		p.line = st.Line
		if err := p.play(st); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", sc.File, st.Line, err)
		}
	}
	events, err := rec.Finish()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sc.File, err)
	}
	return &Trace{
		Header: Header{Format: formatName, Version: Version, Suite: sc.Suite, Seed: seed, File: sc.File, Scenario: sc.Text},
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

// player is a run in progress: the clients, and a delivery service that keeps
// messages in order.
type player struct {
	sc     *Scenario
	opt    Options
	suite  suite.Suite // observed by rec
	rng    io.Reader
	rec    *Recorder
	format group.Format

	line     int
	group    string
	epoch    uint64 // the group's, as of the last Commit
	messages int
	members  []*member // in order of appearance
	byName   map[string]*member
}

// member is one client: what it holds is what a theft finds.
type member struct {
	name       string
	client     group.Client
	group      *group.Group             // nil outside of the group
	keyPackage *group.KeyPackageSecrets // published, not used for joining yet
	offline    bool
	inbox      []mail // waits for it to come online
}

// mail is one message on its way.
type mail struct {
	kind    string // proposal, commit, welcome, application
	from    string
	bytes   []byte
	message int    // number of an application message
	text    []byte // its text, to compare with
}

// live are the parts of a member's state that a theft reaches.
func (m *member) live() []Root {
	return []Root{{"group", m.group}, {"key_package", m.keyPackage}, {"identity", m.client.Identity}}
}

func (p *player) play(st *Statement) error {
	if st.Verb == VerbExpect {
		p.rec.As("", st.Line)
		p.rec.Expect(*st.Expect)
		return nil
	}
	m, err := p.member(st.Actor)
	if err != nil {
		return err
	}
	p.rec.As(m.name, st.Line)
	switch st.Verb {
	case VerbCreates:
		err = p.create(m, st.Group)
	case VerbAdds, VerbRemoves, VerbCommits:
		err = p.commit(m, st)
	case VerbUpdates, VerbProposesAdd, VerbProposesRemove:
		err = p.propose(m, st)
	case VerbSends:
		err = p.send(m, []byte(st.Text))
	case VerbOffline:
		err = p.goOffline(m)
	case VerbOnline:
		m.offline = false
		err = p.readInbox(m)
	case VerbCompromise:
		err = p.compromise(m)
	default:
		err = fmt.Errorf("unknown statement %q", st.Verb)
	}
	if err != nil {
		return err
	}
	return p.rec.Err()
}

// member finds a client by name; at its first appearance it makes its identity.
func (p *player) member(name string) (*member, error) {
	if m := p.byName[name]; m != nil {
		return m, nil
	}
	p.rec.As(name, p.line)
	client, err := group.NewClient(p.suite, p.rng, name)
	if err != nil {
		return nil, fmt.Errorf("making %s's identity: %w", name, err)
	}
	m := &member{name: name, client: client}
	p.members, p.byName[name] = append(p.members, m), m
	p.rec.NameKey(client.Identity.SignaturePub, name+"_signature_key")
	return m, nil
}

// step records what m did; Epoch is m's own, or the group's if it has none.
func (p *player) step(m *member, e model.Event) {
	e.Actor, e.Group = m.name, p.group
	if m.group != nil {
		e.Epoch = m.group.Epoch()
	} else if e.Epoch == 0 {
		e.Epoch = p.epoch
	}
	p.rec.Step(e)
}

func (p *player) goOffline(m *member) error {
	m.offline = true
	if m.group == nil {
		return p.publishKeyPackage(m)
	}
	return nil
}

// publishKeyPackage gives the delivery service a key package of m, unless an
// unused one lies there.
func (p *player) publishKeyPackage(m *member) error {
	if m.keyPackage != nil {
		return nil
	}
	p.rec.As(m.name, p.line)
	kp, secrets, err := m.client.NewKeyPackage(p.rng)
	if err != nil {
		return fmt.Errorf("making %s's key package: %w", m.name, err)
	}
	b, err := wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp})
	if err != nil {
		return err
	}
	m.keyPackage = &secrets
	p.rec.NameKey(kp.InitKey, m.name+"_init_key")
	p.step(m, model.Event{Kind: model.KeyPackage})
	p.rec.Wire("key_package", b)
	return nil
}

func (p *player) compromise(m *member) error {
	p.step(m, model.Event{Kind: model.Compromise})
	found, err := p.rec.Walk(m.live()...)
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	p.rec.Compromise(found)
	return nil
}

// agree compares what must be equal for all who are at the newest epoch
// (RFC 9420 §8.7).
func (p *player) agree() error {
	var first *member
	for _, m := range p.members {
		switch {
		case m.offline || m.group == nil:
		case m.group.Epoch() != p.epoch:
			return fmt.Errorf("%s is online and at epoch %d, the group is at %d", m.name, m.group.Epoch(), p.epoch)
		case first == nil:
			first = m
		case !bytes.Equal(first.group.EpochAuthenticator(), m.group.EpochAuthenticator()):
			return fmt.Errorf("%s and %s disagree on the epoch authenticator of epoch %d", first.name, m.name, p.epoch)
		}
	}
	return nil
}
