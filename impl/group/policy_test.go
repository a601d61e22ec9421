package group

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"testing"
	"time"

	"mlsref/impl/credential"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Lifetimes against an injected clock: who adds must check, who receives may.
func TestLifetimes(t *testing.T) {
	now := time.Unix(1000, 0)
	clock := func() time.Time { return now }
	p := suiteOne(t, Public, Config{Policy: treesync.Policy{Now: clock}, Lifetime: wire.Lifetime{NotBefore: 900, NotAfter: 2000}})
	kp, _, err := p.client("dave").NewKeyPackage(p.rng)
	p.ok(err)
	strict := *p.members["carol"]
	strict.client.Config.Policy.ReceivedLifetimes, strict.public.Policy.ReceivedLifetimes = true, true

	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, Format: Public})
	p.ok(err)
	_, proposal, err := p.members["alice"].ProposeAdd(p.rng, kp, Public)
	p.ok(err)
	_, err = strict.Receive(pending.Commit)
	p.ok(err)

	now = time.Unix(2001, 0) // the lifetime has ended under way
	if _, err := p.members["bob"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}}); !errors.Is(err, spec.LeafLifetime) {
		t.Errorf("adding an old KeyPackage: %v", err)
	}
	if _, _, err := p.members["bob"].ProposeAdd(p.rng, kp, Public); !errors.Is(err, spec.LeafLifetime) {
		t.Errorf("proposing an old KeyPackage: %v", err)
	}
	for _, msg := range [][]byte{pending.Commit, proposal} {
		if _, err := p.members["bob"].Receive(msg); err != nil {
			t.Errorf("receiving one, and not checking: %v", err)
		}
		if _, err := strict.Receive(msg); !errors.Is(err, spec.LeafLifetime) {
			t.Errorf("receiving one, and checking: %v", err)
		}
	}
	if _, err := p.client("erin").Create(p.rng, []byte("x")); !errors.Is(err, spec.LeafLifetime) {
		t.Errorf("creating a group with an old leaf of one's own: %v", err)
	}
}

// authority issues certificates for Ed25519 keys.
type authority struct {
	t    *testing.T
	key  ed25519.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T, seed byte) *authority {
	key := ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1e10, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	check(t, err)
	cert, err := x509.ParseCertificate(der)
	check(t, err)
	return &authority{t, key, cert}
}

// issue gives an identity an x509 credential of one certificate.
func (a *authority) issue(id Identity) Identity { return a.issueUntil(id, time.Unix(1e10, 0)) }

func (a *authority) issueUntil(id Identity, end time.Time) Identity {
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: id.Name}, DNSNames: []string{id.Name},
		NotBefore: time.Unix(0, 0), NotAfter: end}
	der, err := x509.CreateCertificate(nil, template, a.cert, ed25519.PublicKey(id.SignaturePub), a.key)
	check(a.t, err)
	id.Credential = wire.Credential{Type: wire.CredentialX509, Certificates: []wire.Certificate{{CertData: der}}}
	return id
}

// config is that of members who trust the authority, and take basic credentials too.
func (a *authority) config(now func() time.Time) Config {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return Config{
		Capabilities: wire.Capabilities{Credentials: []wire.CredentialType{wire.CredentialBasic, wire.CredentialX509}},
		Policy: treesync.Policy{Credentials: credential.ByType{
			wire.CredentialBasic: credential.Basic{},
			wire.CredentialX509:  credential.X509{Roots: roots, Now: now},
		}},
	}
}

// admit has alice add a client that was made elsewhere, and says what it joined with.
func (p *party) admit(name string, c Client) (kp wire.KeyPackage, secrets KeyPackageSecrets, welcome []byte) {
	p.t.Helper()
	kp, secrets, err := c.NewKeyPackage(p.rng)
	p.ok(err)
	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}})
	p.ok(err)
	p.deliver("alice", pending.Commit)
	p.members["alice"], welcome = pending.Accept()
	p.members[name], err = c.Join(secrets, welcome, JoinOptions{})
	p.ok(err)
	return kp, secrets, welcome
}

