package treekem_test

import (
	"bytes"
	"slices"
	"testing"

	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

func psk(id string, secret string) treekem.PSK {
	return treekem.PSK{ID: wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: []byte(id)}, Secret: []byte(secret)}
}

// Subtle point 3: path secrets and key pairs are for the filtered direct path only,
// and none is for the leaf, whatever the figure of §7.4 shows.
func TestPathSecretsAreFiltered(t *testing.T) {
	f := newFixture(t)
	delete(f.tree.public, tree.LeafNode(1)) // node 1 is filtered out for leaf 0
	steps := treekem.Steps(f.tree, 0, nil)
	path, err := treekem.Generate(f.s, f.rng, steps)
	f.ok(err)
	if len(path.Keys) != 1 || path.Keys[0].Node != 3 {
		t.Fatalf("the path has keys for %v, want node 3 alone", path.Keys)
	}
	secret := path.SecretFor(2)
	_, pk, err := f.s.DeriveKeyPair(f.s.DeriveSecret(secret, "node"))
	f.ok(err)
	if !bytes.Equal(pk, path.Keys[0].PublicKey) || !bytes.Equal(path.CommitSecret, f.s.DeriveSecret(secret, "path")) {
		t.Error("path_secret[0] is not that of the first node of the filtered path")
	}
}

// Subtle point 49: by §8.4's pseudocode, against its figure, psk_input is the salt
// of KDF.Extract and the psk_secret so far its input. Here it is done by hand.
func TestPSKInputIsTheSalt(t *testing.T) {
	f := newFixture(t)
	psks := []treekem.PSK{psk("a", "first"), psk("b", "second")}
	want := make([]byte, f.s.Nh())
	for i, p := range psks {
		label, err := wire.Marshal(&wire.PSKLabel{ID: p.ID, Index: uint16(i), Count: 2})
		f.ok(err)
		input := f.s.ExpandWithLabel(f.s.Extract(make([]byte, f.s.Nh()), p.Secret), "derived psk", label, f.s.Nh())
		want = f.s.Extract(input, want) // Extract(salt, input keying material)
	}
	got, err := treekem.PSKSecret(f.s, psks)
	f.ok(err)
	if !bytes.Equal(got, want) {
		t.Errorf("psk_secret is %x, want %x", got, want)
	}
}

// Rule X16 and subtle point 52: the order of the PSKs, and how many there are, are
// in their secret.
func TestOrderOfPSKs(t *testing.T) {
	f := newFixture(t)
	psks := []treekem.PSK{psk("a", "first"), psk("b", "second")}
	one, err := treekem.PSKSecret(f.s, psks)
	f.ok(err)
	slices.Reverse(psks)
	other, err := treekem.PSKSecret(f.s, psks)
	f.ok(err)
	alone, err := treekem.PSKSecret(f.s, psks[1:])
	f.ok(err)
	if bytes.Equal(one, other) || bytes.Equal(one, alone) {
		t.Error("another order, or another number, gives the same psk_secret")
	}
}

// Subtle point 63: the application's label goes into the inner DeriveSecret, the
// outer one is "exported" over the context's hash; both get the prefix "MLS 1.0 ".
func TestExporterIsNested(t *testing.T) {
	f := newFixture(t)
	secret, context := make([]byte, f.s.Nh()), []byte("context")
	expand := func(secret []byte, label string, context []byte, n uint16) []byte {
		info, err := wire.Marshal(&wire.KDFLabel{Length: n, Label: []byte(label), Context: context})
		f.ok(err)
		return hkdfExpand(f, secret, info, int(n))
	}
	inner := expand(secret, "MLS 1.0 app", nil, uint16(f.s.Nh()))
	want := expand(inner, "MLS 1.0 exported", f.s.Hash(context), 7)
	if got := treekem.Export(f.s, secret, "app", context, 7); !bytes.Equal(got, want) {
		t.Errorf("exports %x, want %x", got, want)
	}
}

// hkdfExpand is RFC 5869 §2.3 for one block and the suite's HMAC.
func hkdfExpand(f *fixture, secret, info []byte, n int) []byte {
	return f.s.MAC(secret, append(info, 1))[:n]
}
