// Package verdicts keeps the hand-written models of tamarin/ and proverif/ honest:
// beside each model lies a verdict file that says what the prover answered to each of
// its lemmas, for exactly this text of the model.
//
// A model says in comments what it expects. Above each lemma stand its meaning, its
// sections of RFC 9420, and a line
//
//	expect true; keep_init false
//
// true is the expected answer for the model as it is, false the one for the variant
// that the prover is asked for with -D=keep_init: the same model with one protection
// removed, in which the lemma must fail. ProVerif's queries have no names of their own;
// theirs is on the same line, and "reachable" expects that what is asked can happen:
//
//	name runs; expect reachable
//
// Record runs a prover and writes a verdict file; Check compares a file with its model,
// and needs no prover. The package knows nothing of MLS.
package verdicts
