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
		// Subtle point 23: unknown versions decode and are ignored like all else.
		{"unknown values in capabilities", nil, func(c *LeafCheck) {
			c.Leaf.Capabilities = wire.Capabilities{
				Versions: []wire.ProtocolVersion{grease, 1}, CipherSuites: []wire.CipherSuite{grease, 1},
				Extensions: []wire.ExtensionType{grease}, Proposals: []wire.ProposalType{grease},
				Credentials: []wire.CredentialType{grease, 1},
			}
		}},
		{"not a key", spec.LeafKeyValid, func(c *LeafCheck) { c.Leaf.EncryptionKey = []byte("short") }},
		{"signature key too long", spec.SignatureKeyValid, func(c *LeafCheck) {
			c.Leaf.SignatureKey = append([]byte{4}, c.Leaf.SignatureKey...)
		}},
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
		// Subtle point 16: default types are exempt from being listed, everywhere.
		{"defaults required", nil, func(c *LeafCheck) {
			c.Context.Extensions = requiring(t, wire.RequiredCapabilities{
				ExtensionTypes: []wire.ExtensionType{1, 5}, ProposalTypes: []wire.ProposalType{1, 7},
			})
		}},
		{"default extension in the GroupContext", nil, func(c *LeafCheck) {
			c.Context.Extensions = []wire.Extension{{Type: wire.ExtensionExternalSenders, Data: []byte{0}}}
		}},
		{"defaults listed all the same", nil, func(c *LeafCheck) {
			c.Leaf.Capabilities.Extensions = []wire.ExtensionType{1, 2, 3, 4, 5}
			c.Leaf.Capabilities.Proposals = []wire.ProposalType{1, 2, 3, 4, 5, 6, 7}
		}},
		// Subtle points 17 and 18: §13.4 holds for an Update's leaf too.
		{"extension in the GroupContext", spec.LeafGroupExtensions, func(c *LeafCheck) {
			c.Context.Extensions = []wire.Extension{{Type: grease}}
		}},
		{"extension twice", spec.ExtensionsDistinct, func(c *LeafCheck) {
			c.Leaf.Extensions = []wire.Extension{{Type: grease}, {Type: grease}}
		}},
		{"extension unlisted", spec.LeafExtensionsSupported, func(c *LeafCheck) {
			c.Leaf.Extensions = []wire.Extension{{Type: grease}}
		}},
		{"extension listed", nil, func(c *LeafCheck) {
			c.Leaf.Extensions = []wire.Extension{{Type: grease}, {Type: wire.ExtensionApplicationID, Data: []byte{0}}}
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

// Subtle point 18: an UpdatePath's leaf must support the group's extensions as well
// (erratum 8745).
func TestPathLeafGroupExtensions(t *testing.T) {
	h := honestGroup(t, 3)
	path, _ := h.emptyCommit(1)
	c := LeafCheck{Leaf: &path.LeafNode, Source: wire.LeafSourceCommit, Index: 1, Context: h.gc}
	brokenRule(t, ValidateLeaf(h.s, c), nil)
	c.Replaced = &path.LeafNode // that the key is new is 12.4.2/leaf-key-fresh here
	brokenRule(t, ValidateLeaf(h.s, c), nil)
	c.Context.Extensions = []wire.Extension{{Type: 0x0a0a}}
	brokenRule(t, ValidateLeaf(h.s, c), spec.LeafGroupExtensions)
}

// Subtle point 19: a leaf by itself may have a member's signature key, whom the same
// Commit may remove; only the tree that results shows two of them.
func TestLeafWithMembersKey(t *testing.T) {
	h := honestGroup(t, 3)
	kp := h.keyPackage()
	kp.LeafNode.Credential, kp.LeafNode.SignatureKey = h.tree.Leaf(2).Credential, h.tree.Leaf(2).SignatureKey
	h.signKeyPackage(&kp)
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), nil)
	brokenRule(t, validateMembers(h.tree.SetLeaf(1, kp.LeafNode)), spec.SignatureKeysUnique)
	brokenRule(t, validateMembers(h.tree.Remove(2).SetLeaf(1, kp.LeafNode)), nil)
}

// Subtle point 22: only the sources update and commit bind a leaf to its group and
// its place; for somebody who joins from outside that is the new place.
func TestLeafSignatureContext(t *testing.T) {
	h := honestGroup(t, 1)
	kp := h.keyPackage()
	elsewhere := wire.GroupContext{Version: h.gc.Version, CipherSuite: h.gc.CipherSuite, GroupID: []byte("other")}
	c := LeafCheck{Leaf: &kp.LeafNode, Index: 7, Context: elsewhere}
	brokenRule(t, ValidateLeaf(h.s, c), nil)
	kp.LeafNode.Source = wire.LeafSourceCommit
	h.sign(&kp.LeafNode, 1)
	c.Context = h.gc
	brokenRule(t, ValidateLeaf(h.s, c), spec.LeafSignature)
	c.Index = 1
	brokenRule(t, ValidateLeaf(h.s, c), nil)
}

// NIST keys are uncompressed points: the same key compressed is refused.
func TestCompressedSignatureKey(t *testing.T) {
	for _, id := range []wire.CipherSuite{2, 5, 7} {
		h := newHonest(t, id)
		leaf := *h.tree.Leaf(0)
		brokenRule(t, ValidateLeaf(h.s, LeafCheck{Leaf: &leaf, Context: h.gc}), nil)
		pk := leaf.SignatureKey
		x, last := pk[1:1+len(pk)/2], pk[len(pk)-1]
		leaf.SignatureKey = append([]byte{2 + last&1}, x...)
		h.sign(&leaf, 0)
		brokenRule(t, ValidateLeaf(h.s, LeafCheck{Leaf: &leaf, Context: h.gc}), spec.SignatureKeyValid)
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
