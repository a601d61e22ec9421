package wire

// ParentNode: RFC 9420 §7.1.
type ParentNode struct {
	EncryptionKey  []byte
	ParentHash     []byte
	UnmergedLeaves []LeafIndex
}

func (n *ParentNode) Wire(c *Codec) {
	c.Opaque("encryption_key", &n.EncryptionKey)
	c.Opaque("parent_hash", &n.ParentHash)
	Uints(c, "unmerged_leaves", &n.UnmergedLeaves)
}

// Capabilities: RFC 9420 §7.2.
type Capabilities struct {
	Versions     []ProtocolVersion
	CipherSuites []CipherSuite
	Extensions   []ExtensionType
	Proposals    []ProposalType
	Credentials  []CredentialType
}

func (k *Capabilities) Wire(c *Codec) {
	Uints(c, "versions", &k.Versions)
	Uints(c, "cipher_suites", &k.CipherSuites)
	Uints(c, "extensions", &k.Extensions)
	Uints(c, "proposals", &k.Proposals)
	Uints(c, "credentials", &k.Credentials)
}

// Lifetime: RFC 9420 §7.2, in seconds since 1970.
type Lifetime struct {
	NotBefore uint64
	NotAfter  uint64
}

func (l *Lifetime) Wire(c *Codec) {
	Uint(c, "not_before", &l.NotBefore)
	Uint(c, "not_after", &l.NotAfter)
}

// Extension: RFC 9420 §7.2.
type Extension struct {
	Type ExtensionType
	Data []byte
}

func (e *Extension) Wire(c *Codec) {
	Uint(c, "extension_type", &e.Type)
	c.Opaque("extension_data", &e.Data)
}

// LeafNode: RFC 9420 §7.2.
type LeafNode struct {
	EncryptionKey []byte
	SignatureKey  []byte
	Credential    Credential
	Capabilities  Capabilities
	Source        LeafNodeSource
	Lifetime      Lifetime // key_package
	ParentHash    []byte   // commit
	Extensions    []Extension
	Signature     []byte
}

func (n *LeafNode) Wire(c *Codec) {
	n.wireSigned(c)
	c.Opaque("signature", &n.Signature)
}

// wireSigned walks the fields that LeafNode and LeafNodeTBS share.
func (n *LeafNode) wireSigned(c *Codec) {
	c.Opaque("encryption_key", &n.EncryptionKey)
	c.Opaque("signature_key", &n.SignatureKey)
	Struct(c, "credential", &n.Credential)
	Struct(c, "capabilities", &n.Capabilities)
	Uint(c, "leaf_node_source", &n.Source)
	switch Choice(c, "leaf_node_source", n.Source, LeafSourceKeyPackage, LeafSourceUpdate, LeafSourceCommit) {
	case LeafSourceKeyPackage:
		Struct(c, "lifetime", &n.Lifetime)
	case LeafSourceUpdate:
	case LeafSourceCommit:
		c.Opaque("parent_hash", &n.ParentHash)
	default:
		c.Fail("leaf_node_source", "unknown source %d", n.Source)
	}
	Vector(c, "extensions", &n.Extensions)
}

// LeafNodeTBS: RFC 9420 §7.2. The last two fields are there for the sources
// update and commit only.
type LeafNodeTBS struct {
	LeafNode  *LeafNode // all but its signature
	GroupID   []byte
	LeafIndex LeafIndex
}

func (t *LeafNodeTBS) Wire(c *Codec) {
	if t.LeafNode == nil {
		t.LeafNode = new(LeafNode)
	}
	t.LeafNode.wireSigned(c)
	switch Choice(c, "leaf_node_source", t.LeafNode.Source, LeafSourceKeyPackage, LeafSourceUpdate, LeafSourceCommit) {
	case LeafSourceUpdate, LeafSourceCommit:
		c.Opaque("group_id", &t.GroupID)
		Uint(c, "leaf_index", &t.LeafIndex)
	}
}

// UpdatePathNode: RFC 9420 §7.6.
type UpdatePathNode struct {
	EncryptionKey       []byte
	EncryptedPathSecret []HPKECiphertext
}

func (n *UpdatePathNode) Wire(c *Codec) {
	c.Opaque("encryption_key", &n.EncryptionKey)
	Vector(c, "encrypted_path_secret", &n.EncryptedPathSecret)
}

// UpdatePath: RFC 9420 §7.6.
type UpdatePath struct {
	LeafNode LeafNode
	Nodes    []UpdatePathNode
}

func (p *UpdatePath) Wire(c *Codec) {
	Struct(c, "leaf_node", &p.LeafNode)
	Vector(c, "nodes", &p.Nodes)
}

// TreeHashInput: RFC 9420 §7.8.
type TreeHashInput struct {
	NodeType   NodeType
	LeafNode   *LeafNodeHashInput
	ParentNode *ParentNodeHashInput
}

func (t *TreeHashInput) Wire(c *Codec) {
	Uint(c, "node_type", &t.NodeType)
	switch Choice(c, "node_type", t.NodeType, NodeTypeLeaf, NodeTypeParent) {
	case NodeTypeLeaf:
		Pointer(c, "leaf_node", &t.LeafNode)
	case NodeTypeParent:
		Pointer(c, "parent_node", &t.ParentNode)
	default:
		c.Fail("node_type", "unknown node type %d", t.NodeType)
	}
}

// LeafNodeHashInput: RFC 9420 §7.8.
type LeafNodeHashInput struct {
	LeafIndex LeafIndex
	LeafNode  *LeafNode // nil: blank
}

func (h *LeafNodeHashInput) Wire(c *Codec) {
	Uint(c, "leaf_index", &h.LeafIndex)
	Optional(c, "leaf_node", &h.LeafNode)
}

// ParentNodeHashInput: RFC 9420 §7.8.
type ParentNodeHashInput struct {
	ParentNode *ParentNode // nil: blank
	LeftHash   []byte
	RightHash  []byte
}

func (h *ParentNodeHashInput) Wire(c *Codec) {
	Optional(c, "parent_node", &h.ParentNode)
	c.Opaque("left_hash", &h.LeftHash)
	c.Opaque("right_hash", &h.RightHash)
}

// ParentHashInput: RFC 9420 §7.9.
type ParentHashInput struct {
	EncryptionKey           []byte
	ParentHash              []byte
	OriginalSiblingTreeHash []byte
}

func (h *ParentHashInput) Wire(c *Codec) {
	c.Opaque("encryption_key", &h.EncryptionKey)
	c.Opaque("parent_hash", &h.ParentHash)
	c.Opaque("original_sibling_tree_hash", &h.OriginalSiblingTreeHash)
}
