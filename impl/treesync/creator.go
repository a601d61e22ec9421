package treesync

import (
	"slices"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// ValidateOwnLeaf checks what the RFC asks of whoever makes a leaf, and of no
// receiver: supported is what this client really supports, without GREASE.
func ValidateOwnLeaf(leaf *wire.LeafNode, supported wire.Capabilities) error {
	if err := defaultsUnlisted(leaf.Capabilities); err != nil {
		return err
	}
	if err := capabilitiesComplete(leaf.Capabilities, supported); err != nil {
		return err
	}
	return capabilitiesHonest(leaf.Capabilities, supported)
}

// ValidateOwnKeyPackage does the same for a KeyPackage that is to be published.
func ValidateOwnKeyPackage(kp *wire.KeyPackage, supported wire.Capabilities) error {
	if err := ValidateOwnLeaf(&kp.LeafNode, supported); err != nil {
		return err
	}
	return keyPackageExtensionsListed(kp)
}

// defaultsUnlisted is not asked of received leaves: §7.2 forbids to list default
// types and says nothing of a list that does. Every KeyPackage in the official
// messages.json does; mls-rs refuses them (its PR 319).
func defaultsUnlisted(c wire.Capabilities) error {
	if i := slices.IndexFunc(c.Extensions, defaultExtension); i >= 0 {
		return spec.DefaultsUnlisted.Broken("the capabilities list extension type %v", c.Extensions[i])
	}
	if i := slices.IndexFunc(c.Proposals, defaultProposal); i >= 0 {
		return spec.DefaultsUnlisted.Broken("the capabilities list proposal type %v", c.Proposals[i])
	}
	return nil
}

// capabilitiesComplete holds for the fields without default values (§7.2).
func capabilitiesComplete(c, supported wire.Capabilities) error {
	if v, ok := lacking(supported.Versions, c.Versions); ok {
		return spec.CapabilitiesComplete.Broken("version %v is supported, but not listed", v)
	}
	if v, ok := lacking(supported.CipherSuites, c.CipherSuites); ok {
		return spec.CapabilitiesComplete.Broken("cipher suite %v is supported, but not listed", v)
	}
	if v, ok := lacking(supported.Credentials, c.Credentials); ok {
		return spec.CapabilitiesComplete.Broken("credential type %v is supported, but not listed", v)
	}
	return nil
}

func capabilitiesHonest(c, supported wire.Capabilities) error {
	c = WithoutGrease(c)
	if v, ok := lacking(c.Versions, supported.Versions); ok {
		return spec.CapabilitiesHonest.Broken("version %v is listed, but not supported", v)
	}
	if v, ok := lacking(c.CipherSuites, supported.CipherSuites); ok {
		return spec.CapabilitiesHonest.Broken("cipher suite %v is listed, but not supported", v)
	}
	if v, ok := lacking(c.Extensions, supported.Extensions); ok {
		return spec.CapabilitiesHonest.Broken("extension type %v is listed, but not supported", v)
	}
	if v, ok := lacking(c.Proposals, supported.Proposals); ok {
		return spec.CapabilitiesHonest.Broken("proposal type %v is listed, but not supported", v)
	}
	if v, ok := lacking(c.Credentials, supported.Credentials); ok {
		return spec.CapabilitiesHonest.Broken("credential type %v is listed, but not supported", v)
	}
	return nil
}

// lacking is the first of want that is not in have.
func lacking[T comparable](want, have []T) (v T, ok bool) {
	i := slices.IndexFunc(want, func(v T) bool { return !slices.Contains(have, v) })
	if i < 0 {
		return v, false
	}
	return want[i], true
}

func keyPackageExtensionsListed(kp *wire.KeyPackage) error {
	for _, e := range kp.Extensions {
		if !supportsExtension(kp.LeafNode.Capabilities, e.Type) {
			return spec.KeyPackageExtensionsListed.Broken("extension type %v is not in the capabilities", e.Type)
		}
	}
	return nil
}

// InitKeysUnique checks the KeyPackages that one client has made (RFC 9420 §10).
func InitKeysUnique(made []*wire.KeyPackage) error {
	seen := map[string]bool{}
	for _, kp := range made {
		if seen[string(kp.InitKey)] {
			return spec.InitKeysUnique.Broken("two KeyPackages have the init_key %x", kp.InitKey)
		}
		seen[string(kp.InitKey)] = true
	}
	return nil
}
