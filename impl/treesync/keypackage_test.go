package treesync

import (
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// Each case breaks one thing in an honest KeyPackage and signs again.
func TestKeyPackageRules(t *testing.T) {
	h := honestGroup(t, 1)
	for _, v := range []struct {
		what string
		rule *spec.Rule
		bend func(*wire.KeyPackage)
	}{
		{"nothing", nil, func(*wire.KeyPackage) {}},
		{"version", spec.KeyPackageVersion, func(kp *wire.KeyPackage) { kp.Version = 2 }},
		{"suite", spec.KeyPackageCipherSuite, func(kp *wire.KeyPackage) { kp.CipherSuite = 3 }},
		{"init key is no key", spec.InitKeyValid, func(kp *wire.KeyPackage) { kp.InitKey = nil }},
		{"init key is the leaf's", spec.KeyPackageInitKey, func(kp *wire.KeyPackage) { kp.InitKey = kp.LeafNode.EncryptionKey }},
		{"extension twice", spec.ExtensionsDistinct, func(kp *wire.KeyPackage) { kp.Extensions = []wire.Extension{{Type: 9}, {Type: 9}} }},
		// Not in the capabilities, like those in the official tree-operations.json.
		{"unknown extension", nil, func(kp *wire.KeyPackage) { kp.Extensions = []wire.Extension{{Type: 9}} }},
		{"application_id outside the leaf", spec.ExtensionPlace, func(kp *wire.KeyPackage) {
			kp.Extensions = []wire.Extension{{Type: wire.ExtensionApplicationID, Data: []byte{0}}}
		}},
		{"source", spec.LeafSource, func(kp *wire.KeyPackage) { kp.LeafNode.Source = wire.LeafSourceUpdate }},
	} {
		t.Run(v.what, func(t *testing.T) {
			kp := h.keyPackage()
			v.bend(&kp)
			h.signKeyPackage(&kp)
			brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), v.rule)
		})
	}
	t.Run("signature", func(t *testing.T) {
		kp := h.keyPackage()
		kp.InitKey = h.key()
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), spec.KeyPackageSignature)
	})
	// Subtle point 20: the key is the leaf's signature_key; a basic credential, here
	// somebody else's, has none.
	t.Run("another key signs", func(t *testing.T) {
		kp, other := h.keyPackage(), h.keyPackage()
		h.check(SignKeyPackage(h.s, h.sks[string(other.LeafNode.Credential.Identity)], &kp))
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), spec.KeyPackageSignature)
		kp.LeafNode.SignatureKey = other.LeafNode.SignatureKey
		h.check(SignLeaf(h.s, h.sks[string(other.LeafNode.Credential.Identity)], &kp.LeafNode, nil, 0))
		h.check(SignKeyPackage(h.s, h.sks[string(other.LeafNode.Credential.Identity)], &kp))
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), nil)
	})
}

// The decoder knows one version only, so that a message with another one never gets
// here; the rule holds all the same.
func TestUnwrapKeyPackage(t *testing.T) {
	h := honestGroup(t, 1)
	kp := h.keyPackage()
	m := &wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp}
	got, err := UnwrapKeyPackage(m)
	if brokenRule(t, err, nil); got != &kp {
		t.Error("got another KeyPackage")
	}
	kp.Version = 2
	_, err = UnwrapKeyPackage(m)
	brokenRule(t, err, spec.KeyPackageMessageVersion)
	if _, err = UnwrapKeyPackage(&wire.MLSMessage{WireFormat: wire.WireFormatWelcome}); err == nil {
		t.Error("a Welcome is taken for a KeyPackage")
	}
}
