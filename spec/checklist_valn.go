package spec

var checkLeaf = []Check{
	check("valn0101", "the credential is accepted", LeafCredential, CredentialSuccessor, CredentialKind).
		because("what is accepted is the application's to say, through one interface; basic and X.509 credentials have an implementation",
			"treesync.TestCredentialRules", "credential.TestX509Rules", "credential.TestBasic"),
	check("valn0102", "the leaf's signature", LeafSignature),
	check("valn0103", "required_capabilities are met", LeafRequiredCapabilities),
	check("valn0104", "credential types are understood by all", CredentialsSupported),
	check("valn0105", "lifetime of a leaf that is sent", LeafLifetime).
		because("a sender always looks, given a clock", "treesync.TestLifetimeRule"),
	check("valn0106", "lifetime of a leaf that is received", LeafLifetime).
		because("a switch of the application's: Policy.ReceivedLifetimes", "treesync.TestLifetimeRule"),
	check("valn0107", "extensions of a leaf are in its capabilities", LeafExtensionsSupported),
	check("valn0108", "source in a KeyPackage", LeafSource),
	check("valn0109", "source and new key in an Update", LeafSource, LeafKeyReplaced),
	check("valn0110", "source in an UpdatePath", LeafSource),
	check("valn0111", "signature keys are unique", SignatureKeysUnique),
	check("valn0112", "encryption keys are unique", EncryptionKeysUnique),
	check("valn0113", "a leaf's own credential type is in its capabilities", LeafOwnCredential),
}

var checkKeyPackage = []Check{
	check("valn0201", "version and cipher suite are the group's", KeyPackageVersion, KeyPackageCipherSuite),
	check("valn0202", "the leaf is valid for a KeyPackage", LeafSource, LeafSignature).
		because("every rule of a leaf is applied, not these two only", "treesync.TestKeyPackageRules", "treesync.TestLeafRules"),
	check("valn0203", "the KeyPackage's signature", KeyPackageSignature),
	check("valn0204", "init_key is not the leaf's key", KeyPackageInitKey),
	check("valn0205", "the version is the message's", KeyPackageMessageVersion),
}

var checkProposalList = []Check{
	check("valn0301", "each proposal is valid", RemovedIsMember, PSKNonce, ReInitVersion, KeyPackageSignature, LeafSignature).
		because("each type has its own rules: see valn0501 to valn1001",
			"treesync.TestOtherProposalRules", "treesync.TestProposalListRules"),
	check("valn0302", "no Update by the committer", CommitterUpdates),
	check("valn0303", "no Remove of the committer", CommitterRemoved),
	check("valn0304", "one change per leaf", OneChangePerLeaf),
	check("valn0305", "no two Adds of one client", AddsDistinctClients),
	check("valn0306", "no Add of a member, unless removed", AddsNewClient),
	check("valn0307", "no PreSharedKeyID twice", PSKsDistinct),
	check("valn0308", "one GroupContextExtensions at most", OneExtensionsChange),
	check("valn0309", "a ReInit is alone", ReInitAlone),
	check("valn0310", "no ExternalInit", NoExternalInit),
	check("valn0311", "proposal types that some member does not support").
		because("only the types of RFC 9420 decode, and these all members support: a proposal of another type is malformed syntax",
			"wire.TestMalformed", "wire.TestNoEncoding"),
	check("valn0312", "the tree that results is valid", CredentialsSupported, SignatureKeysUnique, EncryptionKeysUnique, ParentKeysUnique).
		because("leaves by themselves were checked when they came; what is left is how they go together",
			"treesync.TestProposalListRules", "treesync.TestCensusAgainstCount"),
}

var checkExternalCommit = []Check{
	check("valn0401", "exactly one ExternalInit", ExternalInitOnce),
	check("valn0402", "one Remove at most, of oneself", ExternalRemoveOnce, ExternalSuccessor, PathLeafKeyFresh),
	check("valn0403", "any number of PSKs", PSKsDistinct, PSKNonce).
		because("that PSKs may be there is no rule; that the list is otherwise valid is", "treesync.TestExternalCommitRules"),
	check("valn0404", "nothing else", ExternalOthers),
	check("valn0405", "a path, and the leftmost free leaf", ExternalPath).
		because("the leaf is not sent: both sides compute it", "group.TestExternalJoin", "group.TestResync"),
	check("valn0406", "nothing by reference", ExternalByValue),
	check("valn0407", "signed by the key in the path", ContentSignature).
		because("whose key it is depends on the sender's type", "treesync.TestSenderKey"),
	check("valn0408", "sender type new_member_commit", NewMemberCommit, ExternalInit),
}

