package group

import (
	"bytes"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// JoinOptions are what a joiner knows beside the Welcome or GroupInfo.
type JoinOptions struct {
	Tree     []byte   // the ratchet_tree (RFC 9420 §12.4.3.3), if it is sent beside; nil: it is in the extension
	From     *Group   // the group that this one branches from or reinitialises, with its resumption_psk
	GroupIDs [][]byte // of the groups that the client is in
}

// JoinWith enters a group by a Welcome for one of the KeyPackages of the store, and
// drops that, unless it is one of last resort.
func (c Client) JoinWith(store *KeyPackageStore, welcome []byte, opt JoinOptions) (*Group, error) {
	w, err := parseWelcome(welcome)
	if err != nil {
		return nil, err
	}
	i, err := store.find(c.Suite, w)
	if err != nil {
		return nil, err
	}
	g, err := c.join(store.kept[i], w, opt)
	if err != nil {
		return nil, err
	}
	store.used(i)
	return g, nil
}

// Join enters a group by a Welcome, an MLSMessage (RFC 9420 §12.4.3.1), with the
// private keys of one KeyPackage. The caller drops these once it has joined.
func (c Client) Join(kps KeyPackageSecrets, welcome []byte, opt JoinOptions) (*Group, error) {
	w, err := parseWelcome(welcome)
	if err != nil {
		return nil, err
	}
	return c.join(kps, w, opt)
}

func parseWelcome(welcome []byte) (*wire.Welcome, error) {
	m, err := parse(welcome)
	if err != nil {
		return nil, err
	}
	if m.Welcome == nil {
		return nil, ErrNoWelcome
	}
	return m.Welcome, nil
}

// join follows RFC 9420 §12.4.3.1, in its order.
func (c Client) join(kps KeyPackageSecrets, w *wire.Welcome, opt JoinOptions) (*Group, error) {
	s := c.Suite
	secrets, err := openGroupSecrets(s, kps, w)
	if err != nil {
		return nil, err
	}
	if err := linkingPSKAlone(secrets.PSKs); err != nil {
		return nil, err
	}
	psks, err := c.pskKeys(secrets.PSKs, opt.From)
	if err != nil {
		return nil, err
	}
	pskSecret, err := treekem.PSKSecret(s, psks)
	if err != nil {
		return nil, err
	}
	member := treekem.JoinerSecret(secrets.JoinerSecret).Member(s, pskSecret)
	info, err := openGroupInfo(s, member, w)
	if err != nil {
		return nil, err
	}
	public, err := c.enter(info, opt)
	if err != nil {
		return nil, err
	}
	private, err := c.joinPrivate(public.Tree, kps, info.Signer, secrets.PathSecret)
	if err != nil {
		return nil, err
	}
	g, err := c.joinEpoch(info, public, private, member)
	if err != nil {
		return nil, err
	}
	return g, g.follows(secrets.PSKs, opt.From)
}

// openGroupSecrets finds the KeyPackage's entry and opens it. Entries for others
// are passed over, known or not; of two for us the first counts.
func openGroupSecrets(s suite.Suite, kps KeyPackageSecrets, w *wire.Welcome) (*wire.GroupSecrets, error) {
	if w.CipherSuite != s.ID() || kps.KeyPackage.CipherSuite != s.ID() {
		return nil, spec.JoinSuite.Broken("the Welcome's is 0x%04x, the KeyPackage's 0x%04x", uint16(w.CipherSuite), uint16(kps.KeyPackage.CipherSuite))
	}
	ref, err := keyPackageRef(s, &kps.KeyPackage)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(w.Secrets, func(e wire.EncryptedGroupSecrets) bool { return bytes.Equal(e.NewMember, ref) })
	if i < 0 {
		return nil, ErrNotForUs
	}
	plaintext, err := s.DecryptWithLabel(kps.InitKey, "Welcome", w.EncryptedGroupInfo, w.Secrets[i].EncryptedGroupSecrets)
	if err != nil {
		return nil, spec.WelcomeDecrypts.Broken("the group secrets: %v", err)
	}
	secrets := &wire.GroupSecrets{}
	return secrets, wire.Unmarshal(plaintext, secrets)
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

// enter verifies what a GroupInfo says (layer 1's part), and that this client can
// be in the group. Who joins from outside makes the same checks: §12.4.3 asks it of
// all new members, and only the confirmation tag is out of its reach (subtle point
// 57).
func (c Client) enter(info *wire.GroupInfo, opt JoinOptions) (treesync.State, error) {
	public, err := treesync.FromGroupInfo(c.Suite, c.Config.Policy, info, opt.Tree)
	if err != nil {
		return public, err
	}
	if err := groupIDUnique(info, opt); err != nil {
		return public, err
	}
	return public, treesync.ValidateSupport(c.capabilities(), info.GroupContext)
}

// groupIDUnique trusts the caller's list of groups. A group that this one
// reinitialises is over, so its ID may come again (RFC 9420 §11.2; subtle point
// 43).
func groupIDUnique(info *wire.GroupInfo, opt JoinOptions) error {
	for _, id := range opt.GroupIDs {
		over := opt.From != nil && opt.From.reinit != nil && bytes.Equal(opt.From.GroupID(), id)
		if bytes.Equal(id, info.GroupContext.GroupID) && !over {
			return spec.GroupIDUnique.Broken("this client is in group %x already", id)
		}
	}
	return nil
}

// joinPrivate finds the joiner's leaf and gives it its keys: the leaf's, and what
// the path secret leads to. The GroupInfo's signer is taken for the committer, as
// the text does without saying it (subtle point 53).
func (c Client) joinPrivate(t treesync.Tree, kps KeyPackageSecrets, signer tree.LeafIndex, pathSecret *wire.PathSecret) (treekem.Member, error) {
	leaf, ok, err := findLeaf(t, &kps.KeyPackage.LeafNode)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, spec.JoinLeaf.Broken("no leaf of the tree is that of this client's KeyPackage")
	}
	private, err := c.agreement().NewMember(leaf, kps.EncryptionKey).Join(c.Suite, t, signer, pathSecret)
	if err != nil {
		return nil, err
	}
	return private, joinComplete(t, private)
}

// joinComplete: a path_secret that should be there and is not, the RFC's MUST on
// matching keys does not catch; the joiner would find out with the next Commit
// (subtle point 54).
func joinComplete(t treesync.Tree, private treekem.Member) error {
	if !private.Complete(t) {
		return spec.JoinComplete.Broken("leaf %d does not know the path secrets of all nodes above it", private.LeafIndex())
	}
	return nil
}

func findLeaf(t treesync.Tree, want *wire.LeafNode) (tree.LeafIndex, bool, error) {
	b, err := wire.Marshal(want)
	if err != nil {
		return 0, false, err
	}
	for i, leaf := range t.All() {
		if !bytes.Equal(leaf.EncryptionKey, want.EncryptionKey) {
			continue
		}
		have, err := wire.Marshal(leaf)
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
func (c Client) joinEpoch(info *wire.GroupInfo, public treesync.State, private treekem.Member, member treekem.MemberSecret) (*Group, error) {
	s := c.Suite
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
	return c.begin(epochState{
		public: public, private: private, secrets: secrets, interim: interim, confirmationTag: info.ConfirmationTag,
	}), nil
}
