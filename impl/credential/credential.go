// Package credential is a small Authentication Service for tests and examples, and
// a start for applications (RFC 9420 §5.3): it says whether a credential is valid
// for a signature key, and whether one may follow another.
//
// Its checks have the methods of treesync.CredentialCheck, which it does not import.
// Which identities an application expects in a group is the application's to add.
package credential

import (
	"bytes"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// Check is what this package's types offer, and what ByType needs of each.
type Check interface {
	Accept(c wire.Credential, signatureKey []byte) error
	Successor(old, next wire.Credential) error
	SameClient(a, b wire.Credential) bool
}

// Basic accepts basic credentials and no others. It takes the identity for the
// client's name; where several clients share one (RFC 9420 §5.3.3), an application
// needs a check of its own.
type Basic struct {
	Directory map[string][]byte // the signature key of each identity; nil: any identity with any key
}

// Accept looks the identity up. A basic credential proves nothing by itself.
func (b Basic) Accept(c wire.Credential, signatureKey []byte) error {
	if c.Type != wire.CredentialBasic {
		return spec.CredentialKind.Broken("credential type %v, want basic", c.Type)
	}
	if b.Directory == nil {
		return nil
	}
	if key, known := b.Directory[string(c.Identity)]; !known || !bytes.Equal(key, signatureKey) {
		return spec.BasicKey.Broken("the directory does not have %q with the key %x", c.Identity, signatureKey)
	}
	return nil
}

// Successor wants the same identity.
func (b Basic) Successor(old, next wire.Credential) error {
	if !b.SameClient(old, next) {
		return spec.IdentityKept.Broken("%v credential %q follows %v credential %q", next.Type, next.Identity, old.Type, old.Identity)
	}
	return nil
}

// SameClient compares the identities.
func (Basic) SameClient(x, y wire.Credential) bool {
	return x.Type == wire.CredentialBasic && y.Type == wire.CredentialBasic && bytes.Equal(x.Identity, y.Identity)
}

// ByType hands each credential to the check of its type. A client that changes the
// type is another client.
type ByType map[wire.CredentialType]Check

// Accept refuses a type without a check.
func (m ByType) Accept(c wire.Credential, signatureKey []byte) error {
	check, known := m[c.Type]
	if !known {
		return spec.CredentialKind.Broken("credential type %v", c.Type)
	}
	return check.Accept(c, signatureKey)
}

// Successor refuses a change of type.
func (m ByType) Successor(old, next wire.Credential) error {
	check, known := m[old.Type]
	if !known || old.Type != next.Type {
		return spec.IdentityKept.Broken("a credential of type %v follows one of type %v", next.Type, old.Type)
	}
	return check.Successor(old, next)
}

// SameClient is false for two types.
func (m ByType) SameClient(a, b wire.Credential) bool {
	check, known := m[a.Type]
	return known && a.Type == b.Type && check.SameClient(a, b)
}
