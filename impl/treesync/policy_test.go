package treesync

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"mlsref/impl/wire"
	"mlsref/spec"
)

var errAsked = errors.New("the Authentication Service says no")

// service refuses mallory, and lets nobody change names but to "client 9".
type service struct{ asked *int }

func (s service) Accept(c wire.Credential, _ []byte) error {
	*s.asked++
	if string(c.Identity) == "mallory" {
		return errAsked
	}
	return nil
}

func (s service) Successor(_, next wire.Credential) error {
	if string(next.Identity) != "client 9" {
		return errAsked
	}
	return nil
}

func (s service) SameClient(a, b wire.Credential) bool { return bytes.Equal(a.Identity, b.Identity) }

func asking() (Policy, *int) {
	asked := new(int)
	return Policy{Credentials: service{asked}}, asked
}

// renamed is the Update of leaf 1 under another name.
func renamed(h *honest, name string) LeafCheck {
	leaf := h.updated(1)
	sk := h.sks[string(leaf.Credential.Identity)]
	leaf.Credential.Identity = []byte(name)
	h.check(SignLeaf(h.s, sk, &leaf, h.gc.GroupID, 1))
	return LeafCheck{Leaf: &leaf, Source: wire.LeafSourceUpdate, Index: 1, Context: h.gc, Replaced: h.tree.Leaf(1)}
}

func TestCredentialRules(t *testing.T) {
	h := honestGroup(t, 3)
	for name, rule := range map[string]*spec.Rule{
		"client 9": nil, "mallory": spec.LeafCredential, "client 8": spec.CredentialSuccessor,
	} {
		c := renamed(h, name)
		brokenRule(t, ValidateLeaf(h.s, c), nil) // the zero Policy asks nobody
		c.Policy, _ = asking()
		err := ValidateLeaf(h.s, c)
		if brokenRule(t, err, rule); rule != nil && !errors.Is(err, errAsked) {
			t.Errorf("%v does not give the service's reason", err)
		}
	}
}

// A credential that a member had already is not asked about again, but for another key.
func TestKnownCredentialNotAsked(t *testing.T) {
	h := honestGroup(t, 3)
	policy, asked := asking()
	leaf := h.updated(1)
	c := LeafCheck{Leaf: &leaf, Source: wire.LeafSourceUpdate, Index: 1, Context: h.gc, Replaced: h.tree.Leaf(1), Policy: policy}
	brokenRule(t, ValidateLeaf(h.s, c), nil)
	if *asked != 0 {
		t.Errorf("asked %d times about a credential that is not new", *asked)
	}
	sk, pk, err := h.s.GenerateSignatureKeyPair(h.rng)
	h.check(err)
	leaf.SignatureKey = pk
	h.check(SignLeaf(h.s, sk, &leaf, h.gc.GroupID, 1))
	brokenRule(t, ValidateLeaf(h.s, c), nil)
	if *asked != 1 {
		t.Errorf("asked %d times about the credential with a new key, want once", *asked)
	}
	kp := h.keyPackage()
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, policy, false), nil)
	if *asked != 2 {
		t.Errorf("asked %d times after an Add, want twice", *asked)
	}
}

// Subtle point 21: both bounds of a lifetime are within it; a sender must look, a
// receiver may; only a leaf from a KeyPackage has one.
func TestLifetimeRule(t *testing.T) {
	h := honestGroup(t, 1)
	kp := h.keyPackage()
	at := func(now int64) Policy { return Policy{Now: func() time.Time { return time.Unix(now, 0) }} }
	for now, rule := range map[int64]*spec.Rule{
		-1: spec.LeafLifetime, 99: spec.LeafLifetime, 100: nil, 200: nil, 201: spec.LeafLifetime,
	} {
		p := at(now)
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, p, true), rule)
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, p, false), nil)
		p.ReceivedLifetimes = true
		brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, p, false), rule)
	}
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{ReceivedLifetimes: true}, true), nil) // no clock
	kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 1 << 63, NotAfter: 1<<64 - 1}
	h.signKeyPackage(&kp)
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, at(-1), true), spec.LeafLifetime) // before 1970 is not long after
	leaf := h.updated(0)
	brokenRule(t, ValidateLeaf(h.s, LeafCheck{Leaf: &leaf, Context: h.gc, Policy: at(201), Own: true}), nil)
}

// The honest lifetime has 100 seconds.
func TestMaxLifetimeRule(t *testing.T) {
	h := honestGroup(t, 1)
	kp := h.keyPackage()
	for longest, rule := range map[time.Duration]*spec.Rule{
		0: nil, 99 * time.Second: spec.LeafMaxLifetime, 99*time.Second + 1: spec.LeafMaxLifetime, 100 * time.Second: nil,
	} {
		for _, own := range []bool{true, false} {
			brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{MaxLifetime: longest}, own), rule)
		}
	}
	kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 0, NotAfter: 1<<64 - 1}
	h.signKeyPackage(&kp)
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, Policy{MaxLifetime: 1<<63 - 1}, false), spec.LeafMaxLifetime)
}

// A lifetime that ends before it begins contains no time.
func TestLifetimeInverted(t *testing.T) {
	h := honestGroup(t, 1)
	kp := h.keyPackage()
	kp.LeafNode.Lifetime = wire.Lifetime{NotBefore: 200, NotAfter: 100}
	h.signKeyPackage(&kp)
	p := Policy{Now: func() time.Time { return time.Unix(150, 0) }, MaxLifetime: time.Second}
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, p, false), nil)
	brokenRule(t, ValidateKeyPackage(h.s, &kp, h.gc, p, true), spec.LeafLifetime)
}
