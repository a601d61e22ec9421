package group

import (
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Create makes a group of one member at epoch 0 (RFC 9420 §11).
func Create(s suite.Suite, rng io.Reader, id Identity, groupID []byte) (*Group, error) {
	leafKey, leafPub, err := s.GenerateKeyPair(rng)
	if err != nil {
		return nil, err
	}
	leaf := id.leaf(s, leafPub, wire.LeafSourceKeyPackage)
	leaf.Lifetime = forever
	if err := treesync.SignLeaf(s, id.SignatureKey, &leaf, groupID, 0); err != nil {
		return nil, err
	}
	t := treesync.New(leaf)
	context := wire.GroupContext{
		Version: wire.ProtocolMLS10, CipherSuite: s.ID(), GroupID: groupID, Epoch: 0, TreeHash: t.TreeHash(s)}
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
	return begin(s, id, epochState{
		context: context, tree: t, private: treekem.NewPrivate(0, leafKey),
		secrets: secrets, interim: interim, confirmationTag: tag,
	}), nil
}
