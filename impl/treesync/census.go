package treesync

import (
	"hash/maphash"
	"maps"
	"slices"

	"github.com/benbjohnson/immutable"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// counted is the ratchet tree and a census of what its nodes hold. Every change
// goes through its methods, which keep the census true at a cost that does not
// grow with the group; so a Commit is checked without looking at every member.
type counted struct {
	tree.Tree[wire.LeafNode, wire.ParentNode]
	census census
}

// count takes the census of a whole tree.
func count(t tree.Tree[wire.LeafNode, wire.ParentNode]) counted { return counted{t, takeCensus(t)} }

func (c counted) SetLeaf(i tree.LeafIndex, leaf *wire.LeafNode) counted {
	return counted{c.Tree.SetLeaf(i, leaf), c.census.leafSet(i, c.Leaf(i), leaf)}
}

func (c counted) SetParent(i tree.Index, p *wire.ParentNode) counted {
	return counted{c.Tree.SetParent(i, p), c.census.parentSet(i, c.Parent(i), p)}
}

func (c counted) SetPath(i tree.LeafIndex, leaf *wire.LeafNode, change func(tree.Index, *wire.ParentNode) *wire.ParentNode) counted {
	census := c.census.leafSet(i, c.Leaf(i), leaf)
	return counted{c.Tree.SetPath(i, leaf, func(n tree.Index, old *wire.ParentNode) *wire.ParentNode {
		p := change(n, old)
		census = census.parentSet(n, old, p)
		return p
	}), census}
}

func (c counted) Extend() counted { return counted{c.Tree.Extend(), c.census} }

// Truncate loses parents only where some are above no member, which is so in no
// tree that was checked.
func (c counted) Truncate() counted {
	next := counted{c.Tree.Truncate(), c.census}
	if next.Filled() == c.Filled() {
		return next
	}
	for i, p := range c.AllParents() {
		if uint32(i) >= tree.Width(next.Leaves()) {
			next.census = next.census.parentSet(i, p, nil)
		}
	}
	return next
}

// census is what the nodes of one tree hold. Versions share their maps.
type census struct {
	encryption holders // by encryption_key: places of leaves and parents
	signature  holders // by signature_key: leaf indices
	inUse      tally   // credential types: members whose own credential has it
	supported  struct{ credentials, extensions, proposals tally }
}

func takeCensus(t tree.Tree[wire.LeafNode, wire.ParentNode]) census {
	hasher := keyHasher{maphash.MakeSeed()} // secret, so that nobody can choose keys that collide
	encryption, signature := newRegister(hasher), newRegister(hasher)
	inUse, credentials, extensions, proposals := map[uint16]uint32{}, map[uint16]uint32{}, map[uint16]uint32{}, map[uint16]uint32{}
	for i, leaf := range t.AllLeaves() {
		encryption.add(leaf.EncryptionKey, uint32(tree.LeafNode(i)))
		signature.add(leaf.SignatureKey, i)
		inUse[uint16(leaf.Credential.Type)]++
		increment(credentials, leaf.Capabilities.Credentials)
		increment(extensions, leaf.Capabilities.Extensions)
		increment(proposals, leaf.Capabilities.Proposals)
	}
	for i, p := range t.AllParents() {
		encryption.add(p.EncryptionKey, uint32(i))
	}
	c := census{encryption: encryption.holders(), signature: signature.holders(), inUse: tallyOf(inUse)}
	c.supported.credentials, c.supported.extensions, c.supported.proposals = tallyOf(credentials), tallyOf(extensions), tallyOf(proposals)
	return c
}

func (c census) parentSet(i tree.Index, old, now *wire.ParentNode) census {
	if old != nil && now != nil && string(old.EncryptionKey) == string(now.EncryptionKey) {
		return c
	}
	if old != nil {
		c.encryption = c.encryption.without(old.EncryptionKey, uint32(i))
	}
	if now != nil {
		c.encryption = c.encryption.with(now.EncryptionKey, uint32(i))
	}
	return c
}

func (c census) leafSet(i tree.LeafIndex, old, now *wire.LeafNode) census {
	if old == now {
		return c
	}
	if old != nil {
		c.encryption = c.encryption.without(old.EncryptionKey, uint32(tree.LeafNode(i)))
	}
	if now != nil {
		c.encryption = c.encryption.with(now.EncryptionKey, uint32(tree.LeafNode(i)))
	}
	if old != nil && now != nil && sameClaims(old, now) {
		return c
	}
	if old != nil {
		c.signature = c.signature.without(old.SignatureKey, i)
		c = c.claims(old, -1)
	}
	if now != nil {
		c.signature = c.signature.with(now.SignatureKey, i)
		c = c.claims(now, 1)
	}
	return c
}

// sameClaims holds for most Updates and Commits, which only bring a fresh key.
func sameClaims(a, b *wire.LeafNode) bool {
	return string(a.SignatureKey) == string(b.SignatureKey) && a.Credential.Type == b.Credential.Type &&
		slices.Equal(a.Capabilities.Credentials, b.Capabilities.Credentials) &&
		slices.Equal(a.Capabilities.Extensions, b.Capabilities.Extensions) &&
		slices.Equal(a.Capabilities.Proposals, b.Capabilities.Proposals)
}

func (c census) claims(leaf *wire.LeafNode, by int) census {
	c.inUse = c.inUse.add(by, uint16(leaf.Credential.Type))
	c.supported.credentials = c.supported.credentials.add(by, distinct(leaf.Capabilities.Credentials)...)
	c.supported.extensions = c.supported.extensions.add(by, distinct(leaf.Capabilities.Extensions)...)
	c.supported.proposals = c.supported.proposals.add(by, distinct(leaf.Capabilities.Proposals)...)
	return c
}

// credentialsSupported says whether all members support every credential type that
// is in use.
func (c census) credentialsSupported(members uint32) bool {
	for each := c.inUse.m.Iterator(); !each.Done(); {
		if d, _, _ := each.Next(); c.supported.credentials.of(d) != members {
			return false
		}
	}
	return true
}

// distinct lists each type once, however often a member does.
func distinct[T ~uint16](list []T) []uint16 {
	types := make([]uint16, len(list))
	for k, t := range list {
		types[k] = uint16(t)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func increment[T ~uint16](m map[uint16]uint32, list []T) {
	for _, t := range distinct(list) {
		m[t]++
	}
}

// tally is how many members there are of each type.
type tally struct {
	m *immutable.Map[uint16, uint32]
}

func tallyOf(m map[uint16]uint32) tally {
	t := immutable.NewMapBuilder[uint16, uint32](typeHasher{})
	for _, k := range slices.Sorted(maps.Keys(m)) {
		t.Set(k, m[k])
	}
	return tally{t.Map()}
}

func (t tally) of(k uint16) uint32 {
	n, _ := t.m.Get(k)
	return n
}

func (t tally) add(by int, types ...uint16) tally {
	for _, k := range types {
		if n := int(t.of(k)) + by; n > 0 {
			t.m = t.m.Set(k, uint32(n))
		} else {
			t.m = t.m.Delete(k)
		}
	}
	return t
}

type typeHasher struct{}

func (typeHasher) Hash(k uint16) uint32   { return uint32(k) }
func (typeHasher) Equal(a, b uint16) bool { return a == b }
