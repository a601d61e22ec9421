package group

import (
	"bytes"
	"io"

	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ExternalOptions say how to join from outside.
type ExternalOptions struct {
	JoinOptions
	Resync            bool                  // remove this client's earlier appearance
	PSKs              []wire.PreSharedKeyID // without nonces: these are drawn
	AuthenticatedData []byte
}

// JoinExternally makes an external Commit from a GroupInfo, an MLSMessage with an
// external_pub extension (RFC 9420 §12.4.3.2). Who joins is in the group once the
// delivery service has accepted the Commit.
func (c Client) JoinExternally(rng io.Reader, groupInfo []byte, opt ExternalOptions) (*Pending, error) {
	m, err := parse(groupInfo)
	if err != nil {
		return nil, err
	}
	if m.GroupInfo == nil {
		return nil, ErrNoGroupInfo
	}
	outside, err := c.outside(m.GroupInfo, opt.JoinOptions)
	if err != nil {
		return nil, err
	}
	kemOutput, initSecret, err := c.externalInit(rng, m.GroupInfo)
	if err != nil {
		return nil, err
	}
	d := draft{
		sender: wire.Sender{Type: wire.SenderNewMemberCommit},
		init:   initSecret,
		from:   opt.From,
		opt:    CommitOptions{Format: Public, AuthenticatedData: opt.AuthenticatedData},
	}
	d.add(wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: kemOutput}})
	if opt.Resync {
		old, err := outside.earlierSelf()
		if err != nil {
			return nil, err
		}
		d.add(wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: old}})
	}
	for _, id := range opt.PSKs {
		p, err := c.pskProposal(rng, id)
		if err != nil {
			return nil, err
		}
		d.add(p)
	}
	return outside.commit(rng, d)
}

// outside is what somebody outside the group can know of it: no secrets.
func (c Client) outside(info *wire.GroupInfo, opt JoinOptions) (*Group, error) {
	public, err := c.enter(info, opt)
	if err != nil {
		return nil, err
	}
	interim, err := treedem.InterimTranscript(c.Suite, info.GroupContext.ConfirmedTranscriptHash, info.ConfirmationTag)
	if err != nil {
		return nil, err
	}
	return &Group{
		client: c, public: public, private: c.agreement().NewMember(0, nil),
		interim: interim, confirmationTag: info.ConfirmationTag,
	}, nil
}

// externalInit sends a fresh init_secret to the group's external key (RFC 9420 §8.3).
func (c Client) externalInit(rng io.Reader, info *wire.GroupInfo) (kemOutput []byte, init treekem.InitSecret, err error) {
	for _, e := range info.Extensions {
		if e.Type != wire.ExtensionExternalPub {
			continue
		}
		var pub wire.ExternalPub
		if err := wire.Unmarshal(e.Data, &pub); err != nil {
			return nil, nil, err
		}
		if err := c.Suite.ValidatePublicKey(pub.ExternalPub); err != nil {
			return nil, nil, spec.ExternalPubPresent.Broken("it has no public key of the cipher suite: %v", err)
		}
		kemOutput, secret, err := c.Suite.ExternalInit(rng, pub.ExternalPub)
		return kemOutput, secret, err
	}
	return nil, nil, spec.ExternalPubPresent.Broken("there is none")
}

// externalInit opens the init_secret that an external committer sent.
func (g *Group) externalInit(kemOutput []byte) (treekem.InitSecret, error) {
	s := g.client.Suite
	sk, _, err := treekem.ExternalKeyPair(s, g.secrets.External)
	if err != nil {
		return nil, err
	}
	init, err := s.OpenExternalInit(sk, kemOutput)
	if err != nil {
		return nil, spec.ExternalInitOpens.Broken("%v", err)
	}
	return init, nil
}

// earlierSelf is the leaf of this client's earlier appearance.
func (g *Group) earlierSelf() (tree.LeafIndex, error) {
	id := g.client.Identity
	for i, leaf := range g.public.Tree.All() {
		if bytes.Equal(leaf.SignatureKey, id.SignaturePub) || g.client.sameCredential(leaf.Credential, id.Credential) {
			return i, nil
		}
	}
	return 0, ErrNotThere
}

// sameCredential says whether two credentials are one client's: by the
// application's word, or by being the same.
func (c Client) sameCredential(a, b wire.Credential) bool {
	if check := c.Config.Policy.Credentials; check != nil {
		return check.SameClient(a, b)
	}
	x, errX := wire.Marshal(&a)
	y, errY := wire.Marshal(&b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// ProposeJoin asks a group from outside to be added: an MLSMessage that any member
// may commit (RFC 9420 §12.1.8, new_member_proposal).
func (c Client) ProposeJoin(groupID []byte, epoch uint64, kp wire.KeyPackage) ([]byte, error) {
	add := wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}}
	return c.proposeFromOutside(wire.Sender{Type: wire.SenderNewMemberProposal}, groupID, epoch, add)
}

// ProposeExternally proposes as the external sender at an index of the group's
// external_senders (RFC 9420 §12.1.8); c's identity is that sender's.
func (c Client) ProposeExternally(index uint32, groupID []byte, epoch uint64, p wire.Proposal) ([]byte, error) {
	return c.proposeFromOutside(wire.Sender{Type: wire.SenderExternal, SenderIndex: index}, groupID, epoch, p)
}

// proposeFromOutside signs under no GroupContext: only the group's ID and the
// epoch are bound, inside the content (RFC 9420 §6.1).
func (c Client) proposeFromOutside(sender wire.Sender, groupID []byte, epoch uint64, p wire.Proposal) ([]byte, error) {
	content := wire.FramedContent{
		GroupID: groupID, Epoch: epoch, Sender: sender, ContentType: wire.ContentProposal, Proposal: &p,
	}
	signed, err := treedem.Sign(c.Suite, c.Identity.SignatureKey, Public, content, wire.GroupContext{})
	if err != nil {
		return nil, err
	}
	m := wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: Public}
	if m.PublicMessage, err = treedem.ProtectPublic(c.Suite, nil, signed, wire.GroupContext{}); err != nil {
		return nil, err
	}
	return wire.Marshal(&m)
}
