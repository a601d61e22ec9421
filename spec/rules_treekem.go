package spec

// Rules of key management (layer 2).
var (
	PathLength      = rule("7.6/path-length", "7.6", "the UpdatePath has one node for each node of the committer's filtered direct path")
	PathCiphertexts = rule("7.6/path-ciphertexts", "7.6", "each UpdatePathNode has one ciphertext for each node in the resolution of the copath child, leaves just added left out")
	PathDecrypts    = rule("7.5/path-decrypts", "7.5", "the path secret for this member opens under its key and the provisional GroupContext")
	PathKeysMatch   = rule("7.5/path-keys-match", "7.5", "the keys derived from a path secret are those in the UpdatePath")
)
