package props

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// metamorphic plays a history once more, in other words that should decide about no
// secret, and compares what becomes of each.
type metamorphic struct {
	h    *History
	how  rewriting
	told func(compared bool) // for tests
}

func newMetamorphic(h *History) Checks {
	if !h.sometimes(oneIn) {
		return Checks{}
	}
	return (&metamorphic{h: h, how: rewritings[h.Rand.IntN(len(rewritings))]}).checks()
}

func (m *metamorphic) checks() Checks {
	return Checks{Judged: func(t *trace.Trace, r *trace.Report) {
		compared := false
		err := caught(func() (err error) {
			compared, err = m.compare(t, r)
			return err
		})
		if err != nil {
			m.h.Fail("%s: %v", m.how.name, err)
		}
		if m.told != nil {
			m.told(compared)
		}
	}}
}

// compare says whether there was another scenario to compare with: one with something to
// rewrite, and possible where it stands.
func (m *metamorphic) compare(t *trace.Trace, r *trace.Report) (compared bool, err error) {
	w, ok := m.how.of(m.h.Scenario, m.h.Rand)
	if !ok {
		return false, nil
	}
	sc, err := trace.Parse("otherWords", strings.NewReader(w.text()))
	var impossible *trace.InputError
	if errors.As(err, &impossible) {
		return false, nil
	}
	again, err := trace.Play(sc, trace.Options{})
	if errors.As(err, &impossible) {
		return false, nil
	}
	if err != nil {
		return true, fmt.Errorf("%w, in\n%s", err, w.text())
	}
	report, err := trace.Judge(again)
	if err != nil {
		return true, fmt.Errorf("%w, in\n%s", err, w.text())
	}
	was, is := fates(t, r, otherWords{renamed: w.renamed, until: w.until}), fates(again, report, otherWords{lines: w.lines})
	for _, secret := range slices.Sorted(maps.Keys(was)) {
		if !w.allows(was[secret], is[secret]) {
			return true, fmt.Errorf("%s was %q, and is %q in\n%s", secret, was[secret], is[secret], w.text())
		}
		delete(is, secret)
	}
	for _, secret := range slices.Sorted(maps.Keys(is)) {
		if !strings.Contains(secret, extraExport) {
			return true, fmt.Errorf("%s was not there, and is %q in\n%s", secret, is[secret], w.text())
		}
	}
	return true, nil
}

// allows says whether a secret's fate may become another one. A Commit in the clear can
// be opened with a node key that is stolen later, one in a PrivateMessage not without its
// message key too, which is gone: so private framing may save a secret, or save it for
// longer, and never loses one.
func (w otherWords) allows(was, is string) bool {
	if w.framed == "" || was == is {
		return was == is
	}
	private, public := is, was
	if w.framed == "public" {
		private, public = was, is
	}
	if private == "" || public == "" { // it is not there
		return false
	}
	lost, late := 0, 0
	fmt.Sscanf(public, "exposed since line %d", &lost)
	fmt.Sscanf(private, "exposed since line %d", &late)
	return lost > 0 && (late == 0 || lost <= late)
}

// fates are what becomes of each secret of a run, and of each attack, in words that two
// runs can share: names are renamed, packages counted for each owner, and the line since
// which a secret is exposed is the one that w has for it. Until a line, if w has one: as
// if the run ended there.
func fates(t *trace.Trace, r *trace.Report, w otherWords) map[string]string {
	list, packages := map[string]string{}, map[string]int{}
	lineOf, made := map[int]int{}, map[model.Goal]int{}
	for _, e := range t.Events {
		lineOf[e.Seq] = e.Line
		if w.lines != nil && e.Line > 0 {
			lineOf[e.Seq] = w.lines[e.Line-1]
		}
		if e.Kind == trace.KindGoal {
			made[*e.Goal] = e.Line
		}
		if a := e.Attack; a != nil && w.until == 0 {
			list[fmt.Sprintf("attack %d", a.Number)] = outcome(a, w.renamed)
		}
	}
	for _, row := range r.Rows {
		if w.until > 0 && made[row.Goal] > w.until {
			continue
		}
		fate := "secret"
		if line := lineOf[row.Since]; row.Exposed() && (w.until == 0 || line <= w.until) {
			fate = fmt.Sprintf("exposed since line %d (to the predicate: %v, to the closure: %v)", line, row.Predicate.Exposed, row.Closure)
		}
		list[secretOf(row.Goal, w.renamed, packages)] = fate
	}
	return list
}

// outcome is who accepted what an attack made.
func outcome(a *trace.Attack, renamed map[string]string) string {
	var accepted []string
	for _, name := range a.Accepted {
		accepted = append(accepted, orSame(renamed, name))
	}
	slices.Sort(accepted)
	return fmt.Sprintf("made: %v, accepted by %v", a.Failed == "", accepted)
}

// secretOf names a goal. A package's own label counts what was made before it,
// proposals too: here it is the n-th of its owner.
func secretOf(g model.Goal, renamed map[string]string, packages map[string]int) string {
	switch g.Kind {
	case model.InitKey:
		owner, _, _ := strings.Cut(g.Label, "_package_")
		packages[owner]++
		return fmt.Sprintf("init_key %d of %s", packages[owner], orSame(renamed, owner))
	case model.PSK:
		g.Label = orSame(renamed, g.Label)
	}
	room, epoch, _ := strings.Cut(g.State, "/")
	g.Group, g.State, g.Owner = orSame(renamed, g.Group), orSame(renamed, room)+"/"+epoch, orSame(renamed, g.Owner)
	return fmt.Sprintf("%+v", g)
}

func orSame(renamed map[string]string, name string) string {
	if other, ok := renamed[name]; ok {
		return other
	}
	return name
}
