package treesync

import (
	"maps"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ValidateTree checks a received tree as a joiner must (RFC 9420 §12.4.3.1), but
// for its hash.
func ValidateTree(s suite.Suite, t Tree, gc wire.GroupContext, p Policy) error {
	if err := ValidateGroupContext(s, gc, p); err != nil {
		return err
	}
	if err := validateLeaves(s, t, gc, p); err != nil {
		return err
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

// validateLeaves reports on the lowest of the leaves that are not valid. What is the
// application's is called from one goroutine.
func validateLeaves(s suite.Suite, t Tree, gc wire.GroupContext, p Policy) error {
	members := t.Members()
	alone := s.IsObserved() || p.Credentials != nil || p.Now != nil
	return firstError(len(members), !alone, func(k int) error {
		i := members[k]
		return ValidateLeaf(s, LeafCheck{Leaf: t.Leaf(i), Index: i, Context: gc, Policy: p})
	})
}

// validateMembers checks what must hold between the nodes of a tree (RFC 9420 §7.3,
// §12.4.3.1), and so of the tree after a Commit (§12.2, last item).
//
// Each rule asks the census first, so that in a valid tree the price is that of the
// changes since the last one. Only what is then known to be broken is searched for.
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
	if t.nodes.census.credentialsSupported(t.MemberCount()) {
		return nil
	}
	inUse := map[wire.CredentialType]tree.LeafIndex{}
	for i, leaf := range t.All() {
		inUse[leaf.Credential.Type] = i
	}
	for i, leaf := range t.All() {
		for _, d := range slices.Sorted(maps.Keys(inUse)) { // reported is the same one each time
			if !slices.Contains(leaf.Capabilities.Credentials, d) {
				return spec.CredentialsSupported.Broken("leaf %d does not support credential type %v of leaf %d", i, d, inUse[d])
			}
		}
	}
	return nil
}

func signatureKeysUnique(t Tree) error {
	if !t.nodes.census.signature.clash() {
		return nil
	}
	seen := map[string]tree.LeafIndex{}
	for i, leaf := range t.All() {
		key := string(leaf.SignatureKey)
		if other, twice := seen[key]; twice {
			return spec.SignatureKeysUnique.Broken("leaves %d and %d share %x", other, i, key)
		}
		seen[key] = i
	}
	return nil
}

func encryptionKeysUnique(t Tree) error {
	if !t.nodes.census.encryption.clash() {
		return nil
	}
	seen := map[string]tree.LeafIndex{}
	for i, leaf := range t.All() {
		key := string(leaf.EncryptionKey)
		if other, twice := seen[key]; twice {
			return spec.EncryptionKeysUnique.Broken("leaves %d and %d share %x", other, i, key)
		}
		seen[key] = i
	}
	return nil
}

// parentKeysUnique covers every parent. The RFC's indentation would exempt those
// without unmerged leaves; §16.7 does not (subtle point 9).
func parentKeysUnique(t Tree) error {
	if !t.nodes.census.encryption.clash() {
		return nil
	}
	seen := map[string]tree.Index{}
	for i, leaf := range t.All() {
		seen[string(leaf.EncryptionKey)] = tree.LeafNode(i)
	}
	for i, p := range t.nodes.AllParents() {
		key := string(p.EncryptionKey)
		if other, twice := seen[key]; twice {
			return spec.ParentKeysUnique.Broken("nodes %d and %d share %x", other, i, key)
		}
		seen[key] = i
	}
	return nil
}

// unmergedSorted takes "increasing" as strictly so, and checks what §12.4.3.1 does
// not list among a joiner's checks (subtle point 8).
func unmergedSorted(t Tree) error {
	for i, p := range t.nodes.AllParents() {
		list := p.UnmergedLeaves
		for k := 1; k < len(list); k++ {
			if list[k-1] >= list[k] {
				return spec.UnmergedSorted.Broken("node %d lists %d before %d", i, list[k-1], list[k])
			}
		}
	}
	return nil
}

func unmergedAreMembers(t Tree) error {
	for i, p := range t.nodes.AllParents() {
		for _, l := range p.UnmergedLeaves {
			if !tree.IsAncestor(i, l) || t.Leaf(l) == nil {
				return spec.UnmergedIsMember.Broken("node %d lists leaf %d, which is blank or not below it", i, l)
			}
		}
	}
	return nil
}

func unmergedBetween(t Tree) error {
	for i, p := range t.nodes.AllParents() {
		for _, l := range p.UnmergedLeaves {
			for n, _ := tree.Parent(tree.LeafNode(l), t.Leaves()); n != i; n, _ = tree.Parent(n, t.Leaves()) {
				between := t.Parent(n)
				if between == nil {
					continue
				}
				if _, listed := slices.BinarySearch(between.UnmergedLeaves, l); !listed {
					return spec.UnmergedBetween.Broken("node %d lists leaf %d, node %d below it does not", i, l, n)
				}
			}
		}
	}
	return nil
}
