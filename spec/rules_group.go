package spec

// Rules of the group as a whole: joining, and Commits.
var (
	GroupInfoSignature = rule("12.4.3.1/group-info-signature", "12.4.3.1", "the GroupInfo's signature verifies under the leaf of its signer, which is not blank")
	JoinSuite          = rule("12.4.3.1/cipher-suite", "12.4.3.1", "the GroupInfo's and the Welcome's cipher suite are the KeyPackage's")
	JoinTreeHash       = rule("12.4.3.1/tree-hash", "12.4.3.1", "the tree's hash is the GroupContext's tree_hash")
	JoinLeaf           = rule("12.4.3.1/my-leaf", "12.4.3.1", "a leaf of the tree is identical to that of the joiner's KeyPackage")
	WelcomeDecrypts    = rule("12.4.3.1/decrypts", "12.4.3.1", "the group secrets and the GroupInfo of a Welcome open under the joiner's keys")
	PSKsHeld           = rule("12.4.2/psks-held", "12.4.2", "this client holds every PSK that a Commit or a Welcome names (also §12.4.3.1)")
	MessageVersion     = rule("6/version", "6", "the protocol version is mls10")
	ReInitClosed       = rule("12.4.2/reinit-closed", "12.4.2", "nothing is sent in a group in which a ReInit was committed")
	CommitFirst        = rule("12.4/commit-first", "12.4", "a member that has seen proposals commits before it sends application data")
	GroupIDUnique      = rule("12.4.3.1/group-id", "12.4.3.1", "the group_id is not that of another group of the joiner")
	ExternalPubPresent = rule("12.4.3.2/external-pub", "12.4.3.2", "the GroupInfo for an external Commit has an external_pub extension")
	ExternalInitOpens  = rule("8.3/kem-output", "8.3", "the kem_output of an ExternalInit decapsulates under the epoch's external key")
	LinkAlone          = rule("12.4.3.1/link-alone", "12.4.3.1", "at most one PSK of a Welcome has usage reinit or branch")
	LinkKnown          = rule("12.4.3.1/link-known", "12.4.3.1", "the joiner was in the group that a PSK of usage reinit or branch names")
	LinkEpoch          = rule("12.4.3.1/link-epoch", "12.4.3.1", "a group that follows another is joined at epoch 1")
	ReInitMatches      = rule("12.4.3.1/reinit", "12.4.3.1", "group_id, version, cipher_suite and extensions are those of the ReInit in the old group's last Commit")
	ReInitMembers      = rule("12.4.3.1/reinit-members", "12.4.3.1", "all members of the old group are members of the new one")
	BranchMatches      = rule("12.4.3.1/branch", "12.4.3.1", "version and cipher suite are those of the old group")
	BranchMembers      = rule("12.4.3.1/branch-members", "12.4.3.1", "the members of the new group are members of the old one")
)
