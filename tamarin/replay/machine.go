package replay

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Firing is one step of a run: the rule that an event of a trace names, and what the
// event says of its variables. Those that it says nothing of may have any value.
type Firing struct {
	Seq  int    // of the event
	What string // the event, in words
	Rule string
	With Bindings
}

// Refusal says which firing is not possible, and why.
type Refusal struct {
	Model  string
	Firing Firing
	Why    string
}

func (r *Refusal) Error() string {
	var with []string
	for _, name := range slices.Sorted(maps.Keys(r.Firing.With)) {
		with = append(with, name+" = "+r.Firing.With[name].String())
	}
	return fmt.Sprintf("%s: event %d (%s): rule %s (%s) cannot fire: %s",
		r.Model, r.Firing.Seq, r.Firing.What, r.Firing.Rule, strings.Join(with, ", "), r.Why)
}

// machine is a run so far: the multiset of facts, the fresh values, what was sent.
type machine struct {
	theory   *Theory
	facts    map[string][]Fact
	consumed []used
	fresh    map[string]bool // that were made
	known    knowledge
}

// used is a fact that is no more.
type used struct {
	fact Fact
	by   string // which event and rule
}

// Run fires one rule after the other from the empty state, and returns the firings
// with a value for every variable. The error is a *Refusal.
func Run(theory *Theory, firings []Firing) ([]Firing, error) {
	m := &machine{theory: theory, facts: map[string][]Fact{},
		fresh: map[string]bool{}, known: knowledge{have: map[string]bool{}}}
	var done []Firing
	for _, f := range firings {
		b, why := m.fire(f)
		if why != "" {
			return done, &Refusal{theory.Name, f, why}
		}
		f.With = b
		done = append(done, f)
	}
	return done, nil
}

// fire returns why the rule cannot fire, or "" and has done it.
func (m *machine) fire(f Firing) (Bindings, string) {
	r, ok := m.theory.rule(f.Rule)
	if !ok {
		return nil, "the model has no such rule"
	}
	if why := checkNames(r, f.With); why != "" {
		return nil, why
	}
	start := maps.Clone(f.With)
	if start == nil {
		start = Bindings{}
	}
	var search finder
	b, ok := search.find(m, stored(r.Premises), start, nil)
	if !ok {
		return nil, m.missing(search.stuck)
	}
	if why := m.freshAndIn(r, b); why != "" {
		return nil, why
	}
	for _, c := range r.Conclusions {
		if name, open := Apply("", c.with(b).Args...).free(); open {
			return nil, "nothing says what " + name + " is"
		}
	}
	for _, p := range stored(r.Premises) {
		if !p.Persistent {
			m.consume(p.with(b), fmt.Sprintf("event %d, rule %s", f.Seq, f.Rule))
		}
	}
	for _, c := range r.Conclusions {
		m.produce(c.with(b))
	}
	return b, ""
}

func (t *Theory) rule(name string) (Rule, bool) {
	at := slices.IndexFunc(t.Rules, func(r Rule) bool { return r.Name == name })
	if at < 0 {
		return Rule{}, false
	}
	return t.Rules[at], true
}

// checkNames finds bindings that the rule has no variable for: a typing mistake, or a
// model that has changed.
func checkNames(r Rule, b Bindings) string {
	names := r.variables()
	for name := range b {
		if !slices.ContainsFunc(names, func(v Term) bool { return v.name == name }) {
			return "the rule has no variable " + name
		}
	}
	return ""
}

// variables are the rule's, in the order in which they appear.
func (r Rule) variables() []Term {
	var found []Term
	var walk func(Term)
	walk = func(t Term) {
		if t.kind == variable && !slices.ContainsFunc(found, t.equal) {
			found = append(found, t)
		}
		for _, a := range t.args {
			walk(a)
		}
	}
	for _, facts := range [][]Fact{r.Premises, r.Actions, r.Conclusions} {
		for _, f := range facts {
			for _, a := range f.Args {
				walk(a)
			}
		}
	}
	return found
}

