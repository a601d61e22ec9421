// Package replay holds the hand-written models against recorded traces: it reads the
// rules of a Tamarin file, fires them one by one, and so answers whether a trace's
// abstract events, in their order, are a run of the model.
//
// It knows the subset of Tamarin that the models in tamarin/ use: linear and
// persistent facts, fresh values, let blocks, macros, #ifdef, and an attacker who
// composes and takes apart. What it does not know, it refuses to read. It proves
// nothing: that is the provers' part (proverif/verdicts).
//
// Tie says, for every rule and event of the models, what in a trace it stands for.
package replay
