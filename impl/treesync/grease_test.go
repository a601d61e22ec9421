package treesync

import (
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// greased is an honest KeyPackage with GREASE wherever §13.5 allows it, and signed.
func greased(t *testing.T, h *honest, seed byte) wire.KeyPackage {
	rng := rand.NewChaCha8([32]byte{seed})
	kp := h.keyPackage()
	kp.LeafNode.Capabilities.Extensions = []wire.ExtensionType{0xf001}
	h.check(GreaseCapabilities(rng, &kp.LeafNode.Capabilities))
	var err error
	if kp.LeafNode.Extensions, err = GreaseExtensions(rng, kp.LeafNode.Capabilities, nil); err != nil {
		t.Fatal(err)
	}
	if kp.Extensions, err = GreaseExtensions(rng, kp.LeafNode.Capabilities, nil); err != nil {
		t.Fatal(err)
	}
	h.signKeyPackage(&kp)
	return kp
}

// What is greased is valid for a receiver and for its maker, is something else each
// time, and has over some 100 seeds used each of the 15 values in each field.
func TestGrease(t *testing.T) {
	h := honestGroup(t, 1)
	supported := h.keyPackage().LeafNode.Capabilities
	supported.Extensions = []wire.ExtensionType{0xf001}
	var want []uint16
	for i := range uint16(15) { // 0xfafa would be the next
		want = append(want, 0x0a0a+0x1010*i)
	}
	var suites, extensions, proposals, credentials, inLeaf, inKeyPackage []uint16
	for seed := range byte(200) {
		kp := greased(t, h, seed)
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), nil)
		brokenRule(t, ValidateOwnKeyPackage(&kp, supported), nil)
		list, err := GreaseExtensions(rand.NewChaCha8([32]byte{seed}), kp.LeafNode.Capabilities, []wire.Extension{honestExtensions(h)[wire.ExtensionExternalPub]})
		h.check(err)
		brokenRule(t, ValidateGroupInfoExtensions(list), nil)
		c := kp.LeafNode.Capabilities
		suites, extensions = append(suites, grease(c.CipherSuites)...), append(extensions, grease(c.Extensions)...)
		proposals, credentials = append(proposals, grease(c.Proposals)...), append(credentials, grease(c.Credentials)...)
		inLeaf, inKeyPackage = append(inLeaf, types(kp.LeafNode.Extensions)...), append(inKeyPackage, types(kp.Extensions)...)
		if len(grease(c.Versions)) > 0 {
			t.Error("there is no GREASE for versions")
		}
		if got := WithoutGrease(c); !slices.Equal(got.CipherSuites, supported.CipherSuites) || !slices.Equal(got.Credentials, supported.Credentials) ||
			!slices.Equal(got.Extensions, supported.Extensions) || len(got.Proposals) > 0 {
			t.Errorf("without GREASE %v, want %v", got, supported)
		}
	}
	for field, used := range map[string][]uint16{
		"cipher_suites": suites, "extensions": extensions, "proposals": proposals, "credentials": credentials,
		"LeafNode.extensions": inLeaf, "KeyPackage.extensions": inKeyPackage,
	} {
		slices.Sort(used)
		if used = slices.Compact(used); !slices.Equal(used, want) {
			t.Errorf("%s: used %x, want %x", field, used, want)
		}
	}
}

func grease[T ~uint16](list []T) []uint16 {
	var found []uint16
	for _, v := range list {
		if IsGrease(v) {
			found = append(found, uint16(v))
		}
	}
	return found
}

func types(list []wire.Extension) []uint16 {
	var found []uint16
	for _, e := range list {
		found = append(found, uint16(e.Type))
	}
	return found
}

func TestGreaseIsDeterministic(t *testing.T) {
	a, b := greased(t, honestGroup(t, 1), 7), greased(t, honestGroup(t, 1), 7)
	if string(mustMarshal(&a)) != string(mustMarshal(&b)) {
		t.Error("one seed gives two KeyPackages")
	}
	var c wire.Capabilities
	if err := GreaseCapabilities(strings.NewReader("short"), &c); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v from a source that ends", err)
	}
}

// GREASE stays out of the GroupContext of whoever sends it. A receiver has no rule of
// its own: the extension is one that the leaf, or the client itself, does not support.
func TestGreaseInGroupContext(t *testing.T) {
	h := honestGroup(t, 1)
	brokenRule(t, ValidateSentGroupContext([]wire.Extension{{Type: 0xfafa}}), nil)
	for what, list := range map[string][]wire.Extension{
		"extension":           {{Type: 0xeaea}},
		"required extension":  requiring(t, wire.RequiredCapabilities{ExtensionTypes: []wire.ExtensionType{0x0a0a}}),
		"required proposal":   requiring(t, wire.RequiredCapabilities{ProposalTypes: []wire.ProposalType{0x0a0a}}),
		"required credential": requiring(t, wire.RequiredCapabilities{CredentialTypes: []wire.CredentialType{0x0a0a}}),
	} {
		t.Run(what, func(t *testing.T) {
			brokenRule(t, ValidateSentGroupContext(list), spec.GreaseNotSent)
			h.gc.Extensions = list
			brokenRule(t, ValidateGroupContext(h.s, h.gc, Policy{}), nil)
		})
	}
	h.gc.Extensions = []wire.Extension{{Type: 0xeaea}}
	kp := h.keyPackage()
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), spec.LeafGroupExtensions)
	kp.LeafNode.Capabilities.Extensions = []wire.ExtensionType{0xeaea}
	h.signKeyPackage(&kp)
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, false), nil)
	brokenRule(t, ValidateSupport(WithoutGrease(kp.LeafNode.Capabilities), h.gc), spec.ClientSupportsGroup)
}

func TestClientSupportsGroup(t *testing.T) {
	h := honestGroup(t, 1)
	supported := wire.Capabilities{Extensions: []wire.ExtensionType{0xf001}}
	h.gc.Extensions = []wire.Extension{{Type: 0xf001}, {Type: wire.ExtensionExternalSenders}}
	brokenRule(t, ValidateSupport(supported, h.gc), nil)
	h.gc.Extensions = append(h.gc.Extensions, wire.Extension{Type: 0xf002})
	brokenRule(t, ValidateSupport(supported, h.gc), spec.ClientSupportsGroup)
}