// A group whose members have certificates, and one who has a basic credential.
func TestX509Members(t *testing.T) {
	ca, other := newAuthority(t, 1), newAuthority(t, 2)
	p := suiteOne(t, Private, ca.config(func() time.Time { return time.Unix(1000, 0) }))
	dave := p.client("dave")
	dave.Identity = ca.issue(dave.Identity)
	p.admit("dave", dave)
	p.commit("dave", CommitOptions{})

	fake := p.client("erin")
	fake.Identity = other.issue(fake.Identity)
	kp, _, err := fake.NewKeyPackage(p.rng)
	p.ok(err)
	if _, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}}); !errors.Is(err, spec.LeafCredential) {
		t.Errorf("a certificate of an unknown authority: %v", err)
	}
	// A member may not turn into somebody else.
	stranger, err := NewIdentity(p.s, p.rng, "mallory")
	p.ok(err)
	stranger = ca.issue(stranger)
	if _, err := p.members["dave"].Commit(p.rng, CommitOptions{Leaf: LeafChange{Identity: &stranger}}); !errors.Is(err, spec.CredentialSuccessor) {
		t.Errorf("another name in one's own leaf: %v", err)
	}
	// The same client twice, under two keys.
	kp, _, err = p.client("bob").NewKeyPackage(p.rng)
	p.ok(err)
	if _, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}}); !errors.Is(err, spec.AddsNewClient) {
		t.Errorf("bob a second time: %v", err)
	}
}

// A member whose certificate has expired is still heard, and may renew it, by Update
// or by Commit (§5.3.2). Until it has, nobody can join: to a joiner all credentials are
// new (§5.3.1).
func TestExpiredCredential(t *testing.T) {
	ca, now := newAuthority(t, 1), time.Unix(1000, 0)
	p := suiteOne(t, Private, ca.config(func() time.Time { return now }))
	dave := p.client("dave")
	dave.Identity = ca.issueUntil(dave.Identity, time.Unix(2000, 0))
	kp, secrets, welcome := p.admit("dave", dave)

	now = time.Unix(3000, 0)
	if _, err := dave.Join(secrets, welcome, JoinOptions{}); !errors.Is(err, spec.LeafCredential) {
		t.Errorf("joining beside an expired credential: %v", err)
	}
	if _, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, Remove: []uint32{p.leaf("dave")}}); !errors.Is(err, spec.LeafCredential) {
		t.Errorf("adding an expired credential: %v", err)
	}
	hello, err := p.members["dave"].Send(p.rng, []byte("hello"), nil)
	p.ok(err)
	_, err = p.members["carol"].Receive(hello)
	p.ok(err)
	saved, err := p.members["carol"].Save()
	p.ok(err)
	_, err = p.members["carol"].client.Load(saved)
	p.ok(err)
	p.commit("dave", CommitOptions{}) // with the credential that it had
	renewed := ca.issueUntil(p.members["dave"].client.Identity, time.Unix(4000, 0))
	next, msg, err := p.members["dave"].ProposeUpdate(p.rng, LeafChange{Identity: &renewed}, Private)
	p.propose("dave", next, msg, err)
	p.commit("alice", CommitOptions{}, "erin")

	now = time.Unix(5000, 0) // expired again
	renewed = ca.issue(renewed)
	p.commit("dave", CommitOptions{Leaf: LeafChange{Identity: &renewed}}, "frank")
}

// A client that does not support an extension of the GroupContext stays out, by a
// Welcome as from outside, whatever its leaf has promised (RFC 9420 §13.4).
func TestUnsupportedGroup(t *testing.T) {
	const further = wire.ExtensionType(0xf001)
	p := suiteOne(t, Private, Config{Capabilities: wire.Capabilities{Extensions: []wire.ExtensionType{further}}})
	p.commit("alice", CommitOptions{Extensions: &[]wire.Extension{{Type: further}}})
	dave := p.client("dave")
	kp, secrets, err := dave.NewKeyPackage(p.rng)
	p.ok(err)
	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}})
	p.ok(err)
	_, welcome := pending.Accept()
	info := p.groupInfo("alice", GroupInfoOptions{Tree: true, ExternalPub: true})
	_, err = dave.Join(secrets, welcome, JoinOptions{})
	p.ok(err)
	_, err = dave.JoinExternally(p.rng, info, ExternalOptions{})
	p.ok(err)

	dave.Config.Capabilities = wire.Capabilities{}
	if _, err := dave.Join(secrets, welcome, JoinOptions{}); !errors.Is(err, spec.ClientSupportsGroup) {
		t.Errorf("by Welcome: %v", err)
	}
	if _, err := dave.JoinExternally(p.rng, info, ExternalOptions{}); !errors.Is(err, spec.ClientSupportsGroup) {
		t.Errorf("from outside: %v", err)
	}
	kp, _, err = dave.NewKeyPackage(p.rng)
	p.ok(err)
	if _, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}}); !errors.Is(err, spec.LeafGroupExtensions) {
		t.Errorf("added without it: %v", err)
	}
}
