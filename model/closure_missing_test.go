package model

import (
	"fmt"
	"testing"
)

// draw writes an explanation on one line: each way with what it lacks.
func (g *Gap) draw() string {
	s := fmt.Sprint(g.Term)
	if g.Atom {
		s += "!"
	}
	if g.Again || g.Cut {
		s += "..."
	}
	for _, w := range g.Ways {
		s += " (" + w.Rule
		for i := range w.Needs {
			s += " " + w.Needs[i].draw()
		}
		s += ")"
	}
	return s
}

// Why a plaintext stays safe: whoever opens the box needs the private key, made
// from a seed that was never shown, or the coins.
func TestMissingExplains(t *testing.T) {
	d := &dag{}
	c, seed, coins, text := d.add(OpConst), d.add(OpRandom), d.add(OpRandom), d.add(OpMessage)
	sk := d.add(OpKEMKey, seed)
	pk := d.add(OpPublic, sk)
	d.terms[pk].Public = true
	box := d.add(OpEncrypt, pk, c, text, coins)
	closure, err := Saturate(d.terms, wire(box))
	if err != nil {
		t.Fatal(err)
	}
	gap := closure.Missing(text)
	if got, want := gap.draw(), "3! (decrypt 2!) (decrypt 4 (kemkey 1!))"; got != want {
		t.Errorf("missing %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(gap.Frontier()), "[1 2 3]"; got != want {
		t.Errorf("frontier %s, want %s", got, want)
	}
	if closure.Missing(box) != nil {
		t.Error("the box was on the wire")
	}
}

// A long chain is cut, and a wide one as well.
func TestMissingIsBounded(t *testing.T) {
	d := &dag{}
	c := d.add(OpConst)
	last := d.add(OpRandom)
	for range 3 * gapDepth {
		last = d.add(OpExpand, last, c)
	}
	var wide []TermID
	for range 3 * gapTerms {
		wide = append(wide, d.add(OpKEMKey, d.add(OpRandom)))
	}
	broad := d.add(OpConcat, wide...)
	closure, err := Saturate(d.terms, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*Gap{closure.Missing(last), closure.Missing(broad)} {
		if !cutAnywhere(g) {
			t.Errorf("not cut: %s", g.draw())
		}
	}
}

func cutAnywhere(g *Gap) bool {
	for _, w := range g.Ways {
		for i := range w.Needs {
			if cutAnywhere(&w.Needs[i]) {
				return true
			}
		}
	}
	return g.Cut
}

// Since is the moment, not the depth: the key came late, what it opens then.
func TestSince(t *testing.T) {
	d := &dag{}
	key, text, c := d.add(OpRandom), d.add(OpMessage), d.add(OpConst)
	box := d.add(OpSeal, key, c, c, text)
	closure, err := Saturate(d.terms, []Fact{{key, 8, "stolen from bob"}, {box, 3, "wire"}})
	if err != nil {
		t.Fatal(err)
	}
	for term, want := range map[TermID]int{c: Start, box: 3, key: 8, text: 8} {
		if got, known := closure.Since(term); !known || got != want {
			t.Errorf("term %d since %d (%v), want %d", term, got, known, want)
		}
	}
	if _, known := closure.Since(99); known {
		t.Error("knows a term that is not there")
	}
}

// An external init opens with external_priv, and with the sender's coins; the
// public key alone is not enough.
func TestExternalInit(t *testing.T) {
	d := &dag{}
	seed, coins := d.add(OpRandom), d.add(OpRandom)
	sk := d.add(OpKEMKey, seed)
	init := d.add(OpExternalInit, d.add(OpPublic, sk), coins)
	for _, c := range []struct {
		has  []TermID
		want string
	}{
		{[]TermID{init - 1}, ""},
		{[]TermID{coins}, ""},
		{[]TermID{coins, init - 1}, "wire [] => 1; wire [] => 3; external_init [3 1] => 4"},
		{[]TermID{sk}, "wire [] => 2; decap [2] => 4"},
		{[]TermID{seed}, "wire [] => 0; kemkey [0] => 2; decap [2] => 4"},
	} {
		closure, err := Saturate(d.terms, wire(c.has...))
		if err != nil {
			t.Fatal(err)
		}
		if got := printSteps(closure.Derivation(init)); got != c.want {
			t.Errorf("from %v: %q, want %q", c.has, got, c.want)
		}
	}
}
