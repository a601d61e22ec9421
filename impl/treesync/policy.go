package treesync

import (
	"time"

	"mlsref/impl/wire"
)

// Policy is what RFC 9420 leaves to the application. The zero Policy accepts
// every credential and looks at no clock.
type Policy struct {
	Credentials       CredentialCheck  // nil: every credential is accepted
	Now               func() time.Time // nil: no lifetime is held against a clock
	ReceivedLifetimes bool             // check the lifetimes in others' leaves too, which §7.3 only recommends; one's own always are
	MaxLifetime       time.Duration    // the longest that a leaf's lifetime may be in total (§7.2); 0: no limit
}

// CredentialCheck is the client's side of the Authentication Service (RFC 9420
// §5.3.1). An error says why not.
type CredentialCheck interface {
	// Accept says whether the credential is valid and speaks for the key.
	Accept(c wire.Credential, signatureKey []byte) error
	// Successor says whether next may take the place of old: in an Update or a
	// Commit of the member, or when its client joins again from outside.
	Successor(old, next wire.Credential) error
	// SameClient says whether both credentials name one client, for which
	// "Adds for the same client" (§12.2) and the members of a group that
	// follows another (§11.2, §11.3) are compared.
	SameClient(a, b wire.Credential) bool
}
