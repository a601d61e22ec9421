package vectors

import (
	"bytes"

	"mlsref/impl/wire"
)

// messages: structs that must decode, and encode to the same bytes.
type messages struct {
	Welcome     Hex `json:"mls_welcome"`
	GroupInfo   Hex `json:"mls_group_info"`
	KeyPackage  Hex `json:"mls_key_package"`
	RatchetTree Hex `json:"ratchet_tree"`
	Secrets     Hex `json:"group_secrets"`

	Add          Hex `json:"add_proposal"`
	Update       Hex `json:"update_proposal"`
	Remove       Hex `json:"remove_proposal"`
	PSK          Hex `json:"pre_shared_key_proposal"`
	ReInit       Hex `json:"re_init_proposal"`
	ExternalInit Hex `json:"external_init_proposal"`
	Extensions   Hex `json:"group_context_extensions_proposal"`

	Commit            Hex `json:"commit"`
	PublicApplication Hex `json:"public_message_application"`
	PublicProposal    Hex `json:"public_message_proposal"`
	PublicCommit      Hex `json:"public_message_commit"`
	Private           Hex `json:"private_message"`
}

var messagesKind = newKind("messages", "the syntax of every message", verifyMessages, generateMessages)

func verifyMessages(c *checker, v *messages) {
	welcome, info, kp := new(wire.MLSMessage), new(wire.MLSMessage), new(wire.MLSMessage)
	c.message("mls_welcome", v.Welcome, welcome, func() bool { return welcome.Welcome != nil })
	c.message("mls_group_info", v.GroupInfo, info, func() bool { return info.GroupInfo != nil })
	c.message("mls_key_package", v.KeyPackage, kp, func() bool { return kp.KeyPackage != nil })
	c.message("ratchet_tree", v.RatchetTree, new(wire.RatchetTree), nil)
	c.message("group_secrets", v.Secrets, new(wire.GroupSecrets), nil)
	c.message("add_proposal", v.Add, new(wire.Add), nil)
	c.message("update_proposal", v.Update, new(wire.Update), nil)
	c.message("remove_proposal", v.Remove, new(wire.Remove), nil)
	c.message("pre_shared_key_proposal", v.PSK, new(wire.PreSharedKey), nil)
	c.message("re_init_proposal", v.ReInit, new(wire.ReInit), nil)
	c.message("external_init_proposal", v.ExternalInit, new(wire.ExternalInit), nil)
	c.message("group_context_extensions_proposal", v.Extensions, new(wire.GroupContextExtensions), nil)
	c.message("commit", v.Commit, new(wire.Commit), nil)
	c.public("public_message_application", v.PublicApplication, wire.ContentApplication)
	c.public("public_message_proposal", v.PublicProposal, wire.ContentProposal)
	c.public("public_message_commit", v.PublicCommit, wire.ContentCommit)
	private := new(wire.MLSMessage)
	c.message("private_message", v.Private, private, func() bool { return private.PrivateMessage != nil })
}

// message decodes a field, asks whether it is what it should be, and encodes it again.
func (c *checker) message(field string, b Hex, m wire.Wirer, right func() bool) {
	if !c.decode(field, b, m) {
		return
	}
	if right != nil && !c.holds(field, right(), "it is another kind of message") {
		return
	}
	if again, well := c.marshal(field, m); well && !bytes.Equal(again, b) {
		c.equal(field+" (written again)", again, b)
	}
}

func (c *checker) public(field string, b Hex, kind wire.ContentType) {
	m := new(wire.MLSMessage)
	c.message(field, b, m, func() bool { return m.PublicMessage != nil && m.PublicMessage.Content.ContentType == kind })
}

// samples makes structs that are right in syntax and mean nothing.
type samples struct{ *generator }

func generateMessages(g *generator) []messages {
	var list []messages
	for range pick(g, 20, 1) {
		list = append(list, samples{g}.messages())
	}
	return list
}

