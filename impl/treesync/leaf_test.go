package treesync

import (
	"errors"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// brokenRule expects exactly this rule; nil means that the input must be valid.
func brokenRule(t *testing.T, err error, rule *spec.Rule) {
	t.Helper()
	var got *spec.Rule
	if errors.As(err, &got); got != rule || rule == nil && err != nil {
		t.Errorf("got %v, want %v", err, rule)
	}
}

func requiring(t tb, r wire.RequiredCapabilities) []wire.Extension {
	b, err := wire.Marshal(&r)
	if err != nil {
		t.Fatal(err)
	}
	return []wire.Extension{{Type: wire.ExtensionRequiredCapabilities, Data: b}}
}

// Each case breaks one thing in the honest Update of leaf 1 and signs again.
func TestLeafRules(t *testing.T) {
	h := honestGroup(t, 3)
	const grease = 0x0a0a
	for _, v := range []struct {
		what string
		rule *spec.Rule
		bend func(*LeafCheck)
	}{
		{"nothing", nil, func(*LeafCheck) {}},
		{"unknown values in capabilities", nil, func(c *LeafCheck) {
			c.Leaf.Capabilities = wire.Capabilities{
				Versions: []wire.ProtocolVersion{grease, 1}, CipherSuites: []wire.CipherSuite{grease, 1},
				Extensions: []wire.ExtensionType{grease}, Proposals: []wire.ProposalType{grease},
				Credentials: []wire.CredentialType{grease, 1},
			}
		}},
		{"not a key", spec.LeafKeyValid, func(c *LeafCheck) { c.Leaf.EncryptionKey = []byte("short") }},
		{"other version", spec.LeafVersion, func(c *LeafCheck) { c.Leaf.Capabilities.Versions = []wire.ProtocolVersion{2} }},
		{"other suite", spec.LeafCipherSuite, func(c *LeafCheck) { c.Leaf.Capabilities.CipherSuites = nil }},
		{"own credential type unlisted", spec.LeafOwnCredential, func(c *LeafCheck) {
			c.Leaf.Capabilities.Credentials = []wire.CredentialType{wire.CredentialX509}
		}},
		{"extension required", spec.LeafRequiredCapabilities, func(c *LeafCheck) {
			c.Context.Extensions = requiring(t, wire.RequiredCapabilities{ExtensionTypes: []wire.ExtensionType{grease}})
		}},
		{"proposal required", spec.LeafRequiredCapabilities, func(c *LeafCheck) {
			c.Context.Extensions = requiring(t, wire.RequiredCapabilities{ProposalTypes: []wire.ProposalType{grease}})
		}},
		{"credential required", spec.LeafRequiredCapabilities, func(c *LeafCheck) {
			c.Context.Extensions = requiring(t, wire.RequiredCapabilities{CredentialTypes: []wire.CredentialType{2}})
		}},
		{"defaults required", nil, func(c *LeafCheck) {
			c.Context.Extensions = requiring(t, wire.RequiredCapabilities{
				ExtensionTypes: []wire.ExtensionType{1, 5}, ProposalTypes: []wire.ProposalType{1, 7},
			})
		}},
		{"extension in the GroupContext", spec.LeafGroupExtensions, func(c *LeafCheck) {
			c.Context.Extensions = []wire.Extension{{Type: grease}}
		}},
		{"extension twice", spec.ExtensionsDistinct, func(c *LeafCheck) {
			c.Leaf.Extensions = []wire.Extension{{Type: 1}, {Type: 1}}
		}},
		{"extension unlisted", spec.LeafExtensionsSupported, func(c *LeafCheck) {
			c.Leaf.Extensions = []wire.Extension{{Type: grease}}
		}},
		{"extension listed", nil, func(c *LeafCheck) {
			c.Leaf.Extensions = []wire.Extension{{Type: grease}, {Type: wire.ExtensionApplicationID}}
			c.Leaf.Capabilities.Extensions = []wire.ExtensionType{grease}
		}},
		{"source commit", spec.LeafSource, func(c *LeafCheck) { c.Leaf.Source = wire.LeafSourceCommit }},
		{"source key_package", spec.LeafSource, func(c *LeafCheck) { c.Leaf.Source = wire.LeafSourceKeyPackage }},
		{"same key", spec.LeafKeyReplaced, func(c *LeafCheck) { c.Leaf.EncryptionKey = c.Replaced.EncryptionKey }},
	} {
		t.Run(v.what, func(t *testing.T) {
			leaf := h.updated(1)
			c := LeafCheck{Leaf: &leaf, Source: wire.LeafSourceUpdate, Index: 1, Context: h.gc, Replaced: h.tree.Leaf(1)}
			v.bend(&c)
			h.sign(&leaf, 1)
			brokenRule(t, ValidateLeaf(h.s, c), v.rule)
		})
	}
}

// The signature covers the place of an Update's leaf, and all its fields.
func TestLeafSignatureRule(t *testing.T) {
	h := honestGroup(t, 3)
	for what, bend := range map[string]func(*LeafCheck){
		"another leaf":  func(c *LeafCheck) { c.Index = 2 },
		"another group": func(c *LeafCheck) { c.Context.GroupID = []byte("other") },
		"another name":  func(c *LeafCheck) { c.Leaf.Credential.Identity = []byte("mallory") },
		"another key":   func(c *LeafCheck) { c.Leaf.SignatureKey = h.tree.Leaf(0).SignatureKey },
		"no signature":  func(c *LeafCheck) { c.Leaf.Signature = nil },
	} {
		leaf := h.updated(1)
		c := LeafCheck{Leaf: &leaf, Source: wire.LeafSourceUpdate, Index: 1, Context: h.gc}
		brokenRule(t, ValidateLeaf(h.s, c), nil)
		bend(&c)
		t.Run(what, func(t *testing.T) { brokenRule(t, ValidateLeaf(h.s, c), spec.LeafSignature) })
	}
}

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
		{"unknown extension", nil, func(kp *wire.KeyPackage) { kp.Extensions = []wire.Extension{{Type: 9}} }},
		{"source", spec.LeafSource, func(kp *wire.KeyPackage) { kp.LeafNode.Source = wire.LeafSourceUpdate }},
	} {
		t.Run(v.what, func(t *testing.T) {
			kp := h.keyPackage()
			v.bend(&kp)
			h.signKeyPackage(&kp)
			brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, 0), v.rule)
		})
	}
	t.Run("signature", func(t *testing.T) {
		kp := h.keyPackage()
		kp.InitKey = h.key()
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, 0), spec.KeyPackageSignature)
	})
}

func TestLifetimeRule(t *testing.T) {
	h := honestGroup(t, 1)
	kp := h.keyPackage()
	for now, rule := range map[uint64]*spec.Rule{0: nil, 99: spec.LeafLifetime, 100: nil, 200: nil, 201: spec.LeafLifetime} {
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, now), rule)
	}
}
