package wire

// Sender: RFC 9420 §6.
type Sender struct {
	Type        SenderType
	LeafIndex   LeafIndex // member
	SenderIndex uint32    // external
}

func (s *Sender) Wire(c *Codec) {
	Uint(c, "sender_type", &s.Type)
	switch Choice(c, "sender_type", s.Type, SenderMember, SenderExternal, SenderNewMemberCommit, SenderNewMemberProposal) {
	case SenderMember:
		Uint(c, "leaf_index", &s.LeafIndex)
	case SenderExternal:
		Uint(c, "sender_index", &s.SenderIndex)
	case SenderNewMemberCommit, SenderNewMemberProposal:
	default:
		c.Fail("sender_type", "unknown sender type %d", s.Type)
	}
}

// FramedContent: RFC 9420 §6.
type FramedContent struct {
	GroupID           []byte
	Epoch             uint64
	Sender            Sender
	AuthenticatedData []byte
	ContentType       ContentType
	ApplicationData   []byte    // application
	Proposal          *Proposal // proposal
	Commit            *Commit   // commit
}

func (f *FramedContent) Wire(c *Codec) {
	c.Opaque("group_id", &f.GroupID)
	Uint(c, "epoch", &f.Epoch)
	Struct(c, "sender", &f.Sender)
	c.Opaque("authenticated_data", &f.AuthenticatedData)
	Uint(c, "content_type", &f.ContentType)
	wireContent(c, f.ContentType, &f.ApplicationData, &f.Proposal, &f.Commit)
}

// wireContent is the select that FramedContent and PrivateMessageContent share.
func wireContent(c *Codec, t ContentType, data *[]byte, p **Proposal, m **Commit) {
	switch Choice(c, "content_type", t, ContentApplication, ContentProposal, ContentCommit) {
	case ContentApplication:
		c.Opaque("application_data", data)
	case ContentProposal:
		Pointer(c, "proposal", p)
	case ContentCommit:
		Pointer(c, "commit", m)
	default:
		c.Fail("content_type", "unknown content type %d", t)
	}
}

// MLSMessage: RFC 9420 §6.
type MLSMessage struct {
	Version        ProtocolVersion // always mls10: another version is another syntax
	WireFormat     WireFormat
	PublicMessage  *PublicMessage
	PrivateMessage *PrivateMessage
	Welcome        *Welcome
	GroupInfo      *GroupInfo
	KeyPackage     *KeyPackage
}

func (m *MLSMessage) Wire(c *Codec) {
	Uint(c, "version", &m.Version)
	if c.visit != describing && m.Version != ProtocolMLS10 {
		c.Fail("version", "protocol version %d, want mls10", m.Version)
	}
	Uint(c, "wire_format", &m.WireFormat)
	switch Choice(c, "wire_format", m.WireFormat, WireFormatPublicMessage, WireFormatPrivateMessage,
		WireFormatWelcome, WireFormatGroupInfo, WireFormatKeyPackage) {
	case WireFormatPublicMessage:
		Pointer(c, "public_message", &m.PublicMessage)
	case WireFormatPrivateMessage:
		Pointer(c, "private_message", &m.PrivateMessage)
	case WireFormatWelcome:
		Pointer(c, "welcome", &m.Welcome)
	case WireFormatGroupInfo:
		Pointer(c, "group_info", &m.GroupInfo)
	case WireFormatKeyPackage:
		Pointer(c, "key_package", &m.KeyPackage)
	default:
		c.Fail("wire_format", "unknown wire format %d", m.WireFormat)
	}
}

// AuthenticatedContent: RFC 9420 §6.
type AuthenticatedContent struct {
	WireFormat WireFormat
	Content    FramedContent
	Auth       FramedContentAuthData
}

func (a *AuthenticatedContent) Wire(c *Codec) {
	Uint(c, "wire_format", &a.WireFormat)
	Struct(c, "content", &a.Content)
	Struct(c, "auth", a.Auth.For(a.Content.ContentType))
}

// FramedContentTBS: RFC 9420 §6.1.
type FramedContentTBS struct {
	Version    ProtocolVersion
	WireFormat WireFormat
	Content    FramedContent
	Context    *GroupContext // member and new_member_commit
}

func (t *FramedContentTBS) Wire(c *Codec) {
	Uint(c, "version", &t.Version)
	Uint(c, "wire_format", &t.WireFormat)
	Struct(c, "content", &t.Content)
	switch Choice(c, "content.sender.sender_type", t.Content.Sender.Type,
		SenderMember, SenderNewMemberCommit, SenderExternal, SenderNewMemberProposal) {
	case SenderMember, SenderNewMemberCommit:
		Pointer(c, "context", &t.Context)
	}
}

