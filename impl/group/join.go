package group

import (
	"bytes"
	"errors"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ErrNotForUs says that a Welcome names none of this client's KeyPackages.
var ErrNotForUs = errors.New("the Welcome is for none of this client's key packages")

// Join enters a group by a Welcome, an MLSMessage (RFC 9420 §12.4.3.1), with the
// private keys of one KeyPackage. The caller drops these once it has joined.
func Join(s suite.Suite, id Identity, kps KeyPackageSecrets, welcome []byte) (*Group, error) {
	var m wire.MLSMessage
	if err := wire.Unmarshal(welcome, &m); err != nil {
		return nil, err
	}
	if m.Welcome == nil {
		return nil, errors.New("the message is no Welcome")
	}
	w := m.Welcome
	secrets, err := openGroupSecrets(s, kps, w)
	if err != nil {
		return nil, err
	}
	member := treekem.JoinerSecret(secrets.JoinerSecret).Member(s, treekem.Zero(s))
	info, err := openGroupInfo(s, member, w)
	if err != nil {
		return nil, err
	}
	if info.GroupContext.CipherSuite != kps.KeyPackage.CipherSuite {
		return nil, spec.JoinSuite.Broken("the GroupInfo's is 0x%04x, the KeyPackage's 0x%04x", uint16(info.GroupContext.CipherSuite), uint16(kps.KeyPackage.CipherSuite))
	}
	t, err := joinTree(s, info)
	if err != nil {
		return nil, err
	}
	private, err := joinPrivate(s, t, kps, info.Signer, secrets.PathSecret)
	if err != nil {
		return nil, err
	}
	return joinEpoch(s, id, info, t, private, member)
}

// openGroupSecrets finds this client's entry and opens it.
func openGroupSecrets(s suite.Suite, kps KeyPackageSecrets, w *wire.Welcome) (*wire.GroupSecrets, error) {
	if w.CipherSuite != s.ID() || kps.KeyPackage.CipherSuite != s.ID() {
		return nil, spec.JoinSuite.Broken("the Welcome's is 0x%04x, the KeyPackage's 0x%04x", uint16(w.CipherSuite), uint16(kps.KeyPackage.CipherSuite))
	}
	ref, err := keyPackageRef(s, &kps.KeyPackage)
	if err != nil {
		return nil, err
	}
	for _, entry := range w.Secrets {
		if !bytes.Equal(entry.NewMember, ref) {
			continue
		}
		plaintext, err := s.DecryptWithLabel(kps.InitKey, "Welcome", w.EncryptedGroupInfo, entry.EncryptedGroupSecrets)
		if err != nil {
			return nil, spec.WelcomeDecrypts.Broken("the group secrets: %v", err)
		}
		secrets := &wire.GroupSecrets{}
		if err := wire.Unmarshal(plaintext, secrets); err != nil {
			return nil, err
		}
		if len(secrets.PSKs) > 0 {
			return nil, spec.WelcomePSKs.Broken("%d PSKs, and this client holds none", len(secrets.PSKs))
		}
		return secrets, nil
	}
	return nil, ErrNotForUs
}

func openGroupInfo(s suite.Suite, member treekem.MemberSecret, w *wire.Welcome) (*wire.GroupInfo, error) {
	key, nonce := treekem.WelcomeKey(s, member.Welcome(s))
	plaintext, err := s.Open(key, nonce, nil, w.EncryptedGroupInfo)
	if err != nil {
		return nil, spec.WelcomeDecrypts.Broken("the GroupInfo: %v", err)
	}
	info := &wire.GroupInfo{}
	return info, wire.Unmarshal(plaintext, info)
}

// joinTree takes the ratchet tree from the GroupInfo and verifies both.
func joinTree(s suite.Suite, info *wire.GroupInfo) (treesync.Tree, error) {
	var none treesync.Tree
	var rt wire.RatchetTree
	found := false
	for _, e := range info.Extensions {
		if e.Type == wire.ExtensionRatchetTree {
			if err := wire.Unmarshal(e.Data, &rt); err != nil {
				return none, err
			}
			found = true
		}
	}
	if !found {
		return none, errors.New("the GroupInfo has no ratchet_tree extension")
	}
	t, err := treesync.FromWire(s, rt)
	if err != nil {
		return none, err
	}
	if err := verifyGroupInfo(s, t, info); err != nil {
		return none, err
	}
	if !bytes.Equal(t.TreeHash(s), info.GroupContext.TreeHash) {
		return none, spec.JoinTreeHash.Broken("the tree's is %x, the GroupContext's %x", t.TreeHash(s), info.GroupContext.TreeHash)
	}
	return t, treesync.ValidateTree(s, t, info.GroupContext)
}

// joinPrivate finds the joiner's leaf and gives it its keys: the leaf's, and
// those from the common ancestor with the committer up to the root. Blank
// ancestors are not on the filtered path and take no path secret, though the
// text speaks of each parent.
func joinPrivate(s suite.Suite, t treesync.Tree, kps KeyPackageSecrets, signer tree.LeafIndex, pathSecret *wire.PathSecret) (treekem.Private, error) {
	leaf, ok, err := findLeaf(t, &kps.KeyPackage.LeafNode)
	if err != nil {
		return treekem.Private{}, err
	}
	if !ok {
		return treekem.Private{}, spec.JoinLeaf.Broken("no leaf of the tree is that of this client's KeyPackage")
	}
	private := treekem.NewPrivate(leaf, kps.EncryptionKey)
	if pathSecret == nil {
		return private, nil
	}
	steps := treekem.Steps(t, signer, nil)
	for len(steps) > 0 && !tree.IsAncestor(steps[0].Node, leaf) {
		steps = steps[1:]
	}
	var public [][]byte
	for _, step := range steps {
		public = append(public, t.EncryptionKey(step.Node))
	}
	private, _, err = private.Climb(s, t, signer, steps, public, pathSecret.PathSecret)
	return private, err
}

func findLeaf(t treesync.Tree, want *wire.LeafNode) (tree.LeafIndex, bool, error) {
	b, err := wire.Marshal(want)
	if err != nil {
		return 0, false, err
	}
	for _, i := range t.Members() {
		have, err := wire.Marshal(t.Leaf(i))
		if err != nil {
			return 0, false, err
		}
		if bytes.Equal(b, have) {
			return i, true, nil
		}
	}
	return 0, false, nil
}

// joinEpoch derives the epoch's keys and checks that the committer had them.
func joinEpoch(s suite.Suite, id Identity, info *wire.GroupInfo, t treesync.Tree, private treekem.Private, member treekem.MemberSecret) (*Group, error) {
	context, err := wire.Marshal(&info.GroupContext)
	if err != nil {
		return nil, err
	}
	secrets := member.Epoch(s, context).Secrets(s)
	confirmed := info.GroupContext.ConfirmedTranscriptHash
	if err := treedem.VerifyConfirmation(s, secrets.Confirmation, confirmed, info.ConfirmationTag); err != nil {
		return nil, err
	}
	interim, err := treedem.InterimTranscript(s, confirmed, info.ConfirmationTag)
	if err != nil {
		return nil, err
	}
	return begin(s, id, epochState{
		context: info.GroupContext, tree: t, private: private,
		secrets: secrets, interim: interim, confirmationTag: info.ConfirmationTag,
	}), nil
}
