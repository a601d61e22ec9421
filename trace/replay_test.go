package trace

import (
	"slices"
	"strings"
	"testing"

	"mlsref/model"
)

// rebuild is a derivation that computes every term of the trace from fresh
// names alone; the names are added to what was stolen.
func rebuild(tr *Trace) []model.Step {
	var steps []model.Step
	all := Event{Seq: 10_000, Kind: KindCompromise, Actor: "everyone"}
	for _, e := range tr.Events {
		for _, d := range e.Define {
			step := model.Step{Rule: string(d.Op), Conclusion: d.ID, Premises: d.Args}
			switch {
			case d.Public:
				step = model.Step{Rule: "public", Conclusion: d.ID}
			case d.Op == model.OpRandom || d.Op == model.OpMessage:
				step = model.Step{Rule: "stolen", Conclusion: d.ID}
				all.Terms = append(all.Terms, d.ID)
			}
			steps = append(steps, step)
		}
	}
	tr.Events = append(tr.Events, all)
	return steps
}

func TestReplayBuildsEveryTerm(t *testing.T) {
	tr := toyTrace(t)
	steps := rebuild(tr)
	if err := ReplayDerivation(toySuite(t, tr), tr, steps); err != nil {
		t.Fatal(err)
	}
	// An HPKE public key can be computed, too.
	pk := named(t, tr, "bob_leaf_key_1_public")
	steps = append(steps, model.Step{Rule: "pk", Conclusion: pk, Premises: definition(t, tr, pk).Args})
	if err := ReplayDerivation(toySuite(t, tr), tr, steps); err != nil {
		t.Fatal(err)
	}
}

// TestReplayDetectsChangedByte changes one bit of one term at a time. The first
// step that computes it, or computes with it, must fail.
func TestReplayDetectsChangedByte(t *testing.T) {
	ops := map[model.Op]bool{}
	count := len(rebuild(toyTrace(t)))
	for id := range count {
		tr := toyTrace(t)
		d := definition(t, tr, model.TermID(id))
		if d.Op == model.OpMessage || d.Op == model.OpRandom || d.Public {
			continue
		}
		ops[d.Op] = true
		d.Value = flip(d.Value)
		err := ReplayDerivation(toySuite(t, tr), tr, rebuild(tr))
		switch {
		case d.Op == model.OpConcat: // the last byte is public: what is sealed around it must fail
		case err == nil || !strings.Contains(err.Error(), "the computed bytes are not the recorded ones"):
			t.Errorf("term %d (%s %s): error %v", id, d.Op, d.Name, err)
		}
		if err == nil {
			t.Errorf("term %d (%s %s): a changed byte went unseen", id, d.Op, d.Name)
		}
	}
	for _, op := range []model.Op{model.OpExpand, model.OpExtract, model.OpKEMKey, model.OpSigKey, model.OpConcat,
		model.OpEncrypt, model.OpSeal, model.OpXOR, model.OpExternalInit} {
		if !ops[op] {
			t.Errorf("the toy has no %s", op)
		}
	}
}

// TestReplayBuildsStructuresFromParts: a structure whose bytes do not hold its
// parts is not what the parts give.
func TestReplayBuildsStructuresFromParts(t *testing.T) {
	tr := toyTrace(t)
	secrets, _ := welcomed(t, tr)
	d := definition(t, tr, secrets)
	end := 2 * (d.Parts[0] + 1)
	d.Value = flip(d.Value[:end]) + d.Value[end:]
	err := ReplayDerivation(toySuite(t, tr), tr, rebuild(tr))
	if err == nil || !strings.Contains(err.Error(), "concat gives concat_") {
		t.Errorf("error %v", err)
	}
}

