package treesync

import (
	"bytes"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// SignLeaf signs a leaf in place (RFC 9420 §7.2). The group ID and index matter
// only for the sources update and commit.
func SignLeaf(s suite.Suite, sk []byte, leaf *wire.LeafNode, groupID []byte, index tree.LeafIndex) error {
	tbs, err := wire.Marshal(&wire.LeafNodeTBS{LeafNode: leaf, GroupID: groupID, LeafIndex: index})
	if err != nil {
		return err
	}
	leaf.Signature, err = s.SignWithLabel(sk, "LeafNodeTBS", tbs)
	return err
}

// LeafCheck is a leaf and what it is checked against.
type LeafCheck struct {
	Leaf     *wire.LeafNode
	Source   wire.LeafNodeSource // where it appears; 0 for a leaf of a ratchet tree
	Index    tree.LeafIndex      // sources update and commit
	Context  wire.GroupContext
	Replaced *wire.LeafNode // for an Update, the sender's current leaf
	Now      uint64         // seconds since 1970; 0: do not check the lifetime
}

// ValidateLeaf checks one leaf by itself (RFC 9420 §7.3), rule by rule. What §7.3
// says of a leaf beside all others is in ValidateTree's list, since it holds for
// the tree after all proposals. Whether the credential is valid (§5.3.1) is the
// application's to say.
func ValidateLeaf(s suite.Suite, c LeafCheck) error {
	for _, rule := range []func(suite.Suite, LeafCheck) error{
		leafSignature,
		leafKeyValid,
		leafVersion,
		leafCipherSuite,
		leafRequiredCapabilities,
		leafGroupExtensions,
		leafOwnCredential,
		leafLifetime,
		leafExtensionsDistinct,
		leafExtensionsSupported,
		leafSource,
		leafKeyReplaced,
	} {
		if err := rule(s, c); err != nil {
			return err
		}
	}
	return nil
}

func leafSignature(s suite.Suite, c LeafCheck) error {
	tbs, err := wire.Marshal(&wire.LeafNodeTBS{LeafNode: c.Leaf, GroupID: c.Context.GroupID, LeafIndex: c.Index})
	if err != nil {
		return err
	}
	if !s.VerifyWithLabel(c.Leaf.SignatureKey, "LeafNodeTBS", tbs, c.Leaf.Signature) {
		return spec.LeafSignature.Broken("the signature of leaf %d does not verify", c.Index)
	}
	return nil
}

func leafKeyValid(s suite.Suite, c LeafCheck) error {
	if err := s.ValidatePublicKey(c.Leaf.EncryptionKey); err != nil {
		return spec.LeafKeyValid.Broken("encryption_key %x: %v", c.Leaf.EncryptionKey, err)
	}
	return nil
}

func leafVersion(_ suite.Suite, c LeafCheck) error {
	if !slices.Contains(c.Leaf.Capabilities.Versions, c.Context.Version) {
		return spec.LeafVersion.Broken("version %d is not among %d", c.Context.Version, c.Leaf.Capabilities.Versions)
	}
	return nil
}

func leafCipherSuite(_ suite.Suite, c LeafCheck) error {
	if !slices.Contains(c.Leaf.Capabilities.CipherSuites, c.Context.CipherSuite) {
		return spec.LeafCipherSuite.Broken("cipher suite %d is not among %d", c.Context.CipherSuite, c.Leaf.Capabilities.CipherSuites)
	}
	return nil
}

// leafRequiredCapabilities exempts default types from being listed (§11.1), though
// §7.3 alone would not; credential types have no defaults.
func leafRequiredCapabilities(_ suite.Suite, c LeafCheck) error {
	for _, e := range c.Context.Extensions {
		if e.Type != wire.ExtensionRequiredCapabilities {
			continue
		}
		var required wire.RequiredCapabilities
		if err := wire.Unmarshal(e.Data, &required); err != nil {
			return err
		}
		have := c.Leaf.Capabilities
		for _, x := range required.ExtensionTypes {
			if !supportsExtension(have, x) {
				return spec.LeafRequiredCapabilities.Broken("extension type %v is not supported", x)
			}
		}
		for _, p := range required.ProposalTypes {
			if !supportsProposal(have, p) {
				return spec.LeafRequiredCapabilities.Broken("proposal type %v is not supported", p)
			}
		}
		for _, d := range required.CredentialTypes {
			if !slices.Contains(have.Credentials, d) {
				return spec.LeafRequiredCapabilities.Broken("credential type %v is not supported", d)
			}
		}
	}
	return nil
}

// leafGroupExtensions applies §13.4 to every leaf, Updates included (erratum 8745).
func leafGroupExtensions(_ suite.Suite, c LeafCheck) error {
	for _, e := range c.Context.Extensions {
		if !supportsExtension(c.Leaf.Capabilities, e.Type) {
			return spec.LeafGroupExtensions.Broken("extension type %v is not supported", e.Type)
		}
	}
	return nil
}

func leafOwnCredential(_ suite.Suite, c LeafCheck) error {
	if t := c.Leaf.Credential.Type; !slices.Contains(c.Leaf.Capabilities.Credentials, t) {
		return spec.LeafOwnCredential.Broken("credential type %v is not among %v", t, c.Leaf.Capabilities.Credentials)
	}
	return nil
}

// leafLifetime takes both bounds as inclusive; the RFC does not say.
func leafLifetime(_ suite.Suite, c LeafCheck) error {
	l := c.Leaf.Lifetime
	if c.Now == 0 || c.Leaf.Source != wire.LeafSourceKeyPackage || l.NotBefore <= c.Now && c.Now <= l.NotAfter {
		return nil
	}
	return spec.LeafLifetime.Broken("%d is not within %d to %d", c.Now, l.NotBefore, l.NotAfter)
}

func leafExtensionsDistinct(_ suite.Suite, c LeafCheck) error {
	return extensionsDistinct(c.Leaf.Extensions)
}

func leafExtensionsSupported(_ suite.Suite, c LeafCheck) error {
	for _, e := range c.Leaf.Extensions {
		if !supportsExtension(c.Leaf.Capabilities, e.Type) {
			return spec.LeafExtensionsSupported.Broken("extension type %v is not in the capabilities", e.Type)
		}
	}
	return nil
}

func leafSource(_ suite.Suite, c LeafCheck) error {
	if c.Source != 0 && c.Leaf.Source != c.Source {
		return spec.LeafSource.Broken("source is %v, want %v", c.Leaf.Source, c.Source)
	}
	return nil
}

func leafKeyReplaced(_ suite.Suite, c LeafCheck) error {
	if c.Replaced != nil && bytes.Equal(c.Leaf.EncryptionKey, c.Replaced.EncryptionKey) {
		return spec.LeafKeyReplaced.Broken("encryption_key is still %x", c.Leaf.EncryptionKey)
	}
	return nil
}

// supportsExtension: default types (§7.2) are supported by all and not listed.
func supportsExtension(have wire.Capabilities, t wire.ExtensionType) bool {
	isDefault := wire.ExtensionApplicationID <= t && t <= wire.ExtensionExternalSenders
	return isDefault || slices.Contains(have.Extensions, t)
}

func supportsProposal(have wire.Capabilities, t wire.ProposalType) bool {
	isDefault := wire.ProposalAdd <= t && t <= wire.ProposalGroupContextExtensions
	return isDefault || slices.Contains(have.Proposals, t)
}

func extensionsDistinct(list []wire.Extension) error {
	seen := map[wire.ExtensionType]bool{}
	for _, e := range list {
		if seen[e.Type] {
			return spec.ExtensionsDistinct.Broken("extension type %v appears twice", e.Type)
		}
		seen[e.Type] = true
	}
	return nil
}