func (s samples) messages() messages {
	commit, ratchetTree := s.commit(), s.ratchetTree()
	return messages{
		Welcome: s.message(&wire.MLSMessage{WireFormat: wire.WireFormatWelcome, Welcome: &wire.Welcome{CipherSuite: s.suiteID(),
			EncryptedGroupInfo: s.some(90, 200), Secrets: some(s, func() wire.EncryptedGroupSecrets {
				return wire.EncryptedGroupSecrets{NewMember: s.bytes(32), EncryptedGroupSecrets: s.ciphertext()}
			})}}),
		GroupInfo:   s.message(&wire.MLSMessage{WireFormat: wire.WireFormatGroupInfo, GroupInfo: s.groupInfo()}),
		KeyPackage:  s.message(&wire.MLSMessage{WireFormat: wire.WireFormatKeyPackage, KeyPackage: s.keyPackage()}),
		RatchetTree: marshal(ratchetTree),
		Secrets: marshal(&wire.GroupSecrets{JoinerSecret: s.bytes(32), PathSecret: &wire.PathSecret{PathSecret: s.bytes(32)},
			PSKs: some(s, s.psk)}),
		Add:               marshal(&wire.Add{KeyPackage: *s.keyPackage()}),
		Update:            marshal(&wire.Update{LeafNode: s.leaf(wire.LeafSourceUpdate)}),
		Remove:            marshal(&wire.Remove{Removed: uint32(s.number(1 << 16))}),
		PSK:               marshal(&wire.PreSharedKey{PSK: s.psk()}),
		ReInit:            marshal(&wire.ReInit{GroupID: s.bytes(16), Version: wire.ProtocolMLS10, CipherSuite: s.suiteID(), Extensions: s.extensions()}),
		ExternalInit:      marshal(&wire.ExternalInit{KEMOutput: s.bytes(32)}),
		Extensions:        marshal(&wire.GroupContextExtensions{Extensions: s.extensions()}),
		Commit:            marshal(commit),
		PublicApplication: s.public(wire.ContentApplication), PublicProposal: s.public(wire.ContentProposal), PublicCommit: s.public(wire.ContentCommit),
		Private: s.message(&wire.MLSMessage{WireFormat: wire.WireFormatPrivateMessage, PrivateMessage: &wire.PrivateMessage{GroupID: s.bytes(16),
			Epoch: s.epoch(), ContentType: wire.ContentCommit, AuthenticatedData: s.some(0, 20), EncryptedSenderData: s.bytes(28), Ciphertext: s.some(100, 200)}}),
	}
}

func (s samples) message(m *wire.MLSMessage) Hex {
	m.Version = wire.ProtocolMLS10
	return marshal(m)
}

// some draws between least and most bytes.
func (s samples) some(least, most int) Hex { return s.bytes(least + s.number(most-least+1)) }

// some makes one to three.
func some[T any](s samples, one func() T) []T {
	var list []T
	for range 1 + s.number(3) {
		list = append(list, one())
	}
	return list
}

func (s samples) suiteID() wire.CipherSuite { return wire.CipherSuite(1 + s.number(7)) }

func (s samples) epoch() uint64 { return uint64(s.number(1 << 40)) }

// extensions includes one of a GREASE type (RFC 9420 §13.5).
func (s samples) extensions() []wire.Extension {
	return []wire.Extension{{Type: wire.ExtensionApplicationID, Data: s.some(0, 40)},
		{Type: wire.ExtensionType(0x0a0a * (1 + s.number(14))), Data: s.some(0, 4)}}
}

func (s samples) leaf(source wire.LeafNodeSource) wire.LeafNode {
	leaf := wire.LeafNode{
		EncryptionKey: s.bytes(32), SignatureKey: s.bytes(32),
		Credential: wire.Credential{Type: wire.CredentialBasic, Identity: s.some(1, 20)},
		Capabilities: wire.Capabilities{
			Versions: []wire.ProtocolVersion{wire.ProtocolMLS10}, CipherSuites: []wire.CipherSuite{s.suiteID(), 0x0a0a},
			Extensions: []wire.ExtensionType{0x1a1a}, Proposals: []wire.ProposalType{0x2a2a}, Credentials: []wire.CredentialType{wire.CredentialBasic},
		},
		Source: source, Extensions: s.extensions(), Signature: s.bytes(64),
	}
	if s.number(3) == 0 {
		leaf.Credential = wire.Credential{Type: wire.CredentialX509, Certificates: []wire.Certificate{{CertData: s.some(30, 90)}, {CertData: s.some(30, 90)}}}
	}
	switch source {
	case wire.LeafSourceKeyPackage:
		leaf.Lifetime = wire.Lifetime{NotBefore: s.epoch(), NotAfter: 1<<64 - 1}
	case wire.LeafSourceCommit:
		leaf.ParentHash = s.bytes(32)
	}
	return leaf
}

