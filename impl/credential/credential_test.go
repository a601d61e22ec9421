package credential

import (
	"errors"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// brokenRule expects exactly this rule; nil means that the input must be valid.
func brokenRule(t *testing.T, err error, rule *spec.Rule) {
	t.Helper()
	var got *spec.Rule
	if errors.As(err, &got); got != rule || rule == nil && err != nil {
		t.Errorf("got %v, want %v", err, rule)
	}
}

func basic(name string) wire.Credential {
	return wire.Credential{Type: wire.CredentialBasic, Identity: []byte(name)}
}

func TestBasic(t *testing.T) {
	key := []byte("a key")
	listed := Basic{Directory: map[string][]byte{"alice": key}}
	for _, v := range []struct {
		what string
		rule *spec.Rule
		err  error
	}{
		{"anybody", nil, Basic{}.Accept(basic("mallory"), key)},
		{"x509", spec.CredentialKind, Basic{}.Accept(wire.Credential{Type: wire.CredentialX509}, key)},
		{"listed", nil, listed.Accept(basic("alice"), key)},
		{"not listed", spec.BasicKey, listed.Accept(basic("mallory"), key)},
		{"not listed, no key", spec.BasicKey, listed.Accept(basic("mallory"), nil)},
		{"with another key", spec.BasicKey, listed.Accept(basic("alice"), []byte("another"))},
		{"empty directory", spec.BasicKey, Basic{Directory: map[string][]byte{}}.Accept(basic("alice"), key)},
		{"successor", nil, Basic{}.Successor(basic("alice"), basic("alice"))},
		{"another's successor", spec.IdentityKept, Basic{}.Successor(basic("alice"), basic("mallory"))},
		{"another type", spec.IdentityKept, Basic{}.Successor(basic("alice"), wire.Credential{Type: wire.CredentialX509, Identity: []byte("alice")})},
	} {
		t.Run(v.what, func(t *testing.T) { brokenRule(t, v.err, v.rule) })
	}
}

// anything agrees to anything.
type anything struct{ Basic }

func (anything) Successor(_, _ wire.Credential) error { return nil }
func (anything) SameClient(_, _ wire.Credential) bool { return true }

// Two types are two clients, whatever the checks of both say.
func TestByTypeAcrossTypes(t *testing.T) {
	m := ByType{wire.CredentialBasic: anything{}, wire.CredentialX509: anything{}}
	a, b := basic("a"), wire.Credential{Type: wire.CredentialX509}
	brokenRule(t, m.Successor(a, a), nil)
	brokenRule(t, m.Successor(a, b), spec.IdentityKept)
	if !m.SameClient(a, a) || m.SameClient(a, b) {
		t.Error("SameClient is wrong")
	}
}

func TestByType(t *testing.T) {
	ca := newAuthority(t)
	bob := ca.credential(ca.leaf("bob", ed25519Key(1)))
	m := ByType{wire.CredentialBasic: Basic{}, wire.CredentialX509: ca.check()}
	brokenRule(t, m.Accept(basic("alice"), nil), nil)
	brokenRule(t, m.Accept(bob, raw(t, ed25519Key(1))), nil)
	brokenRule(t, m.Accept(bob, raw(t, ed25519Key(2))), spec.X509SignatureKey)
	brokenRule(t, m.Accept(wire.Credential{Type: 0x0a0a}, nil), spec.CredentialKind)
	brokenRule(t, m.Successor(bob, bob), nil)
	brokenRule(t, m.Successor(basic("alice"), basic("bob")), spec.IdentityKept)
	brokenRule(t, m.Successor(basic("bob"), bob), spec.IdentityKept)
	if !m.SameClient(bob, bob) || m.SameClient(bob, basic("bob")) || m.SameClient(basic("a"), basic("b")) ||
		m.SameClient(wire.Credential{Type: 9}, wire.Credential{Type: 9}) {
		t.Error("SameClient is wrong")
	}
}
