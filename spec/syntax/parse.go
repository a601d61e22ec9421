package syntax

import (
	"cmp"
	"fmt"
	"strconv"
)

// Parse reads one block of definitions, which starts on line line0 of a file. A
// problem, rule "syntax", says what was found and what was expected there; parsing goes
// on with the next definition, until there are mostProblems.
func Parse(file string, line0 int, text string) (defs []Definition, problems []Finding) {
	p := &parser{tokens: lex(file, line0, text)}
	for p.peek().kind != ends {
		start := p.at
		p.problem = nil
		d := p.definition()
		if p.problem == nil {
			defs = append(defs, d)
			continue
		}
		p.recover(start)
		p.problem.Subject = cmp.Or(d.Name, p.nameBefore())
		if problems = append(problems, *p.problem); len(problems) == mostProblems {
			problems[mostProblems-1].Text += "; after so many problems the rest of the block is not read"
			break
		}
	}
	return defs, problems
}

// mostProblems bounds the work: for each, recover may look through all that follows.
const mostProblems = 100

// nameBefore is the word before the ";" that ended a broken definition: most likely the
// name of what it defines.
func (p *parser) nameBefore() string {
	if p.at < 2 || p.tokens[p.at-1].text != ";" || p.tokens[p.at-2].kind != word {
		return ""
	}
	return p.tokens[p.at-2].text
}

// parser is a descent over the tokens. The first problem of a definition sticks: from
// there on nothing is consumed.
type parser struct {
	tokens  []token
	at      int
	deep    int // how many braces and types enclose what is being read
	problem *Finding
}

// mostDeep bounds how they nest: in RFC 9420 it is three.
const mostDeep = 50

// nested counts a level; what it returns ends it.
func (p *parser) nested() (done func()) {
	if p.deep++; p.deep > mostDeep {
		p.fail(fmt.Sprintf("at most %d levels", mostDeep))
	}
	return func() { p.deep-- }
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) after(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) fail(expected string) {
	if p.problem != nil {
		return
	}
	t := p.peek()
	p.problem = &Finding{Pos: t.Pos, Rule: "syntax", Found: t.String(), Expected: expected,
		Text: fmt.Sprintf("found %s, expected %s", t, expected)}
	if t.text == "/*" {
		p.problem.Text += "; this comment has no end"
	}
}

// take consumes the next token.
func (p *parser) take() token {
	t := p.peek()
	if p.problem == nil && t.kind != ends {
		p.at++
	}
	return t
}

// is consumes a word or a sign if it is next.
func (p *parser) is(text string) bool {
	if p.problem != nil || p.peek().text != text || p.peek().kind == odd {
		return false
	}
	p.take()
	return true
}

func (p *parser) need(text string) {
	if !p.is(text) {
		p.fail(`"` + text + `"`)
	}
}

// name consumes a word that is none of the language's own.
func (p *parser) name(expected string) token {
	t := p.peek()
	if t.kind != word || keyword(t.text) {
		p.fail(expected)
	}
	if p.problem != nil {
		return token{Pos: t.Pos}
	}
	return p.take()
}

func keyword(s string) bool { return s == "struct" || s == "enum" || s == "select" || s == "case" }

// recover goes to where the next definition may start.
func (p *parser) recover(start int) {
	if p.peek().kind != ends && p.resume(start, false) || p.resume(start, true) {
		return
	}
	p.at = len(p.tokens) - 1
}

// resume looks for the ";" that ends the broken definition, or a struct or enum that
// stands no further right than it did. If a brace was never closed, all that follows
// seems to lie within it: then anything that stands no further right will do.
func (p *parser) resume(start int, unclosed bool) bool {
	depth := 0
	for i := start; p.tokens[i].kind != ends; i++ {
		t := p.tokens[i]
		opens := t.kind == word && (unclosed || i >= p.at && (t.text == "struct" || t.text == "enum"))
		switch {
		case i > start && opens && t.first && t.Col <= p.tokens[start].Col:
			p.at = i
			return true
		case t.text == "{":
			depth++
		case t.text == "}":
			depth--
		case t.text == ";" && depth <= 0 && i >= p.at:
			p.at = i + 1
			return true
		}
	}
	return false
}

// definition is a struct, an enum, or a typedef: `opaque MAC<V>;`.
func (p *parser) definition() Definition {
	d := Definition{Pos: p.peek().Pos}
	switch {
	case p.is("struct"):
		d.Form = Struct
		d.Fields = p.braced()
		d.Name = p.name("the struct's name").text
		if p.is("<") {
			d.Param = p.name("the name of the type's parameter").text
			p.need(">")
		}
	case p.is("enum"):
		d.Form = Enum
		p.enum(&d)
		d.Name = p.name("the enum's name").text
	default:
		d.Form = Typedef
		d.Of = p.typ("struct, enum or a type")
		d.Name = p.name("the new type's name").text
		d.Suffix = p.suffix()
	}
	p.need(";")
	return d
}

