package model

import "fmt"

// arity is the number of arguments of each operation; a structure has any number.
var arity = map[Op]int{
	OpConst: 0, OpRandom: 0, OpMessage: 0,
	OpExpand: 2, OpExtract: 2, OpKEMKey: 1, OpSigKey: 1, OpPublic: 1,
	OpConcat: anyNumber, OpEncrypt: 4, OpSeal: 4, OpXOR: 2, OpMAC: 2, OpSign: 2,
	OpExternalInit: 2,
}

const anyNumber = -1

// checkTerms refuses what is not a DAG of well-formed terms, definitions first.
func checkTerms(terms []Term) error {
	for i, t := range terms {
		if t.ID != TermID(i) {
			return fmt.Errorf("model: term %d has ID %d", i, t.ID)
		}
		want, known := arity[t.Op]
		if !known {
			return fmt.Errorf("model: term %d: no operation %q", i, t.Op)
		}
		if want != anyNumber && len(t.Args) != want {
			return fmt.Errorf("model: term %d: %s has %d arguments, want %d", i, t.Op, len(t.Args), want)
		}
		if t.Op == OpConst && !t.Public {
			return fmt.Errorf("model: term %d: a constant that is not public", i)
		}
		for _, a := range t.Args {
			if a < 0 || a >= t.ID {
				return fmt.Errorf("model: term %d: argument %d is not an earlier term", i, a)
			}
		}
	}
	return nil
}

func checkFacts(facts []Fact, terms int) error {
	for i, f := range facts {
		if f.Term < 0 || int(f.Term) >= terms {
			return fmt.Errorf("model: fact %d: no term %d", i, f.Term)
		}
	}
	return nil
}

// attackerClauses instantiates the attacker's rules on every term.
//
// What is not a rule: a signature or a MAC gives back nothing; the two sides of
// a reuse guard's xor are not taken apart, since nonces are not secrets.
func attackerClauses(terms []Term) []Step {
	clauses := make([]Step, 0, 2*len(terms))
	for _, t := range terms {
		if constructible(t.Op) {
			clauses = append(clauses, Step{Rule: string(t.Op), Conclusion: t.ID, Premises: t.Args})
		}
		clauses = append(clauses, destructors(terms, t)...)
	}
	return clauses
}

// constructible: whoever knows the arguments computes the term. Fresh names and
// constants cannot be computed.
func constructible(op Op) bool {
	return op != OpConst && op != OpRandom && op != OpMessage
}

// destructors are the rules that take t apart.
func destructors(terms []Term, t Term) []Step {
	switch t.Op {
	case OpConcat:
		parts := make([]Step, len(t.Args))
		whole := []TermID{t.ID}
		for i, a := range t.Args {
			parts[i] = Step{Rule: "split", Conclusion: a, Premises: whole}
		}
		return parts
	case OpEncrypt:
		return decryptions(terms, t)
	case OpExternalInit:
		// The kem_output is in the Commit for all to see. By the coins it is
		// constructed, like any other term.
		if key := terms[t.Args[0]]; key.Op == OpPublic {
			return []Step{{Rule: "decap", Conclusion: t.ID, Premises: key.Args}}
		}
		return nil
	case OpSeal:
		// The nonce and the additional data are not asked for: they are not
		// secrets, and a verdict that hung on one would be wrong.
		key, plaintext := t.Args[0], t.Args[3]
		return []Step{{Rule: "open", Conclusion: plaintext, Premises: []TermID{t.ID, key}}}
	default:
		return nil
	}
}

// decryptions: an HPKE ciphertext opens with the private key, and also with the
// sender's coins, which give the ephemeral key and so the shared secret.
func decryptions(terms []Term, t Term) []Step {
	key, plaintext, coins := terms[t.Args[0]], t.Args[2], t.Args[3]
	steps := []Step{{Rule: "decrypt", Conclusion: plaintext, Premises: []TermID{t.ID, coins}}}
	if key.Op == OpPublic { // else nobody's key is known to fit
		steps = append(steps, Step{Rule: "decrypt", Conclusion: plaintext, Premises: []TermID{t.ID, key.Args[0]}})
	}
	return steps
}
