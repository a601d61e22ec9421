package treesync

import (
	"bytes"

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

// ValidateKeyPackage checks a KeyPackage for the group (RFC 9420 §10.1). Whoever
// adds the client must check the lifetime; for a receiver (now = 0: no check) that
// is only recommended, since it may have ended while the message was under way.
func ValidateKeyPackage(s suite.Suite, kp *wire.KeyPackage, gc wire.GroupContext, now uint64) error {
	for _, rule := range []func(suite.Suite, *wire.KeyPackage, wire.GroupContext) error{
		keyPackageVersion,
		keyPackageCipherSuite,
		keyPackageInitKeyValid,
		keyPackageExtensionsDistinct,
	} {
		if err := rule(s, kp, gc); err != nil {
			return err
		}
	}
	leaf := LeafCheck{Leaf: &kp.LeafNode, Source: wire.LeafSourceKeyPackage, Context: gc, Now: now}
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

// keyPackageSignature takes the leaf's signature_key; §10.1 says "the public key in
// leaf_node.credential", where a basic credential has none.
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
