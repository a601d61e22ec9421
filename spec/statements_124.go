package spec

// rulesOfTheList are those of §12.2, for a member's Commit and for an external one.
var rulesOfTheList = []*Rule{
	CommitterUpdates, CommitterRemoved, OneChangePerLeaf, AddsDistinctClients, AddsNewClient, PSKsDistinct,
	OneExtensionsChange, ReInitAlone, NoExternalInit,
	CredentialsSupported, SignatureKeysUnique, EncryptionKeysUnique,
	ExternalInitOnce, ExternalRemoveOnce, ExternalOthers, ExternalSuccessor,
}

// rulesOfALeaf are those of §7.3, and of §13.4, for a leaf that a path or a tree brings.
var rulesOfALeaf = []*Rule{
	LeafCredential, LeafSignature, LeafRequiredCapabilities, LeafLifetime, LeafExtensionsSupported, LeafSource,
	CredentialsSupported, SignatureKeysUnique, EncryptionKeysUnique, LeafGroupExtensions,
}

// statements124: what the text says of a Commit (§12.4).
var statements124 = []Statement{
	{Section: "12.4", Print: "c1b5095c8cd5", Keyword: "MUST", Subject: "member", Layer: "group",
		Text:     "a member that has seen a valid proposal in an epoch commits before it sends application data",
		Rules:    []*Rule{CommitFirst},
		Positive: []string{"group.TestCommitFirst"},
		Why:      "of a sender only: no receiver can tell (subtle point 45)"},
	{Section: "12.4", Print: "5c1008ce0ca1", Keyword: "MUST", Subject: "client", Layer: "treesync",
		Text:  "who makes a Commit and who receives it each check the list of proposals by §12.2",
		Rules: rulesOfTheList, Functions: []string{"treesync.State.Plan", "group.Group.commit", "group.Group.receiveCommit"},
		Positive: []string{"treesync.TestProposalListRules", "props:acceptance"}, Negative: []string{"props:insider"},
		Why: "who may add is the application's: no hook asks it of a proposal"},
	{Section: "12.4", Print: "6f2833386572", Keyword: "SHOULD", Subject: "committer", Layer: "group",
		Text:      "a Commit takes in every proposal of the epoch that is valid, as far as the list stays valid",
		Functions: []string{"group.Group.choose", "group.Group.candidates"},
		Positive:  []string{"group.TestProposalsByReference", "group.TestCommitWithoutUnheldPSK"},
		Why:       "conduct: receivers do not enforce it; CommitOptions.NoReferences leaves them out"},
	{Section: "12.4", Print: "5ea63e4a9c4b", Keyword: "SHOULD NOT", Subject: "recipient", Layer: "group",
		Text:      "a receiver does not ask that a Commit covers every proposal that it saw",
		Functions: []string{"group.Group.receiveCommit"},
		Positive:  []string{"group.TestProposalsByReference", "props:acceptance"},
		Why:       "nothing to check: no such rule is there"},
	{Section: "12.4", Print: "233f3c71b6e9", Keyword: "MAY", Subject: "proposer", Layer: "group",
		Text:      "a proposal that was left out may be made again, for the new epoch",
		Functions: []string{"group.Group.Propose"},
		Positive:  []string{"group.TestNewIdentity"},
		Why:       "the application's: proposals end with their epoch, and nothing is sent again by itself"},
	{Section: "12.4", Print: "06fd52523feb", Keyword: "MAY", Subject: "member", Layer: "group",
		Text:      "a member may commit no proposal at all",
		Functions: []string{"group.Group.Commit"},
		Positive:  []string{"group.TestLifeOfAGroup", "group.TestCommitAlone", "treesync.TestPathRequiredRule"},
		Why:       "nothing to check: it is allowed"},
	{Section: "12.4", Print: "4fe656ac3987", Keyword: "MUST", Subject: "committer", Layer: "treesync",
		Text:  "unless something allows otherwise, a Commit has a path",
		Rules: []*Rule{PathRequired}, Functions: []string{"group.Group.newPath"},
		Positive: []string{"treesync.TestPathByType", "group.TestLifeOfAGroup"}},
	{Section: "12.4", Print: "db5e33fdcd91", Keyword: "MAY", Subject: "committer", Layer: "treesync",
		Text:  "the path may be left out if there are proposals and none is of a type that needs one",
		Rules: []*Rule{PathRequired}, Functions: []string{"group.Group.commit"},
		Positive: []string{"treesync.TestPathByType", "group.TestLifeOfAGroup", "group.TestPSKs"}},
	{Section: "12.4", Print: "3e414ce3cce1", Keyword: "MUST", Subject: "specification", Layer: "outside",
		Text:      "who defines a type of proposal says whether it needs a path",
		Functions: []string{"treesync.pathRequired"},
		Positive:  []string{"treesync.TestPathByType"},
		Why:       "for who defines a type; here all types but add, psk and reinit need one (subtle point 36)"},
}
