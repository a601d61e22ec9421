// Package dice draws with rapid, for the tests that hold the properties of package props.
package dice

import "pgregory.net/rapid"

// Uniform draws from 0 to n-1, n at most 256. rapid's own integers prefer small
// values, and so the first lines of the language.
func Uniform(t *rapid.T, n int) int {
	at := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 8, 8).Draw(t, "") {
		at *= 2
		if bit {
			at++
		}
	}
	return at * n / 256
}

// History draws what props.Drawn makes a history of: the seed, which is of what
// properties try too, how many steps, and what decides each.
func History(t *rapid.T) (pick func(n int) int, seed uint64, steps int) {
	seed = rapid.Uint64Range(1, 1000).Draw(t, "seed")
	steps = rapid.IntRange(1, 60).Draw(t, "steps")
	return func(n int) int { return Uniform(t, n) }, seed, steps
}
