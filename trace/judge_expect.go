package trace

import (
	"fmt"
	"strings"

	"mlsref/model"
)

// GoalName is a goal in words: "epoch 3: init_secret", "message 2", "epoch 3b of
// room: path_secret of node 5".
func GoalName(g model.Goal) string {
	switch g.Kind {
	case model.Message:
		return fmt.Sprintf("message %d", g.Message)
	case model.PSK:
		return "PSK " + g.Label
	case model.InitKey:
		return "init key of " + g.Label
	}
	of := fmt.Sprintf("epoch %s", stateSuffix(g.State))
	switch g.Kind {
	case model.PathSecret, model.NodeKey:
		return fmt.Sprintf("%s: %s of node %d", of, g.Kind, g.Node)
	case model.LeafKey:
		return fmt.Sprintf("%s: %s of %s", of, g.Kind, g.Owner)
	case model.ExportedValue:
		return fmt.Sprintf("%s: exported %q", of, g.Label)
	}
	return fmt.Sprintf("%s: %s", of, g.Kind)
}

// expectations checks every expect line. One that speaks of what the run does not
// have is a mistake in the scenario: an *InputError.
func (j *judge) expectations() error {
	for _, e := range j.trace.Events {
		if e.Kind != KindExpect {
			continue
		}
		if e.Expect.Attack > 0 {
			if err := j.attackExpected(e); err != nil {
				return err
			}
			continue
		}
		rows, what := j.meant(e.Expect)
		if len(rows) == 0 {
			return &InputError{File: j.trace.Header.File, Line: e.Line, Msg: "the run has no " + what + j.instead(e.Expect)}
		}
		predicate, closure := false, false
		for _, row := range rows {
			predicate = predicate || row.Predicate.Exposed
			closure = closure || row.Closure
		}
		want := e.Expect.Exposed
		if predicate != want || closure != want {
			j.problem(BrokenExpect, e.Line, "expected %s to be %s; the predicate says %s, the closure says %s",
				what, fate(want), fate(predicate), fate(closure))
		}
	}
	return nil
}

// instead says what an expectation could have spoken of.
func (j *judge) instead(x *Expect) string {
	epochs, messages := uint64(0), 0
	for _, row := range j.report.Rows {
		epochs, messages = max(epochs, row.Goal.Epoch), max(messages, row.Goal.Message)
	}
	switch {
	case x.Message > 0:
		return fmt.Sprintf(", expected at most %d", messages)
	case x.Epoch != nil:
		return fmt.Sprintf(", expected at most epoch %d", epochs)
	}
	return ""
}

// attackExpected: an attack succeeds if somebody takes what the attacker made for
// somebody else's.
func (j *judge) attackExpected(e Event) error {
	for _, other := range j.trace.Events {
		a := other.Attack
		if other.Kind != KindAttack || a.Number != e.Expect.Attack {
			continue
		}
		if got := len(a.Accepted) > 0; got != e.Expect.Exposed {
			j.problem(BrokenExpect, e.Line, "expected attack %d, %s, to %s; %s", a.Number, a.Tried(),
				map[bool]string{true: "succeed", false: "fail"}[e.Expect.Exposed], Outcome(a))
		}
		return nil
	}
	return &InputError{File: j.trace.Header.File, Line: e.Line, Msg: fmt.Sprintf("the run has no attack %d", e.Expect.Attack)}
}

// Tried is what the attacker did, in the scenario's words: sends as bob.
func (a *Attack) Tried() string {
	words := a.What
	if x := a.Altered; x != nil {
		words = fmt.Sprintf("%s wire %d at %q %s", a.What, x.Wire, x.At, x.How)
		switch x.How {
		case "with":
			words += fmt.Sprintf(" wire %d", x.With)
		case "without":
			words += " it"
		}
	}
	if a.As != "" {
		words += " as " + a.As
	}
	return words
}

// Outcome is what came of an attack, in words.
func Outcome(a *Attack) string {
	if a.Failed != "" {
		return "it could not be carried out: " + a.Failed
	}
	var parts []string
	if len(a.Accepted) > 0 {
		parts = append(parts, "accepted by "+strings.Join(a.Accepted, ", "))
	}
	if len(a.Rejected) > 0 {
		parts = append(parts, "rejected by "+strings.Join(a.Rejected, ", "))
	}
	if a.Altered != nil && len(a.Altered.Same) > 0 {
		parts = append(parts, "read as it was before by "+strings.Join(a.Altered.Same, ", "))
	}
	if len(parts) == 0 {
		return "nobody was there to receive it"
	}
	return strings.Join(parts, ", ")
}

// meant are the rows that an expectation speaks of, and its subject in words.
func (j *judge) meant(x *Expect) (rows []Row, what string) {
	switch {
	case x.PSK != "":
		what = "PSK " + x.PSK
	case x.Epoch == nil:
		what = fmt.Sprintf("message %d", x.Message)
	case x.Secret == "":
		what = fmt.Sprintf("epoch %d", *x.Epoch)
	default:
		what = fmt.Sprintf("%s of epoch %d", x.Secret, *x.Epoch)
	}
	for _, row := range j.report.Rows {
		if x.speaksOf(row.Goal) {
			rows = append(rows, row)
		}
	}
	return rows, what
}

// speaksOf: an epoch without further words is its epoch_secret and init_secret, in
// every fork and, unless it is named, in every group.
func (x *Expect) speaksOf(g model.Goal) bool {
	switch {
	case x.PSK != "":
		return g.Kind == model.PSK && g.Label == x.PSK
	case x.Epoch == nil:
		return g.Kind == model.Message && g.Message == x.Message
	case g.State == "" || g.Epoch != *x.Epoch || x.Group != "" && x.Group != g.Group:
		return false
	case x.Secret == "":
		return g.Kind == model.EpochSecret || g.Kind == model.InitSecret
	}
	return g.Kind == x.Secret
}
