package insider

import (
	"mlsref/impl/group"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// identity is a new one that the insider invents, with its keys.
func (in *insider) identity(name string) group.Identity {
	id, err := group.NewIdentity(in.suite, in.rng, name)
	in.check(err)
	return id
}

// invented is a client that the insider invents, with the capabilities of its own.
func (in *insider) invented(name string) group.Client {
	c := in.client
	c.Identity = in.identity(name)
	return c
}

// welcomes says whether the group would take such a client: its credential is accepted,
// and every member supports the type.
func (in *insider) welcomes(c group.Client) bool {
	id := c.Identity
	if check := in.public.Policy.Credentials; check != nil && check.Accept(id.Credential, id.SignaturePub) != nil {
		return false
	}
	_, all := in.public.Tree.AllSupportCredential(id.Credential.Type)
	return all
}

// keyPackage is a valid one of the client c.
func (in *insider) keyPackage(c group.Client) *wire.KeyPackage {
	kp, _, err := c.NewKeyPackage(in.rng)
	in.check(err)
	if mine := in.public.Tree.Leaf(in.sender.LeafIndex); in.keys.Secrets != nil && mine != nil {
		kp.LeafNode.Capabilities, kp.LeafNode.Extensions = copied(in, mine).Capabilities, nil // what the group wants, this has
	}
	in.signPackage(c, &kp)
	return &kp
}

// signPackage signs a KeyPackage's leaf and the KeyPackage.
func (in *insider) signPackage(c group.Client, kp *wire.KeyPackage) {
	in.check(treesync.SignLeaf(in.suite, c.Identity.SignatureKey, &kp.LeafNode, nil, 0))
	in.check(treesync.SignKeyPackage(in.suite, c.Identity.SignatureKey, kp))
}

func addOf(kp *wire.KeyPackage) *wire.Proposal {
	return &wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: *kp}}
}

func removeOf(leaf uint32) *wire.Proposal {
	return &wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: leaf}}
}

func extensionsOf(list ...wire.Extension) *wire.Proposal {
	return &wire.Proposal{Type: wire.ProposalGroupContextExtensions, GroupContextExtensions: &wire.GroupContextExtensions{Extensions: list}}
}

// reinit is a valid one.
func (in *insider) reinit() *wire.Proposal {
	return &wire.Proposal{Type: wire.ProposalReInit, ReInit: &wire.ReInit{
		GroupID: []byte("next"), Version: wire.ProtocolMLS10, CipherSuite: in.suite.ID()}}
}
