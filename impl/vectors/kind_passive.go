package vectors

import (
	"mlsref/impl/wire"
)

// passive: a client that joins by a Welcome and follows the group, RFC 9420
// §12.4.2, §12.4.3.1.
type passive struct {
	CipherSuite    wire.CipherSuite `json:"cipher_suite"`
	ExternalPSKs   []externalPSK    `json:"external_psks"`
	KeyPackage     Hex              `json:"key_package"`
	SignaturePriv  Hex              `json:"signature_priv"`
	EncryptionPriv Hex              `json:"encryption_priv"`
	InitPriv       Hex              `json:"init_priv"`
	Welcome        Hex              `json:"welcome"`
	RatchetTree    *Hex             `json:"ratchet_tree"` // null if it is in the Welcome
	Authenticator  Hex              `json:"initial_epoch_authenticator"`
	Epochs         []passiveEpoch   `json:"epochs"`
}

type externalPSK struct {
	ID  Hex `json:"psk_id"`
	PSK Hex `json:"psk"`
}

type passiveEpoch struct {
	Proposals     []Hex `json:"proposals"`
	Commit        Hex   `json:"commit"`
	Authenticator Hex   `json:"epoch_authenticator"`
}

var (
	passiveWelcomeKind = newKind("passive-client-welcome", "joining by a Welcome, with and without PSKs and a tree beside it",
		verifyPassive, nil)
	passiveCommitKind = newKind("passive-client-handling-commit", "following Commits with each kind of proposal",
		verifyPassive, nil)
	passiveRandomKind = newKind("passive-client-random", "following a group through random Commits",
		verifyPassive, nil)
)

func verifyPassive(c *checker, v *passive) {
	c.fail("", "passive clients are not implemented yet")
}
