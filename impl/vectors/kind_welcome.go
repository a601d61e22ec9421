package vectors

import (
	"bytes"

	"mlsref/impl/group"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

// welcomeVector: a Welcome, opened as far as that goes without a ratchet tree,
// RFC 9420 §12.4.3.1.
type welcomeVector struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	InitPriv    Hex              `json:"init_priv"`
	SignerPub   Hex              `json:"signer_pub"`
	KeyPackage  Hex              `json:"key_package"`
	Welcome     Hex              `json:"welcome"`
}

var welcomeKind = newKind("welcome", "a Welcome opened, its GroupInfo verified", verifyWelcome, generateWelcome)

func verifyWelcome(c *checker, v *welcomeVector) {
	v.InitPriv = c.scalar(v.InitPriv)
	var kp, w wire.MLSMessage
	if !c.decode("key_package", v.KeyPackage, &kp) || !c.decode("welcome", v.Welcome, &w) ||
		!c.holds("key_package", kp.KeyPackage != nil, "it is no KeyPackage") ||
		!c.holds("welcome", w.Welcome != nil, "it is no Welcome") {
		return
	}
	if !c.holds("welcome", w.Welcome.CipherSuite == v.CipherSuite, "it names another cipher suite") {
		return
	}
	pk, err := c.suite.PublicKey(v.InitPriv)
	if !c.ok("init_priv", err) || !c.equal("init_priv (its public key)", pk, kp.KeyPackage.InitKey) {
		return
	}
	secrets := v.openSecrets(c, kp.KeyPackage, w.Welcome)
	if secrets == nil || !c.holds("welcome", len(secrets.PSKs) == 0, "it needs PSKs, which this kind has none of") {
		return
	}
	member := treekem.JoinerSecret(secrets.JoinerSecret).Member(c.suite, treekem.Zero(c.suite))
	v.verifyInfo(c, member, w.Welcome)
}

// openSecrets finds the entry for the KeyPackage and decrypts it; nil on failure.
func (v *welcomeVector) openSecrets(c *checker, kp *wire.KeyPackage, w *wire.Welcome) *wire.GroupSecrets {
	b, well := c.marshal("key_package", kp)
	if !well {
		return nil
	}
	ref := c.suite.RefHash("MLS 1.0 KeyPackage Reference", b)
	for _, entry := range w.Secrets {
		if !bytes.Equal(entry.NewMember, ref) {
			continue
		}
		plaintext, err := c.suite.DecryptWithLabel(v.InitPriv, "Welcome", w.EncryptedGroupInfo, entry.EncryptedGroupSecrets)
		secrets := new(wire.GroupSecrets)
		if !c.ok("welcome", err) || !c.decode("welcome", plaintext, secrets) {
			return nil
		}
		return secrets
	}
	c.fail("welcome", "no entry is for the key package")
	return nil
}

// verifyInfo decrypts the GroupInfo and checks its signature and confirmation tag.
func (v *welcomeVector) verifyInfo(c *checker, member treekem.MemberSecret, w *wire.Welcome) {
	s := c.suite
	key, nonce := treekem.WelcomeKey(s, member.Welcome(s))
	plaintext, err := s.Open(key, nonce, nil, w.EncryptedGroupInfo)
	var info wire.GroupInfo
	if !c.ok("welcome", err) || !c.decode("welcome", plaintext, &info) {
		return
	}
	tbs, well := c.marshal("welcome", &wire.GroupInfoTBS{GroupInfo: &info})
	context, well2 := c.marshal("welcome", &info.GroupContext)
	if !well || !well2 {
		return
	}
	c.holds("signer_pub", s.VerifyWithLabel(v.SignerPub, "GroupInfoTBS", tbs, info.Signature), "the GroupInfo's signature does not verify with it")
	keys := member.Epoch(s, context).Secrets(s)
	c.ok("welcome", treedem.VerifyConfirmation(s, keys.Confirmation, info.GroupContext.ConfirmedTranscriptHash, info.ConfirmationTag))
}

func generateWelcome(g *generator) []welcomeVector {
	s := g.suite
	alice, bob := must(group.NewClient(s, g.rng, "alice")), must(group.NewClient(s, g.rng, "bob"))
	kp, secrets, err := bob.NewKeyPackage(g.rng)
	ok(err)
	room := must(alice.Create(g.rng, g.bytes(16)))
	_, welcome := must(room.Commit(g.rng, group.CommitOptions{Add: []wire.KeyPackage{kp}})).Accept()
	return []welcomeVector{{CipherSuite: s.ID(), InitPriv: secrets.InitKey, SignerPub: alice.Identity.SignaturePub,
		KeyPackage: keyPackageMessage(kp), Welcome: welcome}}
}

func keyPackageMessage(kp wire.KeyPackage) Hex {
	return marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp})
}
