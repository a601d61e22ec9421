package wire

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// samples makes structures that are right in syntax and mean nothing.
type samples struct{ rng *rand.ChaCha8 }

func (s samples) bytes(n int) []byte {
	b := make([]byte, n)
	s.rng.Read(b) // never fails
	return b
}

func (s samples) extensions() []Extension {
	return []Extension{{Type: ExtensionApplicationID, Data: s.bytes(9)}, {Type: 0x0a0a, Data: nil}}
}

func (s samples) leaf(source LeafNodeSource) LeafNode {
	leaf := LeafNode{
		EncryptionKey: s.bytes(32), SignatureKey: s.bytes(32),
		Credential: Credential{Type: CredentialBasic, Identity: s.bytes(5)},
		Capabilities: Capabilities{
			Versions: []ProtocolVersion{ProtocolMLS10}, CipherSuites: []CipherSuite{1, 0x0a0a},
			Extensions: []ExtensionType{0x1a1a}, Proposals: []ProposalType{0x2a2a}, Credentials: []CredentialType{CredentialBasic},
		},
		Source: source, Extensions: s.extensions(), Signature: s.bytes(64),
	}
	switch source {
	case LeafSourceKeyPackage:
		leaf.Lifetime = Lifetime{NotBefore: 1, NotAfter: 1 << 40}
	case LeafSourceCommit:
		leaf.ParentHash = s.bytes(32)
	}
	return leaf
}

func (s samples) keyPackage() KeyPackage {
	return KeyPackage{Version: ProtocolMLS10, CipherSuite: 1, InitKey: s.bytes(32),
		LeafNode: s.leaf(LeafSourceKeyPackage), Extensions: s.extensions(), Signature: s.bytes(64)}
}

func (s samples) ciphertext() HPKECiphertext {
	return HPKECiphertext{KEMOutput: s.bytes(32), Ciphertext: s.bytes(48)}
}

func (s samples) psk() PreSharedKeyID {
	return PreSharedKeyID{PSKType: PSKExternal, PSKID: s.bytes(6), PSKNonce: s.bytes(32)}
}

func (s samples) tree() RatchetTree {
	first, last := s.leaf(LeafSourceCommit), s.leaf(LeafSourceUpdate)
	return RatchetTree{Nodes: []*Node{
		{Type: NodeTypeLeaf, Leaf: &first}, nil, nil,
		{Type: NodeTypeParent, Parent: &ParentNode{EncryptionKey: s.bytes(32), ParentHash: s.bytes(32), UnmergedLeaves: []LeafIndex{2}}},
		{Type: NodeTypeLeaf, Leaf: &last},
	}}
}

func (s samples) commit() Commit {
	remove := Proposal{Type: ProposalRemove, Remove: &Remove{Removed: 2}}
	return Commit{
		Proposals: []ProposalOrRef{
			{Type: ProposalOrRefReference, Reference: s.bytes(32)},
			{Type: ProposalOrRefProposal, Proposal: &remove},
		},
		Path: &UpdatePath{LeafNode: s.leaf(LeafSourceCommit), Nodes: []UpdatePathNode{
			{EncryptionKey: s.bytes(32), EncryptedPathSecret: []HPKECiphertext{s.ciphertext(), s.ciphertext()}},
			{EncryptionKey: s.bytes(32)},
		}},
	}
}

func (s samples) public(kind ContentType) *MLSMessage {
	m := &PublicMessage{
		Content: FramedContent{GroupID: s.bytes(4), Epoch: 1 << 33, AuthenticatedData: s.bytes(2), ContentType: kind,
			Sender: Sender{Type: SenderMember, LeafIndex: 7}},
		Auth:          FramedContentAuthData{Signature: s.bytes(64)},
		MembershipTag: s.bytes(32),
	}
	switch kind {
	case ContentApplication:
		m.Content.ApplicationData = s.bytes(20)
	case ContentProposal:
		m.Content.Proposal = &Proposal{Type: ProposalAdd, Add: &Add{KeyPackage: s.keyPackage()}}
	case ContentCommit:
		commit := s.commit()
		m.Content.Commit, m.Auth.ConfirmationTag = &commit, s.bytes(32)
	}
	return &MLSMessage{Version: ProtocolMLS10, WireFormat: WireFormatPublicMessage, PublicMessage: m}
}

func (s samples) groupInfo() *GroupInfo {
	return &GroupInfo{
		GroupContext: GroupContext{Version: ProtocolMLS10, CipherSuite: 1, GroupID: s.bytes(4), Epoch: 3,
			TreeHash: s.bytes(32), ConfirmedTranscriptHash: s.bytes(32), Extensions: s.extensions()},
		Extensions: s.extensions(), ConfirmationTag: s.bytes(32), Signer: 5, Signature: s.bytes(64),
	}
}

