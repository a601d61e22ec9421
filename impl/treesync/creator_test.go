package treesync

import (
	"slices"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// Each case breaks one thing in a KeyPackage of a client that supports two suites
// and the extension 0xf001.
func TestOwnKeyPackageRules(t *testing.T) {
	h := honestGroup(t, 1)
	supported := wire.Capabilities{
		Versions: []wire.ProtocolVersion{1}, CipherSuites: []wire.CipherSuite{1, 2},
		Extensions: []wire.ExtensionType{0xf001}, Proposals: []wire.ProposalType{0xf001}, Credentials: []wire.CredentialType{1},
	}
	for _, v := range []struct {
		what string
		rule *spec.Rule
		bend func(kp *wire.KeyPackage, c *wire.Capabilities)
	}{
		{"nothing", nil, func(*wire.KeyPackage, *wire.Capabilities) {}},
		{"GREASE", nil, func(kp *wire.KeyPackage, c *wire.Capabilities) {
			c.CipherSuites, c.Extensions = append(c.CipherSuites, 0x1a1a), append(c.Extensions, 0x2a2a)
			c.Proposals, c.Credentials = append(c.Proposals, 0x3a3a), append(c.Credentials, 0x4a4a)
		}},
		// Subtle point 16: default types are not listed by us; see TestLeafRules for others.
		{"default extension listed", spec.DefaultsUnlisted, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Extensions = append(c.Extensions, 1) }},
		{"default proposal listed", spec.DefaultsUnlisted, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Proposals = append(c.Proposals, 7) }},
		{"version left out", spec.CapabilitiesComplete, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Versions = nil }},
		{"suite left out", spec.CapabilitiesComplete, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.CipherSuites = c.CipherSuites[:1] }},
		{"credential left out", spec.CapabilitiesComplete, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Credentials = nil }},
		{"version invented", spec.CapabilitiesHonest, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Versions = append(c.Versions, 2) }},
		{"suite invented", spec.CapabilitiesHonest, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.CipherSuites = append(c.CipherSuites, 3) }},
		{"extension invented", spec.CapabilitiesHonest, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Extensions = append(c.Extensions, 9) }},
		{"proposal invented", spec.CapabilitiesHonest, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Proposals = append(c.Proposals, 9) }},
		{"credential invented", spec.CapabilitiesHonest, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Credentials = append(c.Credentials, 2) }},
		{"version GREASEd", spec.CapabilitiesHonest, func(_ *wire.KeyPackage, c *wire.Capabilities) { c.Versions = append(c.Versions, 0x0a0a) }},
		{"extension unlisted", spec.KeyPackageExtensionsListed, func(kp *wire.KeyPackage, _ *wire.Capabilities) {
			kp.Extensions = []wire.Extension{{Type: 0x0a0a}}
		}},
		{"extension listed", nil, func(kp *wire.KeyPackage, _ *wire.Capabilities) {
			kp.Extensions = []wire.Extension{{Type: 0xf001}}
		}},
	} {
		t.Run(v.what, func(t *testing.T) {
			kp := h.keyPackage()
			kp.LeafNode.Capabilities = clonedCapabilities(supported)
			v.bend(&kp, &kp.LeafNode.Capabilities)
			brokenRule(t, ValidateOwnKeyPackage(&kp, supported), v.rule)
		})
	}
}

// No default type is listed, and the next one after each registry's defaults may be.
func TestDefaultsUnlistedRule(t *testing.T) {
	h := honestGroup(t, 1)
	own := func(c wire.Capabilities) error {
		leaf := h.keyPackage().LeafNode
		supported := clonedCapabilities(leaf.Capabilities)
		supported.Extensions, supported.Proposals = append(supported.Extensions, c.Extensions...), append(supported.Proposals, c.Proposals...)
		leaf.Capabilities = supported
		return ValidateOwnLeaf(&leaf, supported)
	}
	for x := wire.ExtensionApplicationID; x <= wire.ExtensionExternalSenders; x++ {
		brokenRule(t, own(wire.Capabilities{Extensions: []wire.ExtensionType{x}}), spec.DefaultsUnlisted)
	}
	for p := wire.ProposalAdd; p <= wire.ProposalGroupContextExtensions; p++ {
		brokenRule(t, own(wire.Capabilities{Proposals: []wire.ProposalType{p}}), spec.DefaultsUnlisted)
	}
	brokenRule(t, own(wire.Capabilities{Extensions: []wire.ExtensionType{6}, Proposals: []wire.ProposalType{8}}), nil)
}

func clonedCapabilities(c wire.Capabilities) wire.Capabilities {
	return wire.Capabilities{
		Versions: slices.Clone(c.Versions), CipherSuites: slices.Clone(c.CipherSuites), Extensions: slices.Clone(c.Extensions),
		Proposals: slices.Clone(c.Proposals), Credentials: slices.Clone(c.Credentials),
	}
}

func TestInitKeysUnique(t *testing.T) {
	h := honestGroup(t, 1)
	a, b, c := h.keyPackage(), h.keyPackage(), h.keyPackage()
	made := []*wire.KeyPackage{&a, &b, &c}
	brokenRule(t, InitKeysUnique(made), nil)
	c.InitKey = a.InitKey
	brokenRule(t, InitKeysUnique(made), spec.InitKeysUnique)
}
