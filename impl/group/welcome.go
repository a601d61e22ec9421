package group

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// groupInfo signs the GroupInfo of this epoch, with the ratchet tree in its
// extension (RFC 9420 §12.4.3, §12.4.3.3).
func (g *Group) groupInfo() (*wire.GroupInfo, error) {
	rt := g.tree.Wire()
	ratchetTree, err := wire.Marshal(&rt)
	if err != nil {
		return nil, err
	}
	info := &wire.GroupInfo{
		GroupContext:    g.context,
		Extensions:      []wire.Extension{{Type: wire.ExtensionRatchetTree, Data: ratchetTree}},
		ConfirmationTag: g.confirmationTag,
		Signer:          g.Leaf(),
	}
	tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: info})
	if err != nil {
		return nil, err
	}
	info.Signature, err = g.suite.SignWithLabel(g.identity.SignatureKey, "GroupInfoTBS", tbs)
	return info, err
}

// verifyGroupInfo checks the signature under the signer's leaf (RFC 9420 §12.4.3.1).
func verifyGroupInfo(s suite.Suite, t treesync.Tree, info *wire.GroupInfo) error {
	tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: info})
	if err != nil {
		return err
	}
	pk := signatureKey(t, info.Signer)
	if pk == nil {
		return spec.GroupInfoSignature.Broken("the signer's leaf %d is blank", info.Signer)
	}
	if !s.VerifyWithLabel(pk, "GroupInfoTBS", tbs, info.Signature) {
		return spec.GroupInfoSignature.Broken("the signature of leaf %d does not verify", info.Signer)
	}
	return nil
}

// welcome writes one Welcome for all new members (RFC 9420 §12.4.3.1); nil if
// there are none. g is the group at the new epoch. GroupInfo is encrypted first:
// it is the context of the others. Its AEAD has no additional data, which the
// RFC leaves unsaid and peers agree on.
func (g *Group) welcome(rng io.Reader, join joinSecrets, added []treesync.Added, path *treekem.NewPath) ([]byte, error) {
	if len(added) == 0 {
		return nil, nil
	}
	info, err := g.groupInfo()
	if err != nil {
		return nil, err
	}
	plaintext, err := wire.Marshal(info)
	if err != nil {
		return nil, err
	}
	key, nonce := treekem.WelcomeKey(g.suite, join.welcome)
	encrypted, err := g.suite.Seal(key, nonce, nil, plaintext)
	if err != nil {
		return nil, err
	}
	w := &wire.Welcome{CipherSuite: g.suite.ID(), EncryptedGroupInfo: encrypted}
	for _, a := range added {
		secrets, err := g.secretsFor(rng, join, a, path, encrypted)
		if err != nil {
			return nil, err
		}
		w.Secrets = append(w.Secrets, secrets)
	}
	return wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatWelcome, Welcome: w})
}

// secretsFor encrypts the joiner_secret, and the path secret if the Commit had
// a path, to one new member's init key.
func (g *Group) secretsFor(rng io.Reader, join joinSecrets, a treesync.Added, path *treekem.NewPath, encryptedInfo []byte) (wire.EncryptedGroupSecrets, error) {
	var none wire.EncryptedGroupSecrets
	secrets := &wire.GroupSecrets{JoinerSecret: join.joiner}
	if path != nil {
		secrets.PathSecret = &wire.PathSecret{PathSecret: path.SecretFor(a.Leaf)}
	}
	plaintext, err := wire.Marshal(secrets)
	if err != nil {
		return none, err
	}
	ref, err := keyPackageRef(g.suite, &a.KeyPackage)
	if err != nil {
		return none, err
	}
	ct, err := g.suite.EncryptWithLabel(rng, a.KeyPackage.InitKey, "Welcome", encryptedInfo, plaintext)
	return wire.EncryptedGroupSecrets{NewMember: ref, EncryptedGroupSecrets: ct}, err
}

// keyPackageRef is MakeKeyPackageRef (RFC 9420 §5.2); Nh bytes.
func keyPackageRef(s suite.Suite, kp *wire.KeyPackage) ([]byte, error) {
	b, err := wire.Marshal(kp)
	if err != nil {
		return nil, err
	}
	return s.RefHash("MLS 1.0 KeyPackage Reference", b), nil
}
