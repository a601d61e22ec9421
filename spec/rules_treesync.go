package spec

// Rules of group operations (layer 1): leaves, key packages, proposal lists, trees.
var (
	ExtensionsDistinct = rule("13.4/distinct", "13.4", "a list of extensions has no two of one type")

	LeafKeyValid             = rule("7.2/encryption-key", "7.2", "encryption_key is a public key of the group's KEM")
	LeafVersion              = rule("7.2/version", "7.2", "capabilities.versions lists the group's protocol version")
	LeafCipherSuite          = rule("7.2/cipher-suite", "7.2", "capabilities.cipher_suites lists the group's cipher suite")
	LeafOwnCredential        = rule("7.2/own-credential", "7.2", "capabilities.credentials lists the leaf's own credential type")
	LeafSignature            = rule("7.3/signature", "7.3", "the leaf's signature verifies under its signature_key")
	LeafRequiredCapabilities = rule("7.3/required-capabilities", "7.3", "the leaf's capabilities list all that required_capabilities asks for")
	LeafGroupExtensions      = rule("13.4/group-extensions", "13.4", "the leaf supports each extension in the GroupContext")
	LeafLifetime             = rule("7.3/lifetime", "7.3", "the time is within the leaf's lifetime")
	LeafExtensionsSupported  = rule("7.3/extensions", "7.3", "capabilities.extensions lists each non-default extension of the leaf")
	LeafSource               = rule("7.3/source", "7.3", "leaf_node_source fits where the leaf appears")
	LeafKeyReplaced          = rule("7.3/key-replaced", "7.3", "an Update brings another encryption_key than the leaf that it replaces")
	CredentialsSupported     = rule("7.3/credentials-supported", "7.3", "every member supports the credential type of every member")
	SignatureKeysUnique      = rule("7.3/signature-keys-unique", "7.3", "no two members have the same signature_key")
	EncryptionKeysUnique     = rule("7.3/encryption-keys-unique", "7.3", "no two members have the same encryption_key")

	KeyPackageVersion     = rule("10.1/version", "10.1", "the KeyPackage's version is the group's")
	KeyPackageCipherSuite = rule("10.1/cipher-suite", "10.1", "the KeyPackage's cipher suite is the group's")
	KeyPackageSignature   = rule("10.1/signature", "10.1", "the KeyPackage's signature verifies under its leaf's signature_key")
	KeyPackageInitKey     = rule("10.1/init-key", "10.1", "init_key is not the leaf's encryption_key")
	InitKeyValid          = rule("10/init-key-valid", "10", "init_key is a public key of the group's KEM")

	PathLeafKeyFresh = rule("12.4.2/leaf-key-fresh", "12.4.2", "the path's leaf brings another encryption_key than the committer's current leaf")
	PathKeysFresh    = rule("12.4.2/keys-fresh", "12.4.2", "no public key of the path is elsewhere in the tree or path")
	PathParentHash   = rule("7.9.2/path-parent-hash", "7.9.2", "the path's leaf has the parent hash that the path gives")

	TreeLastNode     = rule("12.4.3.3/last-node", "12.4.3.3", "the last node of a ratchet_tree is not blank")
	TreeNodePlace    = rule("12.4.3.3/node-place", "12.4.3.3", "leaves are at even places, parents at odd ones")
	UnmergedSorted   = rule("7.1/unmerged-sorted", "7.1", "unmerged_leaves is sorted, without duplicates")
	UnmergedIsMember = rule("12.4.3.1/unmerged-member", "12.4.3.1", "each unmerged leaf is a non-blank leaf below its parent")
	UnmergedBetween  = rule("12.4.3.1/unmerged-between", "12.4.3.1", "every non-blank node between an unmerged leaf and its parent lists the leaf too")
	ParentKeysUnique = rule("12.4.3.1/parent-keys-unique", "12.4.3.1", "a parent's encryption_key is in no other node")
	ParentHashValid  = rule("7.9.2/parent-hash", "7.9.2", "each parent is parent-hash valid for exactly one node below it")
)
