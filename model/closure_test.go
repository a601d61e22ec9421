package model

import (
	"fmt"
	"strings"
	"testing"
)

// dag builds terms by hand.
type dag struct{ terms []Term }

func (d *dag) add(op Op, args ...TermID) TermID {
	id := TermID(len(d.terms))
	d.terms = append(d.terms, Term{ID: id, Op: op, Args: args, Public: op == OpConst})
	return id
}

func wire(terms ...TermID) []Fact {
	var facts []Fact
	for i, t := range terms {
		facts = append(facts, Fact{Term: t, Seq: i, Why: "wire"})
	}
	return facts
}

// printSteps writes a derivation as "rule: premises => conclusion", one a line.
func printSteps(steps []Step) string {
	lines := make([]string, len(steps))
	for i, s := range steps {
		lines[i] = strings.TrimSpace(fmt.Sprintf("%s %v => %d", s.Rule, s.Premises, s.Conclusion))
	}
	return strings.Join(lines, "; ")
}

// One table entry per rule: what the attacker sees, the secret, the derivation
// ("" for none).
func TestAttackerRules(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(d *dag) (secret TermID, facts []Fact)
		want string
	}{
		{"public", func(d *dag) (TermID, []Fact) { return d.add(OpConst), nil }, "public [] => 0"},
		{"random", func(d *dag) (TermID, []Fact) { return d.add(OpRandom), nil }, ""},
		{"message", func(d *dag) (TermID, []Fact) { return d.add(OpMessage), nil }, ""},
		{"wire", func(d *dag) (TermID, []Fact) { r := d.add(OpRandom); return r, wire(r) }, "wire [] => 0"},
		{"stolen", func(d *dag) (TermID, []Fact) {
			r := d.add(OpRandom)
			return r, []Fact{{Term: r, Seq: 7, Why: "stolen from carol"}}
		}, "stolen [] => 0"},
		{"expand", func(d *dag) (TermID, []Fact) {
			r, c := d.add(OpRandom), d.add(OpConst)
			return d.add(OpExpand, r, c), wire(r)
		}, "public [] => 1; wire [] => 0; expand [0 1] => 2"},
		{"expand is one-way", func(d *dag) (TermID, []Fact) {
			r, c := d.add(OpRandom), d.add(OpConst)
			return r, wire(d.add(OpExpand, r, c))
		}, ""},
		{"extract needs both", func(d *dag) (TermID, []Fact) {
			a, b := d.add(OpRandom), d.add(OpRandom)
			return d.add(OpExtract, a, b), wire(a)
		}, ""},
		{"extract", func(d *dag) (TermID, []Fact) {
			a, b := d.add(OpRandom), d.add(OpRandom)
			return d.add(OpExtract, a, b), wire(a, b)
		}, "wire [] => 0; wire [] => 1; extract [0 1] => 2"},
		{"the same argument twice", func(d *dag) (TermID, []Fact) {
			a := d.add(OpRandom)
			return d.add(OpExtract, a, a), wire(a)
		}, "wire [] => 0; extract [0 0] => 1"},
		{"private keys and their public halves", func(d *dag) (TermID, []Fact) {
			seed := d.add(OpRandom)
			return d.add(OpPublic, d.add(OpKEMKey, seed)), wire(seed)
		}, "wire [] => 0; kemkey [0] => 1; pk [1] => 2"},
		{"a public key hides the private one", func(d *dag) (TermID, []Fact) {
			sk := d.add(OpKEMKey, d.add(OpRandom))
			return sk, wire(d.add(OpPublic, sk))
		}, ""},
		{"signature key and signature", func(d *dag) (TermID, []Fact) {
			seed, c := d.add(OpRandom), d.add(OpConst)
			return d.add(OpSign, d.add(OpSigKey, seed), c), wire(seed)
		}, "public [] => 1; wire [] => 0; sigkey [0] => 2; sign [2 1] => 3"},
		{"a signature gives nothing back", func(d *dag) (TermID, []Fact) {
			sk, content := d.add(OpRandom), d.add(OpRandom)
			return content, wire(d.add(OpSign, sk, content))
		}, ""},
		{"mac", func(d *dag) (TermID, []Fact) {
			k, c := d.add(OpRandom), d.add(OpConst)
			return d.add(OpMAC, k, c), wire(k)
		}, "public [] => 1; wire [] => 0; mac [0 1] => 2"},
		{"xor", func(d *dag) (TermID, []Fact) {
			a, b := d.add(OpRandom), d.add(OpRandom)
			return d.add(OpXOR, a, b), wire(b, a)
		}, "wire [] => 1; wire [] => 0; xor [0 1] => 2"},
		{"split", func(d *dag) (TermID, []Fact) {
			a, b := d.add(OpRandom), d.add(OpRandom)
			return b, wire(d.add(OpConcat, a, b))
		}, "wire [] => 2; split [2] => 1"},
		{"join", func(d *dag) (TermID, []Fact) {
			a, b := d.add(OpRandom), d.add(OpRandom)
			return d.add(OpConcat, a, b), wire(a, b)
		}, "wire [] => 0; wire [] => 1; concat [0 1] => 2"},
		{"an empty structure", func(d *dag) (TermID, []Fact) { return d.add(OpConcat), nil }, "concat [] => 0"},
		{"decrypt with the private key", func(d *dag) (TermID, []Fact) {
			sk, c, pt, coins := d.add(OpRandom), d.add(OpConst), d.add(OpRandom), d.add(OpRandom)
			return pt, wire(d.add(OpEncrypt, d.add(OpPublic, sk), c, pt, coins), sk)
		}, "wire [] => 5; wire [] => 0; decrypt [5 0] => 2"},
		{"decrypt with the coins", func(d *dag) (TermID, []Fact) {
			sk, c, pt, coins := d.add(OpRandom), d.add(OpConst), d.add(OpRandom), d.add(OpRandom)
			return pt, wire(d.add(OpEncrypt, d.add(OpPublic, sk), c, pt, coins), coins)
		}, "wire [] => 5; wire [] => 3; decrypt [5 3] => 2"},
		{"the private key alone, and nothing sent", func(d *dag) (TermID, []Fact) {
			sk, c, pt, coins := d.add(OpRandom), d.add(OpConst), d.add(OpRandom), d.add(OpRandom)
			d.add(OpEncrypt, d.add(OpPublic, sk), c, pt, coins)
			return pt, wire(sk)
		}, ""},
		{"another private key", func(d *dag) (TermID, []Fact) {
			sk, c, pt, coins, other := d.add(OpRandom), d.add(OpConst), d.add(OpRandom), d.add(OpRandom), d.add(OpRandom)
			return pt, wire(d.add(OpEncrypt, d.add(OpPublic, sk), c, pt, coins), other)
		}, ""},
		{"a public key that is nobody's", func(d *dag) (TermID, []Fact) {
			pk, pt, coins := d.add(OpConst), d.add(OpRandom), d.add(OpRandom)
			return pt, wire(d.add(OpEncrypt, pk, pk, pt, coins))
		}, ""},
		{"encrypt", func(d *dag) (TermID, []Fact) {
			c, pt, coins := d.add(OpConst), d.add(OpRandom), d.add(OpRandom)
			return d.add(OpEncrypt, c, c, pt, coins), wire(pt, coins)
		}, "public [] => 0; wire [] => 1; wire [] => 2; encrypt [0 0 1 2] => 3"},
		{"open, whatever the nonce", func(d *dag) (TermID, []Fact) {
			k, n, c, pt := d.add(OpRandom), d.add(OpRandom), d.add(OpConst), d.add(OpMessage)
			return pt, wire(d.add(OpSeal, k, n, c, pt), k)
		}, "wire [] => 4; wire [] => 0; open [4 0] => 3"},
		{"a sealed message without its key", func(d *dag) (TermID, []Fact) {
			k, n, c, pt := d.add(OpRandom), d.add(OpRandom), d.add(OpConst), d.add(OpMessage)
			return pt, wire(d.add(OpSeal, k, n, c, pt), n)
		}, ""},
		{"seal", func(d *dag) (TermID, []Fact) {
			k, c := d.add(OpRandom), d.add(OpConst)
			return d.add(OpSeal, k, c, c, c), wire(k)
		}, "public [] => 1; wire [] => 0; seal [0 1 1 1] => 2"},
		{"the shallow way, not the first one", func(d *dag) (TermID, []Fact) {
			k, c := d.add(OpRandom), d.add(OpConst)
			k2 := d.add(OpExpand, k, c)
			k3 := d.add(OpExpand, k2, c)
			return k3, wire(k, d.add(OpConcat, k3))
		}, "wire [] => 4; split [4] => 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &dag{}
			secret, facts := c.make(d)
			closure, err := Saturate(d.terms, facts)
			if err != nil {
				t.Fatal(err)
			}
			if got := printSteps(closure.Derivation(secret)); got != c.want {
				t.Errorf("derivation %q\nwant       %q", got, c.want)
			}
			if closure.Knows(secret) != (c.want != "") {
				t.Errorf("Knows is %v", closure.Knows(secret))
			}
		})
	}
}

