package spec

// Rules of key management (layer 2).
var (
	PathSecretSize = rule("7.4/path-secret-size", "7.4", "a path secret has KDF.Nh bytes")
	PathDecrypts   = rule("7.5/path-decrypts", "7.5", "the path secret for this member opens under its key and the provisional GroupContext")
	PathKeysMatch  = rule("7.5/path-keys-match", "7.5", "the keys derived from a path secret are those in the UpdatePath")
)
