package wire

// Proposal: RFC 9420 §12.1. An unknown type has no length of its own, so such a
// proposal cannot be skipped.
type Proposal struct {
	Type                   ProposalType
	Add                    *Add
	Update                 *Update
	Remove                 *Remove
	PreSharedKey           *PreSharedKey
	ReInit                 *ReInit
	ExternalInit           *ExternalInit
	GroupContextExtensions *GroupContextExtensions
}

func (p *Proposal) Wire(c *Codec) {
	Uint(c, "proposal_type", &p.Type)
	switch Choice(c, "proposal_type", p.Type, ProposalAdd, ProposalUpdate, ProposalRemove, ProposalPSK,
		ProposalReInit, ProposalExternalInit, ProposalGroupContextExtensions) {
	case ProposalAdd:
		Pointer(c, "add", &p.Add)
	case ProposalUpdate:
		Pointer(c, "update", &p.Update)
	case ProposalRemove:
		Pointer(c, "remove", &p.Remove)
	case ProposalPSK:
		Pointer(c, "psk", &p.PreSharedKey)
	case ProposalReInit:
		Pointer(c, "reinit", &p.ReInit)
	case ProposalExternalInit:
		Pointer(c, "external_init", &p.ExternalInit)
	case ProposalGroupContextExtensions:
		Pointer(c, "group_context_extensions", &p.GroupContextExtensions)
	default:
		c.Fail("proposal_type", "unknown proposal type %d", p.Type)
	}
}

// Add: RFC 9420 §12.1.1.
type Add struct{ KeyPackage KeyPackage }

func (a *Add) Wire(c *Codec) { Struct(c, "key_package", &a.KeyPackage) }

// Update: RFC 9420 §12.1.2.
type Update struct{ LeafNode LeafNode }

func (u *Update) Wire(c *Codec) { Struct(c, "leaf_node", &u.LeafNode) }

// Remove: RFC 9420 §12.1.3.
type Remove struct{ Removed LeafIndex }

func (r *Remove) Wire(c *Codec) { Uint(c, "removed", &r.Removed) }

// PreSharedKey: RFC 9420 §12.1.4.
type PreSharedKey struct{ PSK PreSharedKeyID }

func (p *PreSharedKey) Wire(c *Codec) { Struct(c, "psk", &p.PSK) }

// ReInit: RFC 9420 §12.1.5.
type ReInit struct {
	GroupID     []byte
	Version     ProtocolVersion
	CipherSuite CipherSuite
	Extensions  []Extension
}

func (r *ReInit) Wire(c *Codec) {
	c.Opaque("group_id", &r.GroupID)
	Uint(c, "version", &r.Version)
	Uint(c, "cipher_suite", &r.CipherSuite)
	Vector(c, "extensions", &r.Extensions)
}

// ExternalInit: RFC 9420 §12.1.6.
type ExternalInit struct{ KEMOutput []byte }

func (e *ExternalInit) Wire(c *Codec) { c.Opaque("kem_output", &e.KEMOutput) }

// GroupContextExtensions: RFC 9420 §12.1.7.
type GroupContextExtensions struct{ Extensions []Extension }

func (g *GroupContextExtensions) Wire(c *Codec) { Vector(c, "extensions", &g.Extensions) }

// ExternalSender: RFC 9420 §12.1.8.1.
type ExternalSender struct {
	SignatureKey []byte
	Credential   Credential
}

func (s *ExternalSender) Wire(c *Codec) {
	c.Opaque("signature_key", &s.SignatureKey)
	Struct(c, "credential", &s.Credential)
}

// ExternalSenders is the external_senders extension: RFC 9420 §12.1.8.1.
type ExternalSenders struct{ Senders []ExternalSender }

func (s *ExternalSenders) Wire(c *Codec) { Vector(c, "external_senders", &s.Senders) }
