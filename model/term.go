// Package model judges a run: by a predicate over abstract events (who was a
// member, who committed, whose state was stolen) and by the Dolev-Yao closure
// over ground terms. It knows nothing of the implementation or of traces.
package model

// TermID names a term: its index in the list of terms, definitions first.
type TermID int

// Op says how a term was made.
type Op string

// The operations of the term algebra, with their arguments in order.
const (
	OpConst   Op = "const"   // public bytes, no arguments
	OpRandom  Op = "random"  // a fresh name
	OpMessage Op = "message" // the plaintext of one application message, a fresh name
	OpExpand  Op = "expand"  // secret, context: ExpandWithLabel, the label beside it
	OpExtract Op = "extract" // salt, ikm
	OpKEMKey  Op = "kemkey"  // ikm: the HPKE private key derived from it
	OpSigKey  Op = "sigkey"  // seed: the signature private key made from it
	OpPublic  Op = "pk"      // private key
	OpConcat  Op = "concat"  // the secret parts of a structure, its public parts left out
	OpEncrypt Op = "encrypt" // pk, context, plaintext, coins: EncryptWithLabel
	OpSeal    Op = "seal"    // key, nonce, aad, plaintext
	OpXOR     Op = "xor"     // nonce, guard
	OpMAC     Op = "mac"     // key, data
	OpSign    Op = "sign"    // private key, content

	// OpExternalInit is the init_secret of an external Commit, from external_pub
	// and the sender's coins (RFC 9420 §8.3). The kem_output, which is public,
	// has no term of its own.
	OpExternalInit Op = "external_init"
)

// Term is one node of the term DAG. Arguments have smaller IDs.
type Term struct {
	ID     TermID   `json:"id"`
	Op     Op       `json:"op"`
	Label  string   `json:"label,omitempty"` // the RFC's label, where the operation has one
	Args   []TermID `json:"args,omitempty"`
	Public bool     `json:"public,omitempty"` // known to the attacker from the start (constants, public keys, hashes)
	Name   string   `json:"name,omitempty"`   // a stable readable name, e.g. epoch_secret_3, alice_leaf_2
}
