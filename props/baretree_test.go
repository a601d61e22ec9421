package props

import (
	"testing"

	"pgregory.net/rapid"

	"mlsref/impl/suite"
	"mlsref/props/dice"
)

// TestBareTrees draws each operation on a tree, and shrinks what goes wrong.
func TestBareTrees(t *testing.T) {
	s, err := suite.ByID(1)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		operations := rapid.IntRange(1, 60).Draw(t, "operations")
		if err := bareTrees(func(n int) int { return dice.Uniform(t, n) }, s, operations); err != nil {
			t.Fatal(err)
		}
	})
}
