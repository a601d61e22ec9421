package treekem

import "mlsref/impl/suite"

// The key schedule of RFC 9420 §8 as types: a secret has methods only for the
// arrows that leave it in the RFC's figure. Every secret is Nh bytes.
type (
	// InitSecret carries entropy from one epoch to the next.
	InitSecret []byte
	// JoinerSecret is what a Welcome gives to a new member.
	JoinerSecret []byte
	// MemberSecret is the intermediate value that the RFC leaves unnamed.
	MemberSecret []byte
	// EpochSecret is the root of the epoch's keys.
	EpochSecret []byte
)

// Joiner combines the last epoch's init_secret with this epoch's commit_secret.
func (i InitSecret) Joiner(s suite.Suite, commitSecret, groupContext []byte) JoinerSecret {
	return s.ExpandWithLabel(s.Extract(i, commitSecret), "joiner", groupContext, s.Nh())
}

// Member injects the PSKs.
func (j JoinerSecret) Member(s suite.Suite, pskSecret []byte) MemberSecret {
	return s.Extract(j, pskSecret)
}

// Welcome is the secret that encrypts the GroupInfo of a Welcome.
func (m MemberSecret) Welcome(s suite.Suite) []byte { return s.DeriveSecret([]byte(m), "welcome") }

// Epoch binds the secret to the new epoch's GroupContext.
func (m MemberSecret) Epoch(s suite.Suite, groupContext []byte) EpochSecret {
	return s.ExpandWithLabel(m, "epoch", groupContext, s.Nh())
}

// Secrets are the values that a member keeps for an epoch, Nh bytes each. The
// epoch_secret itself is not among them: it is consumed by deriving these
// (RFC 9420 §9.2). Encryption is consumed in turn by the secret tree.
type Secrets struct {
	Init          InitSecret
	SenderData    []byte
	Encryption    []byte
	Exporter      []byte
	External      []byte
	Confirmation  []byte
	Membership    []byte
	Resumption    []byte
	Authenticator []byte
}

// Secrets derives all that hangs below the epoch_secret (RFC 9420 §8, Table 4).
func (e EpochSecret) Secrets(s suite.Suite) Secrets {
	derive := func(label string) []byte { return s.DeriveSecret(e, label) }
	return Secrets{
		SenderData:    derive("sender data"),
		Encryption:    derive("encryption"),
		Exporter:      derive("exporter"),
		External:      derive("external"),
		Confirmation:  derive("confirm"),
		Membership:    derive("membership"),
		Resumption:    derive("resumption"),
		Authenticator: derive("authentication"),
		Init:          derive("init"),
	}
}

// WelcomeKey is the AEAD key and nonce of encrypted_group_info (RFC 9420 §12.4.3.1).
func WelcomeKey(s suite.Suite, welcomeSecret []byte) (key, nonce []byte) {
	key = s.ExpandWithLabel(welcomeSecret, "key", nil, s.Nk())
	nonce = s.ExpandWithLabel(welcomeSecret, "nonce", nil, s.Nn())
	return key, nonce
}

// Export is MLS-Exporter (RFC 9420 §8.5): length bytes. The application's label is
// the inner one (subtle point 63).
func Export(s suite.Suite, exporterSecret []byte, label string, context []byte, length int) []byte {
	return s.ExpandWithLabel(s.DeriveSecret(exporterSecret, label), "exported", s.Hash(context), length)
}

// ExternalKeyPair is the group's own HPKE key pair (RFC 9420 §8).
func ExternalKeyPair(s suite.Suite, externalSecret []byte) (sk, pk []byte, err error) {
	return s.DeriveKeyPair(externalSecret)
}

// Zero is the all-zero vector of Nh bytes: the commit_secret of a Commit without
// path, and the psk_secret without PSKs (RFC 9420 §8, §8.4).
func Zero(s suite.Suite) []byte { return make([]byte, s.Nh()) }
