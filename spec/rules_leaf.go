package spec

// Rules of what a client puts into leaves, KeyPackages and extensions (layer 1),
// and of what it asks the Authentication Service.
var (
	SignatureKeyValid        = rule("5.1.1/signature-key", "5.1.1", "a signature_key has the format of the cipher suite's signature scheme: for ECDSA an uncompressed point")
	LeafCredential           = rule("7.3/credential", "7.3", "the leaf's credential is valid for its signature_key, as the Authentication Service says")
	CredentialSuccessor      = rule("5.3.1/successor", "5.3.1", "a member's new credential may follow its old one, as the Authentication Service says")
	ExternalSenderCredential = rule("5.3.1/external-sender", "5.3.1", "the credential of each external sender is valid for its signature_key")
	LeafMaxLifetime          = rule("7.2/max-lifetime", "7.2", "the leaf's total lifetime is no longer than the application accepts")
	ExtensionPlace           = rule("17.3/place", "17.3", "an extension that RFC 9420 defines appears only where the registry says that it may")

	DefaultsUnlisted     = rule("7.2/defaults-unlisted", "7.2", "a client lists no default type in its capabilities")
	CapabilitiesComplete = rule("7.2/complete", "7.2", "a client lists every version, cipher suite and credential type that it supports")
	CapabilitiesHonest   = rule("13.4/advertised", "13.4", "a client supports all that its capabilities list, but for GREASE")
	ClientSupportsGroup  = rule("13.4/client-supports", "13.4", "a client joins only if it supports every extension in the GroupContext")
	GreaseNotSent        = rule("13.5/group-context", "13.5", "a client puts no GREASE value into a GroupContext")

	KeyPackageMessageVersion   = rule("10/message-version", "10", "a KeyPackage's version is that of the MLSMessage that carries it")
	KeyPackageExtensionsListed = rule("10/extensions", "10", "a client lists the extensions of its KeyPackage in its leaf's capabilities")
	InitKeysUnique             = rule("10/init-key-unique", "10", "no two KeyPackages of one client have the same init_key")
)