func TestDerivationCitesItsFact(t *testing.T) {
	terms := []Term{{ID: 0, Op: OpRandom}}
	facts := []Fact{{0, 4, "stolen from carol"}, {0, 9, "wire"}}
	closure, err := Saturate(terms, facts)
	if err != nil {
		t.Fatal(err)
	}
	if f := closure.Derivation(0)[0].Fact; f == nil || *f != facts[0] {
		t.Errorf("cites %v, want the first fact %v", f, facts[0])
	}
	if closure.Knows(-1) || closure.Knows(1) || closure.Derivation(1) != nil {
		t.Error("knows a term that is not there")
	}
}

func TestSaturateRefuses(t *testing.T) {
	good := []Term{{ID: 0, Op: OpConst, Public: true}, {ID: 1, Op: OpRandom}, {ID: 2, Op: OpExpand, Args: []TermID{1, 0}}}
	for _, c := range []struct {
		name string
		bad  func(terms []Term) []Fact
	}{
		{"a wrong ID", func(terms []Term) []Fact { terms[1].ID = 5; return nil }},
		{"an argument that is the term itself", func(terms []Term) []Fact { terms[2].Args[0] = 2; return nil }},
		{"an argument out of range", func(terms []Term) []Fact { terms[2].Args[0] = 100; return nil }},
		{"a negative argument", func(terms []Term) []Fact { terms[2].Args[0] = -1; return nil }},
		{"a missing argument", func(terms []Term) []Fact { terms[2].Args = terms[2].Args[:1]; return nil }},
		{"an unknown operation", func(terms []Term) []Fact { terms[1].Op = "guess"; return nil }},
		{"a constant that is not public", func(terms []Term) []Fact { terms[0].Public = false; return nil }},
		{"a fact about no term", func(terms []Term) []Fact { return wire(3) }},
		{"a fact about a negative term", func(terms []Term) []Fact { return wire(-1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms := append([]Term(nil), good...)
			terms[2].Args = append([]TermID(nil), good[2].Args...)
			if _, err := Saturate(terms, nil); err != nil {
				t.Fatalf("the honest terms: %v", err)
			}
			if _, err := Saturate(terms, c.bad(terms)); err == nil {
				t.Error("accepted")
			}
		})
	}
}
