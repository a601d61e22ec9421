package spec

// Rules of message protection (layer 3).
var (
	ApplicationPrivate  = rule("6/application-private", "6", "application data is sent as a PrivateMessage only")
	SameGroup           = rule("6/group", "6", "a message belongs to this group")
	SameEpoch           = rule("12.4.2/epoch", "12.4.2", "a message belongs to the current epoch")
	ContentSignature    = rule("6.1/signature", "6.1", "the FramedContent's signature verifies under the sender's key")
	ConfirmationTag     = rule("6.1/confirmation-tag", "6.1", "a Commit's confirmation_tag verifies under the new epoch's confirmation_key")
	MembershipTag       = rule("6.2/membership-tag", "6.2", "a member's PublicMessage has a membership_tag that verifies")
	PrivateSenderMember = rule("6.3.2/sender-member", "6.3.2", "the sender of a PrivateMessage is a member")
	SenderIsMember      = rule("6.3.2/leaf-index", "6.3.2", "the sender's leaf_index names a leaf that is not blank")
	SenderDataOpens     = rule("6.3.2/opens", "6.3.2", "the sender data opens under the epoch's sender_data_secret")
	PrivateOpens        = rule("6.3.1/opens", "6.3.1", "the content opens under the key of the sender's generation")
	PaddingZero         = rule("6.3.1/padding-zero", "6.3.1", "every byte of padding is zero")
	ForwardBound        = rule("9.1/forward-bound", "9.1", "a message skips no more generations than the receiver's bound")
	GenerationOnce      = rule("9.1/generation-once", "9.1", "the key of a generation opens one message only")

	OutsiderPublic       = rule("12.1.8/outsider-public", "12.1.8", "what comes from outside the group is a PublicMessage")
	ExternalProposal     = rule("6.1/external-proposal", "6.1", "an external sender sends proposals only")
	ExternalProposalType = rule("12.1.8/external-type", "12.1.8", "an external sender's proposal is an Add, Remove, PreSharedKey, ReInit or GroupContextExtensions")
	NewMemberCommit      = rule("6.1/new-member-commit", "6.1", "a new_member_commit sends a Commit")
	NewMemberProposal    = rule("6.1/new-member-proposal", "6.1", "a new_member_proposal sends a proposal")
	NewMemberAdd         = rule("6.1/new-member-add", "6.1", "the proposal of a new_member_proposal is an Add")
	AEADSize             = rule("6.3.1/aead-size", "6.3.1", "a ciphertext fits its field and the AEAD's limit")
	AEADUsage            = rule("15.2/aead-usage", "15.2", "a sender encrypts no more in an epoch than the AEAD's bounds, and its own, permit")
	GenerationsLeft      = rule("9.1/generations-left", "9.1", "a ratchet ends at generation 2^32-1: no number comes twice")
)