// FramedContentAuthData: RFC 9420 §6.1. Its syntax depends on the content that it
// is for, which it does not carry itself.
type FramedContentAuthData struct {
	Signature       []byte
	ConfirmationTag []byte // commit
}

// WireAs walks the struct as it stands beside content of type t.
func (a *FramedContentAuthData) WireAs(c *Codec, t ContentType) {
	c.Opaque("signature", &a.Signature)
	switch Choice(c, "content_type", t, ContentCommit, ContentApplication, ContentProposal) {
	case ContentCommit:
		c.Opaque("confirmation_tag", &a.ConfirmationTag)
	}
}

// For binds the struct to the content type that it stands beside.
func (a *FramedContentAuthData) For(t ContentType) Wirer { return &authFor{a, t} }

type authFor struct {
	auth    *FramedContentAuthData
	content ContentType
}

func (a *authFor) Wire(c *Codec)   { a.auth.WireAs(c, a.content) }
func (a *authFor) rfcName() string { return "FramedContentAuthData" }

// PublicMessage: RFC 9420 §6.2.
type PublicMessage struct {
	Content       FramedContent
	Auth          FramedContentAuthData
	MembershipTag []byte // member
}

func (m *PublicMessage) Wire(c *Codec) {
	Struct(c, "content", &m.Content)
	Struct(c, "auth", m.Auth.For(m.Content.ContentType))
	switch Choice(c, "content.sender.sender_type", m.Content.Sender.Type,
		SenderMember, SenderExternal, SenderNewMemberCommit, SenderNewMemberProposal) {
	case SenderMember:
		c.Opaque("membership_tag", &m.MembershipTag)
	}
}

// AuthenticatedContentTBM: RFC 9420 §6.2.
type AuthenticatedContentTBM struct {
	TBS  FramedContentTBS
	Auth FramedContentAuthData
}

func (t *AuthenticatedContentTBM) Wire(c *Codec) {
	Struct(c, "content_tbs", &t.TBS)
	Struct(c, "auth", t.Auth.For(t.TBS.Content.ContentType))
}

// PrivateMessage: RFC 9420 §6.3.
type PrivateMessage struct {
	GroupID             []byte
	Epoch               uint64
	ContentType         ContentType
	AuthenticatedData   []byte
	EncryptedSenderData []byte
	Ciphertext          []byte
}

func (m *PrivateMessage) Wire(c *Codec) {
	c.Opaque("group_id", &m.GroupID)
	Uint(c, "epoch", &m.Epoch)
	Uint(c, "content_type", &m.ContentType)
	c.Opaque("authenticated_data", &m.AuthenticatedData)
	c.Opaque("encrypted_sender_data", &m.EncryptedSenderData)
	c.Opaque("ciphertext", &m.Ciphertext)
}

// PrivateMessageContent: RFC 9420 §6.3.1. ContentType comes from the
// PrivateMessage around it and must be set before decoding.
type PrivateMessageContent struct {
	ContentType     ContentType
	ApplicationData []byte
	Proposal        *Proposal
	Commit          *Commit
	Auth            FramedContentAuthData
	Padding         []byte
}

func (p *PrivateMessageContent) Wire(c *Codec) {
	wireContent(c, p.ContentType, &p.ApplicationData, &p.Proposal, &p.Commit)
	Struct(c, "auth", p.Auth.For(p.ContentType))
	c.Rest("padding", "length_of_padding", &p.Padding)
}

// PrivateContentAAD: RFC 9420 §6.3.1.
type PrivateContentAAD struct {
	GroupID           []byte
	Epoch             uint64
	ContentType       ContentType
	AuthenticatedData []byte
}

func (a *PrivateContentAAD) Wire(c *Codec) {
	c.Opaque("group_id", &a.GroupID)
	Uint(c, "epoch", &a.Epoch)
	Uint(c, "content_type", &a.ContentType)
	c.Opaque("authenticated_data", &a.AuthenticatedData)
}

// SenderData: RFC 9420 §6.3.2.
type SenderData struct {
	LeafIndex  LeafIndex
	Generation uint32
	ReuseGuard [4]byte
}

func (s *SenderData) Wire(c *Codec) {
	Uint(c, "leaf_index", &s.LeafIndex)
	Uint(c, "generation", &s.Generation)
	c.Fixed("reuse_guard", s.ReuseGuard[:])
}

// SenderDataAAD: RFC 9420 §6.3.2.
type SenderDataAAD struct {
	GroupID     []byte
	Epoch       uint64
	ContentType ContentType
}

func (a *SenderDataAAD) Wire(c *Codec) {
	c.Opaque("group_id", &a.GroupID)
	Uint(c, "epoch", &a.Epoch)
	Uint(c, "content_type", &a.ContentType)
}
