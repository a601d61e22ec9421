package wire

import "fmt"

// The types below are open: a value that this code has no name for decodes and
// encodes all the same, so that GREASE (RFC 9420 §13.5) passes through. Only a
// select, which cannot go on without knowing its case, refuses one.

// LeafIndex numbers the leaves from the left, from 0.
type LeafIndex = uint32

// CipherSuite: RFC 9420 §17.1.
type CipherSuite uint16

// ProtocolVersion: RFC 9420 §6.
type ProtocolVersion uint16

const ProtocolMLS10 ProtocolVersion = 1

// WireFormat: RFC 9420 §17.2.
type WireFormat uint16

const (
	WireFormatPublicMessage WireFormat = iota + 1
	WireFormatPrivateMessage
	WireFormatWelcome
	WireFormatGroupInfo
	WireFormatKeyPackage
)

// ExtensionType: RFC 9420 §17.3.
type ExtensionType uint16

const (
	ExtensionApplicationID ExtensionType = iota + 1
	ExtensionRatchetTree
	ExtensionRequiredCapabilities
	ExtensionExternalPub
	ExtensionExternalSenders
)

// ProposalType: RFC 9420 §17.4.
type ProposalType uint16

const (
	ProposalAdd ProposalType = iota + 1
	ProposalUpdate
	ProposalRemove
	ProposalPSK
	ProposalReInit
	ProposalExternalInit
	ProposalGroupContextExtensions
)

// CredentialType: RFC 9420 §17.5.
type CredentialType uint16

const (
	CredentialBasic CredentialType = iota + 1
	CredentialX509
)

// ContentType: RFC 9420 §6.
type ContentType uint8

const (
	ContentApplication ContentType = iota + 1
	ContentProposal
	ContentCommit
)

// SenderType: RFC 9420 §6.
type SenderType uint8

const (
	SenderMember SenderType = iota + 1
	SenderExternal
	SenderNewMemberProposal
	SenderNewMemberCommit
)

// LeafNodeSource: RFC 9420 §7.2.
type LeafNodeSource uint8

const (
	LeafSourceKeyPackage LeafNodeSource = iota + 1
	LeafSourceUpdate
	LeafSourceCommit
)

// NodeType: RFC 9420 §7.8.
type NodeType uint8

const (
	NodeTypeLeaf NodeType = iota + 1
	NodeTypeParent
)

// PSKType: RFC 9420 §8.4.
type PSKType uint8

const (
	PSKExternal PSKType = iota + 1
	PSKResumption
)

// ResumptionPSKUsage: RFC 9420 §8.4.
type ResumptionPSKUsage uint8

const (
	ResumptionApplication ResumptionPSKUsage = iota + 1
	ResumptionReInit
	ResumptionBranch
)

// ProposalOrRefType: RFC 9420 §12.4.
type ProposalOrRefType uint8

const (
	ProposalOrRefProposal ProposalOrRefType = iota + 1
	ProposalOrRefReference
)

// word is the RFC's word for an enum's value, or the bare number.
func word[T Integer](v T, words ...string) string {
	if v >= 1 && int(v) <= len(words) {
		return words[v-1]
	}
	return fmt.Sprintf("%d", uint64(v))
}

func (v ProtocolVersion) String() string { return word(v, "mls10") }

func (v WireFormat) String() string {
	return word(v, "mls_public_message", "mls_private_message", "mls_welcome", "mls_group_info", "mls_key_package")
}

func (v ExtensionType) String() string {
	return word(v, "application_id", "ratchet_tree", "required_capabilities", "external_pub", "external_senders")
}

func (v ProposalType) String() string {
	return word(v, "add", "update", "remove", "psk", "reinit", "external_init", "group_context_extensions")
}

func (v CredentialType) String() string { return word(v, "basic", "x509") }

func (v ContentType) String() string { return word(v, "application", "proposal", "commit") }

func (v SenderType) String() string {
	return word(v, "member", "external", "new_member_proposal", "new_member_commit")
}

func (v LeafNodeSource) String() string { return word(v, "key_package", "update", "commit") }

func (v NodeType) String() string { return word(v, "leaf", "parent") }

func (v PSKType) String() string { return word(v, "external", "resumption") }

func (v ResumptionPSKUsage) String() string { return word(v, "application", "reinit", "branch") }

func (v ProposalOrRefType) String() string { return word(v, "proposal", "reference") }
