package trace

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/model"
)

// Recorder observes every primitive call of a run and writes down what each
// value was made of. It implements suite.Observer. Nothing is declared to it
// but who acts, which text is a message, and which epoch a step arrived at.
//
// Bytes are interned: the same bytes are the same term. A computation that somebody
// repeats defines nothing; it is counted, step by step. It is not safe for
// concurrent use: order is part of a trace.
type Recorder struct {
	events    []Event
	terms     []known
	index     index
	constants map[string]model.TermID // public bytes that no primitive made
	layers    layers

	actor  string
	line   int
	err    error
	seen   func(who string, c suite.Call) // nil, or who wants to see each call too
	paused bool                           // nothing is seen or recorded
	suite  wire.CipherSuite               // that the observed call is in, if it is another one

	defined   []Definition // by the call that is being observed
	announced *message     // the text that the next Seal will hold
	inits     []initStep   // the derivations of init_secrets in this step
	exported  *model.TermID
	keys      []model.TermID            // of messages, used in this step
	spent     map[string][]model.TermID // by client
	goals     []goalTerm
	states    []*state // in order of appearance
	messages  map[int]*message
	children  map[model.TermID][]model.TermID // what was expanded from a secret
	stolen    map[model.TermID]bool
	repeated  map[string]int          // calls of this step that made nothing new, by layer and operation
	weak      bool                    // the attacker knows what the actor draws
	drawn     []model.TermID          // in this step, while it is weak
	hints     map[model.TermID]string // names given by NameKey
}

// known is a term with its bytes, and where it stands in the events.
type known struct {
	model.Term
	value         []byte
	event, define int
}

// message is an application message: its text is a fresh name wherever the
// player says so, and nowhere else, so that equal texts are two names.
type message struct {
	number int
	text   []byte
	term   model.TermID
	sealed bool
}

// initStep is epoch_secret and the init_secret derived from it.
type initStep struct{ epochSecret, initSecret model.TermID }

// goalTerm is a goal and its term.
type goalTerm struct {
	goal model.Goal
	term model.TermID
}

// state is what the first member to arrive derived for an epoch as one Commit
// made it.
type state struct {
	id, group string
	number    uint64
	by        string
	initStep
}

// NewRecorder returns a recorder that has seen nothing.
func NewRecorder() *Recorder {
	return &Recorder{
		index:     newIndex(),
		constants: map[string]model.TermID{},
		layers:    layers{},
		messages:  map[int]*message{},
		children:  map[model.TermID][]model.TermID{},
		stolen:    map[model.TermID]bool{},
		spent:     map[string][]model.TermID{},
		repeated:  map[string]int{},
		hints:     map[model.TermID]string{},
	}
}

// In observes calls in a cipher suite that is not the trace's.
func (r *Recorder) In(s wire.CipherSuite) suite.Observer { return otherSuite{r, s} }

type otherSuite struct {
	*Recorder
	suite wire.CipherSuite
}

func (o otherSuite) Observe(c suite.Call) {
	o.Recorder.suite = o.suite
	o.Recorder.Observe(c)
	o.Recorder.suite = 0
}

// Err is the first thing that went wrong, if any. After it nothing is recorded.
func (r *Recorder) Err() error {
	if r.err == errOff {
		return nil
	}
	return r.err
}

// errOff is in a recorder that is not to record, to compare with: see bench_test.go.
var errOff = errors.New("recorder: it is off")

// As begins a step: who acts from now on, and in which line of the scenario.
func (r *Recorder) As(actor string, line int) {
	r.flush()
	r.actor, r.line, r.inits, r.exported, r.keys = actor, line, nil, nil, nil
}

// Weak says whether the attacker knows what the actor draws in this step.
func (r *Recorder) Weak(known bool) { r.weak = known }

// StepFirst is Step for the first of two steps that were taken in one: only what was
// drawn up to the first init_secret belongs to it.
func (r *Recorder) StepFirst(e model.Event) {
	later := slices.IndexFunc(r.drawn, func(id model.TermID) bool { return len(r.inits) > 0 && id > r.inits[0].initSecret })
	if later < 0 {
		later = len(r.drawn)
	}
	rest := slices.Clone(r.drawn[later:])
	r.drawn = r.drawn[:later]
	r.Step(e)
	r.drawn = rest
}

func (r *Recorder) flush() {
	r.leak()
	r.weak = false
	if len(r.repeated) > 0 {
		calls := r.repeated
		r.repeated = map[string]int{}
		r.add(Event{Kind: KindRepeated, Calls: calls})
	}
}

