package main

import (
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each form in which a rule is returned, switched: what follows is reached, and a
// function that ends there returns no error.
func TestMutate(t *testing.T) {
	const code = `package p

func f(n int) (int, error) {
	if n < 0 {
		return 0, spec.One.Broken("%d", n)
	}
	for range n {
		return 0, fmt.Errorf("%w: x", spec.Two.Broken("x"))
	}
	return n, spec.Three.Broken("at the end")
}

func g(n int) error {
	switch n {
	case 0:
		return nil
	default:
		return spec.One.Broken("default")
	}
}
`
	file := filepath.Join(t.TempDir(), "p.go")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &built{}
	text, err := b.mutate(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := format.Source(text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var rules []string
	for _, s := range b.sites {
		rules = append(rules, s.Rule)
	}
	if got := strings.Join(rules, " "); got != "One Two Three One" {
		t.Errorf("the sites are %s", got)
	}
	for _, want := range []string{
		"if !spec.Off(0) { return 0, spec.One", "if !spec.Off(1) { return 0, fmt.Errorf",
		"};return n, nil", `;panic("mutate: the function goes on")`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}
