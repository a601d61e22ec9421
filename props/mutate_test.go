package props

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/wire"
	"mlsref/trace"
)

// mail are messages of every kind.
func mail(t *testing.T) [][]byte {
	const text = "seed 1\nhandshakes public\nalice creates room\nalice adds bob carol\nbob updates\ncarol commits\nalice sends \"text\"\ndave joins room\n"
	sc, err := trace.Parse("mail", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	_, err = trace.Play(sc, trace.Options{Watch: &trace.Watch{Reading: func(_ *trace.Session, _ string, m trace.Message) error {
		all = append(all, m.Bytes)
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is written again without a change is the same; with one part in place of
// itself, too.
func TestRewritten(t *testing.T) {
	for _, b := range mail(t) {
		root, err := wire.Annotate(b, &wire.MLSMessage{})
		if err != nil {
			t.Fatal(err)
		}
		root.Walk(func(_ string, p *wire.Part) {
			if again := root.Rewritten(p, p.Headed(p.Content())); !bytes.Equal(again, b) {
				t.Errorf("%s %s in place of itself gives\n%x, was\n%x", p.Type, p.Name, again, b)
			}
		})
	}
}

// Most changes leave a message that can be decoded, so that more than syntax is tried.
func TestMutate(t *testing.T) {
	all := mail(t)
	m := mutator{rng: rand.New(rand.NewPCG(1, 2)), empty: message}
	same, decoded, tries := 0, 0, 2000
	var seen []string
	for i := range tries {
		b := all[i%len(all)]
		m.other = all[m.rng.IntN(len(all))]
		before := bytes.Clone(b)
		changed, what := m.mutate(b)
		if !bytes.Equal(b, before) {
			t.Fatalf("%s: the message itself was changed", what)
		}
		if bytes.Equal(changed, b) {
			same++
		}
		if wire.Unmarshal(changed, &wire.MLSMessage{}) == nil {
			decoded++
		}
		for _, word := range []string{"cut short", "more bytes", "left out", "put in", "another message from", "a bit of byte", "in place of",
			"again at", "without element", "other order", "emptied", "shortened", "longer", "that of another", "too long"} {
			if strings.Contains(what, word) && !slices.Contains(seen, word) {
				seen = append(seen, word)
			}
		}
	}
	if len(seen) != 15 || same > tries/4 || decoded < tries/4 {
		t.Errorf("of %d changes %d change nothing and %d can be decoded; the kinds are %q", tries, same, decoded, seen)
	}
}
