package suite

// Observer is shown every primitive call after it succeeded. It must keep
// neither the slices' ownership nor change them.
type Observer interface{ Observe(Call) }

// Op names a primitive.
type Op string

// The primitives, with what goes in and what comes out, in order.
const (
	OpRandom           Op = "random"             // → out
	OpNonce            Op = "nonce"              // → out, which is no secret
	OpDeriveKeyPair    Op = "derive_key_pair"    // ikm → sk, pk (HPKE)
	OpSignatureKeyPair Op = "signature_keypair"  // seed → sk, pk
	OpExtract          Op = "extract"            // salt, ikm → out
	OpExpand           Op = "expand"             // secret, context, length (2 bytes) → out: ExpandWithLabel
	OpHash             Op = "hash"               // data → out
	OpMAC              Op = "mac"                // key, data → tag; a verification recomputes the tag
	OpSign             Op = "sign"               // sk, content → signature: SignWithLabel
	OpVerify           Op = "verify"             // pk, content, signature →: VerifyWithLabel, where it held
	OpEncrypt          Op = "encrypt"            // pk, context, plaintext, coins → kem_output, ciphertext: EncryptWithLabel
	OpDecrypt          Op = "decrypt"            // sk, context, kem_output, ciphertext → plaintext: DecryptWithLabel
	OpExternalInit     Op = "external_init"      // pk, coins → kem_output, init_secret: HPKE export (RFC 9420 §8.3)
	OpOpenExternalInit Op = "open_external_init" // sk, kem_output → init_secret
	OpSeal             Op = "seal"               // key, nonce, aad, plaintext → ciphertext
	OpOpen             Op = "open"               // key, nonce, aad, ciphertext → plaintext
	OpXOR              Op = "xor"                // nonce, guard → out: the reuse guard (RFC 9420 §6.3.1)
)

// Value is one input or output of a call.
type Value struct {
	Name  string
	Bytes []byte
}

// Call is one primitive call: its label (without "MLS 1.0 ") where it has one,
// what went in, what came out.
type Call struct {
	Op      Op
	Label   string
	In, Out []Value
}

func (s Suite) observe(op Op, label string, in []Value, out ...Value) {
	if s.obs != nil {
		s.obs.Observe(Call{Op: op, Label: label, In: in, Out: out})
	}
}