// sampleMessages has one of each field of messages.json, made in a fixed order.
func sampleMessages(rng *rand.ChaCha8) map[string]Wirer {
	s := samples{rng}
	message := MLSMessage{Version: ProtocolMLS10}
	welcome, info, keyPackage, private := message, message, message, message
	welcome.WireFormat, welcome.Welcome = WireFormatWelcome, &Welcome{CipherSuite: 1, EncryptedGroupInfo: s.bytes(90),
		Secrets: []EncryptedGroupSecrets{{NewMember: s.bytes(32), EncryptedGroupSecrets: s.ciphertext()}}}
	info.WireFormat, info.GroupInfo = WireFormatGroupInfo, s.groupInfo()
	kp := s.keyPackage()
	keyPackage.WireFormat, keyPackage.KeyPackage = WireFormatKeyPackage, &kp
	private.WireFormat, private.PrivateMessage = WireFormatPrivateMessage, &PrivateMessage{GroupID: s.bytes(4), Epoch: 9,
		ContentType: ContentCommit, AuthenticatedData: s.bytes(1), EncryptedSenderData: s.bytes(28), Ciphertext: s.bytes(130)}
	tree, commit := s.tree(), s.commit()
	return map[string]Wirer{
		"mls_welcome": &welcome, "mls_group_info": &info, "mls_key_package": &keyPackage, "private_message": &private,
		"ratchet_tree": &tree, "commit": &commit,
		"group_secrets": &GroupSecrets{JoinerSecret: s.bytes(32), PathSecret: &PathSecret{s.bytes(32)}, PSKs: []PreSharedKeyID{s.psk()}},
		"add_proposal":  &Add{KeyPackage: s.keyPackage()}, "update_proposal": &Update{LeafNode: s.leaf(LeafSourceUpdate)},
		"remove_proposal": &Remove{Removed: 3}, "pre_shared_key_proposal": &PreSharedKey{PSK: s.psk()},
		"re_init_proposal":                  &ReInit{GroupID: s.bytes(4), Version: ProtocolMLS10, CipherSuite: 2, Extensions: s.extensions()},
		"external_init_proposal":            &ExternalInit{KEMOutput: s.bytes(32)},
		"group_context_extensions_proposal": &GroupContextExtensions{Extensions: s.extensions()},
		"public_message_application":        s.public(ContentApplication), "public_message_proposal": s.public(ContentProposal),
		"public_message_commit": s.public(ContentCommit),
	}
}

// messageFields are the fields of messages.json and what each holds.
var messageFields = map[string]func() Wirer{
	"mls_welcome":                       func() Wirer { return new(MLSMessage) },
	"mls_group_info":                    func() Wirer { return new(MLSMessage) },
	"mls_key_package":                   func() Wirer { return new(MLSMessage) },
	"ratchet_tree":                      func() Wirer { return new(RatchetTree) },
	"group_secrets":                     func() Wirer { return new(GroupSecrets) },
	"add_proposal":                      func() Wirer { return new(Add) },
	"update_proposal":                   func() Wirer { return new(Update) },
	"remove_proposal":                   func() Wirer { return new(Remove) },
	"pre_shared_key_proposal":           func() Wirer { return new(PreSharedKey) },
	"re_init_proposal":                  func() Wirer { return new(ReInit) },
	"external_init_proposal":            func() Wirer { return new(ExternalInit) },
	"group_context_extensions_proposal": func() Wirer { return new(GroupContextExtensions) },
	"commit":                            func() Wirer { return new(Commit) },
	"public_message_application":        func() Wirer { return new(MLSMessage) },
	"public_message_proposal":           func() Wirer { return new(MLSMessage) },
	"public_message_commit":             func() Wirer { return new(MLSMessage) },
	"private_message":                   func() Wirer { return new(MLSMessage) },
}

// messageVectors are the samples' bytes, by field, and those of the official
// messages.json where that is at hand.
func messageVectors(t *testing.T) []map[string][]byte {
	t.Helper()
	own := map[string][]byte{}
	for name, m := range sampleMessages(rand.NewChaCha8([32]byte{1})) {
		b, err := Marshal(m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		own[name] = b
	}
	list := []map[string][]byte{own}
	shared := os.Getenv("MLSREF_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	text, err := os.ReadFile(filepath.Join(shared, "vectors", "messages.json"))
	if err != nil {
		t.Log("not checked: the official messages.json, which is not at hand; the project's own samples are")
		return list
	}
	var official []map[string]string
	if err := json.Unmarshal(text, &official); err != nil {
		t.Fatal(err)
	}
	for _, entry := range official {
		v := map[string][]byte{}
		for name, digits := range entry {
			v[name] = unhex(t, digits)
		}
		list = append(list, v)
	}
	return list
}
