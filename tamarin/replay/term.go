package replay

import (
	"slices"
	"strings"
)

// kind is what a term is.
type kind byte

const (
	variable kind = 'v' // of a rule
	public   kind = 'p' // 'a constant', or a name
	fresh    kind = 'f' // a fresh value
	apply    kind = 'a' // a function of terms
)

// Term is a term of a rule, or of a run: there it has no variables.
type Term struct {
	kind kind
	name string
	sort byte // variables: '~' fresh, '$' public, 0 any
	args []Term
}

// Public is a public name.
func Public(name string) Term { return Term{kind: public, name: name} }

// Fresh is a fresh value, by a name that is its own.
func Fresh(name string) Term { return Term{kind: fresh, name: name} }

// Apply is a function of terms.
func Apply(function string, args ...Term) Term { return Term{kind: apply, name: function, args: args} }

// tuple nests pairs to the right, as Tamarin does.
func tuple(terms []Term) Term {
	if len(terms) == 1 {
		return terms[0]
	}
	return Apply("pair", terms[0], tuple(terms[1:]))
}

func (t Term) equal(u Term) bool {
	return t.kind == u.kind && t.name == u.name && slices.EqualFunc(t.args, u.args, Term.equal)
}

func (t Term) String() string {
	switch t.kind {
	case public:
		return "'" + t.name + "'"
	case fresh:
		return "~" + t.name
	case apply:
		return t.name + "(" + join(t.args) + ")"
	}
	if t.sort != 0 {
		return string(t.sort) + t.name
	}
	return t.name
}

func join(terms []Term) string {
	words := make([]string, len(terms))
	for i, t := range terms {
		words[i] = t.String()
	}
	return strings.Join(words, ", ")
}

// Bindings are the values of a rule's variables, by their names without the sort.
type Bindings map[string]Term

// with puts values in the place of variables; those without one stay.
func (t Term) with(b Bindings) Term {
	switch t.kind {
	case variable:
		if v, ok := b[t.name]; ok {
			return v
		}
	case apply:
		args := make([]Term, len(t.args))
		for i, a := range t.args {
			args[i] = a.with(b)
		}
		t.args = args
	}
	return t
}

// free returns the name of a variable in the term, if it has one.
func (t Term) free() (string, bool) {
	if t.kind == variable {
		return t.name, true
	}
	for _, a := range t.args {
		if name, ok := a.free(); ok {
			return name, true
		}
	}
	return "", false
}

// match binds the variables of a pattern so that it is the given term. No equation
// of the models changes a term that a rule matches: they are all about destructors,
// and the rules use none, so equality is syntactic.
func match(pattern, t Term, b Bindings) bool {
	switch pattern.kind {
	case variable:
		if v, ok := b[pattern.name]; ok {
			return v.equal(t)
		}
		if pattern.sort == '~' && t.kind != fresh || pattern.sort == '$' && t.kind != public {
			return false
		}
		b[pattern.name] = t
		return true
	case apply:
		if t.kind != apply || t.name != pattern.name || len(t.args) != len(pattern.args) {
			return false
		}
		for i := range pattern.args {
			if !match(pattern.args[i], t.args[i], b) {
				return false
			}
		}
		return true
	}
	return pattern.equal(t)
}

// Fact is a fact of a rule or of a state.
type Fact struct {
	Name       string
	Persistent bool
	Args       []Term
}

func (f Fact) String() string {
	mark := ""
	if f.Persistent {
		mark = "!"
	}
	return mark + f.Name + "(" + join(f.Args) + ")"
}

func (f Fact) with(b Bindings) Fact {
	args := make([]Term, len(f.Args))
	for i, a := range f.Args {
		args[i] = a.with(b)
	}
	f.Args = args
	return f
}

// Rule is a multiset rewriting rule, its let block and macros written out.
type Rule struct {
	Name        string
	Line        int
	Premises    []Fact
	Actions     []Fact
	Conclusions []Fact
}

// Theory is what is read of a model.
type Theory struct {
	Name      string
	Functions map[string]int // arity
	Rules     []Rule
}
