package campaign

import (
	"strings"
	"testing"

	"mlsref/props"
	"mlsref/spec"
	"mlsref/trace"
)

// What again says plays the same history.
func TestJudgesAsRandom(t *testing.T) {
	want, err := trace.Random(11, 8, 4)
	if err != nil {
		t.Fatal(err)
	}
	p := Params{Kind: "judges", First: 11, Histories: 1, Steps: 8, People: 4}
	o, err := Kinds[1].play(p, 11, nil)
	if err != nil || o.Scenario.Text != want.Text {
		t.Errorf("the campaign plays\n%s\nmlsref run --random\n%s%v", o.Scenario.Text, want.Text, err)
	}
	if got := Kinds[1].again(p, 11); got != "mlsref run --random 1 --seed 11 --steps 8 --people 4" {
		t.Error(got)
	}
	p.Kind = "props"
	if err := p.Choose([]string{"deletion", "secrecy"}, nil); err != nil {
		t.Fatal(err)
	}
	if got := Kinds[0].again(p, 12); got != "mlsref props --histories 1 --seed 12 --steps 8 --people 4 --only deletion --only secrecy" {
		t.Error(got)
	}
}

// A result has what happened in the history.
func TestResult(t *testing.T) {
	p := Params{Kind: "props", First: 9, Histories: 1, Steps: 40, People: 6}
	if err := p.Choose([]string{"robustness"}, nil); err != nil {
		t.Fatal(err)
	}
	r, err := one(p, 9)
	if err != nil || r.Failures != nil || r.Scenario != "" {
		t.Fatal(r, err)
	}
	operations, shapes := 0, 0
	for _, n := range r.Operations {
		operations += n
	}
	for text, n := range r.Shapes {
		shapes += n
		if s, err := parseShape(text); err != nil || s.Members < 1 || s.Members > s.Leaves || s.Blank >= s.Leaves {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	if operations != r.Steps || r.Operations["creates"] == 0 || r.Operations["attacker joins"] == 0 || shapes < 5 || r.Rules[spec.MembershipTag.ID] == 0 {
		t.Errorf("%+v", r)
	}
	if err := r.check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "x", "1/1/0/0", "1/1/0/0/xyz", "1/1/0/0/6ee6fc2a ", "1/1/0/0/6EE6FC2A"} {
		if s, err := parseShape(bad); err == nil {
			t.Errorf("%q is the shape %v", bad, s)
		}
	}
}

// A tree has one shape for all its members, and another when it is another tree.
func TestShape(t *testing.T) {
	sc, err := trace.Parse("test", strings.NewReader(`alice creates room
alice adds bob carol dave
bob updates
alice commits
bob removes carol
alice adds erin without path
`))
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]Shape{}
	look := props.Property{Name: "look", New: func(h *props.History) props.Checks {
		return props.Checks{Watch: trace.Watch{Step: func(s *trace.Session, _ int) error {
			for _, m := range s.Members() {
				shape := shapeOf(m.Group.Tree())
				if was, known := of[m.State]; known && was != shape {
					h.Fail("%s: %v and %v", m.State, was, shape)
				}
				of[m.State] = shape
			}
			return nil
		}}}
	}}
	if failures, _, err := props.Run(sc, []props.Property{look}, props.Look{}); err != nil || failures != nil {
		t.Fatal(failures, err)
	}
	distinct := map[Shape]bool{}
	for _, s := range of {
		distinct[s] = true
	}
	for _, want := range []string{"1/1/0/0/", "4/4/1/0/", "4/3/", "4/4/1/1/"} {
		found := false
		for s := range distinct {
			found = found || strings.HasPrefix(s.String(), want)
		}
		if !found {
			t.Errorf("no tree is %s…: %v", want, of)
		}
	}
}