// stored leaves out Fr and In, which are no facts of the state.
func stored(premises []Fact) []Fact {
	return slices.DeleteFunc(slices.Clone(premises), func(f Fact) bool { return f.Name == "Fr" || f.Name == "In" })
}

// finder looks for facts of the state that match all premises at once.
type finder struct {
	stuck Fact // the premise that the furthest attempt has no fact for
	depth int
}

func (s *finder) find(m *machine, premises []Fact, b Bindings, gone []Fact) (Bindings, bool) {
	if len(premises) == 0 {
		return b, true
	}
	p := premises[0]
	for _, have := range m.facts[p.key()] {
		next := maps.Clone(b)
		if !match(Apply("", p.Args...), Apply("", have.Args...), next) {
			continue
		}
		taken := gone
		if !p.Persistent {
			if count(gone, have) >= count(m.facts[p.key()], have) {
				continue
			}
			taken = append(slices.Clone(gone), have)
		}
		if found, ok := s.find(m, premises[1:], next, taken); ok {
			return found, true
		}
	}
	if depth := len(b) + 1; depth > s.depth {
		s.depth, s.stuck = depth, p.with(b)
	}
	return nil, false
}

func count(facts []Fact, f Fact) int {
	n := 0
	for _, g := range facts {
		if g.String() == f.String() {
			n++
		}
	}
	return n
}

func (f Fact) key() string {
	if f.Persistent {
		return "!" + f.Name
	}
	return f.Name
}

// missing tells of a premise that no fact fits: it was used up, or never made.
func (m *machine) missing(p Fact) string {
	for _, u := range slices.Backward(m.consumed) {
		if u.fact.key() == p.key() && match(Apply("", p.Args...), Apply("", u.fact.Args...), Bindings{}) {
			return fmt.Sprintf("%s was used up (%s)", u.fact, u.by)
		}
	}
	if _, open := Apply("", p.Args...).free(); open {
		return fmt.Sprintf("there is no fact that fits %s", p)
	}
	return fmt.Sprintf("there is no fact %s", p)
}

// freshAndIn makes the rule's fresh values, and checks that the attacker, who is the
// network, can send what the rule takes in.
func (m *machine) freshAndIn(r Rule, b Bindings) string {
	for _, p := range r.Premises {
		if p.Name != "Fr" {
			continue
		}
		name := p.Args[0].name
		v, bound := b[name]
		if !bound {
			v = Fresh(fmt.Sprintf("%s.%d", name, len(m.fresh)))
			b[name] = v
		}
		if v.kind != fresh {
			return fmt.Sprintf("%s is %s, which is no fresh value", name, v)
		}
		if m.fresh[v.name] {
			return fmt.Sprintf("%s is not fresh: it was made before", v)
		}
		m.fresh[v.name] = true
	}
	for _, p := range r.Premises {
		if p.Name != "In" {
			continue
		}
		t := p.Args[0].with(b)
		if name, open := t.free(); open {
			return "nothing says what " + name + " is"
		}
		if !m.known.derives(t) {
			return fmt.Sprintf("nobody has sent %s, and the attacker cannot make it", t)
		}
	}
	return ""
}

func (m *machine) consume(f Fact, by string) {
	list := m.facts[f.key()]
	at := slices.IndexFunc(list, func(g Fact) bool { return g.String() == f.String() })
	m.facts[f.key()] = slices.Delete(list, at, at+1)
	m.consumed = append(m.consumed, used{f, by})
}

func (m *machine) produce(f Fact) {
	if f.Name == "Out" {
		m.known.learn(f.Args[0])
		return
	}
	if f.Persistent && count(m.facts[f.key()], f) > 0 {
		return
	}
	m.facts[f.key()] = append(m.facts[f.key()], f)
}
