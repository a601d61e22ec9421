package trace

import (
	"slices"
	"strings"
	"testing"

	"mlsref/impl/group"
	"mlsref/model"
)

// running is a scenario played to its end, and not finished yet.
func running(t *testing.T, text string) *player {
	t.Helper()
	sc := parse(t, text)
	p, err := newPlayer(sc, Options{Audit: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range sc.Statements {
		if err := p.play(&sc.Statements[i]); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// goalTerm is the term of a goal, by its name.
func (p *player) goalTerm(t *testing.T, name string) model.TermID {
	t.Helper()
	i := slices.IndexFunc(p.rec.goals, func(g goalTerm) bool { return GoalName(g.goal) == name })
	if i < 0 {
		t.Fatalf("the run has no %s", name)
	}
	return p.rec.goals[i].term
}

// keep plays an implementation that does not erase a value: who's store of PSKs holds
// it from now on. It returns what the audit has to say.
func (p *player) keep(t *testing.T, who string, term model.TermID) *Report {
	t.Helper()
	p.byName[who].client.Config.PSKs.Put(group.ExternalPSK([]byte("kept")), p.rec.terms[term].value)
	for range 2 { // and each is reported once
		p.rec.As("", 99)
		if err := p.audit(); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := p.finish()
	if err != nil {
		t.Fatal(err)
	}
	return judged(t, tr)
}

const auditScenario = `alice creates room
alice adds bob carol
alice sends "one"
carol commits
alice prepares
bob proposes adding dave
`

// TestAuditFinds has a client keep what it must erase, and expects the audit to say
// where it is and why it should be gone.
func TestAuditFinds(t *testing.T) {
	goal := func(name string) func(*testing.T, *player) model.TermID {
		return func(t *testing.T, p *player) model.TermID { return p.goalTerm(t, name) }
	}
	sent := func(_ *testing.T, p *player) model.TermID { return p.rec.spent["alice"][1] } // after a Commit's
	opened := func(_ *testing.T, p *player) model.TermID { return p.rec.spent["bob"][0] }
	const (
		spent    = "RFC 9420 §9.2: the key of a message"
		over     = "RFC 9420 §9.2: of an epoch that is over"
		consumed = "RFC 9420 §9.2: consumed as soon as"
		initKey  = "RFC 9420 §10: the init key of a KeyPackage that was used"
		nodeKey  = "RFC 9420 §7.4: the key of a node"
	)
	for _, c := range []struct {
		name, who, then string
		value           func(*testing.T, *player) model.TermID
		rule            string
	}{
		{"the key of a message that it sent", "alice", "", sent, spent},
		{"the key of a message that it opened", "bob", "", opened, spent},
		{"the init key that it joined with", "bob", "", goal("init key of bob_package_1"), initKey},
		{"its leaf key before a path", "carol", "", goal("epoch 1: leaf_key of carol"), nodeKey},
		{"a node's key before a path", "alice", "", goal("epoch 1: node_key of node 3"), nodeKey},
		{"a key that is not above its leaf", "bob", "", goal("epoch 2: leaf_key of carol"), nodeKey},
		{"its leaf key in a Commit that was dropped", "alice", "alice abandons\n", goal("epoch 3: leaf_key of alice"), nodeKey},
		{"epoch_secret", "bob", "", goal("epoch 2: epoch_secret"), consumed},
		{"joiner_secret", "bob", "", goal("epoch 1: joiner_secret"), consumed},
		{"welcome_secret", "alice", "", goal("epoch 1: welcome_secret"), consumed},
		{"a path secret", "carol", "", goal("epoch 2: path_secret of node 3"), consumed},
		{"epoch_secret of a Commit that waits", "alice", "", goal("epoch 3: epoch_secret"), consumed},
		{"init_secret", "bob", "", goal("epoch 1: init_secret"), over},
		{"sender_data_secret", "bob", "", goal("epoch 1: sender_data_secret"), over},
		{"exporter_secret", "bob", "", goal("epoch 1: exporter_secret"), over},
		{"external_secret", "bob", "", goal("epoch 1: external_secret"), over},
		{"confirmation_key", "bob", "", goal("epoch 1: confirmation_key"), over},
		{"membership_key", "bob", "", goal("epoch 1: membership_key"), over},
		{"resumption_psk", "bob", "", goal("epoch 1: resumption_psk"), over},
		{"epoch_authenticator", "bob", "", goal("epoch 1: epoch_authenticator"), over},
		{"encryption_secret", "bob", "", goal("epoch 1: encryption_secret"), over},
		{"init_secret of a Commit that was dropped", "alice", "alice abandons\n", goal("epoch 3: init_secret"), over},
		{"init_secret of a group that it was removed from", "bob", "alice abandons\nalice removes bob\n", goal("epoch 2: init_secret"), over},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := running(t, auditScenario+c.then)
			term := c.value(t, p)
			report := p.keep(t, c.who, term)
			found := slices.DeleteFunc(slices.Clone(report.Leftovers), func(l Leftover) bool { return l.Term != term })
			if len(found) != 1 {
				t.Fatalf("reported %d times: %+v", len(found), report.Leftovers)
			}
			if l := found[0]; l.Who != c.who || !strings.HasPrefix(l.Path, "psks.keys[") || !strings.HasPrefix(l.Rule, c.rule) || l.Seq == 0 {
				t.Errorf("%+v, want %s, psks.keys, %s", l, c.who, c.rule)
			}
			for _, l := range report.Leftovers { // what follows from it is there too, and nowhere else
				if l.Path != found[0].Path {
					t.Errorf("%s at %s", l.Name, l.Path)
				}
			}
			if len(report.Problems) != len(report.Leftovers) || report.Problems[0].Line != 99 || !strings.Contains(report.Problems[0].Text, c.who+" still holds ") {
				t.Errorf("problems: %v", report.Problems)
			}
		})
	}
}

// TestAuditFollows: a key that is gone but can be derived again is not gone.
func TestAuditFollows(t *testing.T) {
	p := running(t, auditScenario)
	key := p.rec.spent["bob"][0]
	ratchet := p.rec.terms[key].Args[0]
	report := p.keep(t, "bob", ratchet)
	if !slices.ContainsFunc(report.Leftovers, func(l Leftover) bool { return l.Term == key && strings.HasPrefix(l.Path, "psks.keys[") }) {
		t.Errorf("the secret before a spent key is kept, and the audit says %+v", report.Leftovers)
	}
}

// TestAuditAllows: what may be kept is no leftover.
func TestAuditAllows(t *testing.T) {
	for _, c := range []struct{ name, settings, who, goal string }{
		{"a live secret", "", "bob", "epoch 2: exporter_secret"},
		{"the next epoch's, of a Commit that waits", "", "alice", "epoch 3: init_secret"},
		{"its leaf key in a Commit that waits", "", "alice", "epoch 3: leaf_key of alice"},
		{"an init key that was not used", "", "dave", "init key of dave_package_3"},
		{"a resumption_psk, kept on purpose", "keep psks 1\n", "bob", "epoch 1: resumption_psk"},
		{"sender_data_secret, kept on purpose", "keep epochs 1\n", "bob", "epoch 1: sender_data_secret"},
		{"the secret of an epoch that it was never in", "", "dave", "epoch 1: init_secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := running(t, c.settings+auditScenario)
			if report := p.keep(t, c.who, p.goalTerm(t, c.goal)); len(report.Leftovers) > 0 {
				t.Errorf("%+v", report.Leftovers)
			}
		})
	}
	for _, c := range []struct{ name, settings, goal string }{
		{"two epochs ago", "keep psks 1\n", "epoch 1: resumption_psk"},
		{"another secret", "keep psks 2\n", "epoch 1: exporter_secret"},
		{"message keys are not for PSKs", "keep epochs 2\n", "epoch 1: resumption_psk"},
	} {
		t.Run("not "+c.name, func(t *testing.T) {
			p := running(t, c.settings+auditScenario+"alice publishes\n")
			if report := p.keep(t, "bob", p.goalTerm(t, c.goal)); len(report.Leftovers) != 1 {
				t.Errorf("%+v", report.Leftovers)
			}
		})
	}
}

// TestAuditIsAsked: without the option nothing is walked, with it an honest run shows
// nothing.
func TestAuditIsAsked(t *testing.T) {
	for _, on := range []bool{false, true} {
		tr, err := Play(parse(t, auditScenario), Options{Audit: on})
		if err != nil {
			t.Fatal(err)
		}
		if report := judged(t, tr); !report.OK() || len(report.Leftovers) > 0 {
			t.Errorf("%v, %+v", report.Problems, report.Leftovers)
		}
	}
}
