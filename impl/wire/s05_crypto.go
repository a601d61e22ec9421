package wire

// HPKECiphertext: RFC 9420 §7.6.
type HPKECiphertext struct {
	KEMOutput  []byte
	Ciphertext []byte
}

func (h *HPKECiphertext) Wire(c *Codec) {
	c.Opaque("kem_output", &h.KEMOutput)
	c.Opaque("ciphertext", &h.Ciphertext)
}

// SignContent: RFC 9420 §5.1.2.
type SignContent struct {
	Label   []byte
	Content []byte
}

func (s *SignContent) Wire(c *Codec) {
	c.Opaque("label", &s.Label)
	c.Opaque("content", &s.Content)
}

// EncryptContext: RFC 9420 §5.1.3.
type EncryptContext struct {
	Label   []byte
	Context []byte
}

func (e *EncryptContext) Wire(c *Codec) {
	c.Opaque("label", &e.Label)
	c.Opaque("context", &e.Context)
}

// RefHashInput: RFC 9420 §5.2.
type RefHashInput struct {
	Label []byte
	Value []byte
}

func (r *RefHashInput) Wire(c *Codec) {
	c.Opaque("label", &r.Label)
	c.Opaque("value", &r.Value)
}

// Certificate: RFC 9420 §5.3.
type Certificate struct{ CertData []byte }

func (d *Certificate) Wire(c *Codec) { c.Opaque("cert_data", &d.CertData) }

// Credential: RFC 9420 §5.3. The body of an unknown type has no length of its
// own, so such a credential cannot be skipped.
type Credential struct {
	Type         CredentialType
	Identity     []byte        // basic
	Certificates []Certificate // x509
}

func (d *Credential) Wire(c *Codec) {
	Uint(c, "credential_type", &d.Type)
	switch Choice(c, "credential_type", d.Type, CredentialBasic, CredentialX509) {
	case CredentialBasic:
		c.Opaque("identity", &d.Identity)
	case CredentialX509:
		Vector(c, "certificates", &d.Certificates)
	default:
		c.Fail("credential_type", "unknown credential type %d", d.Type)
	}
}

// ApplicationID is the application_id extension: RFC 9420 §5.3.3.
type ApplicationID struct{ ApplicationID []byte }

func (a *ApplicationID) Wire(c *Codec) { c.Opaque("application_id", &a.ApplicationID) }
