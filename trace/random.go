package trace

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Random makes a scenario of about the given number of steps, which is a function of
// the seed: any part of the language may come, where it is possible. An error that is
// no *InputError is a fault of the implementation or of the player, and comes with
// the scenario that shows it.
func Random(seed uint64, steps, people int) (*Scenario, error) {
	g, err := NewGenerator(Draws(seed), seed, people)
	for i := 0; i < steps && err == nil; i++ {
		err = g.More()
	}
	if err != nil {
		return nil, err
	}
	return g.Scenario()
}

// Draws is the randomness of a seed from which Random makes its scenario.
func Draws(seed uint64) (pick func(n int) int) {
	return rand.New(rand.NewPCG(seed, 0x6d6c73)).IntN
}

// People are those of random scenarios, in the order in which they come.
func People() []string { return slices.Clone(crowd) }

var crowd = []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy",
	"kim", "leo", "mallory", "niaj", "olivia", "peggy", "quinn", "rupert", "sybil", "trent"}

// templates are the lines that a random scenario draws from. %w is somebody, %g a
// group, %n a new group, %p a PSK, %m a message, %e an epoch; %c may restrict who
// gets to see a Commit.
var templates = []string{
	"%w adds %w%c", "%w adds %w in %g", "%w adds %w %w", "%w adds %w without path", "%w removes %w%c", "%w removes %w in %g",
	"%w updates", "%w updates in %g", "%w updates", "%w commits%c", "%w commits in %g", "%w commits", "%w commits without path",
	"%w proposes adding %w", "%w proposes removing %w", "%w proposes psk %p", "%w proposes label \"l\"",
	"%w labels \"text\"%c", "%w allows %w", "%w commits with psk %p", "%w commits with psk of epoch %e", "%w adds %w with psk %p",
	"%w commits with psk of epoch %e of %g", "%w branches %n with %w", "%w branches %n with %w %w", "%w reinits %n", "%w reopens %n",
	"%w prepares%c", "%w publishes", "%w abandons", "%w asks to join %g", "%w joins %g", "%w rejoins %g", "%w joins %g with psk %p",
	"%w sends \"text\"", "%w sends \"text\" in %g", "%w sends \"text\" to %w", "%w exports \"label\"",
	"%w goes offline", "%w comes online", "%w comes online", "%w has known randomness", "%w has good randomness",
	"deal %p to %w %w %w", "deliver %m to %w", "replay %m to %w",
	"compromise %w", "compromise %w", "compromise %w signature key", "compromise %w key package",
	"attacker sends \"forged\" as %w", "attacker commits as %w", "attacker removes %w as %w", "attacker updates as %w", "attacker joins %g as %w",
}

// oneAlters: of how many lines one alters a message, if any does.
const oneAlters = 4

// Generator makes a scenario line by line, and plays it, so that each line is possible
// where it stands. What it draws, Pick decides: 0 to n-1.
type Generator struct {
	Pick   func(n int) int
	Alters bool // the attacker may alter messages: set it before the first line is drawn
	people []string
	lines  []string
	p      *player
	groups int
}

// NewGenerator draws the settings, and makes the first group.
func NewGenerator(pick func(n int) int, seed uint64, people int) (*Generator, error) {
	g := &Generator{Pick: pick, people: crowd[:min(max(people, 1), len(crowd))]}
	settings := []string{fmt.Sprintf("seed %d", seed), "handshakes " + []string{"public", "private"}[pick(2)]}
	if pick(3) == 0 {
		settings = append(settings, fmt.Sprintf("keep epochs %d", pick(3)), fmt.Sprintf("keep psks %d", pick(4)))
	}
	g.lines = append(settings, "alice creates room")
	return g, g.again()
}

// Scenario is what was drawn so far; after an error its last line is the one that failed.
func (g *Generator) Scenario() (*Scenario, error) {
	return Parse("random", strings.NewReader(g.Text()))
}

// Text is what was drawn so far.
func (g *Generator) Text() string { return strings.Join(g.lines, "\n") + "\n" }

// More adds a line, if one of fifty is possible.
func (g *Generator) More() error {
	for range 50 {
		if added, err := g.Try(); added || err != nil {
			return err
		}
	}
	return nil
}

// Try draws a line, and adds it if it is possible where it stands: most are not.
func (g *Generator) Try() (added bool, err error) {
	before := len(g.lines)
	err = g.step(g.line())
	return len(g.lines) > before, err
}

// step plays one line, and keeps it if it is possible.
func (g *Generator) step(text string) error {
	sc, err := Parse("random", strings.NewReader(text))
	if err != nil {
		return nil // a name twice, or the like
	}
	st := &sc.Statements[0]
	st.Line = len(g.lines) + 1
	g.p.touched, g.p.altering = false, g.p.altering || g.Alters
	returned := false
	defer func() {
		if !returned { // a panic: this line shows it
			g.lines = append(g.lines, text)
		}
	}()
	err = g.p.play(st)
	returned = true
	var mistake *InputError
	if errors.As(err, &mistake) {
		if !g.p.touched {
			return nil
		}
		return g.again() // something was done before it was refused
	}
	g.lines = append(g.lines, text)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, strings.Join(g.lines, "\n"))
	}
	return nil
}

// again plays the lines that were kept from the beginning.
func (g *Generator) again() error {
	sc, err := g.Scenario()
	if err != nil {
		return err
	}
	if g.p, err = newPlayer(sc, Options{}); err != nil {
		return err
	}
	g.p.altering = g.p.altering || g.Alters
	for i := range sc.Statements {
		if err := g.p.play(&sc.Statements[i]); err != nil {
			return err
		}
	}
	return nil
}

// line fills a template.
func (g *Generator) line() string {
	if g.Alters && g.Pick(oneAlters) == 0 {
		return g.alteration()
	}
	text := templates[g.Pick(len(templates))]
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString(g.word(after[0]))
		text = after[1:]
	}
}

func (g *Generator) word(kind byte) string {
	switch kind {
	case 'w':
		return g.people[g.Pick(len(g.people))]
	case 'g':
		return g.p.rooms[g.Pick(len(g.p.rooms))].name
	case 'n':
		// A group that somebody may have announced, or a new one.
		g.groups++
		return fmt.Sprintf("group%d", 1+g.Pick(1+g.groups/4))
	case 'p':
		return []string{"coffee", "tea"}[g.Pick(2)]
	case 'm':
		return fmt.Sprint(1 + g.Pick(1+len(g.p.letters)))
	case 'e':
		return fmt.Sprint(g.Pick(6))
	default: // a Commit that not everybody gets to see
		if g.Pick(8) > 0 {
			return ""
		}
		return " to " + g.word('w')
	}
}
