package props

import (
	"slices"
	"strings"

	"mlsref/trace"
)

// ShrinkTries is how many scenarios it is worth playing to make a failing one short.
const ShrinkTries = 1000

// Shrink makes a scenario shorter for as long as the named property fails in it: it
// leaves lines out, first many at once, and then words of a line. It plays at most tries
// scenarios. What it returns is a scenario in which the property fails, sc itself if
// nothing can go, and how it fails there: not at all if the property
// does not fail when it looks on alone.
func Shrink(sc *trace.Scenario, property Property, tries int) (*trace.Scenario, Failure) {
	sh := &shrinker{property: property, tries: tries, best: sc, lines: strings.Split(strings.TrimSpace(sc.Text), "\n")}
	sh.focus()
	for before := ""; before != sh.best.Text && sh.tries > 0; {
		before = sh.best.Text
		sh.chunks()
		sh.words()
	}
	return sh.best, sh.failure
}

type shrinker struct {
	property Property
	tries    int
	look     Look
	failure  Failure // of the best
	best     *trace.Scenario
	lines    []string
}

// chunks leaves out ever smaller runs of lines, the last ones first.
func (sh *shrinker) chunks() {
	for size := max(len(sh.lines)/2, 1); ; size /= 2 {
		for from := len(sh.lines) - size; from >= 0; from -= size {
			if to := from + size; to <= len(sh.lines) {
				sh.try(slices.Delete(slices.Clone(sh.lines), from, to))
			}
		}
		if size <= 1 {
			return
		}
	}
}

// words leaves out one word of a line, or all from a word on.
func (sh *shrinker) words() {
	for i := len(sh.lines) - 1; i >= 0; i-- {
		for at := len(strings.Fields(sh.lines[i])) - 1; at > 1; at-- {
			words := strings.Fields(sh.lines[i])
			if at >= len(words) {
				continue
			}
			for _, shorter := range [][]string{words[:at], slices.Delete(slices.Clone(words), at, at+1)} {
				lines := slices.Clone(sh.lines)
				lines[i] = strings.Join(shorter, " ")
				if sh.try(lines) {
					break
				}
			}
		}
	}
}

// try keeps the lines if the property still fails.
func (sh *shrinker) try(lines []string) bool {
	if sh.tries <= 0 {
		return false
	}
	sc, err := trace.Parse(sh.best.File, strings.NewReader(strings.Join(lines, "\n")+"\n"))
	if err != nil {
		return false
	}
	sh.tries--
	if !sh.fails(sc) {
		return false
	}
	sh.best, sh.lines = sc, lines
	return true
}

func (sh *shrinker) fails(sc *trace.Scenario) bool {
	failures, _, err := Run(sc, []Property{sh.property}, sh.look)
	i := slices.IndexFunc(failures, func(f Failure) bool { return f.Property == sh.property.Name })
	if err != nil || i < 0 {
		return false
	}
	sh.failure = failures[i]
	return true
}

// focus takes a thorough look at what has failed, if it fails then too: what is tried
// by chance would be lost with any line that is left out.
func (sh *shrinker) focus() {
	if !sh.fails(sh.best) {
		return
	}
	sh.look = Look{Thorough: true, Key: sh.failure.Key}
	if !sh.fails(sh.best) {
		sh.look = Look{}
	}
}