// TestReplayRefuses holds wrong derivations against the toy.
func TestReplayRefuses(t *testing.T) {
	tr := toyTrace(t)
	id := func(name string) model.TermID { return named(t, tr, name) }
	arg := func(name string, i int) model.TermID { return definition(t, tr, id(name)).Args[i] }
	leaf, secret2 := id("bob_leaf_key_1"), id("epoch_secret_2")
	secrets, _ := welcomed(t, tr)
	stolen := func(id model.TermID) model.Step { return model.Step{Rule: "stolen", Conclusion: id} }
	for _, c := range []struct {
		name, want string
		steps      []model.Step
	}{
		{"nothing", "has no steps", nil},
		{"a secret called public", "step 1 (public gives epoch_secret_2", []model.Step{{Rule: "public", Conclusion: secret2}}},
		{"a secret called stolen", "neither on the wire nor stolen", []model.Step{stolen(secret2)}},
		{"a premise out of nowhere", "is needed and was not derived",
			[]model.Step{{Rule: "expand", Conclusion: secret2, Premises: []model.TermID{arg("epoch_secret_2", 0)}}}},
		{"another operation", "the term was made by expand", []model.Step{stolen(leaf), {Rule: "extract", Conclusion: secret2, Premises: []model.TermID{leaf}}}},
		{"a rule that does not exist", "the term was made by", []model.Step{{Rule: "guess", Conclusion: secret2}}},
		{"a part of nothing", "no premise is a concat of the term", []model.Step{stolen(leaf), {Rule: "split", Conclusion: secret2, Premises: []model.TermID{leaf}}}},
		{"a structure not held", "is needed and was not derived",
			[]model.Step{{Rule: "split", Conclusion: id("joiner_secret_1"), Premises: []model.TermID{secrets}}}},
		{"a term that does not exist", "term 9999 is not defined", []model.Step{stolen(9999)}},
		{"a premise that does not exist", "term -1 is not defined", []model.Step{{Rule: "expand", Conclusion: leaf, Premises: []model.TermID{-1}}}},
	} {
		err := ReplayDerivation(toySuite(t, tr), tr, c.steps)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// TestReplayNeedsTheNonce: the closure opens a ciphertext with the key alone,
// the AEAD does not. A run in which the nonce stays unknown is not replayable.
func TestReplayNeedsTheNonce(t *testing.T) {
	tr := toyTrace(t)
	find(t, tr, kind(KindCompromise)).Terms = nil
	tr.Events = append(tr.Events, Event{Seq: 10_000, Kind: KindCompromise, Terms: []model.TermID{named(t, tr, "message_2_key")}})
	for _, row := range judged(t, tr).Rows {
		if row.Goal.Message == 2 && (!row.Closure || !strings.Contains(row.Replay, "is needed and was not derived")) {
			t.Errorf("replay without the nonce: %s", row.Replay)
		}
	}
}

// TestReplayByCoins opens an HPKE ciphertext with its sender's randomness.
func TestReplayByCoins(t *testing.T) {
	tr := toyTrace(t)
	_, coins := welcomed(t, tr)
	find(t, tr, kind(KindCompromise)).Terms = []model.TermID{coins}
	defs, err := definitionsOf(tr)
	if err != nil {
		t.Fatal(err)
	}
	closure, err := model.Saturate(defs.terms(), Facts(tr))
	if err != nil {
		t.Fatal(err)
	}
	joiner := named(t, tr, "joiner_secret_1")
	steps := withInputs(closure, defs, joiner, nil)
	if len(steps) == 0 {
		t.Fatal("the closure does not open the Welcome with its coins")
	}
	if err := ReplayDerivation(toySuite(t, tr), tr, steps); err != nil {
		t.Error(err)
	}
	ciphertext := definition(t, tr, steps[slices.IndexFunc(steps, func(s model.Step) bool { return s.Rule == "decrypt" })].Premises[0])
	ciphertext.Value = flip(ciphertext.Value)
	if err := ReplayDerivation(toySuite(t, tr), tr, steps); err == nil {
		t.Error("a Welcome with a wrong tag opens")
	}
	ciphertext.Value = flip(ciphertext.Value)
	d := definition(t, tr, coins)
	d.Value = flip(d.Value)
	if err := ReplayDerivation(toySuite(t, tr), tr, steps); err == nil {
		t.Error("other coins open the Welcome, too")
	}
}
