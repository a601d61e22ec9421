package wire

// ProposalOrRef: RFC 9420 §12.4.
type ProposalOrRef struct {
	Type      ProposalOrRefType
	Proposal  *Proposal
	Reference []byte
}

func (p *ProposalOrRef) Wire(c *Codec) {
	Uint(c, "type", &p.Type)
	switch Choice(c, "type", p.Type, ProposalOrRefProposal, ProposalOrRefReference) {
	case ProposalOrRefProposal:
		Pointer(c, "proposal", &p.Proposal)
	case ProposalOrRefReference:
		c.Opaque("reference", &p.Reference)
	default:
		c.Fail("type", "unknown type %d, want proposal or reference", p.Type)
	}
}

// Commit: RFC 9420 §12.4.
type Commit struct {
	Proposals []ProposalOrRef
	Path      *UpdatePath
}

func (m *Commit) Wire(c *Codec) {
	Vector(c, "proposals", &m.Proposals)
	Optional(c, "path", &m.Path)
}

// GroupInfo: RFC 9420 §12.4.3.
type GroupInfo struct {
	GroupContext    GroupContext
	Extensions      []Extension
	ConfirmationTag []byte
	Signer          LeafIndex
	Signature       []byte
}

func (g *GroupInfo) Wire(c *Codec) {
	g.wireSigned(c)
	c.Opaque("signature", &g.Signature)
}

// wireSigned walks the fields that GroupInfo and GroupInfoTBS share.
func (g *GroupInfo) wireSigned(c *Codec) {
	Struct(c, "group_context", &g.GroupContext)
	Vector(c, "extensions", &g.Extensions)
	c.Opaque("confirmation_tag", &g.ConfirmationTag)
	Uint(c, "signer", &g.Signer)
}

// GroupInfoTBS: RFC 9420 §12.4.3.
type GroupInfoTBS struct{ GroupInfo *GroupInfo } // all but its signature

func (t *GroupInfoTBS) Wire(c *Codec) {
	if t.GroupInfo == nil {
		t.GroupInfo = new(GroupInfo)
	}
	t.GroupInfo.wireSigned(c)
}

// PathSecret: RFC 9420 §12.4.3.1.
type PathSecret struct{ PathSecret []byte }

func (p *PathSecret) Wire(c *Codec) { c.Opaque("path_secret", &p.PathSecret) }

// GroupSecrets: RFC 9420 §12.4.3.1.
type GroupSecrets struct {
	JoinerSecret []byte
	PathSecret   *PathSecret
	PSKs         []PreSharedKeyID
}

func (g *GroupSecrets) Wire(c *Codec) {
	c.Opaque("joiner_secret", &g.JoinerSecret)
	Optional(c, "path_secret", &g.PathSecret)
	Vector(c, "psks", &g.PSKs)
}

// EncryptedGroupSecrets: RFC 9420 §12.4.3.1.
type EncryptedGroupSecrets struct {
	NewMember             []byte // a KeyPackageRef
	EncryptedGroupSecrets HPKECiphertext
}

func (e *EncryptedGroupSecrets) Wire(c *Codec) {
	c.Opaque("new_member", &e.NewMember)
	Struct(c, "encrypted_group_secrets", &e.EncryptedGroupSecrets)
}

// Welcome: RFC 9420 §12.4.3.1.
type Welcome struct {
	CipherSuite        CipherSuite
	Secrets            []EncryptedGroupSecrets
	EncryptedGroupInfo []byte
}

func (w *Welcome) Wire(c *Codec) {
	Uint(c, "cipher_suite", &w.CipherSuite)
	Vector(c, "secrets", &w.Secrets)
	c.Opaque("encrypted_group_info", &w.EncryptedGroupInfo)
}

// ExternalPub is the external_pub extension: RFC 9420 §12.4.3.2.
type ExternalPub struct{ ExternalPub []byte }

func (e *ExternalPub) Wire(c *Codec) { c.Opaque("external_pub", &e.ExternalPub) }

// Node: RFC 9420 §12.4.3.3.
type Node struct {
	Type   NodeType
	Leaf   *LeafNode
	Parent *ParentNode
}

func (n *Node) Wire(c *Codec) {
	Uint(c, "node_type", &n.Type)
	switch Choice(c, "node_type", n.Type, NodeTypeLeaf, NodeTypeParent) {
	case NodeTypeLeaf:
		Pointer(c, "leaf_node", &n.Leaf)
	case NodeTypeParent:
		Pointer(c, "parent_node", &n.Parent)
	default:
		c.Fail("node_type", "unknown node type %d", n.Type)
	}
}

// RatchetTree is the ratchet_tree extension: RFC 9420 §12.4.3.3. A nil entry is a
// blank node.
type RatchetTree struct{ Nodes []*Node }

func (r *RatchetTree) Wire(c *Codec) { Optionals(c, "ratchet_tree", &r.Nodes) }
