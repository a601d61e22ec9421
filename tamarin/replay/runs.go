package replay

import (
	"fmt"

	"mlsref/model"
	"mlsref/trace"
)

// Replay is a model whose runs the traces are held against: how the events of a trace
// name its rules.
type Replay struct {
	Model   string // the file's name
	Firings func(t *trace.Trace) []Firing
}

// Replays are the models that traces are held against.
var Replays = []Replay{
	{"groupops_agreement.spthy", agreementRules},
	{"keyschedule_epochs.spthy", epochRules},
	{"keyschedule_welcome.spthy", welcomeRules},
	{"message_ratchet.spthy", ratchetRules},
	{"message_replay.spthy", replayRules},
	{"treekem_two.spthy", twoRules},
}

// list gathers firings, each under the event that is at hand.
type list struct {
	firings []Firing
	seq     int
	what    string
}

func (l *list) at(e *trace.Event) {
	l.seq, l.what = e.Seq, fmt.Sprintf("%s %s", e.Kind, e.Actor)
	if e.Step != nil {
		l.what = fmt.Sprintf("%s %s %s", e.Step.Actor, e.Step.Kind, e.Step.State)
		if e.Step.Message != 0 {
			l.what += fmt.Sprintf(" message %d", e.Step.Message)
		}
	}
}

func (l *list) fire(rule string, b Bindings) {
	l.firings = append(l.firings, Firing{l.seq, l.what, rule, b})
}

// derive is DeriveSecret of the models: derive(secret, 'label').
func derive(secret Term, label string) Term { return Apply("derive", secret, Public(label)) }

// honest tells whether a step is a member's, and not the attacker's in its name.
func honest(e *model.Event) bool { return e.By != model.Attacker }
