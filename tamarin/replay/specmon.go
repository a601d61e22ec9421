package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SpecMonTheory writes a model for SpecMon: the rules as they are read here, each
// with the call that fires it as its trigger. Fr and In are rules of their own, since
// SpecMon has neither; that a received message is one the attacker can make, and that
// a fresh value is new, it does not check. A persistent fact fills one premise of a
// rule there, and any number in Tamarin: what a rule wants twice is made in copies,
// all of them at once, with a name for each.
func SpecMonTheory(t *Theory) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "theory %s\nbegin\n\n", t.Name)
	var functions []string
	for _, name := range slices.Sorted(maps.Keys(t.Functions)) {
		if name != "pair" {
			functions = append(functions, fmt.Sprintf("%s/%d", name, t.Functions[name]))
		}
	}
	if len(functions) > 0 {
		fmt.Fprintf(&b, "functions: %s\n\n", strings.Join(functions, ", "))
	}
	b.WriteString("rule Fresh [trigger=[<fresh(), x>]]:\n  [ ] --> [ Fr(x) ]\n\n" +
		"rule Network [trigger=[<receive(), x>]]:\n  [ ] --> [ In(x) ]\n")
	copies := map[string]int{}
	for _, r := range t.Rules {
		for name, n := range persistentPremises(r) {
			copies[name] = max(copies[name], n)
		}
	}
	for _, r := range t.Rules {
		fmt.Fprintf(&b, "\nrule %s [trigger=[<rule_%s(%s), 'ok'>]]:\n  [ %s ]\n--[ %s ]->\n  [ %s ]\n", r.Name, r.Name,
			spthyTerms(r.variables()), spthyFacts(numbered(r.Premises)), spthyFacts(r.Actions), spthyFacts(copied(r.Conclusions, copies)))
	}
	b.WriteString("\nend\n")
	return b.Bytes()
}

func persistentPremises(r Rule) map[string]int {
	n := map[string]int{}
	for _, p := range r.Premises {
		if p.Persistent {
			n[p.Name]++
		}
	}
	return n
}

// numbered makes each premise take a copy of its own.
func numbered(premises []Fact) []Fact {
	out, seen := slices.Clone(premises), map[string]int{}
	for i, p := range out {
		if p.Persistent {
			seen[p.Name]++
			out[i].Name = copyName(p.Name, seen[p.Name])
		}
	}
	return out
}

func copied(conclusions []Fact, copies map[string]int) []Fact {
	var out []Fact
	for _, c := range conclusions {
		out = append(out, c)
		for n := 2; c.Persistent && n <= copies[c.Name]; n++ {
			again := c
			again.Name = copyName(c.Name, n)
			out = append(out, again)
		}
	}
	return out
}

func copyName(name string, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s_%d", name, n)
}

func spthyFacts(facts []Fact) string {
	words := make([]string, len(facts))
	for i, f := range facts {
		words[i] = f.Name + "(" + spthyTerms(f.Args) + ")"
		if f.Persistent {
			words[i] = "!" + words[i]
		}
	}
	return strings.Join(words, ", ")
}

func spthyTerms(terms []Term) string {
	words := make([]string, len(terms))
	for i, t := range terms {
		switch {
		case t.kind != apply:
			words[i] = t.String()
		case t.name == "pair":
			words[i] = "<" + spthyTerms(t.args) + ">"
		default:
			words[i] = t.name + "(" + spthyTerms(t.args) + ")"
		}
	}
	return strings.Join(words, ", ")
}

// specMonTerm is a term in SpecMon's event format.
type specMonTerm struct {
	Name  string        `json:"name,omitempty"`
	Type  string        `json:"type"`
	Value string        `json:"value,omitempty"`
	Args  []specMonTerm `json:"args,omitzero"`
}

// SpecMonEvents writes firings for SpecMon, one call and its result on a line: fresh()
// and receive() for what the rule takes from Fr and In, then the rule. Its time is the
// number of the trace's event. What is no run of the model is refused (*Refusal).
func SpecMonEvents(t *Theory, firings []Firing) ([]byte, error) {
	done, err := Run(t, firings)
	if err != nil {
		return nil, err
	}
	return specMonLines(t, done)
}

// specMonLines wants a value for every variable.
func specMonLines(t *Theory, done []Firing) ([]byte, error) {
	var b bytes.Buffer
	line := func(seq int, call, result Term) error {
		text, err := json.Marshal(struct {
			Time  int         `json:"time"`
			Event specMonTerm `json:"event"`
		}{seq, toSpecMon(Apply("pair", call, result))})
		b.Write(append(text, '\n'))
		return err
	}
	for _, f := range done {
		r, _ := t.rule(f.Rule) // it fired
		for _, p := range r.Premises {
			var call string
			switch p.Name {
			case "Fr":
				call = "fresh"
			case "In":
				call = "receive"
			default:
				continue
			}
			if err := line(f.Seq, Apply(call), p.Args[0].with(f.With)); err != nil {
				return nil, err
			}
		}
		call := Apply("rule_"+r.Name, r.variables()...).with(f.With)
		if name, open := call.free(); open {
			return nil, fmt.Errorf("%s: event %d: nothing says what %s of rule %s is", t.Name, f.Seq, name, r.Name)
		}
		if err := line(f.Seq, call, Public("ok")); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// toSpecMon keeps fresh values and public names apart by a ~.
func toSpecMon(t Term) specMonTerm {
	switch t.kind {
	case fresh:
		return specMonTerm{Type: "constant", Value: "~" + t.name}
	case apply:
		args := make([]specMonTerm, len(t.args))
		for i, a := range t.args {
			args[i] = toSpecMon(a)
		}
		return specMonTerm{Name: t.name, Type: "function", Args: args}
	}
	return specMonTerm{Type: "constant", Value: t.name}
}