// leak hands to the attacker what was drawn while it knew the randomness.
func (r *Recorder) leak() {
	if terms := r.drawn; len(terms) > 0 {
		r.drawn = nil
		r.add(Event{Kind: KindKnown, Terms: terms})
	}
}

func (r *Recorder) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("recorder: %s: %s", r.actor, fmt.Sprintf(format, args...))
	}
}

// add appends an event, and gives it its number, actor and line.
func (r *Recorder) add(e Event) {
	e.Seq, e.Actor, e.Line = len(r.events)+1, r.actor, r.line
	e.Define, r.defined = r.defined, nil
	for i, d := range e.Define {
		r.terms[d.ID].event, r.terms[d.ID].define = len(r.events), i
	}
	r.events = append(r.events, e)
}

// Step records an abstract step of the protocol, and then what was drawn for it, if
// the attacker knows that.
func (r *Recorder) Step(e model.Event) {
	r.add(Event{Kind: KindStep, Step: &e})
	r.leak()
}

// Expect records an expectation of the scenario.
func (r *Recorder) Expect(e Expect) { r.add(Event{Kind: KindExpect, Expect: &e}) }

// Leftover records a value that should have been erased.
func (r *Recorder) Leftover(l *Leftover) {
	r.add(Event{Kind: KindLeftover, Leftover: l, Terms: []model.TermID{l.Term}})
}

// Reject records that the actor refused a message.
func (r *Recorder) Reject(x *Reject) { r.add(Event{Kind: KindReject, Reject: x}) }

// Attack records a step of the attacker and what came of it.
func (r *Recorder) Attack(a *Attack) { r.add(Event{Kind: KindAttack, Attack: a}) }

// Snapshot records the tree and its key holders.
func (r *Recorder) Snapshot(s Snapshot) { r.add(Event{Kind: KindSnapshot, Tree: &s}) }

// Message announces that text is the plaintext of application message n: the
// next Seal that holds it holds this name.
func (r *Recorder) Message(n int, text []byte) {
	if r.err != nil {
		return
	}
	id := r.append(model.Term{Op: model.OpMessage}, Definition{}, text)
	m := &message{number: n, text: r.terms[id].value, term: id}
	r.announced, r.messages[n] = m, m
	if r.actor == theAttacker {
		r.drawn = append(r.drawn, id) // its own text
	}
	r.add(Event{Kind: KindPrimitive, Op: string(model.OpMessage), Out: []model.TermID{id}})
}

// Wire records a message given to the delivery service, with the known values
// that stand in it.
func (r *Recorder) Wire(kind string, b []byte) {
	e := Event{Kind: KindWire, Wire: &Wire{Kind: kind, Size: len(b), Bytes: hex.EncodeToString(b)}}
	seen := map[model.TermID]bool{}
	for _, h := range r.index.find(b) {
		if !seen[h.id] {
			seen[h.id] = true
			e.Terms = append(e.Terms, h.id)
		}
	}
	r.add(e)
}

// Compromise hands the terms that a walk found to the attacker.
func (r *Recorder) Compromise(found []Found) {
	e := Event{Kind: KindCompromise}
	for _, f := range found {
		r.stolen[f.Term] = true
		e.Terms = append(e.Terms, f.Term)
	}
	r.add(e)
}

// NameKey gives the private key of a public key a readable name, if it has none.
func (r *Recorder) NameKey(publicKey []byte, name string) {
	if sk, ok := r.privateKeyOf(publicKey); ok && r.hints[sk] == "" {
		r.hints[sk] = name
	}
}

// privateKeyOf is the term of the private key that belongs to a public key.
func (r *Recorder) privateKeyOf(publicKey []byte) (model.TermID, bool) {
	pk, ok := r.index.exact(publicKey)
	if !ok || r.terms[pk].Op != model.OpPublic {
		return 0, false
	}
	return r.terms[pk].Args[0], true
}

// Finish names the terms and returns the events.
func (r *Recorder) Finish() ([]Event, error) {
	r.flush()
	if r.err != nil {
		return nil, r.err
	}
	if m := r.announced; m != nil {
		return nil, fmt.Errorf("recorder: message %d was announced and never encrypted", m.number)
	}
	if len(r.defined) > 0 {
		return nil, errors.New("recorder: internal: terms outside of any event")
	}
	r.name()
	return r.events, nil
}

var _ suite.Observer = (*Recorder)(nil)
