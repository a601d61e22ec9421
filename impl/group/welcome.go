package group

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// GroupInfoOptions say what a GroupInfo carries.
type GroupInfoOptions struct {
	Tree        bool // the ratchet_tree extension
	ExternalPub bool // the external_pub extension, with which anybody may join from outside
}

// GroupInfo describes this epoch to whom this member gives it: an MLSMessage
// (RFC 9420 §12.4.3). Anybody outside needs it for an external Commit.
func (g *Group) GroupInfo(rng io.Reader, opt GroupInfoOptions) ([]byte, error) {
	if err := g.mayCommit(); err != nil {
		return nil, err
	}
	info, err := g.groupInfo(rng, opt)
	if err != nil {
		return nil, err
	}
	return wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatGroupInfo, GroupInfo: info})
}

// RatchetTree is the public tree as it is sent beside a Welcome or GroupInfo
// (RFC 9420 §12.4.3.3).
func (g *Group) RatchetTree() ([]byte, error) {
	rt := g.public.Tree.Wire()
	return wire.Marshal(&rt)
}

// groupInfo signs the GroupInfo of this epoch.
func (g *Group) groupInfo(rng io.Reader, opt GroupInfoOptions) (*wire.GroupInfo, error) {
	s := g.client.Suite
	info := &wire.GroupInfo{GroupContext: g.Context(), ConfirmationTag: g.confirmationTag, Signer: g.Leaf()}
	if opt.Tree {
		rt, err := g.RatchetTree()
		if err != nil {
			return nil, err
		}
		info.Extensions = append(info.Extensions, wire.Extension{Type: wire.ExtensionRatchetTree, Data: rt})
	}
	if opt.ExternalPub {
		_, pub, err := treekem.ExternalKeyPair(s, g.secrets.External)
		if err != nil {
			return nil, err
		}
		data, err := wire.Marshal(&wire.ExternalPub{ExternalPub: pub})
		if err != nil {
			return nil, err
		}
		info.Extensions = append(info.Extensions, wire.Extension{Type: wire.ExtensionExternalPub, Data: data})
	}
	if err := g.client.greaseExtensions(rng, g.public.Tree.Leaf(g.Leaf()).Capabilities, &info.Extensions); err != nil {
		return nil, err
	}
	tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: info})
	if err != nil {
		return nil, err
	}
	info.Signature, err = s.SignWithLabel(g.client.Identity.SignatureKey, "GroupInfoTBS", tbs)
	return info, err
}

// welcomeFor writes one Welcome for all new members (RFC 9420 §12.4.3.1); nil if
// there are none. g is the group at the new epoch. GroupInfo is encrypted first:
// it is the context of the others (subtle point 52). Its AEAD has no additional
// data, which the RFC leaves unsaid and peers agree on (subtle point 51).
func (g *Group) welcomeFor(rng io.Reader, join joinSecrets, added []treesync.Added, path treekem.Path, opt CommitOptions) ([]byte, error) {
	if len(added) == 0 {
		return nil, nil
	}
	info, err := g.groupInfo(rng, GroupInfoOptions{Tree: !opt.TreeBeside})
	if err != nil {
		return nil, err
	}
	plaintext, err := wire.Marshal(info)
	if err != nil {
		return nil, err
	}
	s := g.client.Suite
	key, nonce := treekem.WelcomeKey(s, join.welcome)
	encrypted, err := s.Seal(key, nonce, nil, plaintext)
	if err != nil {
		return nil, err
	}
	w := &wire.Welcome{CipherSuite: s.ID(), EncryptedGroupInfo: encrypted}
	for _, a := range added {
		secrets, err := secretsFor(s, rng, join, a, path, encrypted)
		if err != nil {
			return nil, err
		}
		w.Secrets = append(w.Secrets, secrets)
	}
	return wire.Marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatWelcome, Welcome: w})
}

// secretsFor encrypts the joiner_secret, the IDs of the PSKs, and the path secret
// if the Commit had a path, to one new member's init key. The text still says
// "init_secret"; the struct has joiner_secret (subtle point 50).
func secretsFor(s suite.Suite, rng io.Reader, join joinSecrets, a treesync.Added, path treekem.Path, encryptedInfo []byte) (wire.EncryptedGroupSecrets, error) {
	var none wire.EncryptedGroupSecrets
	secrets := &wire.GroupSecrets{JoinerSecret: join.joiner, PSKs: join.psks}
	if path != nil {
		if secret := path.SecretFor(a.Leaf); secret != nil {
			secrets.PathSecret = &wire.PathSecret{PathSecret: secret}
		}
	}
	plaintext, err := wire.Marshal(secrets)
	if err != nil {
		return none, err
	}
	ref, err := keyPackageRef(s, &a.KeyPackage)
	if err != nil {
		return none, err
	}
	ct, err := s.EncryptWithLabel(rng, a.KeyPackage.InitKey, "Welcome", encryptedInfo, plaintext)
	return wire.EncryptedGroupSecrets{NewMember: ref, EncryptedGroupSecrets: ct}, err
}
