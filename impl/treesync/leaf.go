package treesync

import (
	"bytes"
	"fmt"
	"slices"
	"time"

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
	Replaced *wire.LeafNode // the member's current leaf; for an external Commit, the one that it removes
	Policy   Policy
	Own      bool // this client is about to send the leaf, which need not be its own
}

// ValidateLeaf checks one leaf by itself (RFC 9420 §7.3), rule by rule. What §7.3
// says of a leaf beside all others is in ValidateTree's list, since "the members"
// are those of the tree after all proposals (§12.2, last item): a removed member's
// key may return (subtle point 19).
func ValidateLeaf(s suite.Suite, c LeafCheck) error {
	for _, rule := range []func(suite.Suite, LeafCheck) error{
		leafCredential,
		leafSuccessor,
		leafSignatureKeyValid,
		leafSignature,
		leafKeyValid,
		leafVersion,
		leafCipherSuite,
		leafRequiredCapabilities,
		leafGroupExtensions,
		leafOwnCredential,
		leafLifetime,
		leafMaxLifetime,
		leafExtensionsDistinct,
		leafExtensionsPlaced,
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

// leafCredential asks the Authentication Service about each new credential. One
// that the member had already, for the same key, is not new (§5.3.1): it was
// accepted once, and may have expired since.
func leafCredential(_ suite.Suite, c LeafCheck) error {
	old := c.Replaced
	if c.Policy.Credentials == nil || old != nil && sameCredential(old.Credential, c.Leaf.Credential) && bytes.Equal(old.SignatureKey, c.Leaf.SignatureKey) {
		return nil
	}
	if err := c.Policy.Credentials.Accept(c.Leaf.Credential, c.Leaf.SignatureKey); err != nil {
		// Both are wrapped: err may itself name a rule of the credential's type.
		return fmt.Errorf("%w: %w", spec.LeafCredential.Broken("the credential of leaf %d is not accepted", c.Index), err)
	}
	return nil
}

func leafSuccessor(_ suite.Suite, c LeafCheck) error {
	if c.Policy.Credentials == nil || c.Replaced == nil || sameCredential(c.Replaced.Credential, c.Leaf.Credential) {
		return nil
	}
	if err := c.Policy.Credentials.Successor(c.Replaced.Credential, c.Leaf.Credential); err != nil {
		return fmt.Errorf("%w: %w", spec.CredentialSuccessor.Broken("the credential of leaf %d may not follow the one before", c.Index), err)
	}
	return nil
}

func sameCredential(a, b wire.Credential) bool {
	return a.Type == b.Type && bytes.Equal(a.Identity, b.Identity) &&
		slices.EqualFunc(a.Certificates, b.Certificates, func(a, b wire.Certificate) bool { return bytes.Equal(a.CertData, b.CertData) })
}

func leafSignatureKeyValid(s suite.Suite, c LeafCheck) error {
	return signatureKeyValid(s, c.Leaf.SignatureKey)
}

func signatureKeyValid(s suite.Suite, key []byte) error {
	if err := s.ValidateSignatureKey(key); err != nil {
		return spec.SignatureKeyValid.Broken("signature_key %x: %v", key, err)
	}
	return nil
}

// leafSignature binds a leaf to its group and its place only if its source is
// update or commit (§7.2); for an external Commit the place is the new one (subtle
// point 22).
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

// leafVersion, like all that looks into capabilities, ignores unknown values (§7.2),
// of versions too, though no GREASE is registered for those (subtle point 23).
func leafVersion(_ suite.Suite, c LeafCheck) error {
	if !slices.Contains(c.Leaf.Capabilities.Versions, c.Context.Version) {
		return spec.LeafVersion.Broken("version %d is not among %d", c.Context.Version, c.Leaf.Capabilities.Versions)
	}
	return nil
}

// leafCipherSuite is kept although the leaves of suite 0x0007 in the official
// treekem.json and welcome.json break it: nothing there asks for their validation,
// and all leaves of tree-validation.json and of the passive clients satisfy it.
func leafCipherSuite(_ suite.Suite, c LeafCheck) error {
	if !slices.Contains(c.Leaf.Capabilities.CipherSuites, c.Context.CipherSuite) {
		return spec.LeafCipherSuite.Broken("cipher suite %d is not among %d", c.Context.CipherSuite, c.Leaf.Capabilities.CipherSuites)
	}
	return nil
}

// leafRequiredCapabilities exempts default types from being listed (§11.1), though
// §7.3 alone would not; credential types have no defaults.
func leafRequiredCapabilities(_ suite.Suite, c LeafCheck) error {
	required, err := RequiredCapabilities(c.Context)
	if required == nil {
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
	return nil
}

// leafGroupExtensions applies §13.4 to every leaf, also those of an Update and of an
// UpdatePath (erratum 8745; subtle point 18). The Context is the one with a GroupContextExtensions
// proposal of the same Commit applied: every member must support what that brings,
// though §12.1.7 itself asks for the required capabilities only.
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

// leafLifetime takes both bounds as inclusive (subtle point 21). Only a leaf
// from a KeyPackage has a lifetime. Who sends it must check it; who receives it
// need not, since it may have ended while the message was under way (§7.3), and a
// member stays in the tree when its lifetime has ended.
func leafLifetime(_ suite.Suite, c LeafCheck) error {
	if c.Leaf.Source != wire.LeafSourceKeyPackage || c.Policy.Now == nil || !c.Own && !c.Policy.ReceivedLifetimes {
		return nil
	}
	now, l := uint64(max(0, c.Policy.Now().Unix())), c.Leaf.Lifetime
	if now < l.NotBefore || l.NotAfter < now {
		return spec.LeafLifetime.Broken("%d is not within %d to %d", now, l.NotBefore, l.NotAfter)
	}
	return nil
}

// CheckOwnLifetime is leafLifetime for a leaf that was validated and is now to be
// sent by this client.
func CheckOwnLifetime(leaf *wire.LeafNode, p Policy) error {
	return leafLifetime(suite.Suite{}, LeafCheck{Leaf: leaf, Policy: p, Own: true})
}

// leafMaxLifetime looks at no clock, so that all members agree. A lifetime that
// ends before it begins has no length; it is leafLifetime's to refuse.
func leafMaxLifetime(_ suite.Suite, c LeafCheck) error {
	l, longest := c.Leaf.Lifetime, c.Policy.MaxLifetime
	if c.Leaf.Source != wire.LeafSourceKeyPackage || longest <= 0 || l.NotAfter < l.NotBefore {
		return nil
	}
	if total := l.NotAfter - l.NotBefore; total > uint64(longest/time.Second) {
		return spec.LeafMaxLifetime.Broken("the lifetime is %d seconds, at most %v is acceptable", total, longest)
	}
	return nil
}

func leafExtensionsDistinct(_ suite.Suite, c LeafCheck) error {
	return extensionsDistinct(c.Leaf.Extensions)
}

// leafExtensionsPlaced also decodes the one default extension of a leaf. What
// application_id says, nobody may rely on (§5.3.3).
func leafExtensionsPlaced(_ suite.Suite, c LeafCheck) error {
	if err := extensionsPlaced(inLeafNode, c.Leaf.Extensions); err != nil {
		return err
	}
	var id wire.ApplicationID
	_, err := extension(c.Leaf.Extensions, wire.ExtensionApplicationID, &id)
	return err
}

// leafExtensionsSupported exempts default types, which must not be listed (§7.2),
// though §7.3 alone would not.
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

// leafKeyReplaced is for Updates; of an UpdatePath, §12.4.2 says the same.
func leafKeyReplaced(_ suite.Suite, c LeafCheck) error {
	if c.Source == wire.LeafSourceUpdate && c.Replaced != nil && bytes.Equal(c.Leaf.EncryptionKey, c.Replaced.EncryptionKey) {
		return spec.LeafKeyReplaced.Broken("encryption_key is still %x", c.Leaf.EncryptionKey)
	}
	return nil
}
