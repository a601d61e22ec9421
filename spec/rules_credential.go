package spec

// Rules of credentials, as the implementation's own checks of them apply them.
var (
	X509EndEntity    = rule("5.3/end-entity", "5.3", "an X.509 credential has at least the end-entity certificate")
	X509DER          = rule("5.3/certificate", "5.3", "each entry of an X.509 credential is one DER-encoded certificate")
	X509SignatureKey = rule("5.3/signature-key", "5.3", "the end-entity certificate's public key is the leaf's signature_key")
	X509Order        = rule("5.3/order", "5.3", "each certificate of the chain signs the one before it")
	X509Path         = rule("5.3.1/x509-path", "5.3.1", "the chain leads from the end-entity certificate to a trusted root, at this time")
	CredentialKind   = rule("5.3.1/credential-type", "5.3.1", "the credential is of a type that the client can validate")
	BasicKey         = rule("5.3.1/basic-key", "5.3.1", "a basic credential's identity is known, with this signature_key")
	IdentityKept     = rule("5.3.1/identity-kept", "5.3.1", "a new credential presents an identity of the old one")
)
