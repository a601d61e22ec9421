package treesync

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// drawLeaf draws from so few keys and types that members share them often.
func drawLeaf(t *rapid.T) *wire.LeafNode {
	credential := rapid.Map(rapid.IntRange(1, 2), func(k int) wire.CredentialType { return wire.CredentialType(k) })
	leaf := &wire.LeafNode{
		EncryptionKey: drawKey(t), SignatureKey: []byte{byte(rapid.IntRange(0, 30).Draw(t, "signature key"))},
		Credential: wire.Credential{Type: 1}, Source: wire.LeafSourceUpdate,
		Capabilities: wire.Capabilities{
			Credentials: []wire.CredentialType{1, 2, 2},
			Extensions:  rapid.SliceOfN(rapid.SampledFrom([]wire.ExtensionType{9, 10}), 0, 3).Draw(t, "extensions"),
			Proposals:   rapid.SliceOfN(rapid.SampledFrom([]wire.ProposalType{9, 10}), 0, 3).Draw(t, "proposals"),
		},
	}
	if rapid.IntRange(0, 9).Draw(t, "other credentials") == 0 {
		leaf.Credential.Type = credential.Draw(t, "credential")
		leaf.Capabilities.Credentials = rapid.SliceOfN(credential, 0, 4).Draw(t, "credentials")
	}
	return leaf
}

func drawKey(t *rapid.T) []byte { return []byte{byte(rapid.IntRange(0, 60).Draw(t, "key"))} }

// The census of a tree after any changes is the one that a dumb count finds, also
// of older versions, and also where keys clash on the way.
func TestCensusAgainstCount(t *testing.T) {
	s, err := suite.ByID(1)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		now := New(*drawLeaf(t))
		var old []Tree
		member := func() tree.LeafIndex { return rapid.SampledFrom(now.Members()).Draw(t, "member") }
		change := func(next Tree) { old, now = append(old, now), next }
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { sameCensus(t, now); sameVerdict(t, now) },
			"add": func(t *rapid.T) {
				if now.MemberCount() == 16 {
					t.Skip("large enough")
				}
				next, _ := now.Add(*drawLeaf(t))
				change(next)
			},
			"update": func(t *rapid.T) { change(now.Update(member(), *drawLeaf(t))) },
			"remove": func(t *rapid.T) {
				if now.MemberCount() == 1 {
					t.Skip("the last member")
				}
				change(now.Remove(member()))
			},
			"path": func(t *rapid.T) {
				i := member()
				filtered, _ := tree.FilteredDirectPath(now, i)
				var nodes []PathNode
				for _, n := range filtered {
					nodes = append(nodes, PathNode{n, drawKey(t)})
				}
				next, _, err := now.ApplyPath(s, i, nodes)
				if err != nil {
					t.Fatal(err)
				}
				change(next.SetLeaf(i, *drawLeaf(t)))
			},
			"set leaf": func(t *rapid.T) { change(now.SetLeaf(member(), *drawLeaf(t))) },
			"same claims": func(t *rapid.T) {
				i := member()
				leaf := *now.Leaf(i)
				leaf.EncryptionKey = drawKey(t)
				change(now.SetLeaf(i, leaf))
			},
			"blank, and truncate over parents": func(t *rapid.T) {
				if now.MemberCount() == 1 {
					t.Skip("the last member")
				}
				next := now.withoutLeaf(member())
				sameCensus(t, next)
				next.nodes = next.nodes.Truncate()
				change(next)
			},
			"set parent": func(t *rapid.T) {
				if now.Leaves() == 1 {
					t.Skip("no parents")
				}
				i := tree.Index(rapid.IntRange(0, int(now.Leaves())-2).Draw(t, "parent"))*2 + 1
				var p *wire.ParentNode
				if rapid.Bool().Draw(t, "filled") {
					p = &wire.ParentNode{EncryptionKey: drawKey(t)}
				}
				next := now
				next.nodes = next.nodes.SetParent(i, p)
				change(next)
			},
			"by wire": func(t *rapid.T) {
				next, err := FromWire(s, now.Wire())
				if err != nil {
					t.Fatal(err)
				}
				change(next)
			},
		})
		for _, v := range old {
			sameCensus(t, v)
		}
	})
}

// sameCensus counts by going through the whole tree.
func sameCensus(t *rapid.T, now Tree) {
	encryption, signature := map[string][]uint32{}, map[string][]uint32{}
	inUse, credentials, extensions, proposals := map[uint16]uint32{}, map[uint16]uint32{}, map[uint16]uint32{}, map[uint16]uint32{}
	for i := range tree.Index(tree.Width(now.Leaves())) {
		if key := now.EncryptionKey(i); key != nil {
			encryption[string(key)] = append(encryption[string(key)], uint32(i))
		}
		leaf := now.leafAt(i)
		if leaf == nil {
			continue
		}
		signature[string(leaf.SignatureKey)] = append(signature[string(leaf.SignatureKey)], i.Leaf())
		inUse[uint16(leaf.Credential.Type)]++
		for k := range uint16(20) {
			if slices.Contains(leaf.Capabilities.Credentials, wire.CredentialType(k)) {
				credentials[k]++
			}
			if slices.Contains(leaf.Capabilities.Extensions, wire.ExtensionType(k)) {
				extensions[k]++
			}
			if slices.Contains(leaf.Capabilities.Proposals, wire.ProposalType(k)) {
				proposals[k]++
			}
		}
	}
	c := now.nodes.census
	for _, v := range []struct {
		what string
		got  map[string][]uint32
		want map[string][]uint32
	}{{"encryption keys", c.encryption.all(), encryption}, {"signature keys", c.signature.all(), signature}} {
		if !reflect.DeepEqual(v.got, v.want) {
			t.Fatalf("%s: got %v, want %v", v.what, v.got, v.want)
		}
	}
	for _, v := range []struct {
		what string
		got  tally
		want map[uint16]uint32
	}{
		{"credential types in use", c.inUse, inUse}, {"credentials", c.supported.credentials, credentials},
		{"extensions", c.supported.extensions, extensions}, {"proposals", c.supported.proposals, proposals},
	} {
		if got := v.got.all(); !maps.Equal(got, v.want) {
			t.Fatalf("%s: got %v, want %v", v.what, got, v.want)
		}
	}
	sameAnswers(t, now)
}

