package spec

// Rules of proposals, of lists of them, and of what is public of a path (layer 1).
var (
	RemovedIsMember = rule("12.1.3/removed", "12.1.3", "removed names a leaf that is not blank")

	PSKReInit      = rule("12.1.4/reinit", "12.1.4", "a PSK of usage reinit is used to reinitialise a group only")
	PSKBranch      = rule("12.1.4/branch", "12.1.4", "a PSK of usage branch is used to branch a group only")
	PSKNonce       = rule("12.1.4/nonce", "12.1.4", "psk_nonce has KDF.Nh bytes")
	PSKUsage       = rule("8.4/usage", "8.4", "the usage of a resumption PSK is application, reinit or branch")
	ReInitVersion  = rule("12.1.5/version", "12.1.5", "a ReInit's version is not below the group's")
	ExternalInit   = rule("12.1.6/external-commit", "12.1.6", "an ExternalInit is in an external Commit only")
	GroupSupported = rule("12.1.7/required-capabilities", "12.1.7", "every member has the capabilities that a GroupContextExtensions proposal newly requires")
	GroupExtension = rule("13.4/members-support", "13.4", "every member supports the extensions that a GroupContextExtensions proposal brings")

	ExternalSenderListed = rule("12.1.8/sender-index", "12.1.8", "an external sender is one of the GroupContext's external_senders")

	CommitterUpdates    = rule("12.2/committer-update", "12.2", "a Commit covers no Update by the committer")
	CommitterRemoved    = rule("12.2/committer-removed", "12.2", "a Commit does not remove the committer")
	OneChangePerLeaf    = rule("12.2/one-change-per-leaf", "12.2", "at most one Update or Remove applies to a leaf")
	AddsDistinctClients = rule("12.2/adds-distinct", "12.2", "no two Adds are for one client")
	AddsNewClient       = rule("12.2/add-member", "12.2", "an Add is for a client outside the group, or for one that the same Commit removes")
	PSKsDistinct        = rule("12.2/psks-distinct", "12.2", "no two PreSharedKey proposals have the same PreSharedKeyID")
	OneExtensionsChange = rule("12.2/one-group-context-extensions", "12.2", "a Commit covers at most one GroupContextExtensions proposal")
	ReInitAlone         = rule("12.2/reinit-alone", "12.2", "a ReInit stands alone in its Commit")
	NoExternalInit      = rule("12.2/no-external-init", "12.2", "a member's Commit covers no ExternalInit")
	PathRequired        = rule("12.4/path-required", "12.4", "a Commit has a path if it covers no proposal, or one of a type that requires it")
	ProposalKnown       = rule("12.4/proposal-known", "12.4", "a Commit refers only to proposals of the epoch that were received (erratum 8815)")

	ExternalInitOnce   = rule("12.2/external-init-once", "12.2", "an external Commit has exactly one ExternalInit")
	ExternalRemoveOnce = rule("12.2/external-remove-once", "12.2", "an external Commit has at most one Remove")
	ExternalOthers     = rule("12.2/external-others", "12.2", "an external Commit has no proposals but ExternalInit, Remove and PreSharedKey")
	ExternalSuccessor  = rule("12.2/external-successor", "12.2", "an external Commit removes nobody but an earlier appearance of its sender")
	ExternalByValue    = rule("12.4.3.2/by-value", "12.4.3.2", "an external Commit has no proposal by reference")
	ExternalPath       = rule("12.4.3.2/path", "12.4.3.2", "an external Commit has a path")

	PathLength      = rule("7.6/path-length", "7.6", "the UpdatePath has one node for each node of the committer's filtered direct path")
	PathCiphertexts = rule("7.6/path-ciphertexts", "7.6", "each UpdatePathNode has one ciphertext for each node in the resolution of the copath child, leaves just added left out")
)
