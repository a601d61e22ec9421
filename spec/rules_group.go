package spec

// Rules of the group as a whole: joining, and Commits.
var (
	ProposalKnown      = rule("12.4/proposal-known", "12.4", "a Commit refers only to proposals of the epoch that were received (erratum 8815)")
	GroupInfoSignature = rule("12.4.3.1/group-info-signature", "12.4.3.1", "the GroupInfo's signature verifies under the leaf of its signer, which is not blank")
	JoinSuite          = rule("12.4.3.1/cipher-suite", "12.4.3.1", "the GroupInfo's and the Welcome's cipher suite are the KeyPackage's")
	JoinTreeHash       = rule("12.4.3.1/tree-hash", "12.4.3.1", "the tree's hash is the GroupContext's tree_hash")
	JoinLeaf           = rule("12.4.3.1/my-leaf", "12.4.3.1", "a leaf of the tree is identical to that of the joiner's KeyPackage")
	WelcomeDecrypts    = rule("12.4.3.1/decrypts", "12.4.3.1", "the group secrets and the GroupInfo of a Welcome open under the joiner's keys")
	WelcomePSKs        = rule("12.4.3.1/psks-held", "12.4.3.1", "the joiner holds every PSK that the Welcome names")
)