func sameAnswers(t *rapid.T, now Tree) {
	for k := range byte(61) {
		at, in := now.holder([]byte{k})
		if want := slices.IndexFunc(now.places(), func(i tree.Index) bool { return bytes.Equal(now.EncryptionKey(i), []byte{k}) }); want >= 0 != in {
			t.Fatalf("key %d is held: %v", k, in)
		} else if in && !bytes.Equal(now.EncryptionKey(at), []byte{k}) {
			t.Fatalf("node %d does not hold key %d", at, k)
		}
		leaf, in := now.bySignatureKey([]byte{k})
		if want := slices.IndexFunc(now.Members(), func(i tree.LeafIndex) bool { return now.Leaf(i).SignatureKey[0] == k }); want >= 0 != in {
			t.Fatalf("signature key %d is held: %v", k, in)
		} else if in && leaf != now.Members()[want] {
			t.Fatalf("signature key %d: got leaf %d, want %d", k, leaf, now.Members()[want])
		}
	}
	for k := range uint16(12) {
		bad, ok := now.AllSupportExtension(wire.ExtensionType(k))
		sameSupport(t, now, bad, ok, func(c wire.Capabilities) bool { return supportsExtension(c, wire.ExtensionType(k)) })
		bad, ok = now.AllSupportProposal(wire.ProposalType(k))
		sameSupport(t, now, bad, ok, func(c wire.Capabilities) bool { return supportsProposal(c, wire.ProposalType(k)) })
		bad, ok = now.AllSupportCredential(wire.CredentialType(k))
		sameSupport(t, now, bad, ok, func(c wire.Capabilities) bool { return slices.Contains(c.Credentials, wire.CredentialType(k)) })
	}
}

func sameSupport(t *rapid.T, now Tree, bad tree.LeafIndex, ok bool, supports func(wire.Capabilities) bool) {
	for _, i := range now.Members() {
		if supports(now.Leaf(i).Capabilities) {
			continue
		}
		if ok || bad != i {
			t.Fatalf("leaf %d does not support it, got %d, %v", i, bad, ok)
		}
		return
	}
	if !ok {
		t.Fatalf("all support it, yet leaf %d is named", bad)
	}
}

// sameVerdict compares each member with each other.
func sameVerdict(t *rapid.T, now Tree) {
	share := func(a, b []byte) bool { return bytes.Equal(a, b) }
	unsupported, signature, encryption, parent := false, false, false, false
	for _, i := range now.places() {
		for _, j := range now.places() {
			a, b := now.leafAt(i), now.leafAt(j)
			if a != nil && b != nil {
				unsupported = unsupported || !slices.Contains(a.Capabilities.Credentials, b.Credential.Type)
				signature = signature || i != j && share(a.SignatureKey, b.SignatureKey)
				encryption = encryption || i != j && share(a.EncryptionKey, b.EncryptionKey)
			}
			parent = parent || i != j && a == nil && share(now.EncryptionKey(i), now.EncryptionKey(j))
		}
	}
	err := validateMembers(now)
	for _, v := range []struct {
		broken bool
		rule   *spec.Rule
	}{
		{unsupported, spec.CredentialsSupported}, {signature, spec.SignatureKeysUnique},
		{encryption, spec.EncryptionKeysUnique}, {parent, spec.ParentKeysUnique},
	} {
		if v.broken {
			if !errors.Is(err, v.rule) {
				t.Fatalf("got %v, want %v", err, v.rule)
			}
			return
		}
	}
	if err != nil {
		t.Fatalf("nothing is broken, got %v", err)
	}
}

// places lists the nodes that are not blank.
func (t Tree) places() []tree.Index {
	var list []tree.Index
	for i := range tree.Index(tree.Width(t.Leaves())) {
		if !t.Blank(i) {
			list = append(list, i)
		}
	}
	return list
}

func (h holders) all() map[string][]uint32 {
	m := map[string][]uint32{}
	for each := h.first.Iterator(); !each.Done(); {
		k, one, _ := each.Next()
		m[k] = []uint32{one}
	}
	for each := h.shared.Iterator(); !each.Done(); {
		k, all, _ := each.Next()
		if len(all) < 2 || m[k][0] != all[0] {
			panic(fmt.Sprintf("key %x: first %v, all %v", k, m[k], all))
		}
		m[k] = all
	}
	return m
}

func (t tally) all() map[uint16]uint32 {
	m := map[uint16]uint32{}
	for each := t.m.Iterator(); !each.Done(); {
		k, n, _ := each.Next()
		m[k] = n
	}
	return m
}
