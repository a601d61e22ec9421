package treesync

import (
	"bytes"
	"fmt"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// SignKeyPackage signs a KeyPackage in place (RFC 9420 §10).
func SignKeyPackage(s suite.Suite, sk []byte, kp *wire.KeyPackage) error {
	tbs, err := wire.Marshal(&wire.KeyPackageTBS{KeyPackage: kp})
	if err != nil {
		return err
	}
	kp.Signature, err = s.SignWithLabel(sk, "KeyPackageTBS", tbs)
	return err
}

// UnwrapKeyPackage takes the KeyPackage from the message that carried it, whose
// version must be the same (RFC 9420 §10).
func UnwrapKeyPackage(m *wire.MLSMessage) (*wire.KeyPackage, error) {
	if m.KeyPackage == nil {
		return nil, fmt.Errorf("treesync: a message of wire format %v carries no KeyPackage", m.WireFormat)
	}
	if m.KeyPackage.Version != m.Version {
		return nil, spec.KeyPackageMessageVersion.Broken("the KeyPackage's version is %d, its message's %d", m.KeyPackage.Version, m.Version)
	}
	return m.KeyPackage, nil
}

// ValidateKeyPackage checks a KeyPackage for the group (RFC 9420 §10.1). own: this
// client is about to add its owner, and so must check the lifetime; see leafLifetime.
//
// The extensions of a KeyPackage need not be in its leaf's capabilities for a
// receiver, who ignores those that it does not know (§10, §13.4); the Adds in the
// official tree-operations.json have some that are not. See ValidateOwnKeyPackage.
func ValidateKeyPackage(s suite.Suite, kp *wire.KeyPackage, gc wire.GroupContext, p Policy, own bool) error {
	for _, rule := range []func(suite.Suite, *wire.KeyPackage, wire.GroupContext) error{
		keyPackageVersion,
		keyPackageCipherSuite,
		keyPackageInitKeyValid,
		keyPackageExtensionsDistinct,
		keyPackageExtensionsPlaced,
	} {
		if err := rule(s, kp, gc); err != nil {
			return err
		}
	}
	leaf := LeafCheck{Leaf: &kp.LeafNode, Source: wire.LeafSourceKeyPackage, Context: gc, Policy: p, Own: own}
	if err := ValidateLeaf(s, leaf); err != nil {
		return err
	}
	if err := keyPackageSignature(s, kp); err != nil {
		return err
	}
	return keyPackageInitKey(kp)
}

func keyPackageVersion(_ suite.Suite, kp *wire.KeyPackage, gc wire.GroupContext) error {
	if kp.Version != gc.Version {
		return spec.KeyPackageVersion.Broken("version is %d, the group's is %d", kp.Version, gc.Version)
	}
	return nil
}

func keyPackageCipherSuite(_ suite.Suite, kp *wire.KeyPackage, gc wire.GroupContext) error {
	if kp.CipherSuite != gc.CipherSuite {
		return spec.KeyPackageCipherSuite.Broken("cipher suite is %d, the group's is %d", kp.CipherSuite, gc.CipherSuite)
	}
	return nil
}

func keyPackageInitKeyValid(s suite.Suite, kp *wire.KeyPackage, _ wire.GroupContext) error {
	if err := s.ValidatePublicKey(kp.InitKey); err != nil {
		return spec.InitKeyValid.Broken("init_key %x: %v", kp.InitKey, err)
	}
	return nil
}

func keyPackageExtensionsDistinct(_ suite.Suite, kp *wire.KeyPackage, _ wire.GroupContext) error {
	return extensionsDistinct(kp.Extensions)
}

func keyPackageExtensionsPlaced(_ suite.Suite, kp *wire.KeyPackage, _ wire.GroupContext) error {
	return extensionsPlaced(inKeyPackage, kp.Extensions)
}

// keyPackageSignature takes the leaf's signature_key; §10.1 says "the public key in
// leaf_node.credential", where a basic credential has none (subtle point 20).
func keyPackageSignature(s suite.Suite, kp *wire.KeyPackage) error {
	tbs, err := wire.Marshal(&wire.KeyPackageTBS{KeyPackage: kp})
	if err != nil {
		return err
	}
	if !s.VerifyWithLabel(kp.LeafNode.SignatureKey, "KeyPackageTBS", tbs, kp.Signature) {
		return spec.KeyPackageSignature.Broken("the signature does not verify")
	}
	return nil
}

func keyPackageInitKey(kp *wire.KeyPackage) error {
	if bytes.Equal(kp.InitKey, kp.LeafNode.EncryptionKey) {
		return spec.KeyPackageInitKey.Broken("both are %x", kp.InitKey)
	}
	return nil
}
