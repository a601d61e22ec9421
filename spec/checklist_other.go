package spec

// What the checksets leave out.
var checkOthers = []Check{
	check("X01", "presence octets").
		because("syntax: the codec knows 0 and 1", "wire.TestMalformed"),
	check("X02", "lengths of vectors").
		because("syntax: the codec refuses the prefix 11 and every length that is not the shortest, and writes no other",
			"wire.TestMalformed", "wire.TestLengthBoundaries", "wire.TestOneEncoding"),
	check("X03", "trailing bytes").
		because("syntax: an object is decoded to its last byte, and so is the content of an extension that is known",
			"wire.TestMalformed", "treesync.TestExtensionTrailingBytes", "treedem.TestInsideIsStrict"),
	check("X04", "NIST keys are uncompressed", SignatureKeyValid).
		because("and those made here are", "suite.TestUncompressedSignatureKeys"),
	check("X05", "X.509 chains", X509EndEntity, X509DER, X509SignatureKey, X509Order, X509Path),
	check("X06", "application data is private", ApplicationPrivate),
	check("X07", "tags are where they belong", MembershipTag, ConfirmationTag).
		because("where a tag stands is syntax; how long it must be, the comparison says", "treedem.TestTagsAreSyntax"),
	check("X08", "no key and nonce twice", GenerationsLeft).
		because("a sender's conduct: a fresh reuse guard, the next generation, and nothing at all from a state that was loaded",
			"treedem.TestReuseGuardIsFresh", "group.TestLoadedTwice"),
	check("X09", "ratchets have bounds", ForwardBound, GenerationOnce),
	check("X10", "unmerged leaves are sorted", UnmergedSorted),
	check("X11", "capabilities are complete and without defaults", LeafVersion, LeafCipherSuite, LeafExtensionsSupported,
		DefaultsUnlisted, CapabilitiesComplete, CapabilitiesHonest).
		because("unknown values decode and are ignored", "wire.TestUnknownEnumValuesSurvive", "treesync.TestLeafRules"),
	check("X12", "a bound on lifetimes", LeafMaxLifetime),
	check("X13", "the context of path secrets", PathDecrypts),
	check("X14", "the path's parent hash", PathParentHash),
	check("X15", "path secrets give the path's keys", PathKeysMatch),
	check("X16", "the order of PSKs").
		because("another order gives another secret, so that the confirmation tag or the AEAD refuses it",
			"treekem.TestOrderOfPSKs", "group.TestPSKs"),
	check("X17", "what is consumed is gone").
		because("a member's conduct, with its own state as the witness",
			"treedem.TestDeletionSchedule", "treedem.TestLoadedSecretsGo", "treedem.TestRatchetsAgainstModel"),
	check("X18", "init keys are used once", InitKeysUnique).
		because("the store drops a KeyPackage when it has been used, unless it is one of last resort", "group.TestKeyPackageStore"),
	check("X19", "a reinitialised group is silent", ReInitClosed),
	check("X20", "ExternalInit in its place, and it opens", ExternalInit, ExternalInitOpens),
	check("X21", "proposals from outside are public, from listed senders", OutsiderPublic, ExternalSenderListed),
	check("X22", "the order in which proposals apply").
		because("the order is by type, whatever the list's; new extensions govern the rest",
			"treesync.TestApplyOrder", "treesync.TestNewExtensionsGovern"),
	check("X23", "commit before sending", CommitFirst),
	check("X24", "a joiner's path secret", PathKeysMatch).
		because("it belongs to the lowest common ancestor with the committer that is not blank", "group.TestJoinRules", "group.TestLifeOfAGroup"),
	check("X25", "a Welcome's entries").
		because("found by KeyPackageRef; those for others are passed over", "group.TestWelcomeIsRefused", "group.TestKeyPackageStore"),
	check("X26", "the form of a ratchet_tree", TreeLastNode, TreeNodePlace),
	check("X27", "lists of extensions", ExtensionsDistinct, ClientSupportsGroup).
		because("an unknown one in a KeyPackage or GroupInfo is ignored", "treesync.TestExtensionPlaces", "vectors.TestOthersKeyPackages"),
	check("X28", "GREASE", GreaseNotSent).
		because("a receiver has no rule of its own for it", "treesync.TestGrease", "treesync.TestGreaseInGroupContext", "group.TestGreaseAndPadding"),
	check("X29", "a Commit changes nothing before it is accepted").
		because("a committer's conduct: the Commit is pending, and its Welcome comes out with Accept only", "group.TestPendingCommit"),
	check("X30", "the AEAD's limits", AEADUsage, AEADSize),
	check("X31", "all keys of a tree differ", EncryptionKeysUnique, SignatureKeysUnique, ParentKeysUnique, PathKeysFresh),
}
