package treesync

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// honestExtensions has each default extension in a form that decodes.
func honestExtensions(h *honest) map[wire.ExtensionType]wire.Extension {
	kp := h.keyPackage()
	senders := wire.ExternalSenders{Senders: []wire.ExternalSender{{
		SignatureKey: kp.LeafNode.SignatureKey, Credential: kp.LeafNode.Credential,
	}}}
	data := map[wire.ExtensionType]wire.Wirer{
		wire.ExtensionApplicationID:        &wire.ApplicationID{ApplicationID: []byte("device")},
		wire.ExtensionRatchetTree:          &wire.RatchetTree{},
		wire.ExtensionRequiredCapabilities: &wire.RequiredCapabilities{CredentialTypes: []wire.CredentialType{1}},
		wire.ExtensionExternalPub:          &wire.ExternalPub{ExternalPub: h.key()},
		wire.ExtensionExternalSenders:      &senders,
	}
	all := map[wire.ExtensionType]wire.Extension{}
	for t, d := range data {
		all[t] = wire.Extension{Type: t, Data: mustMarshal(d)}
	}
	return all
}

// validateIn has e alone in the list at p of something honest.
func validateIn(h *honest, p place, e wire.Extension) error {
	list := []wire.Extension{e}
	switch p {
	case inKeyPackage, inLeafNode:
		kp := h.keyPackage()
		if p == inKeyPackage {
			kp.Extensions = list
		} else {
			kp.LeafNode.Extensions = list
		}
		kp.LeafNode.Capabilities.Extensions = []wire.ExtensionType{0x0a0a}
		h.signKeyPackage(&kp)
		return ValidateKeyPackage(h.s, &kp, h.gc, Policy{}, true)
	case inGroupContext:
		gc := h.gc
		gc.Extensions = list
		return ValidateGroupContext(h.s, gc, Policy{})
	default:
		return ValidateGroupInfoExtensions(list)
	}
}

// Subtle point 64: the registry says where each default extension may appear, and
// elsewhere it is refused. An unknown one passes anywhere.
func TestExtensionPlaces(t *testing.T) {
	h := honestGroup(t, 1)
	at := map[wire.ExtensionType]place{
		1: inLeafNode, 2: inGroupInfo, 3: inGroupContext, 4: inGroupInfo, 5: inGroupContext,
	}
	for p := inKeyPackage; p <= inGroupInfo; p++ {
		for x, e := range honestExtensions(h) {
			rule := spec.ExtensionPlace
			if at[x] == p {
				rule = nil
			}
			t.Run(p.String()+"/"+x.String(), func(t *testing.T) { brokenRule(t, validateIn(h, p, e), rule) })
		}
		t.Run(p.String()+"/unknown", func(t *testing.T) {
			brokenRule(t, validateIn(h, p, wire.Extension{Type: 0x0a0a, Data: []byte("any")}), nil)
		})
	}
}

// A known extension is decoded to its last byte.
func TestExtensionTrailingBytes(t *testing.T) {
	h := honestGroup(t, 1)
	for x, p := range map[wire.ExtensionType]place{1: inLeafNode, 3: inGroupContext, 4: inGroupInfo, 5: inGroupContext} {
		e := honestExtensions(h)[x]
		e.Data = append(e.Data, 0)
		var syntax *wire.SyntaxError
		if err := validateIn(h, p, e); !errors.As(err, &syntax) {
			t.Errorf("%v with a trailing byte: got %v, want a syntax error", x, err)
		}
	}
}

func TestExtensionsDistinctEverywhere(t *testing.T) {
	h := honestGroup(t, 1)
	one, twice := []wire.Extension{{Type: 9}}, []wire.Extension{{Type: 9}, {Type: 9}}
	brokenRule(t, ValidateGroupInfoExtensions(one), nil)
	brokenRule(t, ValidateGroupInfoExtensions(twice), spec.ExtensionsDistinct)
	h.gc.Extensions = one
	brokenRule(t, ValidateGroupContext(h.s, h.gc, Policy{}), nil)
	h.gc.Extensions = twice
	brokenRule(t, ValidateGroupContext(h.s, h.gc, Policy{}), spec.ExtensionsDistinct)
}

func TestGroupContextAccessors(t *testing.T) {
	h := honestGroup(t, 1)
	required, err := RequiredCapabilities(h.gc)
	if senders, err2 := ExternalSenders(h.gc); required != nil || senders != nil || err != nil || err2 != nil {
		t.Errorf("a group without extensions has %v, %v (%v, %v)", required, senders, err, err2)
	}
	for _, e := range honestExtensions(h) {
		h.gc.Extensions = append(h.gc.Extensions, e)
	}
	required, err = RequiredCapabilities(h.gc)
	h.check(err)
	senders, err := ExternalSenders(h.gc)
	h.check(err)
	if len(required.CredentialTypes) != 1 || len(senders) != 1 || !bytes.HasPrefix(senders[0].Credential.Identity, []byte("client")) {
		t.Errorf("got %v, %v", required, senders)
	}
}

func TestExternalSenderRules(t *testing.T) {
	h := honestGroup(t, 1)
	policy, _ := asking()
	validate := func(bend func(*wire.ExternalSender)) error {
		var senders wire.ExternalSenders
		h.check(wire.Unmarshal(honestExtensions(h)[wire.ExtensionExternalSenders].Data, &senders))
		bend(&senders.Senders[0])
		gc := h.gc
		gc.Extensions = []wire.Extension{{Type: wire.ExtensionExternalSenders, Data: mustMarshal(&senders)}}
		return ValidateGroupContext(h.s, gc, policy)
	}
	brokenRule(t, validate(func(*wire.ExternalSender) {}), nil)
	err := validate(func(x *wire.ExternalSender) { x.Credential.Identity = []byte("mallory") })
	if brokenRule(t, err, spec.ExternalSenderCredential); !errors.Is(err, errAsked) {
		t.Errorf("%v does not give the service's reason", err)
	}
	brokenRule(t, validate(func(x *wire.ExternalSender) { x.SignatureKey = nil }), spec.SignatureKeyValid)
}
