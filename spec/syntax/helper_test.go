package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shared is a file beside the project, if it is at hand.
func shared(parts ...string) (path string, ok bool) {
	dir := os.Getenv("MLSREF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path = filepath.Join(append([]string{dir}, parts...)...)
	_, err := os.Stat(path)
	return path, err == nil
}

// rfcText is RFC 9420's Markdown, if it is at hand.
func rfcText(t testing.TB) (string, bool) {
	t.Helper()
	path, ok := shared("reference", "rfc9420.md")
	if !ok {
		t.Log("not checked: RFC 9420's own text, which is not at hand; what the code says of itself is")
		return "", false
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), true
}

// markdown parses every block of presentation language in a Markdown text.
func markdown(text string) (*Module, []Finding) {
	m, problems := &Module{}, []Finding(nil)
	var block []string
	start := 0
	for i, line := range strings.Split(text, "\n") {
		switch {
		case start == 0 && strings.HasPrefix(line, "~~~ tls"):
			start, block = i+2, nil
		case start > 0 && strings.HasPrefix(line, "~~~"):
			defs, wrong := Parse("rfc9420.md", start, strings.Join(block, "\n"))
			m.Definitions, problems = append(m.Definitions, defs...), append(problems, wrong...)
			start = 0
		case start > 0:
			block = append(block, line)
		}
	}
	return m, problems
}

// module parses a text that has no syntax problems.
func module(t testing.TB, text string) *Module {
	t.Helper()
	defs, problems := Parse("test", 1, text)
	for _, p := range problems {
		t.Fatalf("%v", p)
	}
	return &Module{Definitions: defs}
}

// modules are what to test with: the code's own syntax, and the RFC's if it is at hand.
func modules(t testing.TB) map[string]*Module {
	all := map[string]*Module{"code": module(t, FromCode())}
	if text, ok := rfcText(t); ok {
		m, problems := markdown(text)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		all["RFC 9420"] = m
	}
	return all
}

// pairs are a module's Pairs.
func pairs(t testing.TB, m *Module) []Pair {
	t.Helper()
	all, err := m.Pairs()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
