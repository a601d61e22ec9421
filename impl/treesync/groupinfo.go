package treesync

import (
	"bytes"
	"errors"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ErrNoTree says that a GroupInfo comes without its ratchet tree.
var ErrNoTree = errors.New("the GroupInfo has no ratchet_tree extension, and no tree was given beside it")

// FromGroupInfo is the public state that a GroupInfo describes, verified as all who
// come to a group must (RFC 9420 §12.4.3, §12.4.3.1): who joins by Welcome or from
// outside, and who only follows. beside is the ratchet_tree (§12.4.3.3) if it is
// sent otherwise; nil: it is in the extension. Of all the checks of a joiner only
// the confirmation tag's and those of secrets are missing.
func FromGroupInfo(s suite.Suite, p Policy, info *wire.GroupInfo, beside []byte) (State, error) {
	st := State{Suite: s, Policy: p, Context: info.GroupContext}
	if err := groupInfoSuite(s, info); err != nil {
		return st, err
	}
	if err := groupInfoVersion(info); err != nil {
		return st, err
	}
	if err := ValidateGroupInfoExtensions(info.Extensions); err != nil {
		return st, err
	}
	rt, err := ratchetTree(info, beside)
	if err != nil {
		return st, err
	}
	if st.Tree, err = FromWire(s, *rt); err != nil {
		return st, err
	}
	if err := groupInfoSignature(s, st.Tree, info); err != nil {
		return st, err
	}
	if err := groupInfoTreeHash(s, st.Tree, info); err != nil {
		return st, err
	}
	return st, ValidateTree(s, st.Tree, info.GroupContext, p)
}

// ratchetTree prefers the extension, which is signed, to what came beside.
func ratchetTree(info *wire.GroupInfo, beside []byte) (*wire.RatchetTree, error) {
	rt := &wire.RatchetTree{}
	found, err := extension(info.Extensions, wire.ExtensionRatchetTree, rt)
	if found || err != nil {
		return rt, err
	}
	if beside == nil {
		return nil, ErrNoTree
	}
	return rt, wire.Unmarshal(beside, rt)
}

func groupInfoSuite(s suite.Suite, info *wire.GroupInfo) error {
	if have := info.GroupContext.CipherSuite; have != s.ID() {
		return spec.JoinSuite.Broken("the GroupInfo's is 0x%04x, the KeyPackage's or client's 0x%04x", uint16(have), uint16(s.ID()))
	}
	return nil
}

func groupInfoVersion(info *wire.GroupInfo) error {
	if v := info.GroupContext.Version; v != wire.ProtocolMLS10 {
		return spec.GroupVersion.Broken("it is %d", v)
	}
	return nil
}

func groupInfoSignature(s suite.Suite, t Tree, info *wire.GroupInfo) error {
	tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: info})
	if err != nil {
		return err
	}
	leaf := t.Leaf(info.Signer)
	if leaf == nil {
		return spec.GroupInfoSignature.Broken("the signer's leaf %d is blank", info.Signer)
	}
	if !s.VerifyWithLabel(leaf.SignatureKey, "GroupInfoTBS", tbs, info.Signature) {
		return spec.GroupInfoSignature.Broken("the signature of leaf %d does not verify", info.Signer)
	}
	return nil
}

func groupInfoTreeHash(s suite.Suite, t Tree, info *wire.GroupInfo) error {
	if have := t.TreeHash(s); !bytes.Equal(have, info.GroupContext.TreeHash) {
		return spec.JoinTreeHash.Broken("the tree's is %x, the GroupContext's %x", have, info.GroupContext.TreeHash)
	}
	return nil
}
