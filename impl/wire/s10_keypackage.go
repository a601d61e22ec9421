package wire

// KeyPackage: RFC 9420 §10.
type KeyPackage struct {
	Version     ProtocolVersion
	CipherSuite CipherSuite
	InitKey     []byte
	LeafNode    LeafNode
	Extensions  []Extension
	Signature   []byte
}

func (k *KeyPackage) Wire(c *Codec) {
	k.wireSigned(c)
	c.Opaque("signature", &k.Signature)
}

// wireSigned walks the fields that KeyPackage and KeyPackageTBS share.
func (k *KeyPackage) wireSigned(c *Codec) {
	Uint(c, "version", &k.Version)
	Uint(c, "cipher_suite", &k.CipherSuite)
	c.Opaque("init_key", &k.InitKey)
	Struct(c, "leaf_node", &k.LeafNode)
	Vector(c, "extensions", &k.Extensions)
}

// KeyPackageTBS: RFC 9420 §10.
type KeyPackageTBS struct{ KeyPackage *KeyPackage } // all but its signature

func (t *KeyPackageTBS) Wire(c *Codec) {
	if t.KeyPackage == nil {
		t.KeyPackage = new(KeyPackage)
	}
	t.KeyPackage.wireSigned(c)
}

// RequiredCapabilities: RFC 9420 §11.1.
type RequiredCapabilities struct {
	ExtensionTypes  []ExtensionType
	ProposalTypes   []ProposalType
	CredentialTypes []CredentialType
}

func (r *RequiredCapabilities) Wire(c *Codec) {
	Uints(c, "extension_types", &r.ExtensionTypes)
	Uints(c, "proposal_types", &r.ProposalTypes)
	Uints(c, "credential_types", &r.CredentialTypes)
}
