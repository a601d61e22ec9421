package wire

// KDFLabel: RFC 9420 §8.
type KDFLabel struct {
	Length  uint16
	Label   []byte
	Context []byte
}

func (k *KDFLabel) Wire(c *Codec) {
	Uint(c, "length", &k.Length)
	c.Opaque("label", &k.Label)
	c.Opaque("context", &k.Context)
}

// GroupContext: RFC 9420 §8.1.
type GroupContext struct {
	Version                 ProtocolVersion
	CipherSuite             CipherSuite
	GroupID                 []byte
	Epoch                   uint64
	TreeHash                []byte
	ConfirmedTranscriptHash []byte
	Extensions              []Extension
}

func (g *GroupContext) Wire(c *Codec) {
	Uint(c, "version", &g.Version)
	Uint(c, "cipher_suite", &g.CipherSuite)
	c.Opaque("group_id", &g.GroupID)
	Uint(c, "epoch", &g.Epoch)
	c.Opaque("tree_hash", &g.TreeHash)
	c.Opaque("confirmed_transcript_hash", &g.ConfirmedTranscriptHash)
	Vector(c, "extensions", &g.Extensions)
}

// ConfirmedTranscriptHashInput: RFC 9420 §8.2.
type ConfirmedTranscriptHashInput struct {
	WireFormat WireFormat
	Content    FramedContent
	Signature  []byte
}

func (h *ConfirmedTranscriptHashInput) Wire(c *Codec) {
	Uint(c, "wire_format", &h.WireFormat)
	Struct(c, "content", &h.Content)
	c.Opaque("signature", &h.Signature)
}

// InterimTranscriptHashInput: RFC 9420 §8.2.
type InterimTranscriptHashInput struct{ ConfirmationTag []byte }

func (h *InterimTranscriptHashInput) Wire(c *Codec) {
	c.Opaque("confirmation_tag", &h.ConfirmationTag)
}

// PreSharedKeyID: RFC 9420 §8.4.
type PreSharedKeyID struct {
	PSKType    PSKType
	PSKID      []byte             // external
	Usage      ResumptionPSKUsage // resumption
	PSKGroupID []byte             // resumption
	PSKEpoch   uint64             // resumption
	PSKNonce   []byte
}

func (p *PreSharedKeyID) Wire(c *Codec) {
	Uint(c, "psktype", &p.PSKType)
	switch Choice(c, "psktype", p.PSKType, PSKExternal, PSKResumption) {
	case PSKExternal:
		c.Opaque("psk_id", &p.PSKID)
	case PSKResumption:
		Uint(c, "usage", &p.Usage)
		c.Opaque("psk_group_id", &p.PSKGroupID)
		Uint(c, "psk_epoch", &p.PSKEpoch)
	default:
		c.Fail("psktype", "unknown PSK type %d", p.PSKType)
	}
	c.Opaque("psk_nonce", &p.PSKNonce)
}

// PSKLabel: RFC 9420 §8.4.
type PSKLabel struct {
	ID    PreSharedKeyID
	Index uint16
	Count uint16
}

func (p *PSKLabel) Wire(c *Codec) {
	Struct(c, "id", &p.ID)
	Uint(c, "index", &p.Index)
	Uint(c, "count", &p.Count)
}
