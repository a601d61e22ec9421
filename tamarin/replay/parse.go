package replay

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// builtins are the functions that a builtin brings. Tamarin has destructors beside
// them; no rule uses these, so they are unknown here.
var builtins = map[string]map[string]int{
	"hashing":               {"h": 1},
	"symmetric-encryption":  {"senc": 2},
	"asymmetric-encryption": {"aenc": 2, "pk": 1},
}

// Load reads a model, with the variants that are defined (Tamarin's -D).
func Load(path string, variants ...string) (*Theory, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := Parse(string(text), variants...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Parse reads a model's text. Lemmas are skipped; a part that could change what a
// run of the model is and that is not known here, a restriction say, is an error.
func Parse(text string, variants ...string) (*Theory, error) {
	defined := map[string]bool{}
	for _, v := range variants {
		defined[v] = true
	}
	tokens, err := lex(text, defined)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, macros: map[string]macro{},
		theory: &Theory{Functions: map[string]int{"pair": 2}}}
	p.want("theory")
	p.theory.Name = p.next()
	p.want("begin")
	for p.err == nil && p.peek() != "end" {
		p.part()
	}
	return p.theory, p.err
}

type macro struct {
	params []string
	body   Term
}

type parser struct {
	tokens []token
	at     int
	err    error
	macros map[string]macro
	lets   Bindings
	theory *Theory
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("line %d: %s", p.line(), fmt.Sprintf(format, args...))
	}
}

func (p *parser) line() int {
	if p.at < len(p.tokens) {
		return p.tokens[p.at].line
	}
	return 0
}

func (p *parser) peek() string {
	if p.err != nil || p.at >= len(p.tokens) {
		p.fail("the file ends too early")
		return ""
	}
	return p.tokens[p.at].text
}

func (p *parser) next() string {
	text := p.peek()
	p.at++
	return text
}

func (p *parser) accept(text string) bool {
	if p.peek() != text {
		return false
	}
	p.at++
	return true
}

func (p *parser) want(text string) {
	if got := p.peek(); got != text {
		p.fail("%q stands where %q should", got, text)
	}
	p.at++
}

func (p *parser) part() {
	switch word := p.next(); word {
	case "builtins":
		p.list(func() {
			name := p.next()
			if builtins[name] == nil {
				p.fail("the builtin %s is not known", name)
			}
			for f, n := range builtins[name] {
				p.theory.Functions[f] = n
			}
		})
	case "functions":
		p.list(func() {
			name := p.next()
			p.want("/")
			n, err := strconv.Atoi(p.next())
			if err != nil {
				p.fail("%s has no arity", name)
			}
			p.theory.Functions[name] = n
		})
	case "macros":
		p.list(p.macro)
	case "rule":
		p.rule()
	case "lemma":
		for p.next() != `"` && p.err == nil {
		}
	default:
		p.at--
		p.fail("%q is not known here", word)
	}
}

func (p *parser) list(item func()) {
	p.want(":")
	for item(); p.err == nil && p.accept(","); {
		item()
	}
}

func (p *parser) macro() {
	name := p.next()
	var m macro
	p.want("(")
	for p.err == nil {
		m.params = append(m.params, p.next())
		if !p.accept(",") {
			break
		}
	}
	p.want(")")
	p.want("=")
	m.body = p.term()
	p.macros[name] = m
}

func (p *parser) rule() {
	r := Rule{Line: p.line(), Name: p.next()}
	p.want(":")
	p.lets = Bindings{}
	if p.accept("let") {
		for p.err == nil && !p.accept("in") {
			name := p.next()
			p.want("=")
			p.lets[name] = p.term()
		}
	}
	p.want("[")
	r.Premises = p.facts("]")
	if p.accept("--[") {
		r.Actions = p.facts("]->")
	} else {
		p.want("-->")
	}
	p.want("[")
	r.Conclusions = p.facts("]")
	p.lets = nil
	p.theory.Rules = append(p.theory.Rules, r)
}

// facts reads up to the closing token.
func (p *parser) facts(closing ...string) []Fact {
	var facts []Fact
	for p.err == nil {
		for _, c := range closing {
			if p.accept(c) {
				return facts
			}
		}
		if len(facts) > 0 {
			p.want(",")
		}
		f := Fact{Persistent: p.accept("!"), Name: p.next()}
		p.want("(")
		f.Args = p.terms(")")
		facts = append(facts, f)
	}
	return facts
}

func (p *parser) terms(closing string) []Term {
	var terms []Term
	for p.err == nil && !p.accept(closing) {
		if len(terms) > 0 {
			p.want(",")
		}
		terms = append(terms, p.term())
	}
	return terms
}

func (p *parser) term() Term {
	switch word := p.next(); {
	case word == "<":
		terms := p.terms(">")
		if len(terms) < 2 {
			p.fail("a tuple of %d", len(terms))
			return Term{}
		}
		return tuple(terms)
	case strings.HasPrefix(word, "'"):
		return Public(strings.Trim(word, "'"))
	case word == "~" || word == "$":
		return Term{kind: variable, name: p.next(), sort: word[0]}
	case p.peek() == "(":
		p.at++
		return p.call(word, p.terms(")"))
	default:
		if v, ok := p.lets[word]; ok {
			return v
		}
		return Term{kind: variable, name: word}
	}
}

// call is a function of the theory, or a macro, written out.
func (p *parser) call(name string, args []Term) Term {
	if m, ok := p.macros[name]; ok {
		if len(args) != len(m.params) {
			p.fail("the macro %s takes %d terms, not %d", name, len(m.params), len(args))
			return Term{}
		}
		b := Bindings{}
		for i, param := range m.params {
			b[param] = args[i]
		}
		return m.body.with(b)
	}
	if n, ok := p.theory.Functions[name]; !ok || n != len(args) {
		p.fail("there is no function %s of %d terms", name, len(args))
	}
	return Apply(name, args...)
}
