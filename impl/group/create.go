package group

import (
	"io"

	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Create makes a group of one member at epoch 0 (RFC 9420 §11). Its epoch_secret is
// random, so that epoch 0 has no joiner_secret (subtle point 58). A group ID should
// never come twice.
func (c Client) Create(rng io.Reader, groupID []byte, extensions ...wire.Extension) (*Group, error) {
	s := c.Suite
	context := wire.GroupContext{
		Version: wire.ProtocolMLS10, CipherSuite: s.ID(), GroupID: groupID, Extensions: extensions,
	}
	if err := treesync.ValidateGroupContext(s, context, c.Config.Policy); err != nil {
		return nil, err
	}
	if err := treesync.ValidateSentGroupContext(extensions); err != nil {
		return nil, err
	}
	leafKey, leafPub, err := s.GenerateKeyPair(rng)
	if err != nil {
		return nil, err
	}
	leaf, err := c.leaf(rng, leafPub, wire.LeafSourceKeyPackage)
	if err != nil {
		return nil, err
	}
	if err := treesync.SignLeaf(s, c.Identity.SignatureKey, &leaf, nil, 0); err != nil {
		return nil, err
	}
	check := treesync.LeafCheck{
		Leaf: &leaf, Source: wire.LeafSourceKeyPackage, Context: context, Policy: c.Config.Policy, Own: true,
	}
	if err := treesync.ValidateLeaf(s, check); err != nil {
		return nil, err
	}
	if err := treesync.ValidateOwnLeaf(&leaf, c.capabilities()); err != nil {
		return nil, err
	}
	t := treesync.New(leaf)
	context.TreeHash = t.TreeHash(s)
	epochSecret, err := s.Random(rng, s.Nh())
	if err != nil {
		return nil, err
	}
	secrets := treekem.EpochSecret(epochSecret).Secrets(s)
	tag := treedem.ConfirmationTag(s, secrets.Confirmation, nil)
	interim, err := treedem.InterimTranscript(s, nil, tag)
	if err != nil {
		return nil, err
	}
	return c.begin(epochState{
		public:  treesync.State{Suite: s, Policy: c.Config.Policy, Context: context, Tree: t},
		private: c.agreement().NewMember(0, leafKey),
		secrets: secrets, interim: interim, confirmationTag: tag,
	}), nil
}
