// Command mutate shows that the negative tests are honest: it switches off each
// rule in turn, and then each of a rule's checks by itself, and sees that a test
// which names the rule fails. It changes a copy of the code, which the go command
// overlays. Run it by hand from the module's root; it takes some minutes:
//
//	go run ./spec/mutate
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"mlsref/spec/coverage"
)

func main() {
	only := flag.String("rule", "", "the variable of the one rule to switch off, such as LeafSource")
	flag.Parse()
	survived, err := run(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if survived > 0 {
		os.Exit(1)
	}
}

// run prints what came of each mutant and counts those that no test noticed.
func run(only string) (survived int, err error) {
	ix, err := coverage.Scan(".")
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	b, err := build(ix, dir)
	if err != nil {
		return 0, err
	}
	var rules []string
	for rule := range ix.Rules {
		if only == "" || rule == only {
			rules = append(rules, rule)
		}
	}
	slices.Sort(rules)
	for _, rule := range rules {
		lines, bad, err := b.rule(ix, rule)
		if err != nil {
			return survived, err
		}
		survived += bad
		fmt.Println(strings.Join(lines, "\n"))
	}
	fmt.Printf("%d rules, %d sites, %d mutants survived, %d of the naming tests noticed nothing\n",
		len(rules), len(b.sites), survived, b.idle)
	return survived, nil
}

// rule switches a rule off as a whole, then each of its sites.
func (b *built) rule(ix *coverage.Index, rule string) (lines []string, survived int, err error) {
	tests := ix.Expecting(rule)
	var sites []int
	for n, s := range b.sites {
		if s.Rule == rule {
			sites = append(sites, n)
		}
	}
	for _, test := range tests {
		if ok, _ := b.passes(ix, test, nil); !ok {
			return nil, 0, fmt.Errorf("%s fails with all rules in force", test)
		}
	}
	failing, panics := b.failing(ix, tests, sites)
	b.idle += len(tests) - len(failing)
	line := fmt.Sprintf("ok    %s: %s", rule, strings.Join(failing, " "))
	if len(failing) == 0 {
		survived, line = 1, fmt.Sprintf("ALIVE %s: no test of %v notices", rule, tests)
	}
	if panics > 0 {
		line += fmt.Sprintf(" (%d by a panic)", panics)
	}
	lines = append(lines, line)
	for _, test := range tests {
		if !slices.Contains(failing, test) {
			lines = append(lines, "      idle: "+test)
		}
	}
	if len(sites) < 2 {
		return lines, survived, nil
	}
	for _, n := range sites {
		s := b.sites[n]
		if failing, _ := b.failing(ix, tests, []int{n}); len(failing) == 0 {
			survived++
			lines = append(lines, fmt.Sprintf("ALIVE   %s at %s:%d alone: no test notices", rule, s.File, s.Line))
		}
	}
	return lines, survived, nil
}

func (b *built) failing(ix *coverage.Index, tests []string, off []int) (failing []string, panics int) {
	for _, test := range tests {
		ok, panicked := b.passes(ix, test, off)
		if !ok {
			failing = append(failing, test)
		}
		if panicked {
			panics++
		}
	}
	return failing, panics
}
