package vectors

import (
	"fmt"

	"mlsref/impl/group"
	"mlsref/impl/wire"
)

// passive: a client that joins by a Welcome and follows the group, RFC 9420
// §12.4.2, §12.4.3.1.
type passive struct {
	CipherSuite    wire.CipherSuite `json:"cipher_suite"`
	ExternalPSKs   []externalPSK    `json:"external_psks"`
	KeyPackage     Hex              `json:"key_package"`
	SignaturePriv  Hex              `json:"signature_priv"`
	EncryptionPriv Hex              `json:"encryption_priv"`
	InitPriv       Hex              `json:"init_priv"`
	Welcome        Hex              `json:"welcome"`
	RatchetTree    *Hex             `json:"ratchet_tree"` // null if it is in the Welcome
	Authenticator  Hex              `json:"initial_epoch_authenticator"`
	Epochs         []passiveEpoch   `json:"epochs"`
}

type externalPSK struct {
	ID  Hex `json:"psk_id"`
	PSK Hex `json:"psk"`
}

type passiveEpoch struct {
	Proposals     []Hex `json:"proposals"`
	Commit        Hex   `json:"commit"`
	Authenticator Hex   `json:"epoch_authenticator"`
}

var (
	passiveWelcomeKind = newKind("passive-client-welcome", "joining by a Welcome, with and without PSK, path and a tree beside it",
		verifyPassive, generatePassiveWelcome)
	passiveCommitKind = newKind("passive-client-handling-commit", "following Commits with each kind of proposal",
		verifyPassive, generatePassiveCommit)
	passiveRandomKind = newKind("passive-client-random", "following a group through random Commits",
		verifyPassive, generatePassiveRandom)
)

func verifyPassive(c *checker, v *passive) {
	v.EncryptionPriv, v.InitPriv = c.scalar(v.EncryptionPriv), c.scalar(v.InitPriv)
	kp := c.keyPackage("key_package", v.KeyPackage)
	if kp == nil || !v.verifyKeys(c, kp) {
		return
	}
	client := group.Client{Suite: c.suite, Identity: group.Identity{
		Name: string(kp.LeafNode.Credential.Identity), Credential: kp.LeafNode.Credential,
		SignatureKey: v.SignaturePriv, SignaturePub: kp.LeafNode.SignatureKey}}
	client.Config.PSKs = new(group.PSKStore)
	client.Config.PastResumption = len(v.Epochs)
	for _, psk := range v.ExternalPSKs {
		client.Config.PSKs.Put(group.ExternalPSK(psk.ID), psk.PSK)
	}
	var opt group.JoinOptions
	if v.RatchetTree != nil {
		opt.Tree = *v.RatchetTree
	}
	g, err := client.Join(group.KeyPackageSecrets{KeyPackage: *kp, InitKey: v.InitPriv, EncryptionKey: v.EncryptionPriv}, v.Welcome, opt)
	if !c.ok("welcome", err) || !c.equal("initial_epoch_authenticator", g.EpochAuthenticator(), v.Authenticator) {
		return
	}
	for i := range v.Epochs {
		if g = v.Epochs[i].follow(c, fmt.Sprintf("epochs[%d].", i), g); g == nil {
			return
		}
	}
}

// keyPackage reads a KeyPackage, which the format's text has bare and the vectors
// have in an MLSMessage; nil on failure.
func (c *checker) keyPackage(field string, b []byte) *wire.KeyPackage {
	var m wire.MLSMessage
	err := wire.Unmarshal(b, &m)
	if err == nil && m.KeyPackage != nil {
		return m.KeyPackage
	}
	kp := new(wire.KeyPackage)
	if wire.Unmarshal(b, kp) == nil {
		return kp
	}
	if err == nil {
		err = fmt.Errorf("wire format %v, expected a KeyPackage", m.WireFormat)
	}
	c.ok(field, err)
	return nil
}

// verifyKeys: each private key belongs to a public one of the KeyPackage.
func (v *passive) verifyKeys(c *checker, kp *wire.KeyPackage) bool {
	s := c.suite
	content := []byte("whose key is it")
	signature, err := s.SignWithLabel(v.SignaturePriv, "mlsref", content)
	well := c.ok("signature_priv", err) && c.holds("signature_priv",
		s.VerifyWithLabel(kp.LeafNode.SignatureKey, "mlsref", content, signature), "it does not belong to the KeyPackage's signature_key")
	pk, err := s.PublicKey(v.EncryptionPriv)
	well = c.ok("encryption_priv", err) && c.equal("encryption_priv (its public key)", pk, kp.LeafNode.EncryptionKey) && well
	pk, err = s.PublicKey(v.InitPriv)
	return c.ok("init_priv", err) && c.equal("init_priv (its public key)", pk, kp.InitKey) && well
}

// follow takes up an epoch's proposals and its Commit; nil on failure.
func (e *passiveEpoch) follow(c *checker, field string, g *group.Group) *group.Group {
	for i, msg := range e.Proposals {
		at := fmt.Sprintf("%sproposals[%d]", field, i)
		r, err := g.Receive(msg)
		if !c.ok(at, err) || !c.holds(at, r.Kind == wire.ContentProposal, "it is no proposal") {
			return nil
		}
		g = r.Next
	}
	r, err := g.Receive(e.Commit)
	if !c.ok(field+"commit", err) || !c.holds(field+"commit", r.Kind == wire.ContentCommit, "it is no Commit") ||
		!c.holds(field+"commit", !r.Removed, "it removes the client") ||
		!c.equal(field+"epoch_authenticator", r.Next.EpochAuthenticator(), e.Authenticator) {
		return nil
	}
	return r.Next
}