var checkProposals = []Check{
	check("valn0501", "Add: the KeyPackage is valid", KeyPackageVersion, KeyPackageCipherSuite, KeyPackageSignature, KeyPackageInitKey, InitKeyValid).
		because("and every rule of its leaf", "treesync.TestProposalListRules", "treesync.TestKeyPackageRules"),
	check("valn0502", "Add: the leaf supports the GroupContext's extensions", LeafGroupExtensions),
	check("valn0601", "Update: the leaf is valid", LeafSource, LeafKeyReplaced, LeafSignature).
		because("and every other rule of a leaf", "treesync.TestLeafRules"),
	check("valn0602", "Update: the leaf supports the GroupContext's extensions", LeafGroupExtensions),
	check("valn0701", "Remove: of a member", RemovedIsMember),
	check("valn0801", "PSK: usage reinit in a reinitialisation only", PSKReInit),
	check("valn0802", "PSK: usage branch in a branch only", PSKBranch),
	check("valn0803", "PSK: length of the nonce", PSKNonce),
	check("valn0901", "ReInit: version not below the group's", ReInitVersion),
	check("valn1001", "GroupContextExtensions: all members can", GroupSupported, GroupExtension),
	check("valn1101", "UpdatePath: nodes and ciphertexts", PathLength, PathCiphertexts),
}

var checkCommit = []Check{
	check("valn1201", "the current epoch", SameEpoch),
	check("valn1202", "the membership MAC", MembershipTag),
	check("valn1203", "the signature", ContentSignature),
	check("valn1204", "the list of proposals", CommitterUpdates, CommitterRemoved, OneChangePerLeaf, AddsDistinctClients,
		AddsNewClient, PSKsDistinct, OneExtensionsChange, ReInitAlone, NoExternalInit).
		because("a member that receives a Commit plans it as its committer did", "group.TestCommitRules"),
	check("valn1205", "the PSKs are held", PSKsHeld),
	check("valn1206", "a path where one is required", PathRequired),
	check("valn1207", "the path's leaf is valid", LeafSource, LeafSignature).
		because("and every other rule of a leaf", "treesync.TestPathRules"),
	check("valn1208", "the path's leaf has a new key", PathLeafKeyFresh),
	check("valn1209", "the path's keys are new to the tree", PathKeysFresh),
	check("valn1210", "the path's leaf supports the GroupContext's extensions", LeafGroupExtensions),
}

var checkFraming = []Check{
	check("valn1301", "the key that the sender's type names", SenderIsMember, ExternalSenderListed, ContentSignature).
		because("one function says whose key it is", "treesync.TestSenderKey"),
	check("valn1302", "PublicMessage: tag and signature", MembershipTag, ContentSignature),
	check("valn1303", "PrivateMessage: padding is zero", PaddingZero).
		because("of handshakes too, which may be padded", "treedem.TestPaddedHandshakes"),
	check("valn1304", "PrivateMessage: the signature", ContentSignature),
	check("valn1305", "PrivateMessage: from a member", PrivateSenderMember).
		because("SenderData has no sender type, so that there is nothing to check on receipt; no other content can be made private",
			"treedem.TestOutsiderPublicRule"),
	check("valn1306", "SenderData names a member", SenderIsMember),
	check("valn1307", "a proposal is verified before it is kept", SameEpoch, ContentSignature).
		because("only what was verified gets as far as being kept", "group.TestProposalsByReference"),
}

var checkWelcome = []Check{
	check("valn1401", "the PSKs are held, one link at most", PSKsHeld, LinkAlone),
	check("valn1402", "the GroupInfo's signature", GroupInfoSignature),
	check("valn1403", "the group_id is new to the client", GroupIDUnique),
	check("valn1404", "one cipher suite", JoinSuite),
	check("valn1405", "the tree hash", JoinTreeHash),
	check("valn1406", "parent hashes", ParentHashValid),
	check("valn1407", "every leaf is valid", LeafSignature, LeafVersion, LeafCipherSuite, LeafOwnCredential).
		because("and every other rule of a leaf", "treesync.TestTreeRules", "group.TestJoinRules"),
	check("valn1408", "unmerged leaves are members below", UnmergedIsMember),
	check("valn1409", "unmerged leaves are listed all the way", UnmergedBetween),
	check("valn1410", "parents' keys are unique", ParentKeysUnique),
	check("valn1411", "the confirmation tag", ConfirmationTag),
	check("valn1412", "a group that follows another is at epoch 1", LinkEpoch),
	check("valn1413", "it is the one that the ReInit announced", ReInitMatches, ReInitMembers),
	check("valn1414", "it is a branch of the old one", BranchMatches, BranchMembers),
	check("valn1415", "the joiner supports the GroupContext's extensions", ClientSupportsGroup),
}

var checkOutside = []Check{
	check("valn1501", "an external sender proposes only", ExternalProposal),
	check("valn1502", "and five types only", ExternalProposalType),
	check("valn1503", "a new_member_proposal is a proposal", NewMemberProposal),
	check("valn1504", "and is an Add that its client signed", NewMemberAdd, ContentSignature),
	check("valn1601", "extensions of a LeafNode", ExtensionPlace),
	check("valn1602", "extensions of a GroupInfo", ExtensionPlace),
	check("valn1603", "extensions of a GroupContext", ExtensionPlace),
	check("valn1604", "extensions of a KeyPackage", ExtensionPlace),
}