func (s samples) keyPackage() *wire.KeyPackage {
	return &wire.KeyPackage{Version: wire.ProtocolMLS10, CipherSuite: s.suiteID(), InitKey: s.bytes(32),
		LeafNode: s.leaf(wire.LeafSourceKeyPackage), Extensions: s.extensions(), Signature: s.bytes(64)}
}

func (s samples) ciphertext() wire.HPKECiphertext {
	return wire.HPKECiphertext{KEMOutput: s.bytes(32), Ciphertext: s.bytes(48)}
}

func (s samples) psk() wire.PreSharedKeyID {
	if s.number(2) == 0 {
		return wire.PreSharedKeyID{PSKType: wire.PSKResumption, Usage: wire.ResumptionPSKUsage(1 + s.number(3)),
			PSKGroupID: s.bytes(16), PSKEpoch: s.epoch(), PSKNonce: s.bytes(32)}
	}
	return wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: s.some(1, 20), PSKNonce: s.bytes(32)}
}

func (s samples) ratchetTree() *wire.RatchetTree {
	leaf := func(source wire.LeafNodeSource) *wire.Node {
		l := s.leaf(source)
		return &wire.Node{Type: wire.NodeTypeLeaf, Leaf: &l}
	}
	return &wire.RatchetTree{Nodes: []*wire.Node{leaf(wire.LeafSourceCommit), nil, nil,
		{Type: wire.NodeTypeParent, Parent: &wire.ParentNode{EncryptionKey: s.bytes(32), ParentHash: s.some(0, 1), UnmergedLeaves: []uint32{2, 3}}},
		leaf(wire.LeafSourceUpdate), nil, leaf(wire.LeafSourceKeyPackage)}}
}

func (s samples) commit() *wire.Commit {
	proposals := some(s, func() wire.ProposalOrRef {
		return wire.ProposalOrRef{Type: wire.ProposalOrRefReference, Reference: s.bytes(32)}
	})
	return &wire.Commit{
		Proposals: append(proposals, wire.ProposalOrRef{Type: wire.ProposalOrRefProposal,
			Proposal: &wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 2}}}),
		Path: &wire.UpdatePath{LeafNode: s.leaf(wire.LeafSourceCommit), Nodes: some(s, func() wire.UpdatePathNode {
			return wire.UpdatePathNode{EncryptionKey: s.bytes(32), EncryptedPathSecret: some(s, s.ciphertext)}
		})},
	}
}

func (s samples) public(kind wire.ContentType) Hex {
	m := &wire.PublicMessage{
		Content: wire.FramedContent{GroupID: s.bytes(16), Epoch: s.epoch(), AuthenticatedData: s.some(0, 20), ContentType: kind,
			Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: uint32(s.number(1 << 10))}},
		Auth:          wire.FramedContentAuthData{Signature: s.bytes(64)},
		MembershipTag: s.bytes(32),
	}
	switch kind {
	case wire.ContentApplication:
		m.Content.ApplicationData = s.some(0, 100)
	case wire.ContentProposal:
		m.Content.Proposal = &wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: *s.keyPackage()}}
	case wire.ContentCommit:
		m.Content.Commit, m.Auth.ConfirmationTag = s.commit(), s.bytes(32)
	}
	return s.message(&wire.MLSMessage{WireFormat: wire.WireFormatPublicMessage, PublicMessage: m})
}

func (s samples) groupInfo() *wire.GroupInfo {
	return &wire.GroupInfo{
		GroupContext: wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: s.suiteID(), GroupID: s.bytes(16), Epoch: s.epoch(),
			TreeHash: s.bytes(32), ConfirmedTranscriptHash: s.bytes(32), Extensions: s.extensions()},
		Extensions: s.extensions(), ConfirmationTag: s.bytes(32), Signer: uint32(s.number(1 << 10)), Signature: s.bytes(64),
	}
}
