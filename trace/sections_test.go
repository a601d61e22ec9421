package trace

import (
	"strings"
	"testing"

	"mlsref/model"
)

// Each rule and label stands where the RFC says it.
func TestSections(t *testing.T) {
	ids := func(list ...model.TermID) []model.TermID { return list }
	terms := []model.Term{
		{Op: model.OpRandom}, // 0
		{Op: model.OpConst},
		{Op: model.OpExpand, Label: "sender data", Args: ids(0, 1)},
		{Op: model.OpExpand, Label: "welcome", Args: ids(0, 1)},
		{Op: model.OpExpand, Label: "exporter", Args: ids(0, 1)},
		{Op: model.OpExpand, Label: "handshake", Args: ids(0, 1)}, // 5
		{Op: model.OpExpand, Label: "key", Args: ids(2, 1)},
		{Op: model.OpExpand, Label: "key", Args: ids(3, 1)},
		{Op: model.OpExpand, Label: "joiner", Args: ids(4, 1)}, // an exporter's label may be any
		{Op: model.OpExpand, Label: "exported", Args: ids(8, 1)},
		{Op: model.OpExpand, Label: "key", Args: ids(5, 1)}, // 10
		{Op: model.OpExtract, Args: ids(1, 0)},
		{Op: model.OpExpand, Label: "derived psk", Args: ids(11, 1)},
		{Op: model.OpExtract, Args: ids(12, 0)},
		{Op: model.OpExtract, Args: ids(0, 13)},
		{Op: model.OpExpand, Label: "node", Args: ids(0, 1)}, // 15
		{Op: model.OpKEMKey, Args: ids(15)},
		{Op: model.OpKEMKey, Args: ids(0), Name: "bob_init_key"},
		{Op: model.OpPublic, Args: ids(16)},
		{Op: model.OpConcat, Args: ids(0, 15)},
		{Op: model.OpEncrypt, Label: "Welcome", Args: ids(18, 1, 19, 0)}, // 20
		{Op: model.OpEncrypt, Label: "UpdatePathNode", Args: ids(18, 1, 0, 1)},
		{Op: model.OpSeal, Args: ids(6, 1, 1, 0)},
		{Op: model.OpSeal, Args: ids(7, 1, 1, 15)},
		{Op: model.OpSeal, Args: ids(10, 1, 1, 5)},
		{Op: model.OpExternalInit, Args: ids(18, 0)}, // 25
		{Op: model.OpExpand, Label: "init", Args: ids(0, 1)},
	}
	for i := range terms {
		terms[i].ID = model.TermID(i)
	}
	s := NewSections(terms)
	for id, want := range map[model.TermID]string{
		2: "8", 5: "9", 6: "6.3.2", 7: "12.4.3.1", 8: "8.5", 9: "8.5", 10: "9.1", 11: "8.4", 12: "8.4", 13: "8.4", 14: "8",
		15: "7.4", 16: "7.4", 17: "10", 25: "8.3", 26: "8",
	} {
		if got := s.Of(model.Step{Rule: string(terms[id].Op), Conclusion: id}); got != want {
			t.Errorf("%s %q of term %d: §%s, want §%s", terms[id].Op, terms[id].Label, id, got, want)
		}
	}
	for _, c := range []struct {
		step model.Step
		want string
	}{
		{model.Step{Rule: "decrypt", Conclusion: 19, Premises: ids(20, 16)}, "12.4.3.1"},
		{model.Step{Rule: "decrypt", Conclusion: 0, Premises: ids(21, 16)}, "7.6"},
		{model.Step{Rule: "open", Conclusion: 0, Premises: ids(22, 6)}, "6.3.2"},
		{model.Step{Rule: "open", Conclusion: 15, Premises: ids(23, 7)}, "12.4.3.1"},
		{model.Step{Rule: "open", Conclusion: 5, Premises: ids(24, 10)}, "6.3.1"},
		{model.Step{Rule: "split", Conclusion: 0, Premises: ids(19)}, "12.4.3.1"},
		{model.Step{Rule: "decap", Conclusion: 25, Premises: ids(16)}, "8.3"},
		{model.Step{Rule: "stolen", Conclusion: 2}, ""},
		{model.Step{Rule: "expand", Conclusion: 99}, ""},
	} {
		if got := s.Of(c.step); got != c.want {
			t.Errorf("%s of term %d: §%s, want §%s", c.step.Rule, c.step.Conclusion, got, c.want)
		}
	}
}

// Every step of every derivation of a run with all sorts of secrets has a section,
// but for what was seen or stolen, and structures that stand in none.
func TestSectionsOfRun(t *testing.T) {
	const text = `keep psks 2
deal coffee to alice bob
alice creates room
alice adds bob carol
compromise carol
bob sends "one"
alice commits with psk coffee
alice exports "token"
compromise bob
dave joins room
alice commits with psk of epoch 2
dave sends "two"
alice has known randomness
alice adds erin
erin sends "three"
`
	sc, err := Parse("sections", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := Play(sc, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defs, err := definitionsOf(tr)
	if err != nil {
		t.Fatal(err)
	}
	closure, err := model.Saturate(defs.terms(), Facts(tr))
	if err != nil {
		t.Fatal(err)
	}
	s, steps := NewSections(defs.terms()), 0
	for id := range defs.all {
		step, known := closure.Step(model.TermID(id))
		if !known || step.Fact != nil || step.Rule == "public" || step.Rule == "concat" || step.Rule == "encrypt" {
			continue
		}
		steps++
		if s.Of(step) == "" {
			t.Errorf("%s gives %s: no section", step.Rule, defs.name(step.Conclusion))
		}
	}
	if steps < 100 {
		t.Errorf("only %d steps", steps)
	}
}
