package trace

import (
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"mlsref/impl/suite"
)

// The grammar in docs/scenarios.md and the parser are held against each other: what
// the grammar makes is parsed, and what is parsed is of the grammar.
func TestGrammar(t *testing.T) {
	g := readGrammar(t)
	for _, c := range parsed {
		text, _, _ := strings.Cut(c.text, "  #")
		ws, msg := words(text)
		if msg != "" {
			t.Fatal(msg)
		}
		if !g.accepts(ws) {
			t.Errorf("the grammar does not know %s", text)
		}
	}
	beyond := regexp.MustCompile(`counted from 1|expected as, and whom|named twice`) // what a grammar does not say
	for _, c := range moreMistakes("") {
		if ws, msg := words(c.text); msg == "" && g.accepts(ws) && !beyond.MatchString(c.want) {
			t.Errorf("the grammar has %q, which is a mistake", c.text)
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		var out []string
		g.sentence(g.rules["statement"], rng, &out)
		text := strings.Join(out, " ")
		if _, err := Parse("x.mls", strings.NewReader(text)); err != nil && !beyond.MatchString(err.Error()) {
			t.Fatalf("the grammar makes %s: %v", text, err)
		}
	}
	for range 100 {
		var out []string
		g.sentence(g.rules["setting"], rng, &out)
		if _, err := Parse("x.mls", strings.NewReader(strings.Join(out, " ")+"\na creates g")); err != nil {
			t.Fatal(err)
		}
	}
}

// node is a part of the grammar: a choice of sequences; or a word, a class of words or
// a rule by its name.
type node struct {
	choice [][]node
	many   bool // { }
	maybe  bool // [ ]
	word   string
	name   string
}

type grammar struct{ rules map[string]node }

var grammarToken = regexp.MustCompile(`"[^"]+"|[A-Za-z]+|[{}\[\]()|=]`)

func readGrammar(t *testing.T) grammar {
	t.Helper()
	page, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "## Grammar")
	_, text, _ = strings.Cut(text, "```\n")
	text, _, _ = strings.Cut(text, "```")
	g := grammar{map[string]node{}}
	text = regexp.MustCompile(`\n +`).ReplaceAllString(strings.ReplaceAll(text, "(once at least)", ""), " ")
	for _, rule := range strings.Split(strings.TrimSpace(text), "\n") {
		name, body, ok := strings.Cut(rule, "=")
		if !ok {
			t.Fatalf("no rule: %s", rule)
		}
		tokens := grammarToken.FindAllString(body, -1)
		g.rules[strings.TrimSpace(name)] = node{choice: readChoice(&tokens)}
	}
	return g
}

func readChoice(tokens *[]string) [][]node {
	all := [][]node{nil}
	for len(*tokens) > 0 {
		tok := (*tokens)[0]
		if strings.Contains("}])", tok) {
			return all
		}
		*tokens = (*tokens)[1:]
		last := &all[len(all)-1]
		switch {
		case tok == "|":
			all = append(all, nil)
		case strings.Contains("{[(", tok):
			*last = append(*last, node{choice: readChoice(tokens), many: tok == "{", maybe: tok == "["})
			*tokens = (*tokens)[1:]
		case tok[0] == '"':
			*last = append(*last, node{word: strings.Trim(tok, `"`)})
		default:
			*last = append(*last, node{name: tok})
		}
	}
	return all
}

func (g grammar) accepts(ws []word) bool {
	return g.match(g.rules["statement"], ws, func(rest []word) bool { return len(rest) == 0 })
}

// match calls then with every rest that a node can leave, until one will do.
func (g grammar) match(n node, ws []word, then func([]word) bool) bool {
	switch {
	case n.word != "":
		return len(ws) > 0 && !ws[0].quoted && ws[0].text == n.word && then(ws[1:])
	case n.name != "" && g.rules[n.name].choice != nil:
		return g.match(g.rules[n.name], ws, then)
	case n.name != "":
		return len(ws) > 0 && inClass(n.name, ws[0]) && then(ws[1:])
	}
	if (n.many || n.maybe) && then(ws) {
		return true
	}
	for _, seq := range n.choice {
		if g.sequence(seq, ws, func(rest []word) bool {
			return n.many && len(rest) < len(ws) && g.match(n, rest, then) || !n.many && then(rest)
		}) {
			return true
		}
	}
	return false
}

func (g grammar) sequence(seq []node, ws []word, then func([]word) bool) bool {
	if len(seq) == 0 {
		return then(ws)
	}
	return g.match(seq[0], ws, func(rest []word) bool { return g.sequence(seq[1:], rest, then) })
}

func inClass(class string, w word) bool {
	l := &line{words: []word{w}}
	switch class {
	case "NAME":
		return checkName(w) == ""
	case "TEXT":
		return w.quoted && w.text != ""
	case "NUMBER":
		_, msg := l.number("", 31)
		return msg == ""
	case "SUITE":
		return l.oneOf(suite.Names()...) == ""
	case "SECRET":
		return l.oneOf(epochSecrets...) == ""
	}
	panic("the grammar has no rule " + class)
}

// sentence makes words of a node at random.
func (g grammar) sentence(n node, rng *rand.Rand, out *[]string) {
	one := map[string][]string{"NAME": {"a", "bob", "c_3", "d", "e"}, "TEXT": {`"x"`, `"# in \" it"`}, "NUMBER": {"1", "2", "30"}, "SUITE": suite.Names(), "SECRET": epochSecrets}
	switch {
	case n.word != "":
		*out = append(*out, n.word)
		return
	case one[n.name] != nil:
		*out = append(*out, one[n.name][rng.IntN(len(one[n.name]))])
		return
	case n.name != "":
		g.sentence(g.rules[n.name], rng, out)
		return
	}
	times := 1
	if n.many {
		times = rng.IntN(3)
	} else if n.maybe {
		times = rng.IntN(2)
	}
	for range times {
		for _, part := range n.choice[rng.IntN(len(n.choice))] {
			g.sentence(part, rng, out)
		}
	}
}
