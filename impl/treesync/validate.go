package treesync

import (
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ValidateTree checks a received tree as a joiner must (RFC 9420 §12.4.3.1), but
// for its hash. Lifetimes are not checked: members stay when theirs have ended.
func ValidateTree(s suite.Suite, t Tree, gc wire.GroupContext) error {
	if err := extensionsDistinct(gc.Extensions); err != nil {
		return err
	}
	for _, i := range t.Members() {
		if err := ValidateLeaf(s, LeafCheck{Leaf: t.Leaf(i), Index: i, Context: gc}); err != nil {
			return err
		}
	}
	for _, rule := range []func(Tree) error{unmergedSorted, unmergedAreMembers, unmergedBetween} {
		if err := rule(t); err != nil {
			return err
		}
	}
	if err := validateMembers(t); err != nil {
		return err
	}
	return VerifyParentHashes(s, t)
}

// validateMembers checks what must hold between the nodes of a tree (RFC 9420 §7.3,
// §12.4.3.1), and so of the tree after a Commit (§12.2, last item).
func validateMembers(t Tree) error {
	for _, rule := range []func(Tree) error{
		credentialsSupported,
		signatureKeysUnique,
		encryptionKeysUnique,
		parentKeysUnique,
	} {
		if err := rule(t); err != nil {
			return err
		}
	}
	return nil
}

func credentialsSupported(t Tree) error {
	inUse := map[wire.CredentialType]tree.LeafIndex{}
	for _, i := range t.Members() {
		inUse[t.Leaf(i).Credential.Type] = i
	}
	for _, i := range t.Members() {
		for _, d := range sortedKeys(inUse) {
			if !slices.Contains(t.Leaf(i).Capabilities.Credentials, d) {
				return spec.CredentialsSupported.Broken("leaf %d does not support credential type %v of leaf %d", i, d, inUse[d])
			}
		}
	}
	return nil
}

// sortedKeys makes the choice of what is reported first deterministic.
func sortedKeys(m map[wire.CredentialType]tree.LeafIndex) []wire.CredentialType {
	var keys []wire.CredentialType
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func signatureKeysUnique(t Tree) error {
	seen := map[string]tree.LeafIndex{}
	for _, i := range t.Members() {
		key := string(t.Leaf(i).SignatureKey)
		if other, twice := seen[key]; twice {
			return spec.SignatureKeysUnique.Broken("leaves %d and %d share %x", other, i, key)
		}
		seen[key] = i
	}
	return nil
}

func encryptionKeysUnique(t Tree) error {
	seen := map[string]tree.LeafIndex{}
	for _, i := range t.Members() {
		key := string(t.Leaf(i).EncryptionKey)
		if other, twice := seen[key]; twice {
			return spec.EncryptionKeysUnique.Broken("leaves %d and %d share %x", other, i, key)
		}
		seen[key] = i
	}
	return nil
}

// parentKeysUnique covers every parent. The RFC's indentation would exempt those
// without unmerged leaves; §16.7 does not.
func parentKeysUnique(t Tree) error {
	seen := map[string]tree.Index{}
	for _, i := range t.Members() {
		seen[string(t.Leaf(i).EncryptionKey)] = tree.LeafNode(i)
	}
	for _, i := range t.parents() {
		key := string(t.Parent(i).EncryptionKey)
		if other, twice := seen[key]; twice {
			return spec.ParentKeysUnique.Broken("nodes %d and %d share %x", other, i, key)
		}
		seen[key] = i
	}
	return nil
}

// unmergedSorted takes "increasing" as strictly so.
func unmergedSorted(t Tree) error {
	for _, i := range t.parents() {
		list := t.Unmerged(i)
		for k := 1; k < len(list); k++ {
			if list[k-1] >= list[k] {
				return spec.UnmergedSorted.Broken("node %d lists %d before %d", i, list[k-1], list[k])
			}
		}
	}
	return nil
}

func unmergedAreMembers(t Tree) error {
	for _, i := range t.parents() {
		for _, l := range t.Unmerged(i) {
			if !tree.IsAncestor(i, l) || t.Leaf(l) == nil {
				return spec.UnmergedIsMember.Broken("node %d lists leaf %d, which is blank or not below it", i, l)
			}
		}
	}
	return nil
}

func unmergedBetween(t Tree) error {
	for _, i := range t.parents() {
		for _, l := range t.Unmerged(i) {
			for _, n := range tree.DirectPath(l, t.Leaves()) {
				if n == i {
					break
				}
				if t.Parent(n) == nil {
					continue
				}
				if _, listed := slices.BinarySearch(t.Unmerged(n), l); !listed {
					return spec.UnmergedBetween.Broken("node %d lists leaf %d, node %d below it does not", i, l, n)
				}
			}
		}
	}
	return nil
}