// enum is what stands between the braces: values, and the width that all of them fit.
func (p *parser) enum(d *Definition) {
	p.need("{")
	width := false
	for p.problem == nil {
		switch {
		case p.is("..."): // values that the text leaves out
		case p.peek().text == "(":
			width = true
			p.take()
			d.Most = p.number()
			p.need(")")
		default:
			v := EnumValue{Pos: p.peek().Pos, Name: p.name(`a value's name, or the width, like "(255)"`).text}
			p.need("(")
			v.First = p.number()
			v.Last = v.First
			if p.is("..") {
				v.Last = p.number()
			}
			p.need(")")
			d.Values = append(d.Values, v)
		}
		if !p.is(",") {
			break
		}
		if p.peek().text == "}" {
			break
		}
	}
	p.need("}")
	if !width { // RFC 8446 §3.5: the width then follows from the largest value
		for _, v := range d.Values {
			d.Most = max(d.Most, v.Last)
		}
	}
}

// braced are the fields of a struct between its braces.
func (p *parser) braced() []Field {
	p.need("{")
	var fields []Field
	for p.problem == nil && p.peek().text != "}" {
		fields = append(fields, p.field()...)
	}
	p.need("}")
	return fields
}

// field is one field; or several where a nested struct has them, or none.
func (p *parser) field() []Field {
	defer p.nested()()
	f := Field{Pos: p.peek().Pos}
	switch {
	case p.is("struct"): // RFC 8446 §3.6: without a name it is its fields
		fields := p.braced()
		p.need(";")
		return fields
	case p.is("select"):
		f.Select = p.choice(f.Pos)
	default:
		f.Type = p.typ(`a field, a select, or "}"`)
		if p.peek().text != ";" || p.problem != nil {
			f.Name = p.name("the field's name").text
			f.Suffix = p.suffix()
		}
		if p.is("=") {
			f.Constant = p.label("the constant").Name
		}
	}
	p.need(";")
	return []Field{f}
}

// choice is a select from its "(" on.
func (p *parser) choice(at Pos) *Select {
	s := &Select{Pos: at}
	p.need("(")
	for more := true; more && p.problem == nil; more = p.is(".") {
		s.On = append(s.On, p.name("the field that the select goes by").text)
	}
	p.need(")")
	p.need("{")
	for p.problem == nil && p.peek().text != "}" {
		s.Arms = append(s.Arms, p.arm())
	}
	p.need("}")
	return s
}

func (p *parser) arm() Arm {
	var a Arm
	if p.peek().text != "case" {
		p.fail(`"case" or "}"`)
	}
	for p.is("case") {
		a.Cases = append(a.Cases, p.label("a value of what the select goes by"))
		p.need(":")
	}
	for p.problem == nil && p.peek().text != "case" && p.peek().text != "}" {
		a.Fields = append(a.Fields, p.field()...)
	}
	return a
}

// label is a word or a number.
func (p *parser) label(expected string) Label {
	if t := p.peek(); t.kind == numeral {
		p.number() // for its problem
		return Label{t.Pos, t.text}
	}
	t := p.name(expected)
	return Label{t.Pos, t.text}
}

func (p *parser) typ(expected string) Type {
	defer p.nested()()
	t := p.name(expected)
	as := Type{Pos: t.Pos, Name: t.text}
	// `optional<Node> x`, but not the vector in `T <V>`, which lacks its name
	if p.problem == nil && p.peek().text == "<" && p.after(1).kind == word && p.after(1).text != "V" {
		p.take()
		arg := p.typ("a type")
		as.Arg = &arg
		p.need(">")
	}
	return as
}

func (p *parser) suffix() Suffix {
	switch {
	case p.is("["):
		if t := p.peek(); t.kind == word {
			s := Suffix{Kind: Fixed, Length: p.name("a length").text}
			p.need("]")
			return s
		}
		n := p.number()
		p.need("]")
		return Suffix{Kind: Fixed, Min: n, Max: n}
	case p.is("<"):
		if p.is("V") {
			p.need(">")
			return Suffix{Kind: Variable}
		}
		if p.peek().kind != numeral {
			p.fail(`"V" or a number of bytes`)
		}
		s := Suffix{Kind: Range, Min: p.number()}
		p.need("..")
		s.Max = p.number()
		p.need(">")
		return s
	}
	return Suffix{}
}

// number is 255, 0xff, or 2^16-1.
func (p *parser) number() uint64 {
	n := p.numeral()
	if p.is("^") {
		n = p.power(n)
	}
	if p.is("-") {
		at := p.at
		less := p.numeral()
		if less > n && p.problem == nil {
			p.at = at
			p.fail("a number that is not larger")
		}
		n -= less
	}
	return n
}

// power reads an exponent. 2^64 itself is written only with -1 behind it, and wraps to
// the right number with it.
func (p *parser) power(base uint64) uint64 {
	at := p.at
	n, exponent := uint64(1), p.numeral()
	if base == 2 && exponent == 64 && p.peek().text == "-" && p.after(1).text == "1" {
		p.take()
		p.take()
		return 1<<64 - 1
	}
	for i := uint64(0); i < exponent && base > 1; i++ {
		if n > (1<<64-1)/base {
			p.at = at
			p.fail("a power below 2^64")
			return 0
		}
		n *= base
	}
	if base == 0 && exponent > 0 {
		return 0
	}
	return n
}

func (p *parser) numeral() uint64 {
	t := p.peek()
	n, err := number(t.text)
	if t.kind != numeral || err != nil {
		p.fail("a number below 2^64")
		return 0
	}
	p.take()
	return n
}

// number reads decimal and 0x digits.
func number(s string) (uint64, error) {
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		return strconv.ParseUint(s[2:], 16, 64)
	}
	return strconv.ParseUint(s, 10, 64)
}
